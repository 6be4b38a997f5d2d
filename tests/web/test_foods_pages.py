"""Foods: found by typing, shown with what is not known of them, and made of one's own."""

import re
from decimal import Decimal

import pytest
from django.utils.text import capfirst

from journal import entries, findings, people
from journal.models import Favourite, StaleDay
from journal.templatetags.journal import food_name
from nutrients import foods as own
from nutrients.codes import CODES, NUTRIENT
from nutrients.models import Food
from nutrients.usda.release import CITATIONS
from tests.web.test_today import words

pytestmark = pytest.mark.django_db

ONE_ROW = {"portions-TOTAL_FORMS": "1", "portions-INITIAL_FORMS": "0"}
NO_ROWS = {"portions-TOTAL_FORMS": "0", "portions-INITIAL_FORMS": "0"}


@pytest.fixture
def banana(foods):
    """FNDDS 63107010: 28 mg of magnesium, 326 mg of potassium in 100 g; one banana is 126 g."""
    return foods.get(source="fndds", source_code="63107010")


@pytest.fixture
def bar(alice):
    """A food of Alice's own, of which only magnesium and sodium are known."""
    return own.save_own(
        alice.user, name="Oat bar", per_100g={"magnesium_mg": 82.5, "sodium_mg": 0},
        portions=[("1 bar", Decimal(40))],
    )  # fmt: skip


@pytest.fixture
def soup(bob):
    return own.save_own(bob.user, name="Bob's secret soup", per_100g={"sodium_mg": 300})


def names(answer):
    """Names of the foods on a page, in their order."""
    listed = r'class="result-name">(.*?)</span>\s*<span class="result-about'
    found = re.findall(listed, answer.content.decode(), re.S)
    return [words_of(part) for part in found]


def words_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def sent(**said):
    return {"name": "Oat bar", "basis": "100g", **NO_ROWS, **said}


# Find -----------------------------------------------------------------------------------------


def test_typing_finds_foods_with_their_source(browser, banana):
    answer = browser.get("/foods/", {"q": "banana"})
    assert names(answer)[0] == "Banana, raw"
    assert "Banana, raw USDA FNDDS 2021-2023 · Bananas" in words(answer)
    assert f'href="/foods/{banana.pk}/"' in answer.content.decode()


def test_ones_own_foods_come_first_and_another_persons_never(browser, alice, bar, soup):
    assert names(browser.get("/foods/", {"q": "oat"}))[0] == "Oat bar"
    assert "Bob" not in words(browser.get("/foods/", {"q": "secret soup"})).replace("“secret soup”", "")


def test_before_typing_there_are_own_foods_favourites_and_recent_ones(browser, alice, bar, banana, foods):
    milk = foods.get(source="fndds", source_code="11111000")
    entries.log_meal(alice, [(milk, Decimal(200)), (banana, Decimal(126))])
    entries.save_favourite(alice, food=banana)
    answer = browser.get("/foods/")

    assert names(answer) == ["Oat bar", "Favourite: Banana, raw", milk.name]
    heads = re.findall(r'results-head">([^<]+)', answer.content.decode())
    assert heads == ["Your own foods", "Favourites", "Eaten lately"]


def test_while_typing_only_the_results_are_drawn(browser, banana):
    answer = browser.get("/foods/", {"q": "banana"}, headers={"HX-Request": "true"})
    assert names(answer)[0] == "Banana, raw" and "<main" not in answer.content.decode()
    assert "HX-Request" in answer.headers["Vary"]


def test_a_food_that_is_not_found_can_be_made(browser, alice):
    answer = browser.get("/foods/", {"q": "zzqx&qqzx"})
    assert "Nothing found for “zzqx&amp;qqzx”." in answer.content.decode()
    assert 'href="/foods/new/?name=zzqx%26qqzx"' in answer.content.decode()
    assert 'name="name" value="zzqx&amp;qqzx"' in browser.get("/foods/new/?name=zzqx%26qqzx").content.decode()


# One food -------------------------------------------------------------------------------------


def test_a_food_shows_what_100_g_and_the_usual_portion_hold_with_its_source(browser, banana):
    said = words(browser.get(f"/foods/{banana.pk}/"))

    assert "per 100 g in 126 g" in said
    assert "Magnesium 28 mg 35.3 mg" in said  # 28 x 1.26 = 35.28
    assert "Potassium 326 mg 411 mg" in said  # 326 x 1.26 = 410.76
    assert "Table USDA FNDDS 2021-2023 Code 63107010" in said and CITATIONS["fndds"] in said
    assert "1 cup, mashed 225 g" in said


def test_all_twenty_nutrients_are_listed_each_once(browser, banana):
    table = browser.get(f"/foods/{banana.pk}/").content.decode().split("</table>")[0]
    rows = re.findall(r'<th scope="row">([^<]+)</th>', table)
    assert sorted(rows) == sorted(capfirst(NUTRIENT[code].name) for code in CODES) and len(rows) == 20


def test_what_is_not_known_is_said_so_and_a_known_zero_is_zero(browser, bar):
    said = words(browser.get(f"/foods/{bar.pk}/"))
    assert "18 amounts are not known. Not known is never counted as zero." in said  # 20 less the 2 given
    assert "Calcium not known not known" in said
    assert "Sodium 0 mg 0 mg" in said
    assert "Magnesium 82.5 mg 33 mg" in said  # 82.5 x 0.4


def test_another_amount_is_worked_out_and_handed_on_to_be_logged(browser, alice, banana):
    page = browser.get(f"/foods/{banana.pk}/", {"measure": "g", "quantity": "250"})
    assert "in 250 g" in words(page) and "Magnesium 28 mg 70 mg" in words(page)  # 28 x 2.5

    link = re.search(r'href="(/meals/add/\?[^"]+)"', page.content.decode())[1].replace("&amp;", "&")
    meal = browser.get(link).content.decode()
    assert f'name="food" value="{banana.pk}"' in meal and 'value="250"' in meal


@pytest.mark.parametrize("typed", ["", "0", "-3", "much", "9" * 12, "NaN"])
def test_an_amount_that_cannot_be_read_is_the_usual_portion(browser, banana, typed):
    assert "in 126 g" in words(browser.get(f"/foods/{banana.pk}/", {"measure": "g", "quantity": typed}))


def test_energy_is_left_out_where_the_number_could_harm(browser, alice, banana):
    assert "Energy" in words(browser.get(f"/foods/{banana.pk}/"))
    people.answer_conditions(alice, {"eating_disorder": "yes"})
    assert "Energy" not in words(browser.get(f"/foods/{banana.pk}/"))


def test_a_favourite_is_one_however_often_it_is_said_and_gone_when_taken_back(browser, alice, banana):
    for _again in range(2):
        browser.post(f"/foods/{banana.pk}/favourite/", {"value": "yes"})
    assert Favourite.objects.of(alice).live().get().food == banana
    assert 'aria-pressed="true"' in browser.get(f"/foods/{banana.pk}/").content.decode()

    browser.post(f"/foods/{banana.pk}/favourite/", {"value": "no"})
    assert not Favourite.objects.of(alice).live().exists()
    assert 'aria-pressed="false"' in browser.get(f"/foods/{banana.pk}/").content.decode()


# One's own ------------------------------------------------------------------------------------


def test_an_own_food_is_stored_with_what_is_known_and_the_rest_left_open(browser, alice):
    form = sent(magnesium_mg="82,5", sodium_mg="0", portion="1 bar", portion_grams="40")
    answer = browser.post("/foods/new/", form, follow=True)
    food = Food.objects.get(owner=alice.user)

    assert (food.magnesium_mg, food.sodium_mg, food.calcium_mg) == (82.5, 0, None)
    assert [(p.description, p.grams) for p in food.portions.all()] == [("1 bar", Decimal(40))]
    assert answer.redirect_chain == [(f"/foods/{food.pk}/", 302)]
    assert names(browser.get("/foods/", {"q": "oat ba"}))[0] == "Oat bar"


def test_amounts_of_one_portion_are_kept_per_100_g(browser, alice):
    browser.post("/foods/new/", sent(basis="portion", portion="1 bar", portion_grams="40", magnesium_mg="33"))
    food = Food.objects.get(owner=alice.user)
    assert food.magnesium_mg == pytest.approx(82.5)  # 33 / 40 x 100
    assert food.portions.get().grams == 40


def test_amounts_of_one_portion_need_its_name_and_weight(browser, alice):
    said = words(browser.post("/foods/new/", sent(basis="portion", magnesium_mg="33")))
    assert said.count("Amounts of one portion need its name and its weight.") == 2
    assert not Food.objects.filter(owner=alice.user).exists()


@pytest.mark.parametrize(
    ("amounts", "refusal"),
    [
        ({"magnesium_mg": "-1"}, "An amount cannot be below 0. Leave it empty if it is not known."),
        ({"sodium_mg": "41000"}, "41,000 mg in 100 g is not possible: at most 40,000. Check the unit."),
        ({"magnesium_mg": "99999999"}, "99,999,999 mg in 100 g is not possible: at most 61,000."),
        ({"protein_g": "60", "fat_g": "60"}, "come to 120 g in 100 g of food."),
    ],
)
def test_web_and_rest_refuse_the_same_amounts_in_the_same_words(browser, phone, alice, amounts, refusal):
    on_web = browser.post("/foods/new/", sent(**amounts))
    by_rest = phone.post("/api/v1/foods/", {"name": "Oat bar", "per_100g": amounts}, format="json")

    assert on_web.status_code == 200 and refusal in words(on_web)
    assert by_rest.status_code == 400 and refusal in by_rest.content.decode()
    assert not Food.objects.filter(owner=alice.user).exists()


def test_web_and_rest_refuse_a_weightless_portion_in_the_same_words(browser, phone, alice):
    rows = {**ONE_ROW, "portions-0-description": "1 crumb", "portions-0-grams": "0"}
    on_web = browser.post("/foods/new/", sent(**rows))
    said = {"name": "Oat bar", "per_100g": {}, "portions": [{"description": "1 crumb", "grams": "0"}]}
    by_rest = phone.post("/api/v1/foods/", said, format="json")
    assert "A portion must weigh more than 0 g." in words(on_web)
    assert "A portion must weigh more than 0 g." in by_rest.content.decode()


def test_a_portion_with_a_name_alone_is_refused(browser, alice):
    answer = browser.post("/foods/new/", sent(**ONE_ROW, **{"portions-0-description": "1 crumb"}))
    assert "Give both the name and the weight of a portion." in words(answer)


def test_the_same_form_sent_twice_is_one_food(browser, alice):
    form = sent(id="11111111-1111-4111-8111-111111111111", magnesium_mg="5")
    browser.post("/foods/new/", form)
    browser.post("/foods/new/", form)
    assert Food.objects.filter(owner=alice.user).count() == 1


def test_a_form_brought_back_later_makes_another_food_and_changes_none(browser, alice, soup):
    form = sent(id=str(soup.pk), magnesium_mg="5")
    browser.post("/foods/new/", form)
    assert Food.objects.get(owner=alice.user).pk != soup.pk
    soup.refresh_from_db()
    assert soup.name == "Bob's secret soup"


def test_saving_an_unchanged_food_changes_no_digit_of_it(browser, alice):
    amounts = {"zinc_mg": 1 / 3, "folate_ug": 1e-7}
    food = own.save_own(alice.user, name="Third", per_100g=amounts, portions=[("1 cup", Decimal("0.125"))])
    page = browser.get(f"/foods/{food.pk}/edit/").content.decode()
    form = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or "checked" in tag) and 'type="checkbox"' not in tag:
            form[name[1]] = value[1] if value else ""
    answer = browser.post(f"/foods/{food.pk}/edit/", form)

    assert answer.status_code == 302
    before = food.per_100g
    food = Food.objects.get(pk=food.pk)
    assert food.per_100g == before
    assert [(p.description, p.grams) for p in food.portions.all()] == [("1 cup", Decimal("0.125"))]


def test_changing_an_own_food_adds_up_the_days_with_it_again(browser, alice, bar):
    entries.log_meal(alice, [(bar, Decimal(200))])
    StaleDay.objects.all().delete()
    day = entries.today(alice)
    browser.post(f"/foods/{bar.pk}/edit/", sent(magnesium_mg="100"))

    assert StaleDay.objects.filter(diarist=alice, date=day).exists()
    assert findings.live_totals(alice, day).magnesium_mg == 200  # 100 mg in 100 g, of 200 g


def test_a_portion_is_taken_away_by_its_box(browser, bar):
    rows = {
        "portions-TOTAL_FORMS": "1", "portions-INITIAL_FORMS": "1", "portions-0-description": "1 bar",
        "portions-0-grams": "40", "portions-0-DELETE": "on",
    }  # fmt: skip
    browser.post(f"/foods/{bar.pk}/edit/", sent(**rows))
    assert not bar.portions.exists()


def test_a_removed_food_is_found_no_more_and_comes_back_by_undo(browser, alice, bar):
    entries.log_meal(alice, [(bar, Decimal(40))])
    page = browser.post(f"/foods/{bar.pk}/remove/", follow=True)
    assert f'action="/foods/{bar.pk}/restore/"' in page.content.decode()
    assert "Oat bar" not in names(page) and browser.get(f"/foods/{bar.pk}/").status_code == 404
    assert "Oat bar" in words(browser.get("/"))  # the meal keeps it

    browser.post(f"/foods/{bar.pk}/restore/")
    assert names(browser.get("/foods/", {"q": "oat bar"}))[0] == "Oat bar"


def test_another_persons_food_does_not_exist(browser, alice, soup):
    for address in ("", "edit/"):
        assert browser.get(f"/foods/{soup.pk}/{address}").status_code == 404
    for address in ("edit/", "remove/", "restore/", "favourite/"):
        assert browser.post(f"/foods/{soup.pk}/{address}", sent()).status_code == 404
    soup.refresh_from_db()
    assert soup.name == "Bob's secret soup" and soup.deleted_at is None and not Favourite.objects.exists()


def test_foods_of_the_public_tables_cannot_be_changed(browser, banana):
    assert browser.get(f"/foods/{banana.pk}/edit/").status_code == 404
    assert browser.post(f"/foods/{banana.pk}/remove/").status_code == 404
    assert f"/foods/{banana.pk}/edit/" not in browser.get(f"/foods/{banana.pk}/").content.decode()


def test_lists_and_food_pages_cost_the_same_queries_for_few_and_many(
    browser, alice, banana, foods, django_assert_max_num_queries
):
    some = list(foods.filter(source="fndds", hidden=False).order_by("pk")[:40])
    for count in (2, 40):
        entries.log_meal(alice, [(food, Decimal(10)) for food in some[:count]])
        for food in some[: count // 2]:
            entries.save_favourite(alice, food=food)
        for address, most in (("/foods/", 9), ("/foods/?q=milk", 9), (f"/foods/{banana.pk}/", 7)):
            with django_assert_max_num_queries(most):
                browser.get(address)


def test_what_the_table_shortens_in_a_name_is_told(browser, alice, foods):
    short = foods.filter(owner=None, name__endswith=", NFS").first()
    spelled = foods.filter(owner=None, name__startswith="Banana, raw").first()
    entries.log_meal(alice, [(short, Decimal(100))])

    page = browser.get(f"/foods/{short.pk}/").content.decode()
    assert "NFS and NS in a name: not further specified." in page
    assert "not further specified" not in browser.get(f"/foods/{spelled.pk}/").content.decode()
    for told in (page, browser.get("/").content.decode()):
        assert '<abbr title="not further specified">NFS</abbr>' in told


def test_a_name_that_is_no_shortening_stays_and_is_escaped():
    assert food_name("NFSMI <b> NS") == "NFSMI &lt;b&gt; NS"
    assert food_name("Rice, NS as to fat") == 'Rice, <abbr title="not further specified">NS</abbr> as to fat'
