"""Devices that ring: what a push service on this machine was sent, read with the browser's own secret."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from journal import advice, devices, entries, people, reminders, ringing, tasks
from journal.calc.advice_rules import RULES
from journal.calc.redflags import RED_FLAG
from journal.models import Advice, PushSubscription, Reminder, RungCard
from tests import push_service
from tests.conftest import until, where_it_is
from tests.push_service import Subscriber

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 6, 10, 7, 30, tzinfo=UTC)
"""19:30 on Wednesday the 10th in Auckland."""
NIGHT = EVENING + timedelta(hours=7)
REMINDER = {"title": "SpasmLog: a reminder", "path": "/"}
ATTENTION = {"title": "SpasmLog: something in your diary needs your attention", "path": "/advice/"}


@pytest.fixture
def clock():
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def service(settings):
    with push_service.running(settings) as service:
        yield service


def signed_in(person):
    client = Client()
    client.force_login(person.user)
    return client


def rings(person, service, name="device", client=None, **more):
    """A browser of this person's that was asked to ring."""
    subscriber = Subscriber(service, name)
    said = (client or signed_in(person)).post("/me/reminders/ring/", subscriber.said, **more)
    assert said.status_code == 201, said.content
    return subscriber


@pytest.fixture
def device(clock, alice, service):
    return rings(alice, service)


def heard(service, subscriber):
    """What the service was sent for a browser, in its words."""
    path = subscriber.endpoint.removeprefix(service.origin)
    return [subscriber.read(body) for at, _headers, body in service.came if at == path]


def choose(person, *chosen, **plan):
    rows = [dict(zip(("kind", "at", "weekday", "supplement"), one, strict=False)) for one in chosen]
    return reminders.change_plan(person, {**plan, "reminders": rows})


# Reminders --------------------------------------------------------------------------------------


def test_a_reminder_rings_once_when_its_time_has_come(alice, service, device, clock):
    choose(alice, ("meal", time(19, 30)))
    clock.move_to(EVENING - timedelta(minutes=1))
    assert ringing.whom() == set()
    clock.move_to(EVENING)
    assert ringing.whom() == {alice.pk}
    assert ringing.ring(alice.pk) == 1
    assert heard(service, device) == [REMINDER]
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0
    clock.move_to(EVENING + timedelta(days=1))
    assert ringing.whom() == {alice.pk} and ringing.ring(alice.pk) == 1


def test_what_is_done_already_does_not_ring(alice, service, device, foods):
    choose(alice, ("meal", time(19, 30)))
    entries.log_meal(alice, [(foods.first(), Decimal(100))])
    assert ringing.ring(alice.pk) == 0 and service.came == []


def test_what_was_put_away_does_not_ring(alice, service, device):
    choose(alice, ("meal", time(19, 30)))
    reminders.put_away(Reminder.objects.get(), date(2026, 6, 10))
    assert ringing.ring(alice.pk) == 0 and service.came == []


def test_a_worker_that_was_away_for_half_an_hour_rings_no_more(alice, service, device, clock):
    choose(alice, ("meal", time(19, 30)))
    clock.move_to(EVENING + timedelta(minutes=30))
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0 and service.came == []


def test_nothing_rings_in_quiet_hours_after_a_journey(alice, service, device, clock):
    choose(alice, ("meal", time(19, 30)))
    people.update_profile(alice, time_zone="America/New_York")  # 03:30 there
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0
    clock.move_to(datetime(2026, 6, 10, 23, 30, tzinfo=UTC))  # 19:30 there, of the same diary day
    assert ringing.ring(alice.pk) == 1


def test_on_a_journey_back_the_same_day_does_not_ring_twice(alice, service, device, clock):
    choose(alice, ("meal", time(19, 30)))
    assert ringing.ring(alice.pk) == 1
    people.update_profile(alice, time_zone="America/New_York")
    clock.move_to(datetime(2026, 6, 10, 23, 30, tzinfo=UTC))
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0


def test_the_notification_says_the_same_for_each_kind_and_leads_to_a_page_of_this_site(
    alice, service, device
):
    tablets = entries.save_supplement(alice, name="Lithium of Alice", amounts={"magnesium_mg": 1})
    choose(
        alice, ("meal", time(19, 30)), ("drink", time(19, 30)), ("look_back", time(19, 30), 2),
        ("dose", time(19, 30), None, tablets),
    )  # fmt: skip
    assert ringing.ring(alice.pk) == 4
    said = heard(service, device)
    assert {one["title"] for one in said} == {"SpasmLog: a reminder"}
    assert sorted(one["path"] for one in said) == ["/", "/", "/", "/week/"]
    assert {frozenset(one) for one in said} == {frozenset({"title", "path"})}


def test_each_device_is_rung_in_the_language_it_was_asked_in(alice, service, device):
    german = rings(alice, service, "german", headers={"accept-language": "de"})
    row = PushSubscription.objects.get(digest=ringing.digest_of(german.endpoint))
    assert row.language == "de"
    choose(alice, ("meal", time(19, 30)))
    ringing.ring(alice.pk)
    assert heard(service, device) == [REMINDER] and len(heard(service, german)) == 1


def test_beside_an_eating_disorder_no_nudge_rings(alice, service, device):
    choose(alice, ("meal", time(19, 30)), ("drink", time(19, 30)))
    people.answer_conditions(alice, {"eating_disorder": "yes"})
    assert ringing.ring(alice.pk) == 0 and service.came == []


# Cards ------------------------------------------------------------------------------------------


def test_the_rules_that_ring_are_those_of_the_reference():
    assert set(ringing.PUSH_RULES) == {"X03", "X04", "X05", "H04"}  # and every R
    assert {rule.id for rule in RULES if rule.push} == set(ringing.PUSH_RULES)
    assert all(rule.startswith("R") for rule in RED_FLAG)


def test_a_warning_sign_rings_at_once_also_at_three_at_night_and_once(alice, service, device, clock):
    clock.move_to(NIGHT)
    entries.log_spasm(alice, signs=["chest_pain"])
    assert ringing.whom() == {alice.pk} and ringing.ring(alice.pk) == 1
    assert heard(service, device) == [ATTENTION]
    assert service.came[0][1]["Urgency"] == "high"
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0
    clock.move_to(NIGHT + timedelta(hours=5))
    assert ringing.ring(alice.pk) == 0


def test_a_save_asks_for_its_card_to_ring(alice, service, device, eager_review):
    with eager_review():
        entries.log_spasm(alice, signs=["chest_pain"])
    assert heard(service, device) == [ATTENTION]


def test_a_danger_that_can_wait_rings_when_the_quiet_hours_end(alice, service, device, clock):
    clock.move_to(NIGHT)
    potassium = entries.save_supplement(alice, name="Potassium", amounts={"potassium_mg": 1500})
    entries.log_dose(alice, potassium)
    [card] = Advice.objects.filter(diarist=alice)
    assert (card.rule, card.severity) == ("X05", "see_clinician_soon")
    assert ringing.ring(alice.pk) == 0 and not RungCard.objects.exists()
    clock.move_to(datetime(2026, 6, 10, 19, 0, tzinfo=UTC))  # 07:00 on the 11th
    assert ringing.whom() == {alice.pk} and ringing.ring(alice.pk) == 1
    assert heard(service, device) == [ATTENTION]


def test_drinking_far_too_much_rings(alice, service, device):
    for minutes in (0, 40, 80, 119):
        entries.log_water(alice, Decimal(1000), occurred_at=EVENING - timedelta(minutes=minutes))
    assert list(Advice.objects.values_list("rule", flat=True)) == ["H04"]
    assert ringing.ring(alice.pk) == 1 and heard(service, device) == [ATTENTION]


def test_other_cards_never_ring(alice, service, device):
    Advice.objects.create(
        diarist=alice, rule="C01", severity="see_clinician_soon", key="C01:x",
        evidence={"cramp_days_28": 9, "cramp_days_7": 3, "broken_nights": [2, 2]},
    )  # fmt: skip
    assert [card.rule for card in advice.cards_for(alice)] == ["C01"]
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0


def test_a_card_that_was_read_or_withdrawn_does_not_ring(alice, service, device):
    cramp = entries.log_spasm(alice, signs=["chest_pain"])
    entries.remove(cramp)
    entries.tick_warning_signs(alice, signs=["fever", "stiff_neck"])
    for card in Advice.objects.exclude(state="withdrawn"):
        advice.seen(card)
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0


def test_who_wants_no_dangers_to_ring_is_left_alone(alice, service, device):
    choose(alice, urgent=False)
    entries.log_spasm(alice, signs=["chest_pain"])
    assert ringing.ring(alice.pk) == 0 and service.came == []


def test_a_device_that_came_later_does_not_ring_for_an_old_card(alice, service, clock):
    entries.log_spasm(alice, signs=["chest_pain"])
    clock.move_to(EVENING + timedelta(hours=24))
    rings(alice, service)
    assert ringing.whom() == set() and ringing.ring(alice.pk) == 0


# Devices ----------------------------------------------------------------------------------------


def test_all_devices_of_a_person_ring_and_nobody_elses(alice, bob, service, device):
    second, bobs = rings(alice, service, "second"), rings(bob, service, "bobs")
    choose(alice, ("meal", time(19, 30)))
    ringing.ring(alice.pk)
    assert heard(service, device) == heard(service, second) == [REMINDER]
    assert heard(service, bobs) == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten_and_the_others_ring(alice, service, device, status):
    second = rings(alice, service, "second")
    choose(alice, ("meal", time(19, 30)))
    service.answers = [status]
    ringing.ring(alice.pk)
    assert [row.digest for row in PushSubscription.objects.all()] == [ringing.digest_of(second.endpoint)]
    assert heard(service, second) == [REMINDER]


def test_a_service_that_is_down_is_asked_four_times_and_no_more(alice, service, device, monkeypatch):
    later = []
    monkeypatch.setattr(tasks.send_again, "apply_async", lambda what, **when: later.append((what, when)))
    choose(alice, ("meal", time(19, 30)))
    service.answers = [503] * 9
    ringing.ring(alice.pk)
    while later:
        what, when = later.pop()
        assert when["countdown"] in (30, 90, 270)
        tasks.send_again(*what)
    assert len(service.came) == 4
    assert PushSubscription.objects.count() == 1


def test_what_a_service_took_at_the_second_try_is_the_same(alice, service, device, monkeypatch):
    monkeypatch.setattr(tasks.send_again, "apply_async", lambda what, **_when: tasks.send_again(*what))
    choose(alice, ("meal", time(19, 30)))
    service.answers = [429]
    ringing.ring(alice.pk)
    assert heard(service, device) == [REMINDER, REMINDER]


def test_with_the_broker_down_a_try_is_lost_and_nothing_breaks(alice, service, device, monkeypatch):
    def down(*_what, **_when):
        raise ConnectionError

    monkeypatch.setattr(tasks.send_again, "apply_async", down)
    choose(alice, ("meal", time(19, 30)))
    service.answers = [503]
    assert ringing.ring(alice.pk) == 1


def test_a_device_that_was_signed_out_rings_no_more(alice, service, clock):
    client = signed_in(alice)
    rings(alice, service, client=client)
    choose(alice, ("meal", time(19, 30)))
    client.post("/accounts/logout/")
    assert ringing.ring(alice.pk) == 0 and service.came == []


def test_a_device_signed_out_from_another_is_forgotten(alice, service, device):
    devices.sign_out(*devices.devices_of(alice.user))
    assert not PushSubscription.objects.exists()
    assert not Session.objects.exists() and not UserSession.objects.exists()


def test_a_new_password_silences_the_other_devices(alice, service, device):
    alice.user.set_password("another long password 9")
    alice.user.save()
    choose(alice, ("meal", time(19, 30)))
    assert ringing.ring(alice.pk) == 0 and service.came == []


def test_a_browser_that_two_people_use_rings_for_the_one_who_asked_last(alice, bob, service, clock):
    shared = rings(alice, service)
    signed_in(bob).post("/me/reminders/ring/", shared.said)
    assert [row.diarist for row in PushSubscription.objects.all()] == [bob]


def test_a_device_asked_twice_is_one(alice, service, clock):
    client = signed_in(alice)
    for name in ("first", "second"):
        rings(alice, service, name, client=client)
    assert PushSubscription.objects.count() == 1


def test_the_eleventh_device_is_refused_in_words(alice, service, clock):
    for number in range(ringing.MOST_DEVICES):
        rings(alice, service, f"device-{number}")
    said = signed_in(alice).post("/me/reminders/ring/", Subscriber(service, "more").said)
    assert said.status_code == 400 and "At most 10 devices ring" in said.json()["words"]


@pytest.mark.parametrize(
    "wrong",
    [{"endpoint": "https://127.0.0.1/x"}, {"endpoint": "http://push.example.org/x"}, {"endpoint": ""},
     {"endpoint": "https://169.254.169.254/latest"}, {"p256dh": "AAAA"}, {"auth": ""}],
)  # fmt: skip
def test_what_is_no_push_service_is_refused_in_words(alice, service, clock, wrong):
    said = signed_in(alice).post("/me/reminders/ring/", {**Subscriber(service).said, **wrong})
    assert said.status_code == 400 and "nothing can be sent to" in said.json()["words"]
    assert not PushSubscription.objects.exists()


def test_a_name_that_leads_inside_by_now_is_not_sent_to(alice, clock, settings, service, monkeypatch):
    """It was public when it was given: each send looks it up again."""
    import socket

    subscriber = Subscriber(service)
    subscriber.endpoint = "https://push.example.org/x"
    assert signed_in(alice).post("/me/reminders/ring/", subscriber.said).status_code == 201
    inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_host, **_more: [inside])
    monkeypatch.setattr(socket, "create_connection", lambda *_where: pytest.fail("connected"))
    choose(alice, ("meal", time(19, 30)))
    assert ringing.ring(alice.pk) == 1  # refused, for good, and nothing was connected to


def test_another_persons_device_is_not_there_and_stays(alice, bob, service, device):
    row = PushSubscription.objects.get()
    assert signed_in(bob).post(f"/me/reminders/ring/{row.pk}/stop/").status_code == 404
    assert PushSubscription.objects.filter(pk=row.pk).exists()
    assert signed_in(alice).post(f"/me/reminders/ring/{row.pk}/stop/").status_code == 302
    assert not PushSubscription.objects.exists()


# Two at once, and one that dies -----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_four_workers_at_once_one_rings(alice, service):
    alice = where_it_is(12, alice)
    device = rings(alice, service)
    now = datetime.now(alice.tz)
    at = now.time().replace(second=0, microsecond=0)
    choose(alice, ("meal", at), quiet_from=time(0), quiet_until=time(0))
    entries.log_spasm(alice, signs=["chest_pain"])
    start, rung = threading.Barrier(4), []

    def worker():
        start.wait()
        rung.append(ringing.ring(alice.pk))
        connections.close_all()

    threads = [threading.Thread(target=worker) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(rung) == 2
    assert sorted(one["title"] for one in heard(service, device)) == [REMINDER["title"], ATTENTION["title"]]


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(120)
def test_a_real_worker_rings_for_a_cramp_with_a_warning_sign(alice, service, real_worker):
    device = rings(alice, service)
    real_worker(SPASMLOG_PUSH_TEST_SERVER=service.origin)
    entries.log_spasm(alice, signs=["chest_pain"])
    until(lambda: service.came, within=20)
    assert heard(service, device) == [ATTENTION]
