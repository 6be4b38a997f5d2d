"""Keyboard shortcuts, Undo and the camera in a real browser."""

from decimal import Decimal

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from journal import entries
from journal.models import SpasmEpisode
from tests.browser.conftest import until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]
CODE = "4006381333931"


def press(screen, *keys):
    for key in keys:
        ActionChains(screen.driver).send_keys(key).perform()


def at(screen, path):
    until(lambda: screen.driver.current_url == screen.address + path)
    until(lambda: screen.run("document.readyState") == "complete")


def test_keys_lead_to_pages_and_list_themselves(screen, alice):
    screen.sign_in("alice", PASSWORD)
    at(screen, "/")
    press(screen, "?")
    assert "Cramp now" in screen.find("#keys[open]").text
    press(screen, "w")  # the list is open: nothing happens behind it
    press(screen, Keys.ESCAPE)
    until(lambda: not screen.run("document.getElementById('keys').open"))
    press(screen, "g", "w")
    at(screen, "/week/")
    press(screen, "a")
    at(screen, "/meals/add/")
    until(lambda: screen.run("document.activeElement.id") == "q")
    press(screen, "g", "t", "c")  # typed into the search
    assert screen.run("document.getElementById('q').value") == "gtc"
    press(screen, Keys.TAB)
    screen.run("document.activeElement.blur()")
    press(screen, "/")
    assert screen.run("document.activeElement.id") == "q"
    screen.run("document.activeElement.blur()")
    press(screen, "c")
    screen.find("h1", "Cramp at")
    assert SpasmEpisode.objects.count() == 1
    assert screen.complaints() == []


@pytest.mark.slow
def test_switched_off_no_key_does_anything_and_the_list_is_a_page(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/")
    screen.tap("button", "Switch them off")
    screen.find(".message", "switched off")
    press(screen, "c", "a", "?", "g", "w")
    assert screen.driver.current_url == screen.address + "/me/"
    assert not SpasmEpisode.objects.exists() and not screen.run("document.getElementById('keys').open")
    screen.go("/keys/")
    assert "Usual meals" in screen.find("main .keys-list").text
    screen.tap("main button", "Switch them on")
    screen.find(".message", "switched on")
    press(screen, "g", "w")
    at(screen, "/week/")


DETECTOR = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["ean_13"]; }
  async detect() { return [{ format: "ean_13", rawValue: "%s" }]; }
};
navigator.mediaDevices ??= {};
navigator.mediaDevices.getUserMedia = async () => { %s };
HTMLMediaElement.prototype.play = async () => {};
"""
PICTURE = "const made = new MediaStream(); window.tracks = made.getTracks(); return made;"


@pytest.fixture
def camera(screen):
    """A browser that reads barcodes; what its camera does is told as a script."""
    added = []

    def has(does):
        said = screen.driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": DETECTOR % (CODE, does)}
        )
        added.append(said["identifier"])

    yield has
    for identifier in added:
        screen.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": identifier})


@pytest.mark.slow
def test_a_barcode_that_the_camera_reads_finds_the_food(screen, alice, camera):
    entries.save_food(alice, name="My bar", per_100g={"magnesium_mg": 60}, portions=[("1 bar", Decimal(40))],
                      barcode=CODE)  # fmt: skip
    camera(PICTURE)
    screen.sign_in("alice", PASSWORD)
    screen.go("/meals/add/")
    screen.tap("#scan")
    screen.tap("#results .result", "My bar")
    screen.find("#draft .draft-name", "My bar")
    assert not screen.run("document.getElementById('scanner').open")
    assert screen.complaints() == []


@pytest.mark.slow
def test_a_camera_that_may_not_be_used_is_told_and_the_number_can_be_typed(screen, alice, camera):
    camera("throw new DOMException('no', 'NotAllowedError');")
    screen.sign_in("alice", PASSWORD)
    screen.go("/meals/add/")
    screen.tap("#scan")
    screen.find("#scan-said", "The camera may not be used here.")
    screen.type("#q", CODE)
    screen.tap("#results a", "Make it a food of your own")
    until(lambda: screen.run("document.querySelector('[name=barcode]').value") == CODE)


@pytest.mark.slow
def test_without_a_reader_of_barcodes_no_camera_is_offered(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.go("/meals/add/")
    screen.find("#q")
    offered = screen.driver.find_element("id", "scan").is_displayed()
    assert offered is False or screen.run("'BarcodeDetector' in window")


def test_portions_are_chips_and_another_measure_keeps_the_amount(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.go("/meals/add/")
    screen.type("#q", "whole milk")
    screen.tap("#results .result", "Milk, whole")
    screen.tap(".measures .chip", "grams")
    assert screen.run("document.getElementById('quantity-1').value") == "244"  # 1 cup
    screen.type("#quantity-1", "100")
    until(lambda: "Magnesium\n12 mg" in screen.find("#preview").text)
    screen.tap(".measures .chip", "1 cup")
    assert screen.run("document.getElementById('quantity-1').value") == "1"
    screen.find("#preview", "29.3 mg")
    screen.tap("button", "Save meal")
    screen.find(".message", "saved.")
    assert screen.driver.current_url == screen.address + "/"
    assert len(screen.driver.find_elements("css selector", "main")) == 1
