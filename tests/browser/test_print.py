"""Pages on paper: what was shut is open, what can only be tapped is gone, and the foot says what it is."""

import pytest

from tests.browser.test_charts import kept  # noqa: F401 - a diary of three weeks
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

SHUT = """[...document.querySelectorAll('main details:not([open])')].filter(one => !one.closest('.no-print'))
    .flatMap(one => [...one.children].slice(1)).filter(one => !one.matches('.no-print'))"""
HEIGHTS = SHUT + ".map(one => one.getBoundingClientRect().height)"
CONTROLS = """[...document.querySelectorAll('button, a.button, nav, input:not([type=hidden]), .site')]
    .filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 80))"""
FOOT = "document.querySelector('.print-only').checkVisibility()"


@pytest.mark.parametrize("address", ["/", "/week/", "/patterns/", "/nutrients/magnesium_mg/", "/fluid/"])
def test_on_paper_everything_is_open_and_nothing_is_there_to_tap(screen, kept, address):  # noqa: F811
    screen.sign_in("alice", PASSWORD)
    screen.go(address)
    assert screen.run(CONTROLS) and not screen.run(FOOT)

    screen.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})

    assert all(height > 0 for height in screen.run(HEIGHTS))
    assert screen.run(CONTROLS) == []
    assert screen.run(FOOT) and "A page of the SpasmLog diary, as it was on" in screen.run(
        "document.querySelector('.site-foot').innerText"
    )


def test_a_browser_that_keeps_details_shut_has_them_opened_for_the_print_alone(screen, kept):  # noqa: F811
    screen.sign_in("alice", PASSWORD)
    screen.go("/nutrients/magnesium_mg/")
    shut = screen.run("document.querySelectorAll('details:not([open])').length")
    screen.run("dispatchEvent(new Event('beforeprint'))")
    assert shut and screen.run("document.querySelectorAll('details:not([open])').length") == 0

    screen.run("dispatchEvent(new Event('afterprint'))")
    assert screen.run("document.querySelectorAll('details:not([open])').length") == shut
