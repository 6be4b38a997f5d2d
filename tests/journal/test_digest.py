"""The mail about a week: whom it comes to, when, what it says and does not say, and how it ends."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from journal import digest, entries, people, reminders, tasks
from journal.models import ReminderPlan

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 14, 21, 0, tzinfo=UTC)
"""09:00 on Monday the 15th in Auckland."""


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mailing(settings):
    settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://mail", "https://spasmlog.example.org"


@pytest.fixture
def reader(alice, clock, mailing):
    EmailAddress.objects.create(user=alice.user, email="alice@example.org", verified=True, primary=True)
    reminders.change_plan(alice, {"digest": True})
    return alice


def test_it_comes_once_on_the_first_morning_of_the_week(reader, clock):
    clock.move_to(MONDAY - timedelta(minutes=1))
    assert digest.whom() == [] and not digest.post(reader.pk)
    clock.move_to(MONDAY)
    assert digest.whom() == [reader.pk]
    assert [digest.post(reader.pk), digest.post(reader.pk)] == [True, False]
    assert digest.whom() == [] and len(mail.outbox) == 1
    clock.move_to(MONDAY + timedelta(days=7))
    assert digest.post(reader.pk) and len(mail.outbox) == 2


def test_a_week_that_starts_on_sunday_is_told_of_on_sunday(reader, clock):
    people.update_profile(reader, week_start=6)
    assert not digest.post(reader.pk)
    clock.move_to(MONDAY - timedelta(days=1))
    assert digest.post(reader.pk)


def test_a_server_that_was_off_for_a_day_sends_nothing_late(reader, clock):
    clock.move_to(MONDAY + timedelta(hours=24))
    assert digest.whom() == [] and not digest.post(reader.pk)


def test_it_says_on_how_many_days_something_was_logged_and_no_figure_of_the_diary(reader, foods, clock):
    almonds = foods.get(source="sr28", source_code="12061")
    for days_ago in (1, 1, 3, 7, 8):  # the 14th twice, the 12th, the 8th; the 7th is of the week before
        entries.log_meal(reader, [(almonds, Decimal(137))], occurred_at=MONDAY - timedelta(days=days_ago))
    entries.log_water(reader, Decimal(777), occurred_at=MONDAY - timedelta(days=2))
    entries.log_spasm(reader, occurred_at=MONDAY - timedelta(days=2), signs=["chest_pain"])
    digest.post(reader.pk)

    [sent] = mail.outbox
    assert sent.to == ["alice@example.org"] and sent.subject == "SpasmLog: your week"
    assert "8 June to 14 June something was logged on 4 of 7 days." in sent.body
    assert "https://spasmlog.example.org/week/2026-06-08/" in sent.body
    told = re.sub(r"https://\S+", "", f"{sent.subject} {sent.body}").lower()
    assert not re.search(
        r"almond|magnesium|cramp|chest|drink|meal|water|137|777|advice|sign", told.replace("signing in", "")
    )
    assert set(re.findall(r"\d+", told)) == {"8", "14", "4", "7"}


def test_counted_days_are_left_out_for_whom_counting_may_harm(reader):
    people.answer_conditions(reader, {"eating_disorder": "yes"})
    digest.post(reader.pk)
    assert "of 7 days" not in mail.outbox[0].body and "8 June to 14 June" in mail.outbox[0].body


def test_nobody_gets_it_who_did_not_ask_or_where_no_mail_is_configured(reader, bob, settings, clock):
    assert digest.whom() == [reader.pk]  # Bob asked for none
    settings.EMAIL_URL = ""
    assert digest.whom() == [] and not digest.post(reader.pk) and mail.outbox == []


def test_an_address_that_nobody_has_shown_to_be_theirs_gets_nothing(reader):
    EmailAddress.objects.update(verified=False)
    assert not digest.post(reader.pk) and mail.outbox == []
    assert ReminderPlan.objects.get().digest_sent_for is None


def test_where_sending_fails_it_is_tried_again(reader, monkeypatch):
    from django.core.mail import EmailMessage

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", lambda _self: (_ for _ in ()).throw(ConnectionRefusedError()))
        assert not digest.post(reader.pk)
    assert digest.whom() == [reader.pk] and digest.post(reader.pk)
    assert len(mail.outbox) == 1


def test_the_task_sends_what_beat_finds(reader, eager_review):
    with eager_review():
        tasks.post_digests()
    assert len(mail.outbox) == 1


# The link that ends it --------------------------------------------------------------------------


def off(sent):
    [address] = re.findall(r"<(https://[^>]+)>", sent.extra_headers["List-Unsubscribe"])
    return address.removeprefix("https://spasmlog.example.org")


@pytest.fixture
def sent(reader):
    digest.post(reader.pk)
    return mail.outbox[0]


def test_a_mail_program_ends_it_with_one_post_without_signing_in(reader, sent):
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    said = Client(enforce_csrf_checks=True).post(off(sent), {"List-Unsubscribe": "One-Click"})
    assert said.status_code == 200 and "No more mails about your week" in said.content.decode()
    assert not ReminderPlan.objects.get().digest
    assert Client().post(off(sent)).status_code == 200  # a second press changes nothing


def test_looking_at_the_link_as_scanners_do_ends_nothing(reader, sent):
    page = Client().get(off(sent))
    assert page.status_code == 200 and "End these mails" in page.content.decode()
    assert "alice" not in page.content.decode()
    assert ReminderPlan.objects.get().digest


def test_the_link_ends_this_persons_mails_and_nothing_else(reader, bob, sent, clock):
    reminders.change_plan(
        bob, {"digest": True, "reminders": [{"kind": "meal", "at": datetime(2026, 1, 1, 12).time()}]}
    )
    Client().post(off(sent))
    assert ReminderPlan.objects.get(diarist=bob).digest
    clock.move_to(MONDAY + timedelta(days=7))
    assert reader.pk not in digest.whom()


@pytest.mark.parametrize("change", [lambda word: word[:-1], lambda word: "x" + word, lambda _word: "1"])
def test_a_link_that_was_not_made_here_is_not_there(reader, sent, change):
    before, word, after = off(sent).rpartition("/")[0].rpartition("/")[0], digest.word_of(reader), "/"
    assert Client().post(f"{before}/{change(word)}{after}").status_code == 404
    assert ReminderPlan.objects.get().digest


def test_the_mail_is_in_the_language_that_the_plan_was_made_in(alice, clock, mailing, browser):
    browser.post("/me/reminders/", {"quiet_from": "22:00", "quiet_until": "07:00", "digest": "on"},
                 headers={"accept-language": "de"})  # fmt: skip
    plan = ReminderPlan.objects.get()
    assert plan.digest and plan.language == "de"
    assert digest.days_logged(alice, date(2026, 6, 8), date(2026, 6, 14)) == 0
