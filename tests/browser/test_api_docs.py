"""The readable page of the API, as a phone developer opens it."""

from urllib.parse import urlsplit

import pytest

from tests.api.contract import operations
from tests.browser.conftest import until

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]


def hosts(screen):
    """Where everything on the page came from."""
    loaded = screen.run("performance.getEntries().map(one => one.name).filter(name => name.includes('//'))")
    return {urlsplit(url).netloc for url in loaded}


def open_the_page(screen):
    screen.go("/api/v1/docs/")
    until(lambda: screen.run("document.querySelectorAll('.opblock').length") == len(operations()))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_shows_every_operation_and_asks_no_other_host(screen, dark):
    screen.shape(1280, 900, dark=dark)
    open_the_page(screen)

    screen.tap("#operations-water-water_create .opblock-summary-control")

    screen.find("#operations-water-water_create .opblock-body", "Too many requests")
    assert '"amount_ml": 250' in screen.text()
    ground = screen.run("getComputedStyle(document.documentElement).backgroundColor")
    assert (ground == "rgb(28, 32, 34)") == dark
    assert hosts(screen) == {urlsplit(screen.address).netloc}
    assert screen.complaints() == []


def test_the_page_can_be_read_on_a_phone(screen):
    screen.shape(390)
    open_the_page(screen)

    assert screen.run("document.documentElement.scrollWidth") <= 390
