"""An account deleted: nothing of the person is left anywhere, and everybody else's is untouched."""

import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection, models
from rest_framework.test import APIClient

from journal import demo, entries, leaving
from journal.models import AccountDeletion, Diarist, Meal
from nutrients import foods as own
from nutrients.models import Food
from nutrients.portions import Portion
from nutrients.recipes import Dish
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
User = get_user_model()
KEPT = {"Invitation"}
"""What stays with nobody's name on it: whoever invites must not hand out the same code again."""
SAID = {"Food": {"source": "own"}}
"""What a row must say beside its links to be one that the database takes."""
ACCOUNT = "/api/v1/account/"


def belonging_models():
    """Every model from whose rows foreign keys lead to a user, over however many steps."""
    found = {User}
    while True:
        more = {
            model
            for model in apps.get_models(include_auto_created=True)
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model in found
        }
        if more <= found:
            return found - {User}
        found |= more


def filled(model, known):
    """A stored row of `model` that belongs to the person of `known`, with a value in each field it needs."""
    if model in known:
        return known[model]
    values = dict(SAID.get(model.__name__, {}))
    for field in model._meta.concrete_fields:
        if field.is_relation and (field.related_model in belonging_models() or field.related_model is User):
            values[field.name] = filled(field.related_model, known)
        elif (
            field.name not in values and not field.has_default() and not field.null and not field.primary_key
        ):
            values[field.name] = some_value(field, known)
    known[model] = model._default_manager.create(**values)
    return known[model]


def some_value(field, known):
    if field.is_relation:
        return field.related_model._default_manager.first() or filled(field.related_model, known)
    if field.choices:
        return field.flatchoices[0][0]
    by_kind = {
        models.UUIDField: uuid.uuid4(), models.BooleanField: True, models.JSONField: {"magnesium_mg": 1},
        models.DateTimeField: datetime(2026, 1, 5, tzinfo=UTC), models.DateField: date(2026, 1, 5),
        models.TimeField: time(4), models.DecimalField: Decimal(1), models.FloatField: 1.0,
        models.IntegerField: 1, models.GenericIPAddressField: "127.0.0.1", models.BinaryField: b"x",
    }  # fmt: skip
    for kind, value in by_kind.items():
        if isinstance(field, kind):
            return value
    return uuid.uuid4().hex[: field.max_length or 12] if not field.blank else ""


@pytest.fixture
def everything(alice):
    """A row of Alice's in every table that has rows of people."""
    known = {User: alice.user, Diarist: alice}
    for model in sorted(belonging_models(), key=lambda model: model._meta.label):
        filled(model, known)
    return known


def test_the_walk_finds_what_hangs_on_a_person_over_several_steps():
    names = {model.__name__ for model in belonging_models()}
    assert names >= {"Diarist", "MealItem", "DailyIntake", "Food", "FoodPortion", "FoodWords", "UserSession"}
    assert names >= {"EmailAddress", "EmailConfirmation", "Authenticator", "LogEntry", "Suggestion"}


def test_no_table_keeps_a_row_of_the_person(everything, alice):
    leaving.delete_account(alice.user)
    left = {
        model.__name__
        for model, row in everything.items()
        if model in belonging_models() and model._default_manager.filter(pk=row.pk).exists()
    }
    assert left == KEPT


@pytest.mark.slow
def test_nothing_in_the_database_names_the_person_or_their_diary(everything, alice, bob, client, phone):
    client.force_login(alice.user)
    user_type = ContentType.objects.get_for_model(User)
    about = User.objects.filter(pk=alice.user.pk)
    LogEntry.objects.log_actions(bob.user.pk, about, CHANGE, "", single_object=True)
    assert LogEntry.objects.filter(content_type=user_type).exists()
    meal = everything[Meal]
    leaving.delete_account(alice.user)

    traces = ("alice", str(meal.pk), str(meal.pk.hex), PASSWORD)
    found = {
        f"{model.__name__}: {text}"
        for model in apps.get_models()
        for row in model._default_manager.values()
        for text in map(str, row.values())
        if any(trace in text for trace in traces)
    }
    assert not found


def test_the_audit_row_counts_what_was_deleted_and_leads_to_nobody(alice, almonds_meal):
    number = alice.user.pk
    said = leaving.delete_account(alice.user)

    stored = AccountDeletion.objects.get()
    assert stored == said
    assert (stored.rows["journal.Meal"], stored.rows["journal.MealItem"], stored.rows["auth.User"]) == (
        1,
        1,
        1,
    )
    assert set(map(type, stored.rows.values())) == {int}
    assert {field.name for field in AccountDeletion._meta.fields} == {"id", "deleted_at", "rows"}
    assert not User.objects.filter(pk=number).exists()


@pytest.fixture
def almonds_meal(alice, foods):
    return entries.log_meal(alice, [(foods.get(source="sr28", source_code="12061"), Decimal(30))])


def test_a_diary_that_uses_everything_of_its_own_can_be_deleted(alice):
    bar = own.save_own(
        alice.user, name="Bar", per_100g={"magnesium_mg": 1}, portions=[("1 bar", Decimal(40))]
    )
    entries.log_meal(alice, [(bar, Decimal(40))])
    entries.log_water(alice, Decimal(200), beverage=bar)
    pie = own.save_own(alice.user, name="Pie", dish=Dish([Portion(bar, Decimal(80))]))
    own.save_own(alice.user, name="Half a pie", dish=Dish([Portion(pie, Decimal(40))]))
    entries.save_favourite(alice, food=bar)
    tablets = entries.save_supplement(alice, name="Tablets", amounts={"magnesium_mg": 100})
    entries.log_dose(alice, tablets)
    leaving.delete_account(alice.user)
    assert not Diarist.objects.exists() and not Food.objects.exclude(owner=None).exists()


@pytest.mark.django_db(transaction=True)
def test_the_sessions_of_the_server_are_read_while_others_may_write(browser, alice, monkeypatch):
    held, decoded = [], Session.get_decoded

    def noting(self):
        held.append(connection.in_atomic_block)
        return decoded(self)

    monkeypatch.setattr(Session, "get_decoded", noting)
    leaving.delete_account(alice.user)
    assert held == [False]
    assert not Session.objects.exists()


def test_the_rows_of_others_stay(alice, bob, almonds_meal):
    theirs = entries.log_water(bob, Decimal(250))
    leaving.delete_account(alice.user)
    assert bob.waterintake_set.get() == theirs
    assert User.objects.get() == bob.user


@pytest.mark.slow
def test_the_demo_account_is_refused_by_both_doors_and_can_be_made_anew(client, phone):
    call_command("make_demo", verbosity=0)
    user = User.objects.get(email=demo.EMAIL)
    with pytest.raises(PermissionDenied):
        leaving.delete_account(user)
    client.force_login(user)
    assert "cannot be deleted" in client.get("/me/delete-account/").content.decode()
    assert client.post("/me/delete-account/", {"password": demo.PASSWORD}).status_code == 403
    assert User.objects.filter(email=demo.EMAIL).exists()
    demo.remove()
    assert not User.objects.filter(email=demo.EMAIL).exists()


# The two doors ----------------------------------------------------------------------------------


def test_a_phone_deletes_the_account_with_the_password_and_is_signed_out(phone, alice):
    said = phone.delete(ACCOUNT, {"password": PASSWORD}, format="json")
    assert (said.status_code, said.content) == (204, b"")
    assert not Session.objects.exists()
    assert not User.objects.filter(pk=alice.user.pk).exists()
    assert phone.get("/api/v1/profile/").status_code == 401


def test_the_web_deletes_the_account_with_the_password_and_signs_out(browser, phone, alice):
    page = browser.post("/me/delete-account/", {"password": PASSWORD}, follow=True)
    assert page.redirect_chain == [("/accounts/login/", 302)]
    assert "Your account and your diary are deleted." in page.content.decode()
    assert not Diarist.objects.filter(pk=alice.pk).exists()
    assert browser.get("/me/").status_code == 302
    assert phone.get("/api/v1/profile/").status_code == 401


def test_both_doors_refuse_another_password_in_the_same_words_and_delete_nothing(browser, phone, alice):
    by_rest = phone.delete(ACCOUNT, {"password": "not mine"}, format="json")
    on_web = browser.post("/me/delete-account/", {"password": "not mine"})
    assert by_rest.status_code == 400
    assert by_rest.json()["errors"] == {"password": ["This is not your password."]}
    assert "This is not your password." in on_web.content.decode()
    assert User.objects.filter(pk=alice.user.pk).exists()


@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password": None}, [], {"word": PASSWORD}])
def test_a_phone_that_gives_no_password_deletes_nothing(phone, alice, body):
    assert phone.delete(ACCOUNT, body, format="json").status_code == 400
    assert User.objects.filter(pk=alice.user.pk).exists()


def test_after_too_many_wrong_passwords_not_even_the_right_one_is_heard_at_either_door(browser, phone, alice):
    for _each in range(5):
        phone.delete(ACCOUNT, {"password": "a guess"}, format="json")

    said = phone.delete(ACCOUNT, {"password": PASSWORD}, format="json")
    assert (said.status_code, said["Retry-After"]) == (429, "300")
    page = browser.post("/me/delete-account/", {"password": PASSWORD})
    assert said.json()["detail"] in page.content.decode()
    assert User.objects.filter(pk=alice.user.pk).exists()
    caches["lockouts"].clear()
    assert phone.delete(ACCOUNT, {"password": PASSWORD}, format="json").status_code == 204


def test_wrong_passwords_of_a_stranger_at_sign_in_keep_nobody_from_deleting_the_account(phone, alice):
    for _each in range(7):
        guess = sign_in(alice, "a guess")
    assert guess.status_code == sign_in(alice, PASSWORD).status_code == 429  # at sign-in it is locked

    assert phone.delete(ACCOUNT, {"password": "not mine"}, format="json").status_code == 400
    assert phone.delete(ACCOUNT, {"password": PASSWORD}, format="json").status_code == 204


def test_wrong_passwords_of_somebody_signed_in_are_counted_by_person_and_sign_in_stays_open(
    phone, alice, bob
):
    for _each in range(6):
        phone.delete(ACCOUNT, {"password": "a guess"}, format="json")

    assert phone.delete(ACCOUNT, {"password": PASSWORD}, format="json").status_code == 429
    assert sign_in(alice, PASSWORD).status_code == 200
    bobs = APIClient(headers={"X-Session-Token": sign_in(bob, PASSWORD).json()["meta"]["session_token"]})
    assert bobs.delete(ACCOUNT, {"password": PASSWORD}, format="json").status_code == 204


def test_the_page_that_asks_for_the_password_again_hears_it_while_sign_in_is_locked(browser, alice):
    for _each in range(7):
        sign_in(alice, "a guess")

    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def sign_in(person, password):
    return APIClient().post(
        "/_allauth/app/v1/auth/login", {"email": person.user.email, "password": password}, format="json"
    )


def test_somebody_with_a_second_factor_deletes_the_account_too(browser, phone, alice):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(alice.user, generate_totp_secret())
    assert phone.delete(ACCOUNT, {"password": PASSWORD}, format="json").status_code == 204
    assert not Authenticator.objects.exists()


def test_the_page_says_what_will_be_gone_and_is_reached_from_me(browser):
    assert "/me/delete-account/" in browser.get("/me/").content.decode()
    page = browser.get("/me/delete-account/").content.decode()
    assert "Every meal, drink, exercise, cramp" in page
