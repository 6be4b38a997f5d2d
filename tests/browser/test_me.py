"""Me, in a real browser: a journey to another zone."""

import pytest

from tests.browser.conftest import until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]


def test_a_device_that_is_elsewhere_offers_its_zone_and_changes_nothing_by_itself(screen, alice):
    screen.shape(390, zone="Europe/Berlin")
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/place/")
    screen.find("#elsewhere", "Europe/Berlin")
    assert screen.run("document.querySelector('#id_time_zone').value") == "Pacific/Auckland"
    screen.tap("#elsewhere button")
    until(lambda: screen.run("document.querySelector('#elsewhere').hidden"))
    screen.tap("main form .save-bar button")
    screen.find(".message", "Saved.")
    alice.refresh_from_db()
    assert alice.time_zone == "Europe/Berlin"
    assert screen.complaints() == []


def test_nothing_lies_over_the_button_that_saves_the_conditions(screen, alice):
    screen.shape(390)
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/conditions/")
    screen.find(".save-bar button", "Save conditions")
    on_top = screen.run("""(() => {
      const button = document.querySelector(".save-bar button");
      const { left, right, top, bottom } = button.getBoundingClientRect();
      const at = (x) => document.elementFromPoint(x, (top + bottom) / 2);
      return [left + 4, right - 4].map((x) => button.contains(at(x)));
    })()""")
    assert on_top == [True, True]  # at both ends


@pytest.mark.slow
def test_a_device_at_home_is_asked_nothing(screen, alice):
    screen.shape(390, zone="Pacific/Auckland")
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/place/")
    screen.find("h1", "Units, place and time")
    assert screen.run("document.querySelector('#elsewhere').hidden")
