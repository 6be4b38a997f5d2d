"""Charts by keyboard: each mark is reached in order, shows its words, and they are those of the table."""

import re
from base64 import b64decode
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from journal import entries, findings, review
from tests.browser.conftest import until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

FOCUSED = "document.activeElement.closest('.mark')"
WORDS = (
    FOCUSED + " ? document.activeElement.querySelector('.said').textContent.replace(/\\s+/g, ' ').trim() : ''"
)
SHOWN = "getComputedStyle(document.activeElement.querySelector('.said')).opacity"
"""Whether the words of the mark with the focus can be read on the screen."""
CELLS = """[...document.querySelectorAll('#%s')].map(caption => [...caption.closest('table').tBodies[0].rows]
    .map(row => [...row.cells].map(cell => cell.textContent.replace(/\\s+/g, ' ').trim())))[0]"""
SHIFTS = """new Promise(told => { let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => sum += one.value))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => told(sum), 300); })"""


@pytest.fixture
def kept(alice, foods):
    """Three weeks of finished days, some drinks, and cramps at two hours."""
    food = foods.filter(source="fndds", energy_kcal__gt=300).first()
    today = findings.today(alice)
    with entries.one_review():
        for ago in range(1, 22):
            day = today - timedelta(days=ago)
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=alice.tz)
            entries.log_meal(alice, [(food, Decimal(600))], occurred_at=noon)
            entries.log_water(alice, Decimal(900), occurred_at=noon)
            entries.mark_day(alice, day, finished=True)
            if ago % 3 == 0:
                moment = noon + timedelta(hours=15 if ago % 2 else 8)
                entries.log_spasm(alice, occurred_at=moment, site="calf", side="left", intensity=5)
    review.review_stale(alice.pk)
    return alice


def walk(screen, before):
    """Tab from the element found by `before` through the marks after it; their words in order."""
    screen.run(f"document.querySelector('{before}').focus()")
    said = []
    while True:
        ActionChains(screen.driver).send_keys(Keys.TAB).perform()
        words = screen.run(WORDS)
        if not words:
            return said
        until(lambda: screen.run(SHOWN) == "1")
        said.append(words)
        assert len(said) < 60


def table(screen, caption):
    return screen.run(CELLS % caption)


def test_the_marks_of_twelve_weeks_are_walked_by_keyboard_and_tell_what_the_table_tells(screen, kept):
    screen.sign_in("alice", PASSWORD)
    screen.go("/nutrients/magnesium_mg/")
    screen.run("(() => { const here = document.createElement('a'); here.href = '#'; here.id = 'here';"
               " document.querySelector('#weeks').prepend(here); })()")  # fmt: skip
    said = walk(screen, "#here")
    cells = table(screen, "weeks-caption")
    assert len(said) == len(cells) == 12
    for words, (week, amount, days, *_more) in zip(said, cells, strict=True):
        assert words.startswith(f"Week of {week}: {amount} {days} day")
    assert any(" mg a day" in words for words in said)

    screen.run("document.querySelectorAll('#weeks .mark')[11].focus()")
    ActionChains(screen.driver).send_keys(Keys.ENTER).perform()
    until(lambda: "/week/" in screen.driver.current_url)
    assert screen.complaints() == []


@pytest.mark.slow
def test_fluid_and_hours_are_walked_by_keyboard_on_a_phone(screen, kept):
    screen.shape(390)
    screen.sign_in("alice", PASSWORD)
    screen.go("/fluid/")
    said = walk(screen, "a.chip:last-of-type")
    cells = table(screen, "fluid-caption")
    assert len(said) == len(cells) == 14
    for words, (_day, drinks, *_more) in zip(said, cells, strict=True):
        assert (f"{drinks} drunk" in words) or drinks == "nothing logged"

    screen.go("/cramps/")
    screen.run("document.querySelector('[aria-labelledby=month-heading] summary').id = 'here'")
    said = walk(screen, "#here")
    assert said == [f"{hour} {n} cramp{'s' * (n != '1')}" for hour, n in table(screen, "hours-caption")]
    assert len(said) == 2
    assert screen.complaints() == []


@pytest.mark.slow
def test_the_48_hours_before_a_cramp_are_opened_and_walked_by_keyboard(screen, kept):
    screen.sign_in("alice", PASSWORD)
    cramp = kept.spasmepisode_set.first()
    screen.go("/patterns/")
    screen.tap("#cramp-1 a")
    until(lambda: screen.run("document.querySelector('#before')?.open"))  # the link leads into it
    screen.go(f"/cramps/{cramp.pk}/")
    screen.run("document.querySelector('#before > summary').id = 'here'")
    screen.run("document.querySelector('#here').focus()")
    ActionChains(screen.driver).send_keys(Keys.ENTER).perform()
    until(lambda: screen.run("document.querySelector('#before').open"))
    said = walk(screen, "#here")
    cells = table(screen, "before-caption")
    assert len(said) == len(cells) > 2
    assert {words.partition(" before")[0] for words in said} == {
        when.partition(" before")[0] for when, _what in cells
    }
    assert screen.complaints() == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_no_chart_scrolls_sideways_shifts_the_page_or_says_words_that_do_not_fit(screen, kept, width, dark):
    screen.shape(width, dark=dark)
    screen.sign_in("alice", PASSWORD)
    cramp = kept.spasmepisode_set.first()
    for path in (
        "/week/", "/nutrients/magnesium_mg/", "/nutrients/water_g/", "/fluid/?days=28", "/cramps/",
        "/patterns/", f"/cramps/{cramp.pk}/",
    ):  # fmt: skip
        screen.go(path)
        assert screen.run(SHIFTS) == 0, path
        screen.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert screen.run("document.documentElement.scrollWidth") <= width, path
        beyond = screen.run(
            "[...document.querySelectorAll('.said, .hint')].filter(e => e.getBoundingClientRect().right >"
            " document.documentElement.clientWidth).map(e => e.textContent)"
        )
        assert beyond == [], path
    assert screen.complaints() == []


def test_a_printed_week_takes_two_sheets_of_paper_at_most_and_no_arrows_to_other_weeks(screen, kept):
    screen.sign_in("alice", PASSWORD)
    screen.go("/week/")
    a4 = {"paperWidth": 8.27, "paperHeight": 11.69}  # in
    sheets = b64decode(screen.driver.execute_cdp_cmd("Page.printToPDF", a4)["data"])
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 2
    screen.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert screen.run("document.querySelector('.day-head a').offsetHeight") == 0
    finally:
        screen.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
