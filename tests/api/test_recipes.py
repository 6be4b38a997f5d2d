"""Recipes over REST and on the pages: one set of rules, in the same words, and carried by the feed."""

from decimal import Decimal
from uuid import uuid4

import pytest

from journal import entries
from journal.models import StaleDay
from nutrients.models import Food, food_id
from nutrients.portions import Portion
from nutrients.recipes import Dish
from tests.api.conftest import diarist

MILK = food_id("fndds", "11111000")


@pytest.fixture
def milk(foods):
    return foods.get(pk=MILK)


@pytest.fixture
def page(client, alice):
    """A browser in which Alice is signed in."""
    client.force_login(diarist(alice).user)
    return client


@pytest.fixture
def soup(milk):
    return {
        "name": "Milk soup",
        "ingredients": [{"food": str(milk.pk), "grams": 400}],
        "yield_g": 350,
        "servings": 2,
    }


def test_a_recipe_is_made_from_its_ingredients_and_told_with_them(alice, soup, milk):
    made = alice.send("foods/", soup)
    assert made.status_code == 201
    body = made.json()
    assert (body["source"], body["own"], body["yield_g"], body["servings"]) == ("recipe", True, 350, 2)
    assert body["ingredients"] == [
        {"food": str(milk.pk), "food_name": milk.name, "portion": None, "quantity": None, "grams": 400}
    ]
    assert body["per_100g"]["magnesium_mg"] == pytest.approx(13.714286)  # 12 x 4 / 3.5
    assert [(one["description"], one["grams"]) for one in body["portions"]] == [("1 serving", 175)]
    assert alice.read(f"foods/{body['id']}/").json() == body


def test_what_was_told_can_be_sent_back_and_changes_nothing(alice, soup):
    body = alice.send("foods/", soup).json()
    again = alice.replace(f"foods/{body['id']}/", body)
    assert again.status_code == 200 and again.json() == body


def test_a_patch_of_the_name_keeps_the_ingredients_and_one_of_the_weight_works_out_anew(alice, soup):
    body = alice.send("foods/", soup).json()
    named = alice.change(f"foods/{body['id']}/", {"name": "White soup"}).json()
    assert named["ingredients"] == body["ingredients"] and named["per_100g"] == body["per_100g"]
    less = alice.change(f"foods/{body['id']}/", {"yield_g": 320}).json()
    assert less["per_100g"]["magnesium_mg"] == pytest.approx(15)  # 12 x 4 / 3.2
    assert less["portions"][0]["grams"] == 160


def test_a_food_that_is_no_recipe_says_so(alice, milk):
    body = alice.read(f"foods/{milk.pk}/").json()
    assert (body["ingredients"], body["yield_g"], body["servings"]) == ([], None, None)


def one(food, grams):
    return {"ingredients": [{"food": str(food), "grams": grams}]}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"ingredients": []}, "ingredients", "Add at least one food."),
        (one(MILK, 0), "ingredients", "Food 1 (Milk, whole): An amount must be more than 0 g."),
        (one(uuid4(), 5), "ingredients", "Food 1: This food is not in the table."),
        ({"yield_g": 0}, "yield_g", "The finished dish must weigh more than 0 g."),
        ({"yield_g": 20}, "yield_g", "lost more weight than its ingredients hold water"),
        ({"servings": 0}, "servings", "Give more than 0 and at most 1000 servings."),
    ],
)  # fmt: skip
def test_both_doors_refuse_in_the_same_words(alice, page, soup, change, field, words):
    refused = alice.send("foods/", {**soup, **change})
    assert refused.status_code == 400
    assert words in " ".join(refused.json()["errors"][field])
    said = {**soup, **change}
    form = {name: str(said[name]) for name in ("name", "yield_g", "servings")}
    form |= {"do": "save", "food": [one["food"] for one in said["ingredients"]]}
    form["measure"] = ["g"] * len(said["ingredients"])
    form["quantity"] = [str(one["grams"]) for one in said["ingredients"]]
    answer = page.post("/foods/recipes/new/", form)
    if "not in the table" not in words:  # a page offers only foods that are there
        assert answer.status_code == 200 and words in answer.content.decode()
    assert not Food.objects.filter(name="Milk soup").exists()


def test_a_recipe_within_itself_is_refused_by_both_doors(alice, page, soup):
    body = alice.send("foods/", soup).json()
    within = [{"food": body["id"], "grams": 10}]
    refused = alice.replace(
        f"foods/{body['id']}/", {**soup, "ingredients": within, "base_revision": body["revision"]}
    )
    assert refused.json()["errors"]["ingredients"] == ["A recipe cannot be part of itself."]
    form = {"name": "x", "food": [body["id"]], "measure": ["g"], "quantity": ["10"], "do": "save"}
    assert (
        "A recipe cannot be part of itself." in page.post(f"/foods/{body['id']}/edit/", form).content.decode()
    )


def test_the_feed_tells_a_recipe_whole_and_takes_one(alice, soup, milk):
    id = str(uuid4())
    sent = alice.send("sync/", {"items": [{"type": "foods", "id": id, "op": "put", "data": soup}]}).json()
    assert sent["results"][0]["status"] == "created"
    again = alice.send("sync/", {"items": [{"type": "foods", "id": id, "op": "put", "data": soup}]}).json()
    assert again["results"][0]["status"] == "unchanged"
    told = [one for one in alice.read("sync/").json()["changes"] if one["type"] == "foods"]
    assert [one["data"]["ingredients"][0]["food"] for one in told] == [str(milk.pk)]
    assert told[0]["data"] == alice.read(f"foods/{id}/").json()


def test_a_changed_recipe_has_its_days_added_up_again(alice, soup):
    body = alice.send("foods/", soup).json()
    meal = entries.log_meal(diarist(alice), [(Food.objects.get(pk=body["id"]), Decimal(100))])
    StaleDay.objects.all().delete()
    alice.change(f"foods/{body['id']}/", {"yield_g": 320})
    assert list(StaleDay.objects.values_list("date", flat=True)) == [meal.local_date]


def test_another_persons_recipe_is_not_there(alice, bob, soup):
    body = alice.send("foods/", soup).json()
    assert bob.read(f"foods/{body['id']}/").status_code == 404
    mine = {**soup, "ingredients": [{"food": body["id"], "grams": 5}]}
    assert "not in the table" in str(bob.send("foods/", mine).json())


@pytest.mark.parametrize("times", [1, 12])
def test_a_list_with_recipes_costs_the_same_queries_for_one_and_for_many(
    alice, milk, times, django_assert_max_num_queries
):
    for n in range(times):
        entries.save_food(diarist(alice), name=f"Soup {n}", dish=Dish([Portion(milk, Decimal(100 + n))] * 3))
    alice.read("foods/?source=recipe")
    with django_assert_max_num_queries(7):
        assert len(alice.read("foods/?source=recipe").json()["results"]) == times
    with django_assert_max_num_queries(14):
        assert len(alice.read("foods/?search=soup&source=recipe").json()["results"]) == times


def test_the_page_of_a_recipe_names_its_ingredients_and_which_of_them_is_not_known(alice, page, soup):
    oats = alice.send("foods/", {"name": "My oats", "per_100g": {"magnesium_mg": 130}}).json()
    soup["ingredients"].append({"food": oats["id"], "grams": 50})
    body = alice.send("foods/", {**soup, "yield_g": None}).json()
    said = " ".join(page.get(f"/foods/{body['id']}/").content.decode().split())
    assert "What it is made of" in said and "The dish weighs what its ingredients do." in said
    assert "<dt>Potassium</dt><dd>not known of My oats</dd>" in said
    assert "<dt>Magnesium</dt>" not in said

    alice.change(f"foods/{oats['id']}/", {"per_100g": {"magnesium_mg": 90}})
    assert (
        "Changed since the recipe was saved: My oats." in page.get(f"/foods/{body['id']}/").content.decode()
    )


def test_a_recipe_is_put_together_on_the_page_and_opens_as_it_was_said(alice, page, milk):
    cup = milk.portions.get(description="1 cup")
    form = {"name": "Warm milk", "food": [str(milk.pk)], "measure-0": str(cup.pk), "quantity": ["2"]}
    answer = page.post("/foods/recipes/new/", {**form, "do": "save", "servings": "4"}, follow=True)
    food = Food.objects.get(name="Warm milk")
    assert f'action="/foods/{food.pk}/remove/"' in answer.content.decode()  # Undo
    assert food.portions.get().grams == 122  # 2 x 244 g / 4
    opened = page.get(f"/foods/{food.pk}/edit/").content.decode()
    assert f'name="measure-0" value="{cup.pk}" checked' in opened and 'name="quantity" value="2"' in opened
    page.post(f"/foods/{food.pk}/edit/", {**form, "do": "save", "name": "Hot milk"})
    food.refresh_from_db()
    assert (food.name, food.portions.count()) == ("Hot milk", 0)
