"""With thousands of people, nobody's page, save, sync or review reads a whole table.

The queries are those that the product sends while it is used, each as the database would answer it: a new one
is in the test as soon as it is in the product.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journal import changes, devices, entries, findings, nights, pairing, review
from journal.calc.days import week_start
from journal.models import Diarist, KeptAnswer, ReviewChunk, StaleDay
from nutrients.models import Food
from tests import databases
from tests.api.conftest import LOG_IN, PASSWORD, SIGN_UP, Phone, diarist
from tests.api.rows import MADE
from tests.plans import crowd
from tests.plans.plans import FEW, planned

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.timeout(300)]

ONCE_AN_HOUR = 'SELECT DISTINCT "journal_diarist"."time_zone"'
"""Which zones people live in is read from their index or their table, whichever is smaller."""
ONCE_A_RELEASE = 'SELECT "nutrients_foodwords"."head"'
"""Of the public tables, which do not grow with people; a process keeps it."""
FOUR_TIMES_A_DAY = ('SELECT "usersessions_usersession"."id"', 'SELECT "nutrients_food"."owner_id"')
"""Devices whose session is gone: all are held against all sessions. And own foods that were removed."""


@pytest.fixture(scope="module", autouse=True, params=[1, 8], ids=["whole", "in_parts"])
def many_people(request, django_db_setup, django_db_blocker):
    """With their day totals and foods of meals in one table each, and in parts by diarist."""
    with django_db_blocker.unblock():
        crowd.gather()
        call_command("partition", parts=request.param, verbosity=0)
    yield
    with django_db_blocker.unblock():
        databases.renew()


@pytest.fixture
def milk(foods):
    return foods.get(source="fndds", source_code="11111000")


@pytest.fixture
def phone(db, milk):
    """A phone of a new person among the many, with a row of each kind in the diary, reviewed."""
    phone = Phone()
    said = phone.send(SIGN_UP, {"email": "ann@example.org", "username": "ann", "password": PASSWORD})
    phone.token, phone.user_id = said.json()["meta"]["session_token"], said.json()["data"]["user"]["id"]
    for make in MADE.values():
        make(diarist(phone), milk)
    review.review_stale(diarist(phone).pk)
    return phone


@pytest.fixture
def browser(phone):
    client = Client()
    client.force_login(diarist(phone).user)
    return client


def assert_no_table_is_read_whole(plans, but=()):
    assert len(plans.queries) > 0
    found = [(table, sql) for table, sql in plans.whole_tables() if not sql.startswith(tuple(but))]
    assert not found, "\n\n".join(f"{table} is read whole by\n{sql[:1500]}" for table, sql in found)


def test_the_tables_are_as_large_as_this_test_needs_them(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples > %s", [FEW])
        large = {name for (name,) in cursor.fetchall()}
    of_people = {model._meta.db_table for model in crowd._belonging()}
    rare = {"journal_lifestageperiod", "journal_medicine", "journal_pushsubscription"}
    assert (of_people | {"django_session", "account_emailaddress", "auth_user"}) - rare <= large


def test_a_query_that_reads_a_table_whole_is_found_out(db):
    with planned() as plans:
        list(Diarist.objects.filter(height_cm=170))
    assert [table for table, _sql in plans.whole_tables()] == ["journal_diarist"]


PAGES = (
    "today", "week", "cramps", "fluids", "patterns", "advice", "advice_rules", "closing", "add_food", "foods",
    "usual_meals", "me", "devices", "freshness", "offline_facts", "offline_who", "water_add", "exercise_add",
    "supplement_add", "me_conditions", "me_medicines", "me_life_stages", "me_targets", "me_profile",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_a_table_whole(browser, page):
    with planned() as plans:
        assert browser.get(reverse(page)).status_code in (200, 204)
    assert_no_table_is_read_whole(plans, but=[ONCE_A_RELEASE])


@pytest.mark.parametrize("what", ["day", "week_of", "nutrient", "export", "results"])
def test_no_page_about_something_reads_a_table_whole(browser, phone, what):
    today = findings.today(diarist(phone))
    address = {
        "day": lambda: reverse("day", args=[today - timedelta(days=1)]),
        "week_of": lambda: reverse("week_of", args=[week_start(today) - timedelta(days=7)]),
        "nutrient": lambda: reverse("nutrient", args=["magnesium_mg"]),
        "export": lambda: reverse("export", args=["json"]),
        "results": lambda: reverse("food_results") + "?q=whole+milk",
    }[what]()
    with planned() as plans:
        answer = browser.get(address)
        assert answer.status_code == 200
        list(answer) if answer.streaming else None
    assert_no_table_is_read_whole(plans, but=[ONCE_A_RELEASE])


READ = (
    "sync/", "profile/", "devices/", "gaps/", "gaps/weekly/", "patterns/", "advice/", "intake/",
    "foods/?search=milk", "foods/?search=bananna", "foods/?search=", "foods/?source=own",
    *(f"{kind}/" for kind in MADE),
)  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_nothing_that_a_phone_reads_has_a_table_read_whole(phone, path):
    with planned() as plans:
        assert phone.read(path).status_code == 200
    assert_no_table_is_read_whole(plans, but=[ONCE_A_RELEASE])


def test_what_comes_after_a_cursor_has_no_table_read_whole(phone, milk):
    cursor = phone.read("sync/?limit=5").json()["cursor"]
    with planned() as plans:
        assert phone.read(f"sync/?cursor={cursor}").status_code == 200
    assert_no_table_is_read_whole(plans)


@pytest.mark.parametrize("kind", sorted(MADE))
def test_no_save_change_or_deletion_reads_a_table_whole(phone, milk, kind):
    who = diarist(phone)
    with planned() as plans:
        row = MADE[kind](who, milk)
        entries.change(row, deleted_at=None) if kind != "favourites" else None
        if kind != "supplements":
            entries.remove(row)
            entries.restore(row)
    assert_no_table_is_read_whole(plans)


def test_a_batch_from_a_phone_has_no_table_read_whole(phone, milk):
    meal = {"items": [{"food": str(milk.pk), "grams": 100}]}
    own = {"name": "Soup", "per_100g": {"zinc_mg": 1}}
    items = [
        {"type": kind, "id": str(uuid4()), "op": "put", "data": data}
        for kind, data in (("meals", meal), ("foods", own), ("water", {"amount_ml": 100}))
    ]
    with planned() as plans:
        results = phone.send("sync/", {"items": items}).json()["results"]
    assert {one["status"] for one in results} == {"created"}
    assert_no_table_is_read_whole(plans)


def test_neither_signing_in_nor_an_answer_that_is_kept_reads_a_table_whole(phone):
    with planned() as plans:
        said = Phone().send(LOG_IN, {"email": "ann@example.org", "password": PASSWORD})
        assert said.status_code == 200
        phone.send("water/", {"amount_ml": 100}, Idempotency_Key="once")
        phone.send("water/", {"amount_ml": 100}, Idempotency_Key="once")
    assert_no_table_is_read_whole(plans)


# Workers --------------------------------------------------------------------------------------


def test_a_review_reads_no_table_whole(phone, milk):
    who = diarist(phone)
    yesterday = timezone.now() - timedelta(days=1)
    entries.log_meal(who, [(milk, 100)], occurred_at=yesterday)
    with planned() as plans:
        assert review.review_stale(who.pk)
        assert review.review_as_of(who.pk, findings.today(who) - timedelta(days=3))
    assert_no_table_is_read_whole(plans)


def test_the_sweep_reads_no_table_whole(phone, milk):
    StaleDay.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journal_staleday")
    entries.log_meal(diarist(phone), [(milk, 100)])
    StaleDay.objects.update(since=timezone.now() - timedelta(minutes=5))
    with planned() as plans:
        assert review.sweep() == 1
    assert_no_table_is_read_whole(plans)


def test_a_new_day_reads_no_table_whole(db):
    with planned() as plans:
        assert nights.plan()
        assert ReviewChunk.objects.count() > 12
        nights.work(seconds=0)
        nights.waiting()
    assert_no_table_is_read_whole(plans, but=[ONCE_AN_HOUR])


def test_what_is_forgotten_is_found_without_reading_a_table_whole(phone, milk):
    meal = entries.log_meal(diarist(phone), [(milk, 100)])
    entries.remove(meal)
    with planned() as plans:
        changes.forget(timezone.now() + timedelta(minutes=1))
        KeptAnswer.objects.expired(timezone.now()).delete()
        devices.forget_ended()
        pairing.forget_old()
    assert_no_table_is_read_whole(plans, but=FOUR_TIMES_A_DAY)


def test_the_foods_of_a_person_are_found_among_those_of_many(phone):
    who = diarist(phone)
    with planned() as plans:
        list(Food.objects.visible_to(who.user).filter(barcode="4012345678901"))
    assert_no_table_is_read_whole(plans)
