"""A cramp at night, counted in taps: in a real browser, on a phone."""

import time
from datetime import timedelta

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from journal import entries
from journal.models import SpasmEpisode
from tests.browser.conftest import until
from tests.conftest import PASSWORD, SLOWER

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


class Taps:
    """Fingers on a phone, counted."""

    def __init__(self, screen):
        self.screen, self.count = screen, 0

    def on(self, selector):
        """A real tap on what is shown there."""
        self.screen.tap(selector)
        self.count += 1

    def on_body(self, spot):
        self.on(f"[data-spot='{spot}'] .spot-hit")


@pytest.fixture
def phone_screen(screen, alice):
    screen.shape(390)
    screen.sign_in("alice", PASSWORD)
    return screen


@pytest.fixture
def taps(phone_screen):
    return Taps(phone_screen)


def stored():
    return SpasmEpisode.objects.live().get()


def test_one_tap_from_today_stores_the_cramp_and_the_details_take_three_more(phone_screen, taps):
    taps.on(".cramp-now button")
    until(SpasmEpisode.objects.exists)
    assert taps.count == 1

    phone_screen.find("h1", "Cramp at")
    begun = time.monotonic()
    taps.on_body("calf-left")
    taps.on("label[for=id_intensity_7]")
    taps.on("label[for=id_woke_me_0]")
    until(
        lambda: (
            (stored().site, stored().side, stored().intensity, stored().woke_me) == ("calf", "left", 7, True)
        )
    )
    assert taps.count <= 6 and time.monotonic() - begun < 20 * SLOWER
    phone_screen.find("#cramp-saved", "Saved")
    assert "Undo" in phone_screen.text()  # the tap that stored it can still be taken back
    assert phone_screen.complaints() == []


@pytest.mark.slow
def test_body_and_list_say_the_same(phone_screen, taps):
    taps.on(".cramp-now button")
    taps.on_body("forearm-right")
    chosen = "[...document.querySelectorAll('#cramp :checked')].map(e => e.value)"
    assert {"forearm", "right"} <= set(phone_screen.run(chosen))
    taps.on("label[for=where-list]")
    taps.on("label[for=id_site_0]")  # calf
    until(lambda: (stored().site, stored().side) == ("calf", "right"))
    taps.on("label[for=id_side_2]")  # both sides
    lit = "[...document.querySelectorAll('.spot.chosen')].map(e => e.dataset.spot).sort().join()"
    assert phone_screen.run(lit) == "calf-left,calf-right"
    until(lambda: stored().side == "both")


def test_a_place_is_chosen_with_the_keyboard_alone(phone_screen, taps):
    taps.on(".cramp-now button")
    phone_screen.find("h1", "Cramp at")
    phone_screen.run("document.querySelector('#where-body').focus()")
    keys = ActionChains(phone_screen.driver)
    keys.send_keys(Keys.TAB).send_keys(Keys.SPACE).perform()
    first = phone_screen.run("document.activeElement.value")
    ActionChains(phone_screen.driver).send_keys(Keys.ARROW_DOWN).perform()
    second = phone_screen.run("document.activeElement.value")
    assert (first, second) == ("face_eyelid-right", "face_eyelid-left")
    until(lambda: (stored().site, stored().side) == ("face_eyelid", "left"))


def test_a_sign_brings_its_card_into_view_at_once(phone_screen, taps):
    taps.on(".cramp-now button")
    taps.on("#signs summary")
    taps.on("label[for=id_signs_4]")  # chest pain
    card = phone_screen.find("#urgent [data-rule=R02]")
    until(lambda: 0 <= card.rect["y"] - phone_screen.run("scrollY") < 400)
    assert phone_screen.run("document.activeElement.id") == "urgent"
    assert stored().signs == ["chest_pain"]


@pytest.mark.slow
def test_nothing_is_lost_by_going_away_in_the_middle(phone_screen, taps):
    taps.on(".cramp-now button")
    phone_screen.type("#id_note", "after the stairs")
    phone_screen.go("/week/")  # at once, with nothing saved by hand
    until(lambda: stored().note == "after the stairs")


@pytest.mark.slow
def test_times_follow_what_is_stored(phone_screen, alice, taps):
    taps.on(".cramp-now button")
    taps.on("label[for=id_started_2]")  # 30 min earlier
    until(lambda: stored().created_at - stored().occurred_at == 30 * MINUTE)
    taps.on("button[name=just_ended]")
    until(lambda: phone_screen.run("document.querySelector('#id_minutes').value") == "30")
    taps.on("label[for=id_intensity_3]")
    until(lambda: stored().intensity == 3)
    assert stored().created_at - stored().occurred_at == 30 * MINUTE
    assert 29 * MINUTE < stored().duration < 31 * MINUTE


@pytest.mark.slow
def test_every_region_is_as_large_as_a_finger_on_a_phone(phone_screen, taps):
    taps.on(".cramp-now button")
    phone_screen.find(".body-map")
    small = phone_screen.run(
        """[...document.querySelectorAll('.spot')]
        .map(e => [e.dataset.spot, e.querySelector('.spot-hit').getBoundingClientRect()])
        .filter(([name, box]) => box.width < 42 || box.height < 42)
        .map(([name, box]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
    )
    assert small == []
    assert phone_screen.run("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
def test_every_region_takes_the_tap_that_is_meant_for_it(phone_screen, alice):
    cramp = entries.log_spasm(alice)
    for width in (320, 390, 1280):
        phone_screen.shape(width)
        phone_screen.go(f"/cramps/{cramp.pk}/")
        phone_screen.find(".body-map")
        astray = phone_screen.run(
            """[...document.querySelectorAll('.spot')].filter(label => {
                const box = label.querySelector('.spot-shape').getBoundingClientRect();
                label.scrollIntoView({block: 'center'});
                const now = label.querySelector('.spot-shape').getBoundingClientRect();
                const hit = document.elementFromPoint(now.x + now.width / 2, now.y + now.height / 2);
                return hit?.closest('.spot')?.dataset.spot !== label.dataset.spot;
            }).map(label => label.dataset.spot)"""
        )
        assert astray == [], width


def test_by_night_the_ground_is_nearly_black(phone_screen, alice):
    cramp = entries.log_spasm(alice)
    for zone in (
        "Asia/Tokyo",
        "Europe/Athens",
        "Europe/London",
        "America/New_York",
        "Pacific/Honolulu",
    ):  # one of them has night
        type(alice).objects.filter(pk=alice.pk).update(time_zone=zone)
        phone_screen.go(f"/cramps/{cramp.pk}/")
        if phone_screen.driver.find_elements(By.CSS_SELECTOR, "html[data-night]"):
            break
    ground = phone_screen.run("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(11, 17, 19)"  # --sunken, dark: #0b1113
