"""Me, in a real browser: a journey to another zone."""

import pytest

from journal import people
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


def test_who_has_no_kidney_disease_is_not_asked_for_its_stage_unless_one_was_told(screen, alice):
    people.answer_conditions(alice, {"kidney_disease": "unknown", "dialysis": "yes"})
    screen.shape(390)
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/conditions/")
    screen.find("#kidney_stage_4_5", "stage 4 or 5")
    screen.choose("kidney_disease", "no")
    shown = (
        "[...document.querySelectorAll('#kidney_stage_4_5, #dialysis')].map((one) => one.offsetHeight > 0)"
    )
    assert screen.run(shown) == [False, True]  # a "yes" stays in sight
    screen.choose("kidney_disease", "yes")
    assert screen.run(shown) == [True, True]


@pytest.mark.parametrize("path", ["/me/conditions/", "/me/medicines/"])
def test_on_a_phone_the_hint_in_the_search_is_whole_and_usual_meals_stands_on_one_line(screen, alice, path):
    screen.shape(390)
    screen.sign_in("alice", PASSWORD)
    line = screen.run("""(() => {
      const link = document.querySelector(".quick-more a"), text = document.createRange();
      text.selectNodeContents(link.lastChild);
      return text.getClientRects().length;
    })()""")
    assert line == 1
    screen.go(path)
    fits = screen.run("""(() => {
      const field = document.querySelector("#q"), look = getComputedStyle(field);
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = look.font;
      const room = field.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
      return pen.measureText(field.placeholder).width <= room;
    })()""")
    assert fits is True
