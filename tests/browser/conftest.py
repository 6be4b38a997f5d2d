"""A person at a screen: a browser of some width and colour, on a server with the real foods."""

import pytest
from django.db import connections
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    JavascriptException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.common.by import By

from tests.conftest import until as until_within

PATIENCE = 30
"""A browser on a busy machine may take this long. [s]"""

MOVED = (ElementClickInterceptedException, ElementNotInteractableException)


def until(answer):
    """What `answer()` returns as soon as that is true. A part that was just replaced is looked up again."""

    def now():
        try:
            return answer()
        except StaleElementReferenceException:
            return False

    return until_within(now, within=PATIENCE)


OF_THE_NETWORK = ("net::ERR_", "NetworkError", "Manifest: Line: 1, column: 1, Syntax error")
"""What a browser says of a line that was cut; the last where a manifest's head came and no more."""


class Screen:
    """What a person does with a browser, in words."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address

    def shape(self, width, height=844, *, dark=False, zone="Pacific/Auckland"):
        """Make it a phone or a desktop, light or dark, somewhere in the world."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": zone})

    def go(self, path):
        self.driver.get(self.address + path)

    def sign_in(self, user, password):
        self.go("/accounts/login/")
        self.type("[name=login]", user)
        self.type("[name=password]", password)
        self.tap("main form button")
        until(lambda: "/accounts/" not in self.driver.current_url)

    def find(self, selector, text=""):
        """The first thing shown that fits, as soon as it is there."""

        try:
            return until(lambda: self.shown(selector, text))
        except AssertionError as gave_up:
            shown_instead = self.text() or self.driver.page_source[:500]
            where = self.driver.current_url
            raise AssertionError(f"no {selector} with {text!r} on {where}:\n{shown_instead}") from gave_up

    def shown(self, selector, text):
        """The first thing shown that fits, if it is there now."""
        try:
            for element in self.driver.find_elements(By.CSS_SELECTOR, selector):
                if text in element.text and element.is_displayed():
                    return element
        except WebDriverException:  # the page was drawn anew meanwhile
            return None
        return None

    def tap(self, selector, text=""):
        def tapped():
            try:
                return self.press(self.find(selector, text))
            except StaleElementReferenceException:  # drawn anew, unless the tap itself took it away
                return not self.shown(selector, text)

        until(tapped)

    def press(self, element):
        """Tap it, and say whether it was: not where the page was drawn anew between the look and the tap."""
        try:
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
        except MOVED:
            return False
        return True

    def choose(self, name, value):
        """Tap the chip of a choice."""
        self.tap_element(f"input[name={name}][value='{value}']")

    def tap_element(self, selector):
        element = until(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector))[0]
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()", element
        )

    def type(self, selector, text):
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def text(self):
        return " ".join(self.driver.find_element(By.TAG_NAME, "body").text.split())

    def run(self, script):
        return self.driver.execute_script(f"return {script}")

    def later(self, script):
        """What comes of a script that waits for something; an error of it is one here, never an answer."""
        said = self.driver.execute_async_script(
            "const done = arguments[0];"
            f"(async () => {script})().then((came) => done({{ came }}), (e) => done({{ failed: String(e) }}))"
        )
        if failed := said.get("failed"):
            raise JavascriptException(failed)
        return said.get("came")

    def complaints(self):
        """What the browser's console holds against the pages, such as a breach of the content policy."""
        return [
            line["message"] for line in self.driver.get_log("browser") if "favicon" not in line["message"]
        ]

    def complaints_but_of_the_network(self):
        """The same, where the network was cut on purpose."""
        return [said for said in self.complaints() if not any(cut in said for cut in OF_THE_NETWORK)]


@pytest.fixture
def screen(chromium, live_server, monkeypatch):
    # A browser keeps its connections, and so the server its threads: none may hold on to the database
    # of the test before.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    kept = {"origin": live_server.url, "storageTypes": "service_workers,cache_storage,indexeddb"}
    chromium.execute_cdp_cmd("Storage.clearDataForOrigin", kept)
    chromium.get_log("browser")
    screen = Screen(chromium, live_server.url)
    screen.shape(1280, 900)
    yield screen
    chromium.get("about:blank")
