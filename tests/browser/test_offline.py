"""Without a network: what is logged waits in the browser, and arrives once."""

import pytest

from journal.models import SpasmEpisode, WaterIntake
from tests.browser.conftest import Screen, until
from tests.browser.line import Line
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
    """The worker is in charge, and what it needs is kept."""
    until(lambda: screen.run("navigator.serviceWorker?.controller?.state === 'activated'"))
    until(lambda: screen.later("(await import('/static/journal/offline/store.js')).read('whose')"))


@pytest.fixture
def at_home(screen, alice):
    """Alice has signed in on this browser, and looked at her day."""
    screen.sign_in("alice", PASSWORD)
    ready(screen)
    screen.go("/")
    return screen


def test_a_cramp_logged_without_a_network_waits_through_a_reload_and_arrives_once(at_home, line, alice):
    line.cut()
    at_home.go("/offline/#cramp")
    at_home.choose("site", "calf")
    at_home.choose("intensity", "7")
    at_home.tap("#cramp button", "Save cramp")
    at_home.find("#waiting", "1 waiting to be sent")
    at_home.driver.refresh()
    at_home.find("#waiting", "1 waiting to be sent")
    assert not SpasmEpisode.objects.exists()

    line.mend()
    at_home.tap("#waiting button", "Send now")

    cramp = until(lambda: SpasmEpisode.objects.first())
    assert (cramp.diarist, cramp.site, cramp.intensity) == (alice, "calf", 7)
    until(lambda: not at_home.driver.find_element("id", "waiting").is_displayed())
    assert SpasmEpisode.objects.count() == 1


def test_one_tap_for_water_on_the_kept_page_of_today_falls_into_the_queue(at_home, line):
    line.cut()
    at_home.go("/")
    at_home.find("#as-kept", "No network")
    at_home.tap("button", "300")
    at_home.find("#waiting", "1 waiting to be sent")
    at_home.tap("button", "300")
    at_home.find("#waiting", "2 waiting to be sent")

    line.mend()
    at_home.tap("#waiting button", "Send now")

    until(lambda: WaterIntake.objects.count() == 2)
    assert [drink.amount_ml for drink in WaterIntake.objects.all()] == [300, 300]
