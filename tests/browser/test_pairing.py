"""A phone is connected from a page, in a real browser that notices it by itself."""

import pytest

from tests.api.conftest import Phone
from tests.browser.conftest import until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_the_page_shows_a_code_notices_the_phone_and_asks_no_more(screen, alice, width, dark):
    screen.shape(width, dark=dark)
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/devices/")
    screen.tap("main button", "Connect a phone")
    code = screen.find(".pairing-code").text
    assert (
        screen.run("document.querySelector('.qr').getBoundingClientRect().width") >= 200
    )  # a camera reads it
    assert screen.run("document.documentElement.scrollWidth") <= width

    assert Phone().send("pairing/", {"code": code, "device_name": "Alice's Pixel"}).status_code == 200

    until(lambda: "Connected: Alice's Pixel." in screen.find("#connect-state").text)
    assert not screen.driver.find_elements("css selector", "#connect-state[hx-trigger]")
    assert screen.complaints() == []
