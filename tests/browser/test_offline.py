"""Without a network: what is logged waits in the browser, and arrives once."""

import contextlib
import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from rest_framework import exceptions
from selenium import webdriver
from selenium.common.exceptions import JavascriptException
from selenium.webdriver.common.by import By

import spasmlog
from journal import entries
from journal.api.sync import Sync
from journal.models import DayMark, Exercise, Meal, SpasmEpisode, WarningSigns, WaterIntake
from spasmlog.browsers import diary_key
from tests.browser.conftest import Screen, until
from tests.browser.line import Line
from tests.conftest import CHROMEDRIVER, CHROMIUM, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

ONE, NONE = "1 waiting to be sent", ""


@pytest.fixture
def line(live_server):
    line = Line(live_server.url)
    yield line
    line.cut()


@pytest.fixture
def screen(screen, line):
    """A browser that reaches the server by the line alone; each line has a port, and so a clean browser."""
    return Screen(screen.driver, line.address)


def ready(screen):
    """The worker is in charge, and what logging needs is kept."""
    until(lambda: screen.run("navigator.serviceWorker?.controller?.state === 'activated'"))
    until(lambda: facts_of(screen))


def facts_of(screen):
    """What is kept for the person of the page; nothing while a page or a worker is still coming to be."""
    with contextlib.suppress(JavascriptException):
        return kept(screen, f"facts:{screen.run('document.getElementById(`waiting`).dataset.diary')}")


def kept(screen, name):
    return screen.later(f"(await import('/static/journal/offline/store.js')).read('{name}')")


def kept_page(screen, path):
    """The words of a page as the worker keeps it."""
    html = f"(await (await caches.match('{path}')).text())"
    parse = f"new DOMParser().parseFromString({html}, 'text/html')"
    return " ".join(screen.later(f"{parse}.querySelector('main').textContent").split())


def sign_in(screen, name):
    screen.sign_in(name, PASSWORD)
    ready(screen)


def keep(screen, name, value):
    screen.later(f"(await import('/static/journal/offline/store.js')).keep('{name}', {value})")


def paused(screen):
    """Have the browser wait before it sends; whether a try that just failed has not said otherwise."""
    keep(screen, "pause", "{until: Date.now() + 600000, tries: 1, asked: true}")
    time.sleep(0.5)
    return kept(screen, "pause")["asked"]


@pytest.fixture
def at_home(screen, alice):
    """Alice has signed in on this browser, and looked at her day."""
    sign_in(screen, "alice")
    screen.go("/")
    return screen


def waiting(screen):
    """What the page says of entries that wait; nothing if none does."""
    return " ".join(screen.driver.find_element(By.ID, "waiting").text.split())


def log_water(screen, amount="250"):
    screen.go("/offline/#water")
    screen.type("#water-amount", amount)
    screen.tap("#water button", "Save drink")


def save_exercise(screen, minutes):
    screen.type("#exercise-minutes", minutes)
    screen.tap("#exercise button", "Save exercise")
    screen.find("#waiting", ONE)


def send_now(screen, done):
    """Press Send now, once, and wait until `done(what the page says of what waits)`. A line that was mended
    is found by the page itself, too, on a slow machine before the press: then there is no button."""

    def pressed():
        button = screen.shown("#waiting button", "Send now")
        return button and screen.press(button)

    until(lambda: done(waiting(screen)) or pressed())
    until(lambda: done(waiting(screen)))


def sends_all(screen):
    """Send what waits by hand, until nothing does."""
    send_now(screen, lambda said: said == NONE)


def amounts(diarist):
    return [float(drink.amount_ml) for drink in WaterIntake.objects.of(diarist).order_by("occurred_at")]


# One browser ----------------------------------------------------------------------------------


def test_a_cramp_logged_without_a_network_waits_through_a_reload_and_arrives_once(at_home, line, alice):
    line.cut()
    at_home.go("/offline/#cramp")
    at_home.choose("site", "calf")
    at_home.choose("side", "left")
    at_home.choose("intensity", "7")
    at_home.tap("#cramp button", "Save cramp")
    at_home.find("#waiting", "The server cannot be reached.")
    at_home.driver.refresh()
    at_home.find("#waiting", ONE)
    assert "calf · left · 7/10" in at_home.find(".waiting-items").text
    assert not SpasmEpisode.objects.exists()

    line.mend()
    sends_all(at_home)

    cramp = SpasmEpisode.objects.get()
    assert (cramp.diarist, cramp.site, cramp.side, cramp.intensity) == (alice, "calf", "left", 7)
    assert cramp.tz == "Pacific/Auckland"
    assert at_home.complaints_but_of_the_network() == []


@pytest.mark.slow
def test_what_waits_is_sent_by_itself_when_the_next_page_comes(at_home, line, alice):
    line.cut()
    log_water(at_home)
    at_home.find("#waiting", ONE)

    line.mend()
    at_home.go("/")

    until(lambda: amounts(alice) == [250])
    until(lambda: waiting(at_home) == NONE)


def test_what_was_sent_is_told_and_stands_in_the_diary_of_the_page_that_is_open(at_home, line, alice):
    line.cut()
    at_home.go("/")
    at_home.tap("button", "300")
    at_home.find("#waiting", ONE)
    at_home.tap("button", "500")
    at_home.find("#waiting", "2 waiting to be sent")

    until(lambda: paused(at_home))  # or this page, not the next one, may send them and tell of it
    line.mend()
    at_home.go("/health/live")
    keep(at_home, "pause", "null")
    at_home.go("/")
    at_home.run("window.same = true")

    assert at_home.find("#sent[role=status]", "2 entries were sent.")
    at_home.find(".fluid", "800 ml drunk")  # 300 + 500
    assert at_home.run("window.same")  # no page came in between
    until(lambda: "800 ml drunk" in kept_page(at_home, "/"))
    line.cut()
    at_home.go("/")
    at_home.find("#as-kept", "No network")
    at_home.find(".fluid", "800 ml drunk")  # what is kept of the page was renewed as well
    assert not at_home.driver.find_elements(By.CSS_SELECTOR, "#sent > :not([hidden])")  # told once


@pytest.mark.slow
@pytest.mark.parametrize("at_work", ["field.focus()", "field.value = 'half a w'"])
def test_where_somebody_is_at_work_what_was_sent_is_only_offered(at_home, line, at_work):
    line.cut()
    at_home.go("/")
    at_home.tap("button", "300")
    at_home.find("#waiting", ONE)
    field = "const field = Object.assign(document.createElement('input'), { id: 'mine' });"
    at_home.driver.execute_script(f"{field} document.querySelector('main .card').append(field); {at_work}")

    line.mend()
    at_home.run("dispatchEvent(new Event('online'))")
    at_home.find("#sent", "1 entry was sent.")
    assert at_home.find("#mine")
    assert "300 ml drunk" not in at_home.text()

    at_home.tap("#sent a", "Show them")
    at_home.find(".fluid", "300 ml drunk")
    assert not at_home.driver.find_element(By.ID, "as-kept").is_displayed()


@pytest.mark.slow
def test_on_a_page_that_shows_no_day_what_was_sent_leads_to_today_and_nothing_typed_is_lost(at_home, line):
    line.cut()
    log_water(at_home)
    at_home.find("#waiting", "It is tried again by itself")
    until(lambda: paused(at_home))
    line.mend()
    at_home.go("/meals/add/")
    at_home.type("#q", "oat")
    keep(at_home, "pause", "{until: 0}")
    at_home.tap("#waiting button", "Send now")
    at_home.find("#sent", "1 entry was sent.")

    assert at_home.find("#q").get_attribute("value") == "oat"
    at_home.tap("#sent a", "Show them")
    at_home.find(".fluid", "250 ml drunk")


@pytest.mark.slow
def test_taps_on_the_kept_page_of_today_fall_into_the_queue_each_as_one_entry(at_home, line, alice):
    line.cut()
    at_home.go("/")
    at_home.find("#as-kept", "No network")
    at_home.tap("button", "300")
    at_home.find("#waiting", ONE)
    at_home.tap("button", "300")
    at_home.find("#waiting", "2 waiting to be sent")

    line.mend()
    sends_all(at_home)

    assert amounts(alice) == [300, 300]


@pytest.mark.slow
def test_what_is_said_of_a_day_on_its_kept_page_looks_as_it_was_tapped_and_is_taken_back(
    at_home, line, alice
):
    at_home.go("/")
    line.cut()
    at_home.go("/")
    at_home.find("#as-kept", "No network")
    at_home.tap("form[action$='/mark/'] button[aria-pressed=false]", "Day finished")
    at_home.find("form[action$='/mark/'] button[aria-pressed=true]", "Day finished")
    at_home.tap("form[action$='/mark/'] button[aria-pressed=true]", "Day finished")
    at_home.find("form[action$='/mark/'] button[aria-pressed=false]", "Day finished")
    at_home.find("#waiting", "waiting to be sent")

    line.mend()
    sends_all(at_home)

    assert DayMark.objects.get().finished is False


@pytest.mark.slow
def test_a_form_that_the_server_took_while_its_answer_was_lost_is_one_entry(at_home, line, alice):
    line.deaf.set()
    # Nothing may be asked of the browser until the line is cut: it waits for the page that will not come.
    press = "document.querySelector('.quick-water button[value=\"300\"]').click()"
    at_home.run(f"setTimeout(() => {press}, 2000)")
    until(lambda: amounts(alice) == [300])
    line.cut()
    at_home.find("#waiting", ONE)

    line.mend()
    sends_all(at_home)

    assert amounts(alice) == [300]


def press(screen, amount):
    """Press the button of a drink's form, as somebody who does not wait for what comes of it."""
    screen.find("#drink")
    fill = f"form.elements.amount_ml.value = '{amount}'"
    send = "fetch('/drinks/add/', {method: 'POST', body: new FormData(form)}).catch(() => {})"
    screen.run(f"(() => {{ const form = document.getElementById('drink'); {fill}; {send}; }})()")


def press_again(screen, amount):
    """Press it once more, and see the page that comes."""
    fill = f"form.elements.amount_ml.value = '{amount}'"
    screen.run(f"(() => {{ const form = document.getElementById('drink'); {fill}; form.submit(); }})()")


def queue_of(screen):
    diary = screen.run("document.getElementById('waiting').dataset.diary")
    return screen.later(f"(await import('/static/journal/offline/queue.js')).of('{diary}')")


def waits(screen):
    """The amounts of the drinks that wait."""
    return [float(one["data"]["amount_ml"]) for one in queue_of(screen)]


@pytest.fixture
def form_of_a_drink(at_home, line):
    """Nothing is sent by itself: what waits stays to be seen."""
    at_home.go("/drinks/add/")
    keep(at_home, "pause", "{until: Date.now() + 600000, tries: 1, asked: true}")
    line.heard.clear()
    return at_home


def press_and_lose(screen, line, amount):
    """Have a press come through, and its answer go nowhere: it waits."""
    line.deaf.set()
    press(screen, amount)
    until(lambda: [said for said in line.heard if said.startswith("POST /drinks/add/")])
    line.cut()
    until(lambda: waits(screen) == [float(amount)])


def test_a_press_that_was_lost_waits_no_longer_once_the_form_is_back_refused(form_of_a_drink, line, alice):
    press_and_lose(form_of_a_drink, line, "99999")

    line.mend()
    press_again(form_of_a_drink, "99999")

    form_of_a_drink.find(".error", "More than 5 litres at once is not possible.")
    assert (waits(form_of_a_drink), waiting(form_of_a_drink), amounts(alice)) == ([], NONE, [])


def test_a_press_that_is_lost_after_a_later_one_was_answered_never_waits(form_of_a_drink, line, alice):
    line.swallow = "POST /drinks/add/"
    press(form_of_a_drink, "99999")
    until(line.deaf.is_set)
    time.sleep(1)  # its answer, too, is lost
    line.swallow = ""
    line.deaf.clear()
    press_again(form_of_a_drink, "99999")
    form_of_a_drink.find(".error", "More than 5 litres at once is not possible.")

    line.cut()  # only now the first is given up
    time.sleep(2)

    assert (waits(form_of_a_drink), waiting(form_of_a_drink), amounts(alice)) == ([], NONE, [])


def test_a_press_that_was_lost_and_one_that_was_taken_are_one_entry(form_of_a_drink, line, alice):
    press_and_lose(form_of_a_drink, line, "250")

    line.mend()
    press_again(form_of_a_drink, "250")

    form_of_a_drink.find(".message", "saved")
    until(lambda: waits(form_of_a_drink) == [])
    assert amounts(alice) == [250]


def test_a_press_that_was_lost_waits_though_another_form_is_refused(form_of_a_drink, line):
    press_and_lose(form_of_a_drink, line, "250")

    line.mend()
    form_of_a_drink.go("/drinks/add/")
    press_again(form_of_a_drink, "99999")

    form_of_a_drink.find(".error", "More than 5 litres at once is not possible.")
    assert waits(form_of_a_drink) == [250]


def test_a_press_that_was_lost_waits_through_the_end_of_the_sign_in_and_arrives_once(
    form_of_a_drink, line, alice
):
    press_and_lose(form_of_a_drink, line, "250")
    WaterIntake.objects.all().delete()  # as if it had not come so far
    Session.objects.all().delete()

    line.mend()
    press_again(form_of_a_drink, "250")
    form_of_a_drink.find("#waiting", "Sign in to send it")
    form_of_a_drink.sign_in("alice", PASSWORD)
    keep(form_of_a_drink, "pause", "null")
    form_of_a_drink.go("/")

    until(lambda: amounts(alice) == [250])
    until(lambda: waiting(form_of_a_drink) == NONE)
    assert amounts(alice) == [250]


@pytest.mark.slow
def test_a_form_brought_back_by_the_back_button_is_another_entry(at_home, line, alice):
    at_home.tap("button", "300")
    at_home.find(".message", "saved")
    used = str(WaterIntake.objects.get().pk)
    line.cut()
    at_home.run(f"document.querySelector('.quick-water [name=id]').value = '{used}'")
    at_home.tap("button", "500")
    at_home.find("#waiting", ONE)

    line.mend()
    sends_all(at_home)

    assert amounts(alice) == [300, 500]


@pytest.mark.slow
def test_a_cramp_in_the_night_takes_one_tap_and_its_details_follow_it_into_the_queue(at_home, line):
    line.cut()
    at_home.go("/")
    at_home.tap(".cramp-now button")
    at_home.find("#done", "is kept in this browser")
    at_home.choose("site", "foot")
    at_home.tap("#cramp button", "Save cramp")
    at_home.find("#done", "Kept with its details. It is sent when you are online.")
    assert waiting(at_home).startswith(ONE)

    line.mend()
    sends_all(at_home)

    assert SpasmEpisode.objects.get().site == "foot"


def in_view(screen, selector):
    """Whether the whole of it is seen without scrolling, and nothing lies over its middle."""
    return screen.driver.execute_script(
        """
        const shown = document.querySelector(arguments[0]);
        const { top, bottom, left, width, height } = shown.getBoundingClientRect();
        const there = document.elementFromPoint(left + width / 2, top + height / 2);
        return top >= 0 && bottom <= innerHeight && shown.contains(there);
        """,
        selector,
    )


@pytest.mark.slow
def test_what_a_phone_shows_first_after_a_cramp_is_that_it_is_kept_and_how_to_take_it_back(
    at_home, line, alice
):
    at_home.shape(390)
    line.cut()
    at_home.go("/")
    at_home.tap(".cramp-now button")
    said = at_home.find("#done", "is kept in this browser")
    at_home.find("#waiting", "The server cannot be reached.")
    until(lambda: in_view(at_home, "#done"))
    clock = datetime.now(alice.tz)
    times = [f"Cramp at {at:%H:%M} is" for at in (clock, clock - timedelta(minutes=1))]
    assert any(time in said.text for time in times), said.text

    at_home.tap("#done button", "Undo")
    at_home.find("#done", "Taken back.")
    until(lambda: waiting(at_home) == NONE)

    at_home.go("/")
    at_home.tap(".cramp-now button")
    at_home.choose("site", "foot")
    at_home.tap("#cramp button", "Save cramp")
    assert "Undo" not in at_home.find("#done", "Kept with its details.").text  # that would discard the cramp
    until(lambda: in_view(at_home, "#done"))


@pytest.mark.slow
def test_under_an_urgent_card_a_phone_still_shows_first_what_waits(at_home, line, alice):
    entries.tick_warning_signs(alice, signs=["chest_pain", "confused"])
    at_home.shape(390)
    at_home.go("/")
    line.cut()
    at_home.go("/")
    at_home.tap(".quick-water button", "300")
    at_home.find("#waiting", "The server cannot be reached.")
    assert at_home.run("scrollY") == 0
    assert in_view(at_home, "#waiting")
    assert at_home.find("#waiting").size["height"] < 90  # px; of 844

    at_home.driver.execute_script("scrollTo(0, document.body.scrollHeight / 2)")
    until(lambda: in_view(at_home, "#waiting"))
    at_home.driver.execute_script("document.querySelector('.quick-main').scrollIntoView({ block: 'start' })")
    assert in_view(at_home, ".quick-main")  # nor does the line lie over what is looked for


@pytest.mark.slow
def test_an_entry_that_was_sent_before_says_that_it_is_sent_again(at_home, line):
    line.cut()
    log_water(at_home, "0")
    at_home.find("#done", "Kept in this browser.")
    line.mend()
    send_now(at_home, lambda said: "1 was not taken" in said)
    line.cut()
    at_home.tap(".waiting-items button", "Change")
    at_home.type("#water-amount", "200")
    at_home.tap("#water button", "Save drink")

    at_home.find("#done", "Changed. It is sent again.")


@pytest.mark.slow
def test_details_of_a_cramp_that_was_stored_before_the_network_went_are_added_to_it(at_home, line):
    at_home.tap(".cramp-now button")
    at_home.find("h1", "Cramp at")
    line.cut()
    at_home.choose("site", "shin")
    at_home.tap("main button", "Save details")
    at_home.find("#waiting", ONE)

    line.mend()
    sends_all(at_home)

    assert SpasmEpisode.objects.get().site == "shin"


def test_a_meal_is_put_together_from_the_kept_food_table(at_home, line, foods):
    at_home.go("/offline/#meal")
    until(lambda: kept(at_home, "foods"))
    line.cut()
    at_home.go("/offline/#meal")
    at_home.type("#find", "banana ra")
    at_home.tap("#found .result", "Banana, raw")
    at_home.find(".draft-row", "Banana, raw")
    at_home.tap("#meal button", "Save meal")
    at_home.find("#waiting", ONE)
    assert "Banana, raw" in at_home.find(".waiting-items").text

    line.mend()
    sends_all(at_home)

    item = Meal.objects.get().items.get()
    assert item.food == foods.get(name="Banana, raw")
    assert (item.quantity, item.portion.food_id) == (1, item.food_id)


@pytest.mark.slow
def test_exercise_is_logged_without_a_network(at_home, line):
    line.cut()
    at_home.go("/offline/#exercise")
    at_home.tap(".activities .chip")
    save_exercise(at_home, "40")

    line.mend()
    sends_all(at_home)

    assert Exercise.objects.get().minutes == 40


@pytest.mark.slow
def test_every_activity_is_found_without_a_network(at_home, line):
    at_home.go("/offline/#exercise")
    until(lambda: kept(at_home, "activities"))
    line.cut()
    at_home.go("/offline/#exercise")
    at_home.type("#find-activity", "biking UPHILL")
    at_home.tap(".activities .chip", "Mountain biking uphill, hard")
    save_exercise(at_home, "40")
    at_home.tap(".waiting-items button", "Change")
    assert at_home.run("document.querySelector('[name=activity]:checked').value") == "01003"
    at_home.tap("#exercise button", "Save exercise")
    at_home.find(".waiting-items", "Mountain biking uphill, hard 40 min")

    line.mend()
    sends_all(at_home)

    assert Exercise.objects.get().activity_id == "01003"


@pytest.mark.slow
def test_days_are_marked_without_a_network(at_home, line, alice):
    line.cut()
    at_home.go("/offline/#mark")
    at_home.choose("day", str(entries.today(alice) - timedelta(days=1)))
    at_home.choose("mark", "finished")
    at_home.choose("mark", "no_cramp")
    at_home.tap("#mark button", "Save")
    at_home.find("#waiting", ONE)
    at_home.find(".waiting-items", "Day finished · No cramp on this day")

    line.mend()
    sends_all(at_home)

    mark = DayMark.objects.get()
    assert mark.date == entries.today(alice) - timedelta(days=1)
    assert (mark.finished, mark.no_cramp, mark.fasting) == (True, True, False)


@pytest.mark.slow
def test_a_mark_tapped_on_the_kept_page_leaves_what_was_said_of_the_day_elsewhere(at_home, line, alice):
    line.cut()
    at_home.go("/")
    at_home.tap(".day-marks button", "Day finished")
    at_home.find("#waiting", ONE)
    at_home.find("#as-kept", "No network")  # and is led back to the page it was on
    entries.mark_day(alice, entries.today(alice), fasting=True)

    line.mend()
    sends_all(at_home)

    mark = DayMark.objects.get()
    assert (mark.finished, mark.fasting) == (True, True)


@pytest.mark.slow
def test_a_day_without_a_cramp_is_refused_before_its_noon_in_the_words_of_every_door(at_home, line, alice):
    line.cut()
    hours = (8 - datetime.now(UTC).hour + 11) % 24 - 11  # a place where it is eight in the morning now
    facts = f"{{...{json.dumps(facts_of(at_home))}, zone: 'Etc/GMT{-hours:+d}'}}"
    keep(at_home, f"facts:{diary_key(alice.user)}", facts)
    at_home.go("/offline/#mark")
    at_home.choose("mark", "no_cramp")
    at_home.tap("#mark button", "Save")

    at_home.find("#mark .refused", str(entries.NO_CRAMP_YET))
    assert waiting(at_home) == NONE


@pytest.mark.slow
def test_a_frame_that_breaks_off_leaves_the_one_before(at_home, line):
    line.break_off = "GET /offline/ "
    keep(at_home, "words", "'xx'")  # the frame is of another language, and is fetched anew
    at_home.go("/")
    until(lambda: not line.break_off)
    line.cut()
    at_home.go("/offline/#water")
    at_home.find(".water-amounts button", "200 ml")


@pytest.mark.slow
def test_ounces_typed_without_a_network_arrive_as_those_typed_with_one(screen, line, bob):
    sign_in(screen, "bob")
    screen.tap(".quick-water button", "8")
    screen.find(".message", "saved")
    line.cut()
    screen.go("/offline/#water")
    screen.tap(".water-amounts button", "8")
    screen.find("#waiting", ONE)

    line.mend()
    sends_all(screen)

    assert amounts(bob) == [236.6, 236.6]  # 8 x 29.5735 = 236.588


@pytest.mark.slow
def test_what_is_refused_is_kept_with_the_reason_and_can_be_put_right(at_home, line, alice):
    line.cut()
    log_water(at_home, "0")
    at_home.find("#waiting", ONE)
    line.mend()
    send_now(at_home, lambda said: "1 was not taken" in said)
    assert "An amount must be more than 0 ml." in at_home.find(".waiting-items").text

    at_home.tap(".waiting-items button", "Change")
    at_home.type("#water-amount", "200")
    at_home.tap("#water button", "Save drink")

    until(lambda: amounts(alice) == [200])
    until(lambda: waiting(at_home) == NONE)


@pytest.mark.slow
def test_when_the_server_asks_to_wait_the_browser_waits_and_then_sends_by_itself(
    at_home, line, alice, monkeypatch
):
    asked = []

    def busy(view, request):
        asked.append(1)
        raise exceptions.Throttled(wait=5)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Sync, "post", busy)
        log_water(at_home)
        at_home.find("#waiting", "asks to wait")
        at_home.tap("#waiting button", "Send now")
        assert len(asked) == 1

    until(lambda: amounts(alice) == [250])


# Warning signs --------------------------------------------------------------------------------


def test_a_ticked_warning_sign_shows_what_to_do_at_once_without_a_network(at_home, line, alice):
    line.cut()
    at_home.go("/warning-signs/")
    at_home.tap_element("#signs [value=chest_pain]")
    card = at_home.find("#guidance article", "Call 111 now")  # New Zealand, by her profile
    assert card.get_attribute("data-rule") == "R02"
    assert at_home.find("#guidance a").get_attribute("href") == "tel:111"
    at_home.tap("#signs button", "Keep these ticks")
    at_home.find("#waiting", ONE)
    assert "Call 111 now" in at_home.find("#guidance").text

    line.mend()
    sends_all(at_home)

    assert WarningSigns.objects.get().signs == ["chest_pain"]
    at_home.find("#sent-cards [data-rule=R02]", "Chest pain")
    at_home.tap("#sent-read")
    at_home.go("/")
    assert not at_home.driver.find_element(By.ID, "sent-cards").is_displayed()


@pytest.mark.slow
def test_cards_that_came_with_an_answer_stand_in_the_order_of_every_page_and_not_twice_on_one(
    at_home, line, alice
):
    def rules(place):
        find = f"[...document.querySelectorAll('{place} [data-rule]')].filter(one => one.checkVisibility())"
        return at_home.run(f"{find}.map(one => one.dataset.rule)")

    line.cut()
    for sign in ("one_leg_swollen", "confused", "one_leg_swollen"):  # R08, the same day; R01, 111
        at_home.go("/warning-signs/")
        at_home.tap_element(f"#signs [value={sign}]")
        at_home.tap("#signs button", "Keep these ticks")
        at_home.find("#done", "Kept")
    at_home.find("#waiting", "waiting to be sent")

    line.mend()
    sends_all(at_home)
    until(lambda: rules("#sent-cards") == ["R01", "R08"])

    at_home.go("/")
    assert rules("#day-urgent") == ["R01", "R08"]
    until(lambda: rules("#sent-cards") == [])
    at_home.go("/me/")
    until(lambda: rules("#sent-cards") == ["R01", "R08"])


@pytest.mark.slow
def test_warning_signs_can_be_looked_at_without_a_network_by_whoever_never_signed_in(screen, line):
    screen.go("/accounts/login/")
    until(lambda: screen.run("navigator.serviceWorker?.controller?.state === 'activated'"))
    line.cut()
    screen.go("/warning-signs/")
    screen.tap_element("#signs [value=confused]")

    assert "your local emergency number" in screen.find("#guidance article").text
    assert not screen.driver.find_elements(By.CSS_SELECTOR, ".signs-save:not([hidden])")


# Several people, tabs and releases ------------------------------------------------------------


@pytest.mark.slow
def test_two_tabs_send_what_waits_once(at_home, line, alice):
    line.cut()
    log_water(at_home)
    at_home.find("#waiting", ONE)
    first = at_home.driver.current_window_handle
    at_home.driver.switch_to.new_window("tab")
    second = at_home.driver.current_window_handle
    try:
        at_home.go("/offline/#water")
        at_home.find("#waiting", ONE)
        line.mend()
        line.heard.clear()
        for tab in (first, second):
            at_home.driver.switch_to.window(tab)
            at_home.run("dispatchEvent(new Event('online'))")
        for tab in (first, second):
            at_home.driver.switch_to.window(tab)
            until(lambda: waiting(at_home) == NONE)
    finally:
        at_home.driver.switch_to.window(second)
        at_home.driver.close()
        at_home.driver.switch_to.window(first)

    assert amounts(alice) == [250]
    assert [one for one in line.heard if "sync" in one] == ["POST /api/v1/sync/ HTTP/1.1"]


@pytest.mark.slow
def test_a_sign_out_by_timeout_keeps_what_waits_and_shows_nothing_until_the_person_is_back(
    at_home, line, alice
):
    line.cut()
    log_water(at_home)
    at_home.find("#waiting", ONE)
    Session.objects.all().delete()
    line.mend()
    at_home.run("dispatchEvent(new Event('online'))")
    at_home.find("#waiting", "Sign in to send it")
    assert amounts(alice) == []

    line.cut()
    at_home.go("/")
    at_home.find("#locked", "You are signed out")
    assert not at_home.driver.find_element(By.CSS_SELECTOR, ".waiting-items").is_displayed()
    assert "drunk" not in at_home.text()  # her day is not shown

    line.mend()
    sign_in(at_home, "alice")
    until(lambda: amounts(alice) == [250])


@pytest.mark.slow
def test_a_form_sent_after_the_sign_in_had_ended_waits_until_the_person_is_back(at_home, alice):
    Session.objects.all().delete()
    at_home.tap("button", "300")
    at_home.find("#waiting", "Sign in to send it")
    assert amounts(alice) == []

    at_home.sign_in("alice", PASSWORD)

    until(lambda: amounts(alice) == [300])


def test_what_waits_for_one_person_is_neither_shown_to_another_nor_sent_as_theirs(at_home, line, alice, bob):
    line.cut()
    log_water(at_home)
    at_home.find("#waiting", ONE)
    Session.objects.all().delete()
    line.mend()

    sign_in(at_home, "bob")

    assert waiting(at_home) == NONE
    caches = at_home.later("[...await caches.keys()]")
    alices = at_home.later("(await (await import('/static/journal/offline/store.js')).read('foods')) ?? null")
    assert len([name for name in caches if name.startswith("pages-")]) == 1
    assert alices is None
    line.cut()
    at_home.go("/")
    assert waiting(at_home) == NONE
    line.mend()
    at_home.driver.delete_all_cookies()
    sign_in(at_home, "alice")
    until(lambda: amounts(alice) == [250])
    assert amounts(bob) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "arrives", "waits"), [("Send, then sign out", [250], 0), ("Sign out, and keep", [], 1)]
)
def test_who_signs_out_is_asked_about_what_waits_and_leaves_nothing_else(
    at_home, line, alice, answer, arrives, waits
):
    line.cut()
    log_water(at_home)
    at_home.find("#waiting", ONE)
    until(lambda: paused(at_home))
    line.mend()
    at_home.go("/me/")
    at_home.tap("main button", "Sign out")
    assert "1 entry waits in this browser" in at_home.find("#leaving").text
    if arrives:
        keep(at_home, "pause", "{until: 0}")
    at_home.tap("#leaving button", answer)
    until(lambda: "/accounts/login/" in at_home.driver.current_url)

    assert amounts(alice) == arrives
    assert [n for n in at_home.later("[...await caches.keys()]") if n.startswith("pages-")] == []
    assert kept(at_home, "whose") is None
    assert len(at_home.later("indexedDB.databases()")) == 1
    queue = "(await import('/static/journal/offline/store.js')).inOne('queue', 'readonly', (s, give) => {"
    assert at_home.later(f"{queue} s.count().onsuccess = (e) => give(e.target.result); }})") == waits


@pytest.mark.slow
def test_a_new_release_waits_until_it_is_asked_for_and_removes_what_the_old_one_kept(
    at_home, line, monkeypatch
):
    old = at_home.later("[...await caches.keys()]")
    assert all("0.1.0" in name for name in old)
    assert len(old) == 2
    monkeypatch.setattr(spasmlog, "__version__", "0.2.0")

    at_home.go("/")
    at_home.find("#new-release", "A new version is ready.")
    assert set(old) < set(at_home.later("[...await caches.keys()]"))  # the tab goes on with what it has
    at_home.tap("#new-release button", "Reload")
    until(lambda: all("0.2.0" in name for name in at_home.later("[...await caches.keys()]")))
    until(lambda: not at_home.driver.find_element(By.ID, "new-release").is_displayed())
    line.cut()
    at_home.go("/")
    at_home.find("#as-kept", "No network")


# A browser that is killed ---------------------------------------------------------------------


@pytest.fixture
def mortal(tmp_path, live_server, line):
    """Starts a browser whose profile outlives it. Each start kills the one before."""
    born = []

    def end():
        for driver in born:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(driver.service.process.pid, signal.SIGKILL)
            driver.service.process.wait()
        born.clear()

    def start():
        end()
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for said in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            f"--user-data-dir={tmp_path}",
        ):
            options.add_argument(said)
        service = webdriver.ChromeService(CHROMEDRIVER, popen_kw={"start_new_session": True})
        born.append(webdriver.Chrome(options=options, service=service))
        return Screen(born[-1], line.address)

    yield start
    end()


@pytest.mark.slow  # three browsers, one after the other
def test_a_browser_killed_while_it_sends_has_it_still_and_it_arrives_once(mortal, line, alice):
    screen = mortal()
    sign_in(screen, "alice")
    line.cut()
    log_water(screen)
    screen.find("#waiting", ONE)

    screen = mortal()
    screen.go("/offline/#water")
    screen.find("#waiting", ONE)
    line.swallow = "POST /api/v1/sync/"
    line.mend()
    screen.driver.delete_all_cookies()  # written down only now and then, so a kill may end the sign-in, too
    screen.sign_in("alice", PASSWORD)
    until(lambda: amounts(alice) == [250])  # stored, and the browser will never hear of it
    assert waiting(screen).startswith(ONE)

    screen = mortal()
    line.cut()
    line.swallow = ""
    line.mend()
    screen.sign_in("alice", PASSWORD)
    until(lambda: waiting(screen) == NONE)
    assert amounts(alice) == [250]
    assert kept(screen, "pause") is None
