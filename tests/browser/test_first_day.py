"""A first day with the diary, in a real browser, with totals that were worked out by hand."""

from decimal import Decimal

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from journal import entries
from journal.models import Diarist, Exercise, Meal, SpasmEpisode, WaterIntake
from nutrients.models import Food, food_id
from nutrients.portions import Portion
from tests.browser.conftest import until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MILK = food_id("fndds", "11111000")
PAGES = (
    "/", "/meals/add/?q=milk", "/drinks/add/", "/exercise/add/", "/supplements/", "/supplements/new/",
    "/weights/", "/me/", "/me/profile/", "/me/place/", "/me/start/", "/me/conditions/", "/me/medicines/",
    "/me/targets/", "/accounts/password/change/",
    "/accounts/2fa/", "/me/devices/", "/week/", "/advice/", "/foods/", "/warning-signs/",
    "/cramps/", "/fluid/", "/patterns/", "/meals/usual/", "/foods/recipes/new/?name=x", "/keys/",
    f"/meals/add/?food={MILK}&measure=g&quantity=200",
)  # fmt: skip


def add_by_typing(screen, words, name):
    screen.type("#q", words)
    screen.tap("#results .result", name)
    until(lambda: name in screen.find("#draft").text and screen.run("document.activeElement.id") == "q")


def test_from_sign_up_to_the_totals_of_the_day(screen):
    screen.shape(390)
    screen.go("/accounts/signup/")
    screen.type("[name=email]", "carol@example.org")
    screen.type("[name=password1]", "long enough for anybody 7")
    screen.tap("main form button")

    until(lambda: "/me/start/" in screen.driver.current_url)
    assert (
        screen.run("document.querySelector('[name=time_zone]').value") == "Pacific/Auckland"
    )  # found by itself
    screen.run("document.querySelector('[name=birth_date]').value = '1985-06-30'")
    screen.choose("sex", "female")
    screen.choose("kidney_disease", "no")
    screen.choose("takes_medicines", "no")
    screen.tap("button", "Start the diary")

    screen.tap("a.button", "Add food")
    screen.choose("kind", "breakfast")
    add_by_typing(screen, "oats", "Oatmeal, NFS")
    add_by_typing(screen, "banan", "Banana, raw")
    add_by_typing(screen, "whole milk", "Milk, whole")
    screen.tap("button", "Save meal")
    screen.find(".message", "Breakfast saved.")

    screen.tap("button", "500")
    screen.find(".message", "500 ml of water saved.")

    screen.tap("a.button", "Exercise")
    screen.type("#q", "jog")
    until(lambda: "Yoga" not in screen.find("#choices").text)  # the list before typing has gone
    screen.tap("#choices .chip", "Jogging")
    screen.type("[name=minutes]", "30")
    screen.tap("button", "Save exercise")
    screen.find(".message", "saved.")

    screen.tap(".cramp-now button")
    screen.find("h1", "Cramp at")
    screen.choose("site", "calf")
    screen.choose("intensity", "6")
    screen.tap("button", "Save details")
    screen.find(".timeline", "6/10")

    said = screen.text()
    # Oatmeal 240 g, banana 126 g, whole milk 244 g, tap water 500 ml = 507.211 g (30 g in 29.5735 ml)
    assert "Magnesium 127 mg" in said  # 24 x 2.40 + 28 x 1.26 + 12 x 2.44 + 1 x 5.07211 = 127.23
    assert "Potassium 914 mg" in said  # 57 x 2.40 + 326 x 1.26 + 150 x 2.44 + 0 = 913.56
    assert "Calcium 350 mg" in said  # 12 x 2.40 + 5 x 1.26 + 123 x 2.44 + 3 x 5.07211 = 350.44
    assert "Vitamin D 2.68 µg" in said  # 0 + 0 + 1.1 x 2.44 + 0 = 2.684
    # 83.44 x 2.40 + 75.6 x 1.26 + 88.1 x 2.44 + 99.9 x 5.07211 = 1017.18
    assert "Water in food and drink 1,017 ml" in said
    diarist = Diarist.objects.get()
    assert [i.grams for i in Meal.objects.get().items.all()] == [Decimal(240), Decimal(126), Decimal(244)]
    assert WaterIntake.objects.get().amount_ml == 500 and Exercise.objects.get().minutes == 30
    assert (SpasmEpisode.objects.get().site, diarist.time_zone) == ("calf", "Pacific/Auckland")
    assert screen.complaints() == []


def test_a_meal_is_added_with_the_keyboard_alone(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.go("/meals/add/")
    until(lambda: screen.run("document.activeElement.id") == "q")
    keys = ActionChains(screen.driver)
    keys.send_keys("banana").perform()
    screen.find("#results .result", "Banana, raw")
    keys.send_keys(Keys.ARROW_DOWN).send_keys(Keys.ENTER).perform()
    screen.find("#draft .draft-name", "Banana, raw")
    until(lambda: screen.run("document.activeElement.id") == "q")  # ready for the next food

    for _ in range(40):
        ActionChains(screen.driver).send_keys(Keys.TAB).perform()
        if screen.run("document.activeElement.textContent.trim()") == "Save meal":
            break
    ActionChains(screen.driver).send_keys(Keys.ENTER).perform()
    screen.find(".message", "saved.")
    assert [i.food.name for i in Meal.objects.get().items.all()] == ["Banana, raw"]


def test_sums_follow_the_amount_and_the_field_keeps_the_cursor(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.go("/meals/add/")
    add_by_typing(screen, "whole milk", "Milk, whole")
    screen.find("#preview", "29.3 mg")  # 12 x 2.44
    screen.type("#quantity-1", "3")
    screen.find("#preview", "87.8 mg")  # 12 x 2.44 x 3 = 87.84
    assert screen.run("document.activeElement.id") == "quantity-1"
    screen.tap(".draft-row .button-icon")
    screen.find("#draft", "0 foods")
    assert screen.complaints() == []


def test_undo_takes_a_tap_back(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.tap("button", "300")
    screen.tap(".message button", "Undo")
    screen.find(".message", "Deleted.")
    assert not WaterIntake.objects.live().exists()
    screen.tap(".message button", "Undo")
    screen.find(".message", "It is back.")
    assert WaterIntake.objects.live().count() == 1


def test_chosen_colours_come_at_once_and_stay(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert screen.run(ground) == "rgb(246, 243, 237)"  # --paper, light: #f6f3ed
    screen.choose("theme", "dark")
    assert screen.run(ground) == "rgb(16, 23, 26)"  # --paper, dark: #10171a
    screen.go("/")
    assert screen.run(ground) == "rgb(16, 23, 26)"


SMALL = """[...document.querySelectorAll(
        'main button, main a.button, .main-nav a, .cramp-now button, main .chip, main select, main textarea, '
        + 'main input:not([type=hidden], [type=radio], [type=checkbox])')]
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.width && r.height && (r.height < 43.5 || r.width < 43.5))
    .map(([e, r]) => e.outerHTML.slice(0, 90) + ' ' + Math.round(r.width) + 'x' + Math.round(r.height))"""
"""Things to tap that are smaller than 44 px in either direction."""


def test_a_portion_of_a_long_word_breaks_where_a_phone_ends(screen, alice):
    """Up to its next space "medium/regular/sandwich" is one word to a browser."""
    roll = Food.objects.get(source="fndds", name="Roll, white, soft")
    usual = roll.portions.get(description__startswith="1 medium/regular/sandwich")
    meal = entries.log_meal(alice, [Portion(roll, portion=usual)])
    screen.shape(320)
    screen.sign_in("alice", PASSWORD)
    screen.go(f"/meals/{meal.pk}/")
    screen.find(".chip", "medium/regular/sandwich")
    assert screen.run("document.documentElement.scrollWidth") == 320


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False), (320, False)])
def test_no_page_scrolls_sideways_and_every_target_is_large_enough(screen, alice, width, dark):
    screen.shape(width, dark=dark)
    screen.sign_in("alice", PASSWORD)
    screen.tap(".cramp-now button")
    cramp = screen.driver.current_url.removeprefix(screen.address)
    wide, small = [], {}
    for path in (*PAGES, cramp):
        screen.go(path)
        screen.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        if screen.run("document.documentElement.scrollWidth") > width:
            wide.append(path)
        if found := screen.run(SMALL):
            small[path] = found
    assert wide == []
    assert small == {}
    assert screen.complaints() == []


def press(screen, selector):
    """Press what is there, without a script of the test's own; whether it was there."""
    found = screen.driver.find_elements(By.CSS_SELECTOR, selector)
    if found:
        found[0].click()
    return bool(found)


def test_without_script_a_meal_is_put_together_and_saved(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        screen.go("/meals/add/")
        screen.type("#q", "banana")
        for selector in ("button[value=search]", "#results .result", "button[value=save]"):
            # Each press loads a page: the next thing to press is there when that has come.
            until(lambda wanted=selector: press(screen, wanted))
        until(lambda: Meal.objects.exists())
    finally:
        screen.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert [i.food.name for i in Meal.objects.get().items.all()] == ["Banana, raw"]
