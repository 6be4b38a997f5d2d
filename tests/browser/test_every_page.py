"""Every page: no barrier that axe knows of, nothing from elsewhere, nothing that jumps or is cut off.

What is judged here does not depend on the engine, so `make test-all` asks it once.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from journal import demo, review
from tests.browser.pages import pages
from tests.conftest import SLOWER, environment

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.once, pytest.mark.timeout(1800),
    pytest.mark.django_db(transaction=True),
]  # fmt: skip
HERE = Path(__file__).parent
SIGNED_OUT = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/warning-signs/",
    "/learn/",
)
MOST_KB = 100
"""Of the first load of any page, as sent. [kB]"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The rules that pages are judged by, from their own package."""
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture
def diarist(transactional_db):
    """The demo person, with all that a review finds."""
    diarist = demo.make()
    review.review_stale(diarist.pk)
    return diarist


@pytest.fixture
def every_page(client, diarist):
    client.force_login(diarist.user)
    found = pages(client, diarist)
    assert len(found) > 30, found
    return found


@pytest.fixture
def visitor(screen, diarist):
    """Someone signed in as the demo person."""
    screen.sign_in(demo.EMAIL, demo.PASSWORD)
    return screen


@pytest.mark.node
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_barrier_on_any_page(visitor, every_page, axe, dark):
    barriers = {}
    for width in (390, 1280):
        visitor.shape(width, dark=dark)
        for address in every_page:
            visitor.go(address)
            if found := _barriers(visitor, axe):
                barriers[f"{address} at {width} px"] = found
    assert barriers == {}


@pytest.mark.node
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_barrier_before_somebody_signed_in(screen, axe, dark):
    screen.shape(390, dark=dark)
    barriers = {}
    for address in SIGNED_OUT:
        screen.go(address)
        if found := _barriers(screen, axe):
            barriers[address] = found
    assert barriers == {}


@pytest.mark.node
def test_axe_would_tell(screen, axe):
    """The check is a check: a picture without words is found."""
    screen.go("/accounts/login/")
    screen.driver.execute_script("document.querySelector('main').append(document.createElement('img'))")
    assert "image-alt" in str(_barriers(screen, axe))


def _barriers(screen, axe: str) -> list[str]:
    """What axe holds against the page shown: its rule, and the first places."""
    screen.driver.execute_script(axe)
    told = screen.driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations']})"
        ".then((found) => done(JSON.stringify(found.violations)))"
    )
    return [
        f"{one['id']}: {[' '.join(map(str, node['target'])) for node in one['nodes'][:4]]}"
        for one in json.loads(told)
    ]


def test_no_page_has_to_be_scrolled_sideways(visitor, every_page):
    """640 px is a desktop of 1280 px at 200 %, 320 px at 400 %."""
    too_wide = {}
    for address in every_page:
        visitor.go(address)
        for width in (320, 390, 640, 1280):
            visitor.shape(width)
            if (needs := visitor.run("document.documentElement.scrollWidth")) > width:
                too_wide[f"{address} at {width} px"] = needs
    assert too_wide == {}


WATCH = """
window.shifts = []; window.longTasks = [];
const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
  .observe({type, buffered: true});
const who = ({node}) => node && (node.id || node.className || node.nodeName);
watch("longtask", (one) => window.longTasks.push(one.duration));
const shift = (one) => one.hadRecentInput || window.shifts.push([one.value, ...one.sources.map(who)]);
watch("layout-shift", shift);
"""


@pytest.fixture
def watched(visitor):
    told = visitor.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    yield visitor
    visitor.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", told)


def test_nothing_jumps_while_a_page_loads(watched, every_page):
    jumped = {}
    for width in (390, 1280):
        watched.shape(width)
        for address in every_page:
            watched.go(address)
            time.sleep(0.1)  # what loads late would move things late
            if shifts := watched.run("window.shifts"):
                jumped[f"{address} at {width} px"] = shifts
    assert jumped == {}


def test_today_keeps_no_finger_waiting(watched):
    """No task over 50 ms while Today loads and is used; the best of three, for what else runs here."""
    longest = []
    for _ in range(3):
        watched.go("/")
        time.sleep(0.3)
        watched.driver.execute_script("document.querySelector('details summary').click()")
        time.sleep(0.2)
        longest.append(max(watched.run("window.longTasks"), default=0))
    assert min(longest) <= 50 * SLOWER


@pytest.fixture
def real_server(diarist, tmp_path):
    """The web server of the product, as `make run` and compose start it, on this test's database."""
    from benchmarks.house import free_port
    from benchmarks.web import gunicorn

    # The tests' quick hasher is not one of the product's.
    diarist.user.password = Argon2PasswordHasher().encode(demo.PASSWORD, "salt-of-this-test")
    diarist.user.save()
    port, place = free_port(), {"SPASMLOG_STATIC": str(tmp_path / "static")}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=settings.BASE_DIR, env=environment(**place), check=True, timeout=120,
    )  # fmt: skip
    with gunicorn(port, **environment(**place)):
        yield f"http://127.0.0.1:{port}"


def test_the_first_load_of_any_page_is_small_and_nothing_comes_from_elsewhere(
    screen, real_server, every_page
):
    screen.address = real_server
    screen.sign_in(demo.EMAIL, demo.PASSWORD)
    screen.driver.execute_cdp_cmd("Network.enable", {})
    screen.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    heavy, foreign = {}, set()
    for address in every_page:
        screen.go(address)
        loaded = screen.run(LOADED)
        foreign |= {one["name"] for one in loaded if not one["name"].startswith(real_server)}
        if (kilobytes := sum(one["size"] for one in loaded) / 1000) > MOST_KB:
            heavy[address] = round(kilobytes)
    screen.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    assert (heavy, foreign) == ({}, set())


LOADED = (
    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    ".map((one) => ({name: one.name, size: one.transferSize}))"
)
