"""Cramps: one tap, then details; urgent signs are answered at once."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from journal import body_map, entries
from journal.codes import Relief, Side, Sign, Site
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


def test_urgent_cards_stand_in_one_order_on_every_page(browser, alice):
    def rules(page):
        above = browser.get(page).content.decode()
        return re.findall(r'data-rule="(R\d+)"', above)

    # The swollen leg (R08, the same day) was ticked first, both others later.
    entries.tick_warning_signs(alice, signs=["one_leg_swollen"])
    entries.tick_warning_signs(alice, signs=["dark_urine", "weakness"])
    cramp = entries.log_spasm(alice, signs=["one_leg_swollen", "dark_urine", "weakness", "chest_pain"])

    wanted = rules(f"/cramps/{cramp.pk}/")
    assert wanted[0] == "R02" and wanted.index("R07") < wanted.index("R08")  # 111 before the same day
    assert rules("/") == rules("/warning-signs/") == wanted
    assert rules("/advice/")[: len(wanted)] == wanted


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


# The body map ---------------------------------------------------------------------------------


def test_every_place_but_elsewhere_is_on_the_body_once_for_each_side():
    named = {(site, side) for site in Site.values if site != Site.OTHER for side in (Side.LEFT, Side.RIGHT)}
    assert set(body_map.SPOTS) == named and len(body_map.SPOTS) == len(named)


def test_left_is_the_persons_own_left_from_the_front_and_from_behind():
    for view, viewers_left in ((body_map.FRONT, "right"), (body_map.BACK, "left")):
        assert {region.side for region in body_map.FIGURES[view] if region.mirrored} == {viewers_left}


def corners(path):
    """The corners of a hit area: M, L, H and V with absolute numbers."""
    x = y = 0.0
    for letter, numbers in re.findall(r"([MLHV])([\d. ]+)", path):
        said = [float(n) for n in numbers.split()]
        x, y = {"H": (said[0], y), "V": (x, said[0])}.get(letter, (said[0], said[-1]))
        yield x, y


def area(points):
    """Area of a polygon (shoelace formula)."""
    ring = list(points)
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


@pytest.mark.parametrize(("view", "untouched"), [(body_map.FRONT, 0), (body_map.BACK, 88 * 46)])
def test_what_a_finger_may_touch_covers_the_figure_and_never_twice(view, untouched):
    """Half a figure is 88 x 464; from behind the head, 46 high, is no place of the list."""
    halves = [region for region in body_map.FIGURES[view] if not region.mirrored]
    covered = sum(area(corners(region.hit)) for region in halves)
    assert covered == pytest.approx(88 * 464 - untouched)


def test_a_tap_on_the_body_stores_place_and_side_without_script(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {"spot": "thigh_back-right"})
    stored = SpasmEpisode.objects.get()
    assert (stored.site, stored.side) == ("thigh_back", "right")
    page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    assert re.search(r'class="spot chosen"[^>]*data-spot="thigh_back-right"', page)
    assert re.search(r'name="site" value="thigh_back"[^>]*checked', page)
    assert page.count("spot chosen") == 1


def test_a_choice_in_the_list_is_not_undone_by_the_body_beside_it(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {"spot": "calf-left"})
    browser.post(f"/cramps/{cramp.pk}/", {"spot": "calf-left", "site": "foot", "side": "left"})
    assert (SpasmEpisode.objects.get().site, SpasmEpisode.objects.get().side) == ("foot", "left")
    browser.post(f"/cramps/{cramp.pk}/", {"spot": "foot-left", "site": "foot", "side": "both"})
    assert SpasmEpisode.objects.get().side == "both"
    page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    lit = re.findall(r'class="spot chosen"[^>]*data-spot="([^"]+)"', page)
    assert set(lit) == {"foot-left", "foot-right"}


def test_where_body_and_list_were_both_changed_the_list_counts(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {"spot": "calf-left", "site": "foot", "side": "right"})
    assert (SpasmEpisode.objects.get().site, SpasmEpisode.objects.get().side) == ("foot", "right")


def test_each_region_has_a_control_with_a_name_from_the_persons_own_side(browser, cramp):
    page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    assert len(re.findall(r'<input type="radio" name="spot"', page)) == len(body_map.SPOTS)
    assert "calf, your left" in page and "front of the thigh, your right" in page


# Tap by tap -----------------------------------------------------------------------------------


def tapped(browser, cramp, said):
    return browser.post(f"/cramps/{cramp.pk}/", said, headers={"HX-Request": "true"})


def test_a_tap_is_stored_and_answered_with_a_quiet_word(browser, cramp):
    answer = tapped(browser, cramp, {"site": "calf", "intensity": "6"})
    assert answer.status_code == 200 and words(answer) == "Saved"
    assert (SpasmEpisode.objects.get().site, SpasmEpisode.objects.get().intensity) == ("calf", 6)
    assert "Cramp saved." not in words(browser.get("/"))  # no heap of messages afterwards


def test_a_ticked_sign_is_answered_with_its_card_in_the_same_breath(browser, cramp):
    answer = tapped(browser, cramp, {"signs": ["chest_pain"]}).content.decode()
    above = answer.split('id="urgent" hx-swap-oob="innerHTML"')[1]
    assert 'data-rule="R02"' in above and 'href="tel:111"' in above
    assert "data-rule" not in tapped(browser, cramp, {"signs": []}).content.decode()


def test_signs_that_are_ticked_stand_before_all_other_details(browser, cramp):
    page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    assert page.index('name="site"') < page.index('name="signs"')
    browser.post(f"/cramps/{cramp.pk}/", {"signs": ["fever"]})
    page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    assert page.index('name="signs"') < page.index('name="site"')


def test_what_cannot_be_stored_is_said_in_the_answer_to_the_tap_and_nothing_is_changed(browser, cramp):
    answer = tapped(browser, cramp, {"minutes": "-5", "site": "foot"})
    assert "Not saved yet." in words(answer) and "A cramp cannot end before it starts." in words(answer)
    assert SpasmEpisode.objects.get().site == ""


def test_the_end_is_that_of_the_tap_however_often_the_form_is_sent_after_it(browser, alice):
    cramp = entries.log_spasm(alice, occurred_at=timezone.now() - timedelta(minutes=4))
    answer = tapped(browser, cramp, {"just_ended": "on"}).content.decode()
    ended = SpasmEpisode.objects.get().ended_at
    assert 'data-minutes="4"' in answer  # the page fills it in, and sends it along from then on
    tapped(browser, cramp, {"minutes": "4", "intensity": "5"})
    assert SpasmEpisode.objects.get().ended_at == ended


def test_it_has_just_ended_leads_back_to_the_details(browser, cramp):
    answer = browser.post(f"/cramps/{cramp.pk}/", {"just_ended": "on"})
    assert answer["Location"] == f"/cramps/{cramp.pk}/"


def test_the_preset_that_was_chosen_is_shown_again_and_moves_nothing(browser, cramp):
    answer = tapped(browser, cramp, {"started": "30"}).content.decode()
    assert 'data-started="30"' in answer
    assert re.search(
        r'name="started" value="30"[^>]*checked', browser.get(f"/cramps/{cramp.pk}/").content.decode()
    )
    browser.post(f"/cramps/{cramp.pk}/", {"started": "30", "site": "calf"})
    assert SpasmEpisode.objects.get().occurred_at == cramp.created_at - timedelta(minutes=30)


def test_what_was_tried_and_is_taken_back_takes_its_answer_along(browser, cramp):
    browser.post(f"/cramps/{cramp.pk}/", {"tried_heat": "on", "helped_heat": "yes"})
    browser.post(f"/cramps/{cramp.pk}/", {"helped_heat": "yes"})  # a radio button cannot be unchosen
    assert SpasmEpisode.objects.get().relief == []


def test_a_cramp_on_a_journey_says_where_its_clock_stood(browser, alice):
    away = entries.log_spasm(alice, tz="Europe/London")
    assert "Europe/London" in words(browser.get(f"/cramps/{away.pk}/"))
    home = entries.log_spasm(alice)
    assert "Pacific/Auckland" not in words(browser.get(f"/cramps/{home.pk}/"))


# By night -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("utc", "dark"),
    [("2026-11-25T09:30", True), ("2026-11-24T16:59", True),
     ("2026-11-24T17:00", False), ("2026-11-25T08:59", False)],
)  # fmt: skip
def test_between_ten_and_six_on_the_diarists_clock_the_page_is_dark(browser, alice, utc, dark):
    """Auckland in November is UTC+13: 22:30, 05:59, 06:00 and 21:59."""
    with time_machine.travel(datetime.fromisoformat(f"{utc}+00:00")):
        cramp = entries.log_spasm(alice)
        page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    assert (' data-theme="dark" data-night>' in page) == dark


def test_light_that_was_chosen_by_hand_stays_by_night(browser, alice):
    browser.cookies["spasmlog_theme"] = "light"
    with time_machine.travel(datetime.fromisoformat("2026-11-25T12:00+00:00")):  # 01:00 in Auckland
        cramp = entries.log_spasm(alice)
        page = browser.get(f"/cramps/{cramp.pk}/").content.decode()
    assert 'data-theme="light"' in page and "data-night" not in page
