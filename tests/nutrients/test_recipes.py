"""A person's own recipes: what is stored, what is refused, and what stays."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from nutrients import foods, recipes, search
from nutrients.models import Food, Ingredient, Recipe, food_id
from nutrients.portions import Portion
from nutrients.recipes import Dish

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db):
    return get_user_model().objects.create(username="alice")


@pytest.fixture
def milk():
    return Food.objects.get(pk=food_id("fndds", "11111000"))


@pytest.fixture
def oats(alice):
    return foods.save_own(alice, name="My oats", per_100g={"magnesium_mg": 130, "water_g": 9})


def porridge(alice, milk, oats, **more):
    cup = milk.portions.get(description="1 cup")
    said = [Portion(milk, portion=cup, quantity=Decimal(2)), Portion(oats, Decimal(100))]
    more = {"yield_g": Decimal(500), "servings": Decimal(2), **more}
    return foods.save_own(alice, name="Porridge", dish=Dish(said, **more))


def refusal(alice, *said, **more):
    with pytest.raises(ValidationError) as refused:
        foods.save_own(alice, name="Dish", dish=Dish(said, **more))
    assert not Recipe.objects.exists() and not Food.objects.filter(name="Dish").exists()
    return refused.value.message_dict


def test_a_recipe_is_a_food_whose_content_follows_from_its_ingredients(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    dish.refresh_from_db()
    assert dish.source == "recipe"
    # milk 488 g x 12 mg / 100 = 58.56; oats 100 g x 130 / 100 = 130; 188.56 in 500 g
    assert dish.magnesium_mg == pytest.approx(37.712)
    # milk 488 g x 88.1 / 100 = 429.928, oats 9: 438.928 less 88 g that boiled away: 350.928 in 500 g
    assert dish.water_g == pytest.approx(70.1856)
    assert dish.potassium_mg is None  # not known of the oats
    serving = dish.portions.get()
    assert (serving.description, serving.grams, serving.usual) == ("1 serving", Decimal(250), True)
    assert search.find("porridge", user=alice)[0] == dish


def test_the_page_can_tell_which_ingredient_is_not_known(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    assert recipes.not_known(dish.ingredients)["potassium_mg"] == ["My oats"]
    assert "magnesium_mg" not in recipes.not_known(dish.ingredients)


def test_the_same_recipe_sent_again_is_the_same(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    before = foods.content(dish)
    again = foods.save_own(alice, id=dish.pk, name="Porridge", dish=recipes.dish_of(dish))
    assert foods.content(again) == before
    assert Recipe.objects.count() == 1 and Ingredient.objects.count() == 2


def test_a_changed_ingredient_changes_the_recipe_only_when_it_is_saved_again(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    foods.save_own(alice, id=oats.pk, name="My oats", per_100g={"magnesium_mg": 30, "water_g": 9})
    dish = Food.objects.get(pk=dish.pk)
    assert dish.magnesium_mg == pytest.approx(37.712)
    assert recipes.changed_since(dish, dish.ingredients) == ["My oats"]
    again = foods.save_own(alice, id=dish.pk, name="Porridge", dish=recipes.dish_of(dish))
    assert again.magnesium_mg == pytest.approx(17.712)  # (58.56 + 30) / 5
    assert recipes.changed_since(again, again.ingredients) == []


def test_an_ingredient_that_is_removed_stays_in_the_recipe(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    foods.remove(alice, oats.pk)
    again = foods.save_own(alice, id=dish.pk, name="Porridge", dish=recipes.dish_of(dish))
    assert [one.food.name for one in again.ingredients] == [milk.name, "My oats"]
    assert again.magnesium_mg == pytest.approx(37.712)


def test_a_recipe_within_a_recipe_counts_with_what_it_holds(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    cake = foods.save_own(
        alice, name="Cake", dish=Dish([Portion(dish, Decimal(50)), Portion(oats, Decimal(50))])
    )
    assert cake.magnesium_mg == pytest.approx(83.856)  # (50 x 0.37712 + 50 x 1.30) / 100 x 100


def test_a_recipe_cannot_be_part_of_itself_however_far_down(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    cake = foods.save_own(alice, name="Cake", dish=Dish([Portion(dish, Decimal(50))]))
    for within in (dish, cake):
        with pytest.raises(ValidationError) as refused:
            foods.save_own(alice, id=dish.pk, name="Porridge", dish=Dish([Portion(within, Decimal(10))]))
        assert refused.value.message_dict == {"ingredients": ["A recipe cannot be part of itself."]}
    assert [one.food for one in Food.objects.get(pk=dish.pk).ingredients] == [milk, oats]


def test_impossible_dishes_are_refused_in_words(alice, milk, oats):
    assert refusal(alice) == {"ingredients": ["Add at least one food."]}
    assert refusal(alice, Portion(oats, Decimal(0)))["ingredients"] == [
        "Food 1 (My oats): An amount must be more than 0 g."
    ]
    assert refusal(alice, Portion(milk, Decimal(5)), Portion(oats))["ingredients"] == [
        "Food 2 (My oats): Say how much: grams, or a portion and how many."
    ]
    bar = Portion(oats, portion=milk.portions.first())
    assert refusal(alice, bar)["ingredients"] == ["Food 1 (My oats): This portion belongs to another food."]
    some = Portion(oats, Decimal(100))
    assert refusal(alice, some, yield_g=Decimal(0))["yield_g"] == [
        "The finished dish must weigh more than 0 g."
    ]
    assert refusal(alice, some, servings=Decimal(0))["servings"] == [
        "Give more than 0 and at most 1000 servings."
    ]
    # 100 g of oats hold 9 g of water and cannot lose 20 g
    assert refusal(alice, some, yield_g=Decimal(80))["yield_g"] == [
        "The dish has lost more weight than its ingredients hold water. Check the weight."
    ]
    assert refusal(alice, *[some] * 61)["ingredients"] == ["A recipe can have at most 60 foods."]


def test_another_persons_food_is_no_ingredient(alice, milk):
    bob = get_user_model().objects.create(username="bob")
    theirs = foods.save_own(bob, name="Bob's soup", per_100g={"iron_mg": 1})
    assert refusal(alice, Portion(theirs, Decimal(10)))["ingredients"] == [
        "Food 1: This food is not in the table."
    ]


def test_a_recipe_can_become_a_plain_food_and_back(alice, milk, oats):
    dish = porridge(alice, milk, oats)
    plain = foods.save_own(alice, id=dish.pk, name="Porridge", per_100g={"magnesium_mg": 40})
    assert plain.source == "own" and not Recipe.objects.exists()
    back = foods.save_own(alice, id=dish.pk, name="Porridge", dish=Dish([Portion(oats, Decimal(10))]))
    assert (back.source, back.magnesium_mg) == ("recipe", 130)
