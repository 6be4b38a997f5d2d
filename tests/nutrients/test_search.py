"""What people type and what they mean: on whichever engine the suite runs, the same foods come first."""

import time
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import translation

from nutrients import foods as own
from nutrients import search
from nutrients.models import Food, FoodWords, LoadedRelease
from nutrients.search.words import LANGUAGES, stem, synonyms

pytestmark = pytest.mark.django_db


def names(query, **more):
    return [food.name for food in search.find(query, **more)]


@pytest.fixture
def alice():
    return get_user_model().objects.create(username="alice")


@pytest.fixture
def bob():
    return get_user_model().objects.create(username="bob")


def a_food(name):
    return Food.objects.get(name=name, owner=None)


FIRST = {
    # a plain word is the plain food
    "banana": "Banana, raw",
    "bananas": "Banana, raw",
    "apple": "Apple, raw",
    "Apples": "Apple, raw",
    "milk": "Milk, NFS",
    "whole milk": "Milk, whole",
    "egg": "Egg, whole, cooked, NS as to cooking method",
    "eggs": "Egg, whole, cooked, NS as to cooking method",
    "boiled egg": "Egg, whole, boiled or poached",
    "scrambled eggs": "Egg omelet or scrambled egg, NS as to fat",
    "bread": "Bread, NS as to major flour",
    "white bread": "Bread, white",
    "whole wheat bread": "Bread, whole wheat",
    "rice": "Rice, cooked, NFS",
    "white rice": "Rice, white, cooked, NS as to fat",
    "brown rice": "Rice, brown, cooked, NS as to fat",
    "chicken": "Chicken, NS as to part and cooking method, NS as to skin eaten",
    "salmon": "Fish, salmon, NFS",
    "baked salmon": "Fish, salmon, baked or broiled",
    "tuna": "Fish, tuna, NFS",
    "fish": "Fish, NFS",
    "coffee": "Coffee, NS as to brewed or instant",
    "tea": "Tea, hot, leaf, black",
    "green tea": "Tea, hot, leaf, green",
    "beer": "Beer",
    "red wine": "Wine, red",
    "vodka": "Vodka",
    "cheese": "Cheese, NFS",
    "cheddar": "Cheese, Cheddar",
    "cheddar cheese": "Cheese, Cheddar",
    "mozzarella": "Cheese, Mozzarella, NFS",
    "cottage cheese": "Cheese, cottage, NFS",
    "potato": "Potato, NFS",
    "mashed potatoes": "Potato, mashed, NFS",
    "french fries": "Potato, french fries, NFS",
    "sweet potato": "Sweet potato, NFS",
    "tomato": "Tomatoes, raw",
    "orange": "Orange, raw",
    "orange juice": "Orange juice, 100%, NFS",
    "apple juice": "Apple juice, 100%",
    "water": "Water, NFS",
    "tap water": "Water, tap",
    "oatmeal": "Oatmeal, NFS",
    "spinach": "Spinach, raw",
    "almonds": "Almonds, NFS",
    "lentils": "Lentils, NFS",
    "black beans": "Black beans, NFS",
    "chickpeas": "Chickpeas, NFS",
    "yogurt": "Yogurt, NFS",
    "butter": "Butter, NFS",
    "pasta": "Pasta, cooked",
    "peanut butter": "Peanut butter",
    "dark chocolate": "Dark chocolate candy",
    "chocolate": "Chocolate candy",
    "ham": "Ham",
    "hamburger": "Hamburger, NFS",
    "bacon": "Bacon, NS as to type of meat, cooked",
    "steak": "Steak, NS as to type of meat, NS as to fat eaten",
    "ground beef": "Beef, ground",
    "beef": "Beef, NFS",
    "pork": "Pork, NFS",
    "turkey": "Turkey, NFS",
    "shrimp": "Shrimp, NFS",
    "hummus": "Hummus, plain",
    "avocado": "Avocado, raw",
    "grapes": "Grapes, raw",
    "strawberries": "Strawberries, raw",
    "watermelon": "Watermelon, raw",
    "pineapple": "Pineapple, raw",
    "kiwi": "Kiwi fruit, raw",
    "lettuce": "Lettuce, raw",
    "cucumber": "Cucumber, raw",
    "garlic": "Garlic, raw",
    "onion": "Onions, raw",
    "peas": "Green peas, NS as to form, cooked",
    "pumpkin seeds": "Pumpkin seeds, NFS",
    "olive oil": "Olive oil",
    "honey": "Honey",
    "sugar": "Sugar, NFS",
    "salt": "Salt, table",
    "ice cream": "Ice cream, NFS",
    "cookie": "Cookie, NFS",
    "cake": "Cake or cupcake, NFS",
    "soup": "Soup, NFS",
    "bagel": "Bagel",
    "popcorn": "Popcorn, NFS",
    "mayonnaise": "Mayonnaise, regular",
    "ketchup": "Ketchup",
    "burrito": "Burrito, NFS",
    "tonic water": "Water, tonic",
    "sports drink": "Sports drink, NFS",
    "mac and cheese": "Macaroni or noodles with cheese",
    "fried rice": "Rice, fried, NFS",
    # the same thing under a British, an American or a short name
    "aubergine": "Eggplant, cooked, no added fat",
    "courgette": "Summer squash, green, raw",
    "yoghurt": "Yogurt, NFS",
    "crisps": "Potato chips, NFS",
    "porridge": "Oatmeal, NFS",
    "rocket": "Lettuce, arugula, raw",
    "coriander": "Cilantro, raw",
    "prawns": "Shrimp, NFS",
    "mince": "Beef, ground",
    "sweets": "Candy, NFS",
    "beetroot": "Beets, NS as to form, cooked",
    "sultanas": "Raisins",
    "semi-skimmed milk": "Milk, reduced fat (2%)",
    "skimmed milk": "Milk, fat free (skim)",
    "full-fat milk": "Milk, whole",
    "wholemeal bread": "Bread, whole wheat",
    "sparkling water": "Water, carbonated, plain",
    "fizzy drink": "Soft drink, NFS",
    "OJ": "Orange juice, 100%, NFS",
    "pb": "Peanut butter",
    "pb&j": "Peanut butter and jelly sandwich, NFS",
    "mayo": "Mayonnaise, regular",
    "g&t": "Gin and tonic",
    "cuppa": "Tea, hot, leaf, black",
    # brands, by kind
    "coke": "Soft drink, cola",
    "Diet Coke": "Soft drink, cola, diet",
    "pepsi": "Soft drink, cola",
    "gatorade": "Sports drink (Gatorade G)",
    "lucozade": "Sports drink, NFS",
    "weetabix": "Cereal, shredded wheat, plain",
    "nutella": "Chocolate hazelnut spread",
    "marmite": "Yeast extract spread",
    "red bull": "Energy drink (Red Bull)",
    "cheerios": "Cereal, O's, plain",
    "KitKat": "Chocolate candy, cookie filled",
    "oreo": "Cookie, chocolate sandwich",
    "philadelphia": "Cream cheese, regular, plain",
    "babybel": "Cheese, Gouda or Edam",
    "oatly": "Oat milk",
    # slips of the keyboard
    "bananna": "Banana, raw",
    "yoghrut": "Yogurt, NFS",
    "chiken": "Chicken, NS as to part and cooking method, NS as to skin eaten",
    "spinich": "Spinach, raw",
    "avacado": "Avocado, raw",
    "tomatos": "Tomatoes, raw",
    "strawbery": "Strawberries, raw",
    "mayonaise": "Mayonnaise, regular",
    "ornage juice": "Orange juice, 100%, NFS",
    "peanutbutter": "Peanut butter",
    "peanut buter": "Peanut butter",
    "crème fraîche": "Sour cream, regular",
}

AMONG_THREE = {
    "brocoli": "Broccoli, raw",
    "broccoli": "Broccoli, NS as to form, cooked",
    "carrot": "Carrots, raw",
    "greek yogurt": "Yogurt, Greek, NS as to type of milk, plain",
    "chicken breast": "Chicken breast, NS as to cooking method, skin not eaten",
    "chips": "Potato, french fries, NFS",
    "biscuits": "Cookie, NFS",
    "wine": "Wine, red",
    "noodles": "Noodles, cooked",
    "pizza": "Pizza, cheese, from restaurant or fast food, NS as to type of crust",
    "tofu": "Soybean curd",
    "zucchini": "Summer squash, green, raw",
    "salad": "Lettuce, salad with assorted vegetables including tomatoes and/or carrots, no dressing",
    "chicken soup": "Soup, chicken noodle",
    "eggplant": "Eggplant, raw",
    "soy milk": "Soy milk, unsweetened",
}


@pytest.mark.slow
def test_the_food_that_is_meant_comes_first():
    assert {query: names(query, limit=1) for query in FIRST} == {
        query: [food] for query, food in FIRST.items()
    }


def test_the_food_that_may_be_meant_is_among_the_first_three():
    assert not {
        query: found for query, food in AMONG_THREE.items() if food not in (found := names(query, limit=3))
    }


COMMON = {
    "banana": "Banana, raw",
    "spinach": "Spinach, raw",
    "milk": "Milk, NFS",
    "chicken": "Chicken, NS as to part and cooking method, NS as to skin eaten",
    "coffee": "Coffee, brewed",
    "bread": "Bread, white",
    "tomato": "Tomatoes, raw",
    "potato": "Potato, NFS",
    "salmon": "Fish, salmon, NFS",
    "orange": "Orange, raw",
    "yogurt": "Yogurt, NFS",
}


def test_a_common_food_is_among_the_first_five_after_two_letters():
    begun = {word[:letters]: food for word, food in COMMON.items() for letters in range(2, len(word))}
    assert not {typed: found for typed, food in begun.items() if food not in (found := names(typed, limit=5))}


@pytest.mark.parametrize(
    ("query", "unlike"),
    [
        ("apple", "pineapple"),
        ("milk", "shake"),
        ("banana", "plantain"),
        ("egg", "eggplant"),
        ("ham", "hamburger"),
    ],
)
def test_another_food_with_like_letters_is_not_near_the_front(query, unlike):
    assert not [name for name in names(query)[:5] if unlike in name.lower()]


@pytest.mark.parametrize(
    "query", ["banana", "carrots", "chicken", "apple", "rice", "cereal", "yogurt", "peach"]
)
def test_baby_food_never_comes_before_ordinary_food(query):
    found = search.find(query, limit=200)
    infant = [food.category.lower().startswith("baby") or "babyfood" in food.name.lower() for food in found]
    assert True not in infant[: len(infant) - sum(infant)]


def test_fndds_comes_before_sr28_where_both_have_the_food():
    found = search.find("avocado")
    assert [food.source for food in found[:2]] == ["fndds", "sr28"]


def test_a_food_is_found_by_its_own_name(foods):
    asked = foods.filter(hidden=False).order_by("source_code")[::80]
    assert len(asked) > 150
    assert not [food.name for food in asked if food not in search.find(food.name)]


def test_nonsense_finds_nothing_and_breaks_nothing():
    for query in [
        "xqzvw kjhgq",
        "'; DROP TABLE",
        '"',
        "*",
        "a" * 5000,
        "AND OR NOT NEAR(",
        "^:&|!<->",
        "\x00",
        "💥",
        "%",
        "看ᦹݪ\uf6b4",
    ]:
        assert isinstance(search.find(query), list)
    assert search.find("xqzvwkjhgq") == []


def test_words_that_no_food_has_together_find_foods_with_some_of_them():
    assert "Banana, raw" in names("banana submarine")[:3]


def test_every_synonym_leads_to_a_food():
    held = [{*name.split(), *other.split()} for name, other in FoodWords.objects.values_list("name", "other")]
    tables = [synonyms(language) for language in ("", *LANGUAGES)]
    meanings = {meant for table in tables for found in table.values() for meant, _ in found}
    assert [len(table) > least for table, least in zip(tables, (400, 500, 500), strict=True)] == [True] * 3
    assert not [meant for meant in meanings if not any({stem(w) for w in meant} <= words for words in held)]


@pytest.mark.parametrize(
    ("language", "typed", "first"),
    [
        ("de", "Milch", "Milk, NFS"), ("de", "Kartoffeln", "Potato, NFS"),
        ("de", "Vollkornbr", "Bread, whole wheat"),
        ("de", "banana", "Banana, raw"), ("es", "leche", "Milk, NFS"),
        ("es", "zumo de naranja", "Orange juice, 100%, NFS"),
        ("es", "pan integral", "Bread, whole wheat"), ("en-gb", "pan", "Pancakes, NFS"),
    ],
)  # fmt: skip
def test_foods_are_found_by_their_names_in_the_language_spoken(language, typed, first):
    with translation.override(language):
        found = names(typed)
    assert found[0] == first


def test_every_everyday_food_is_in_the_table_under_its_name(foods):
    there = dict(foods.filter(source="fndds", hidden=False).values_list("source_code", "name"))
    listed = search.everyday_names()
    assert listed and {code: there.get(code) for code in listed} == listed


# The person's own ---------------------------------------------------------------------------------


def test_recent_foods_come_first_where_they_match():
    bread = a_food("Banana chips")
    assert names("banana")[0] == "Banana, raw"
    assert names("banana", recent=[bread.pk])[:2] == ["Banana chips", "Banana, raw"]


def test_a_recent_food_that_does_not_match_is_not_found():
    assert "Banana, raw" not in names("milk", recent=[a_food("Banana, raw").pk])


def test_a_favourite_that_only_mentions_the_word_does_not_displace_the_food():
    # "butter" is in another name of these pancakes, no more.
    pancakes = Food.objects.filter(synonyms__icontains="buttermilk", name__startswith="Pancakes").first()
    assert names("butter", favourites=[pancakes.pk])[0] == "Butter, NFS"


def test_the_most_recent_of_two_matching_foods_comes_first():
    raw, baked = a_food("Banana, raw").pk, a_food("Banana, baked").pk
    assert names("banana", recent=[raw, baked])[:2] == ["Banana, raw", "Banana, baked"]
    assert names("banana", recent=[baked, raw])[:2] == ["Banana, baked", "Banana, raw"]


def test_nothing_typed_gives_the_history_in_its_order():
    chips, baked = a_food("Banana chips"), a_food("Banana, baked")
    assert search.find(" ", recent=[baked.pk, chips.pk]) == [baked, chips]
    assert search.find("") == []


def test_one_letter_searches_the_history_alone():
    assert names("b", recent=[a_food("Banana chips").pk, a_food("Milk, NFS").pk]) == ["Banana chips"]


def test_an_own_food_comes_first_for_its_owner_and_is_not_there_for_anybody_else(alice, bob):
    mine = own.save_own(alice, name="Zimtstern banana loaf", per_100g={"magnesium_mg": 30})
    for query in ("banana loaf", "zimtst", "zimtstern"):
        assert search.find(query, user=alice)[0] == mine
        assert mine not in search.find(query, user=bob)
        assert mine not in search.find(query)
        assert mine not in search.find(query, user=bob, recent=[mine.pk], favourites=[mine.pk])


def test_a_removed_own_food_is_found_no_more_and_again_once_restored(alice):
    mine = own.save_own(alice, name="Zimtstern", per_100g={})
    own.remove(alice, mine.pk)
    assert mine not in search.find("zimtstern", user=alice, recent=[mine.pk])
    own.restore(alice, mine.pk)
    assert mine in search.find("zimtstern", user=alice)


def test_a_renamed_own_food_is_found_by_its_new_name_alone(alice):
    mine = own.save_own(alice, name="Zimtstern", per_100g={})
    own.rename(alice, mine.pk, "Pfefferkuchen")
    assert search.find("pfefferk", user=alice) == [mine]
    assert mine not in search.find("zimtstern", user=alice)


def test_a_food_hidden_behind_the_back_of_the_index_is_not_shown():
    Food.objects.filter(pk=a_food("Banana, raw").pk).update(hidden=True)
    assert "Banana, raw" not in names("banana")


def test_only_the_sources_asked_for_are_found(alice):
    mine = own.save_own(alice, name="Banana loaf", per_100g={})
    assert {food.source for food in search.find("banana", source="sr28")} == {"sr28"}
    assert search.find("banana", user=alice, source="own") == [mine]
    assert {food.source for food in search.find("banana", user=alice, source=["own", "sr28"])} == {
        "own",
        "sr28",
    }


# The engines --------------------------------------------------------------------------------------


def test_the_engine_is_the_one_that_the_suite_says(settings):
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[settings.TEST_ENGINE]


@pytest.mark.parametrize(
    "query", ["banana", "ch", "bananna", "semi skimmed milk", "banana submarine", "zzzzzz", ""]
)
def test_a_search_takes_at_most_three_queries(query, alice, django_assert_max_num_queries):
    search.vocabulary()
    milk = a_food("Milk, NFS")
    with django_assert_max_num_queries(3):
        search.find(query, user=alice, recent=[uuid.uuid4()], favourites=[milk.pk])


def test_words_of_a_table_loaded_since_are_known_from_the_second_search_on():
    search.find("banana")
    Food.objects.filter(pk=a_food("Banana, raw").pk).update(name="Quabbelfrucht, raw")
    search.rebuild()
    search.find("banana")
    assert names("quabelfrucht") == ["Quabbelfrucht, raw"]


def test_a_rebuilt_index_holds_each_food_once_and_none_that_is_hidden():
    count = search.rebuild()
    assert count == FoodWords.objects.count() == Food.objects.searchable().count()
    assert LoadedRelease.objects.get(name=search.LOADED).rows == count
    assert names("banana")[0] == "Banana, raw"


def test_a_deleted_food_leaves_no_trace_in_the_index(alice):
    mine = own.save_own(alice, name="Zimtstern", per_100g={})
    mine.delete()
    assert search.find("zimtstern", user=alice) == []
    assert not FoodWords.objects.filter(food_id=mine.pk).exists()


def test_a_search_is_not_slow():
    """Far above what the benchmark asks, so that it fails only where a plan has gone wrong."""
    search.find("banana")
    queries = ["ch", "ban", "milk", "chicken", "orange juice", "bananna", "co", "semi skimmed milk"]
    took = []
    for query in queries * 3:
        start = time.perf_counter()
        search.find(query)
        took.append(time.perf_counter() - start)
    assert sorted(took)[len(took) // 2] < 0.05
