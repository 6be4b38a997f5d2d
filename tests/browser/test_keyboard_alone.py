"""The main tasks by somebody without a mouse: Tab, arrows, space, Enter, and one always sees where one is."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from journal.models import Advice, DayMark, Diarist, SpasmEpisode, WarningSigns, WaterIntake
from tests.browser.conftest import until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

FARTHEST = 150
"""More steps than that nobody takes."""
WHERE = """(() => {
  const here = document.activeElement;
  const label = here.labels?.[0]?.textContent || here.getAttribute("aria-label") || here.textContent;
  const ringed = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  const seen = [here, here.nextElementSibling].some((one) => one && ringed(getComputedStyle(one)));
  const { top, bottom, width, height } = here.getBoundingClientRect();
  const there = bottom > 0 && top < innerHeight;
  return [label.trim().replace(/\\s+/g, " "), seen && there, here.tagName, here.name || here.id || ""];
})()"""


class Keyboard:
    """A person at a screen who presses keys alone."""

    def __init__(self, screen):
        self.screen = screen

    def press(self, *keys):
        ActionChains(self.screen.driver).send_keys(*keys).perform()

    def to(self, words="", name=""):
        """Go on with Tab to what is called so; each stop on the way can be seen."""
        way = []
        for _step in range(FARTHEST):
            self.press(Keys.TAB)
            label, seen, tag, its_name = self.screen.run(WHERE)
            if tag == "BODY":  # past the last: the browser's own buttons, and round again
                continue
            way.append(label)
            page = self.screen.run("location.pathname")
            assert seen, f"on {page} nobody sees where one is: {tag} {label!r}"
            if words in label and name in its_name:
                return
        raise AssertionError(f"Tab does not lead to {words or name!r}, but to {way}")

    def enter(self, words):
        self.to(words)
        self.press(Keys.ENTER)


@pytest.fixture
def keyboard(screen):
    screen.shape(1280)
    return Keyboard(screen)


@pytest.fixture
def at_home(keyboard, alice):
    """Signed in, by keyboard."""
    keyboard.screen.go("/accounts/login/")
    keyboard.to(name="login")
    keyboard.press("alice")
    keyboard.to(name="password")
    keyboard.press(PASSWORD, Keys.ENTER)
    until(lambda: keyboard.screen.run("location.pathname") == "/")
    return keyboard


def test_water_a_cramp_with_its_details_and_undo(at_home):
    at_home.enter("Water 500")
    until(lambda: WaterIntake.objects.live().count() == 1)
    at_home.screen.find(".message")
    at_home.enter("Undo")
    until(lambda: not WaterIntake.objects.live().exists())

    at_home.enter("Cramp now")
    until(lambda: "/cramps/" in at_home.screen.run("location.pathname"))
    at_home.to("calf")  # where most are: chosen already
    at_home.press(Keys.ARROW_RIGHT)
    at_home.to(name="intensity")
    at_home.press(Keys.ARROW_RIGHT)
    at_home.enter("Save details")
    until(lambda: SpasmEpisode.objects.get().intensity == 1)
    assert SpasmEpisode.objects.get().site not in ("", "calf")


def test_a_day_is_marked_and_a_week_is_read(at_home, alice):
    at_home.enter("Day finished")
    until(lambda: DayMark.objects.filter(diarist=alice, finished=True).exists())
    at_home.enter("Week")
    until(lambda: at_home.screen.run("location.pathname") == "/week/")
    at_home.to("Magnesium")


def test_a_warning_sign_is_ticked_and_its_card_answered(at_home, alice):
    at_home.screen.go("/warning-signs/")
    at_home.to("Chest pain")
    at_home.press(Keys.SPACE)
    at_home.enter("What should I do?")
    until(lambda: WarningSigns.objects.of(alice).live().exists())
    at_home.screen.go("/")
    at_home.enter("Advice")
    until(lambda: at_home.screen.run("location.pathname") == "/advice/")
    at_home.enter("I got help")
    until(lambda: Advice.objects.get().state == "got_help")


def test_units_are_changed_and_one_signs_out(at_home, alice):
    at_home.enter("Me")
    until(lambda: at_home.screen.run("location.pathname") == "/me/")
    at_home.enter("Units, place and time")
    until(lambda: at_home.screen.run("location.pathname") != "/me/")
    at_home.to(name="units")
    at_home.press(Keys.ARROW_RIGHT)
    at_home.enter("Save")
    until(lambda: Diarist.objects.get(pk=alice.pk).units == "us")
    at_home.screen.go("/me/")
    at_home.enter("Sign out")
    until(lambda: "/accounts/" in at_home.screen.run("location.pathname"))
