"""Cramps: one tap, then details; urgent signs are answered at once."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from journal import entries
from journal.codes import Relief, Sign
from journal.forms import SIGN_GROUPS
from journal.models import Advice, SpasmEpisode
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def cramp(alice):
    return entries.log_spasm(alice)


def test_one_tap_stores_a_cramp_with_its_moment_and_opens_its_details(browser, alice):
    before = timezone.now()
    answer = browser.post("/cramps/now/", follow=True)
    cramp = SpasmEpisode.objects.get()

    assert before <= cramp.occurred_at <= timezone.now()
    assert answer.redirect_chain == [(f"/cramps/{cramp.pk}/", 302)]
    assert f'action="/entries/cramp/{cramp.pk}/delete/"' in answer.content.decode()  # Undo


@pytest.mark.parametrize(
    "page", ["/", "/meals/add/", "/me/", "/supplements/", "/drinks/add/", "/exercise/add/"]
)
def test_cramp_now_is_on_every_page(browser, alice, page):
    assert (
        '<form class="cramp-now" method="post" action="/cramps/now/">' in browser.get(page).content.decode()
    )


def test_a_tap_on_the_page_of_another_day_is_a_cramp_of_that_day(browser, alice):
    day = entries.today(alice) - timedelta(days=3)
    browser.post(f"/cramps/now/?day={day}")
    assert SpasmEpisode.objects.get().local_date == day


def test_all_details_are_stored(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {
        "site": "calf", "side": "left", "intensity": "7", "woke_me": "yes", "doing": "asleep", "minutes": "4",
        "tried_stretch": "on", "helped_stretch": "yes", "tried_massage": "on", "helped_walk": "no",
        "signs": ["tiredness"], "note": "again",
    })  # fmt: skip
    stored = SpasmEpisode.objects.get()
    assert (stored.site, stored.side, stored.intensity, stored.woke_me, stored.doing) == (
        "calf",
        "left",
        7,
        True,
        "asleep",
    )
    assert (
        stored.duration == timedelta(minutes=4) and stored.note == "again" and stored.signs == ["tiredness"]
    )
    assert stored.relief == [
        {"what": "stretch", "helped": "yes"},
        {"what": "massage", "helped": None},
        {"what": "walk", "helped": "no"},
    ]


def test_no_detail_is_needed_and_none_is_made_up(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {"site": ""})
    stored = SpasmEpisode.objects.get()
    assert (stored.site, stored.intensity, stored.woke_me, stored.ended_at, stored.relief) == (
        "",
        None,
        None,
        None,
        [],
    )
    assert stored.occurred_at == cramp.occurred_at


@pytest.mark.parametrize("minutes", [0, 15, 30, 60])
def test_it_may_have_begun_before_the_tap(browser, cramp, minutes):
    for _ in range(2):  # counted from the tap, however often the form is sent
        browser.post(f"/cramps/{cramp.pk}/", {"started": str(minutes)})
    assert SpasmEpisode.objects.get().occurred_at == cramp.created_at - timedelta(minutes=minutes)


def test_a_typed_time_is_that_of_the_wall_where_the_diarist_lives(browser, alice, cramp):
    day = entries.today(alice) - timedelta(days=1)
    browser.post(f"/cramps/{cramp.pk}/", {"occurred_at": f"{day}T23:15"})
    assert SpasmEpisode.objects.get().occurred_at == datetime(
        day.year, day.month, day.day, 23, 15, tzinfo=alice.tz
    )


def test_it_has_just_ended(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {"just_ended": "on"})
    assert SpasmEpisode.objects.get().ended_at - timezone.now() < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ("-5", "A cramp cannot end before it starts."),
        ("2000", "A cramp cannot last longer than 24 hours."),
        ("600", "This is in the future."),
        ("long", "Give a number."),
    ],
)
def test_an_impossible_length_is_refused_at_its_field(browser, alice, minutes, said):
    long_ago = entries.log_spasm(
        alice, occurred_at=timezone.now() - timedelta(days=3 if minutes == "2000" else 0)
    )
    answer = browser.post(f"/cramps/{long_ago.pk}/", {"minutes": minutes, "site": "foot"})
    page = answer.content.decode()
    assert answer.status_code == 200 and SpasmEpisode.objects.get().site == ""
    assert said in page.split('id="id_minutes_error"')[1][:700]
    assert re.search(r'value="foot"[^>]*checked', page)  # what was typed is kept


def test_urgent_signs_are_answered_before_anything_else_with_no_worker_running(browser, cramp):
    answer = browser.post(f"/cramps/{cramp.pk}/", {"signs": ["dark_urine", "chest_pain"]}, follow=True)
    page = answer.content.decode()

    assert {card.rule for card in Advice.objects.all()} == {"R02", "R07"}
    assert page.index('data-rule="R02"') < page.index('data-rule="R07"') < page.index("<h1>")
    assert 'href="tel:111"' in page  # New Zealand


def test_signs_taken_away_take_the_card_away(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {"signs": ["chest_pain"]})
    browser.post(f"/cramps/{cramp.pk}/", {"signs": []})
    assert "data-rule" not in browser.get(f"/cramps/{cramp.pk}/").content.decode()


def test_every_warning_sign_can_be_ticked_once():
    asked = [sign for _title, signs in SIGN_GROUPS for sign in signs]
    assert sorted(asked) == sorted(Sign) and len(set(asked)) == len(asked)


def test_the_form_offers_every_relief(browser, cramp):
    page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    assert all(f'name="tried_{what}"' in page and f'name="helped_{what}"' in page for what in Relief.values)


def test_a_sign_that_is_not_on_the_list_is_refused(browser, cramp):
    answer = browser.post(f"/cramps/{cramp.pk}/", {"signs": ["haunted"]})
    assert answer.status_code == 200 and SpasmEpisode.objects.get().signs == []


def test_the_symptom_page_never_lets_silence_be_read_as_safety(browser, cramp):
    said = words(browser.get(f"/cramps/{cramp.pk}/"))
    assert "that does not mean that all is well" in said


def test_length_is_kept_to_the_second_when_only_the_place_changes(browser, alice):
    start = timezone.now() - timedelta(hours=1)
    cramp = entries.log_spasm(alice, occurred_at=start, ended_at=start + timedelta(seconds=200))
    browser.post(f"/cramps/{cramp.pk}/", {"site": "calf", "minutes": "3"})  # 200 s show as 3 min
    assert SpasmEpisode.objects.get().duration == timedelta(seconds=200)
