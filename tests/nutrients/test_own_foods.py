"""A person's own foods: what is stored, what is refused, and who can touch it."""

import uuid
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from nutrients import foods
from nutrients.codes import CODES
from nutrients.models import Food, FoodPortion, FoodWords

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return get_user_model().objects.create(username="alice")


@pytest.fixture
def bob():
    return get_user_model().objects.create(username="bob")


def refusal(**given):
    """What is said when amounts per 100 g are refused."""
    with pytest.raises(ValidationError) as refused:
        foods.checked_amounts(given)
    return " ".join(refused.value.messages)


def test_amounts_per_100_g_are_stored_and_the_rest_is_unknown(alice):
    food = foods.save_own(
        alice, name="  Mum's  stew ", per_100g={"magnesium_mg": Decimal("31.5"), "sodium_mg": None}
    )
    food.refresh_from_db()
    assert (food.name, food.magnesium_mg, food.owner, food.source) == ("Mum's stew", 31.5, alice, "own")
    assert food.source_code == str(food.id)
    assert {code for code in CODES if food.per_100g[code] is not None} == {"magnesium_mg"}


def test_zero_is_known_and_not_the_same_as_unknown(alice):
    food = foods.save_own(alice, name="Water of ours", per_100g={"energy_kcal": 0})
    food.refresh_from_db()
    assert food.energy_kcal == 0
    assert food.protein_g is None


def test_a_label_per_portion_is_stored_per_100_g_and_its_portion_is_usual(alice):
    label = foods.PerPortion(
        "1 bar", Decimal(40), {"magnesium_mg": 60, "protein_g": Decimal("5.2"), "fat_g": None}
    )
    food = foods.save_own(alice, name="Bar", per_portion=label)
    assert food.magnesium_mg == pytest.approx(150)  # 60 mg in 40 g: 60 / 40 x 100
    assert food.protein_g == pytest.approx(13)  # 5.2 / 40 x 100
    assert food.fat_g is None
    portion = food.portions.get()
    assert (portion.description, portion.grams, portion.usual) == ("1 bar", Decimal(40), True)


def test_measures_are_stored_in_their_order_and_none_twice(alice):
    food = foods.save_own(
        alice, name="Bar", per_portion=foods.PerPortion("1 bar", Decimal(40), {}),
        portions=[("1 bite", Decimal("5.5")), ("1 bar", Decimal(41))],
    )  # fmt: skip
    assert list(food.portions.values_list("description", "grams")) == [
        ("1 bar", Decimal(40)), ("1 bite", Decimal("5.5")),
    ]  # fmt: skip


def test_the_same_food_sent_twice_is_one_food(alice):
    id = uuid.uuid4()
    for _ in range(2):
        food = foods.save_own(
            alice, id=id, name="Bar", per_100g={"iron_mg": 2}, portions=[("1 bar", Decimal(40))]
        )
    assert food.id == id
    assert Food.objects.filter(owner=alice).count() == FoodPortion.objects.filter(food=food).count() == 1
    assert FoodWords.objects.filter(food=food).count() == 1


def test_an_edit_replaces_amounts_and_keeps_the_portions_that_stay(alice):
    first = foods.save_own(
        alice, name="Bar", per_100g={"iron_mg": 2}, portions=[("1 bar", Decimal(40)), ("1 bite", Decimal(5))]
    )
    bite = first.portions.get(description="1 bite").id
    edited = foods.save_own(
        alice, id=first.id, name="Bar, new", per_100g={"zinc_mg": 1},
        portions=[("1 bite", Decimal(6)), ("1 box", Decimal(400))],
    )  # fmt: skip
    assert (edited.name, edited.iron_mg, edited.zinc_mg) == ("Bar, new", None, 1)
    assert list(edited.portions.values_list("description", "grams")) == [
        ("1 bite", Decimal(6)), ("1 box", Decimal(400)),
    ]  # fmt: skip
    assert edited.portions.get(description="1 bite").id == bite


@pytest.mark.parametrize("id_of", ["anothers", "tables"])
def test_a_food_that_is_not_ones_own_can_be_neither_written_nor_seen_to_exist(alice, bob, id_of):
    theirs = (
        foods.save_own(bob, name="Bob's soup", per_100g={})
        if id_of == "anothers"
        else Food.objects.get(name="Banana, raw", owner=None)
    )
    for attempt in (
        lambda: foods.save_own(alice, id=theirs.id, name="Mine", per_100g={}),
        lambda: foods.rename(alice, theirs.id, "Mine"),
        lambda: foods.remove(alice, theirs.id),
        lambda: foods.restore(alice, theirs.id),
    ):
        with pytest.raises(Food.DoesNotExist):
            attempt()
    before = theirs.name
    theirs.refresh_from_db()
    assert (theirs.name, theirs.deleted_at) == (before, None)


def test_a_removed_food_stays_for_the_diary_and_leaves_the_lists(alice):
    food = foods.save_own(alice, name="Bar", per_100g={"iron_mg": 2})
    foods.remove(alice, food.id)
    kept = Food.objects.get(id=food.id)
    assert kept.iron_mg == 2
    assert kept.deleted_at
    assert not foods.own_foods(alice).exists()
    with pytest.raises(Food.DoesNotExist):
        foods.save_own(alice, id=food.id, name="Bar", per_100g={})


def test_a_removal_can_be_undone(alice):
    food = foods.save_own(alice, name="Bar", per_100g={})
    foods.remove(alice, food.id)
    foods.restore(alice, food.id)
    assert list(foods.own_foods(alice)) == [food]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"magnesium_mg": -1}, "cannot be below 0"),
        ({"magnesium_mg": float("nan")}, "Enter a number"),
        ({"magnesium_mg": Decimal("NaN")}, "Enter a number"),
        ({"magnesium_mg": float("inf")}, "Enter a number"),
        ({"magnesium_mg": "much"}, "Enter a number"),
        ({"protein_g": 100.5}, "at most 100"),
        ({"energy_kcal": 951}, "at most 950"),
        ({"sodium_mg": 40_001}, "at most 40,000"),  # salt itself has 39,337 mg
        ({"iron_mg": 100_001}, "at most 100,000"),  # 100 g
        ({"vitamin_d_ug": 250_001}, "at most 250,000"),  # drops of 100,000 IU a millilitre
        ({"protein_g": 40, "fat_g": 40, "carbohydrate_g": 26}, "come to 106 g"),  # 40 + 40 + 26
        ({"water_g": 90, "carbohydrate_g": 16}, "come to 106 g"),  # 90 + 16
        ({"kryptonite_g": 1}, "not in the table"),
    ],
)
def test_an_impossible_amount_is_refused_with_words_that_help(given, says):
    assert says in refusal(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"energy_kcal": 900, "fat_g": 100},  # oil
        {"sodium_mg": 39_337},  # salt
        {"protein_g": 40, "fat_g": 35, "carbohydrate_g": 30},  # 105 g, each rounded up
        {
            "fiber_g": 50,
            "carbohydrate_g": 60,
            "protein_g": 20,
            "water_g": 10,
        },  # fibre is part of carbohydrate
    ],
)
def test_what_real_food_holds_is_accepted(given):
    assert foods.checked_amounts(given) == given


def test_an_amount_that_only_its_small_portion_makes_impossible_is_refused():
    # 30 g of protein in a portion of 25 g: 120 g in 100 g.
    with pytest.raises(ValidationError, match="at most 100"):
        foods.checked_amounts(per_portion=foods.PerPortion("1 scoop", Decimal(25), {"protein_g": 30}))


def test_each_wrong_amount_is_named():
    with pytest.raises(ValidationError) as refused:
        foods.checked_amounts({"protein_g": -1, "iron_mg": "x", "zinc_mg": 1})
    assert set(refused.value.message_dict) == {"protein_g", "iron_mg"}


def test_amounts_both_ways_or_neither_way_are_refused():
    with pytest.raises(ValidationError, match="either per 100 g or per portion"):
        foods.checked_amounts()
    with pytest.raises(ValidationError, match="either per 100 g or per portion"):
        foods.checked_amounts({}, foods.PerPortion("1", Decimal(1), {}))


@pytest.mark.parametrize("grams", [Decimal(0), Decimal(-1), Decimal("NaN"), "much", None, 1e9])
def test_a_portion_must_weigh_what_a_portion_can(alice, grams):
    with pytest.raises(ValidationError, match="A portion"):
        foods.save_own(alice, name="Bar", per_portion=foods.PerPortion("1 bar", grams, {}))
    with pytest.raises(ValidationError, match="A portion"):
        foods.save_own(alice, name="Bar", per_100g={}, portions=[("1 bar", grams)])
    assert not Food.objects.filter(owner=alice).exists()


@pytest.mark.parametrize("wrong", [{"name": "  "}, {"name": "x" * 201}, {"barcode": "1" * 15}])
def test_a_name_or_barcode_that_does_not_fit_is_refused_and_nothing_is_stored(alice, wrong):
    with pytest.raises(ValidationError):
        foods.save_own(alice, **{"name": "Bar", "per_100g": {}, **wrong})
    assert not Food.objects.filter(owner=alice).exists()


def test_a_nameless_portion_is_refused_and_nothing_is_stored(alice):
    with pytest.raises(ValidationError) as refused:
        foods.save_own(alice, name="Bar", per_100g={}, portions=[(" ", Decimal(5))])
    assert set(refused.value.message_dict) == {"portions"}


def test_nobody_has_more_own_foods_than_the_most(alice, bob, monkeypatch):
    monkeypatch.setattr(foods, "MOST_OWN_FOODS", 2)
    first = foods.save_own(alice, name="One", per_100g={})
    foods.save_own(alice, name="Two", per_100g={})
    with pytest.raises(ValidationError, match="2 foods of your own"):
        foods.save_own(alice, name="Three", per_100g={})
    foods.save_own(alice, id=first.id, name="One, edited", per_100g={})
    foods.save_own(bob, name="Bob's", per_100g={})
    foods.remove(alice, first.id)
    foods.save_own(alice, name="Three", per_100g={})
    with pytest.raises(ValidationError, match="2 foods of your own"):
        foods.restore(alice, first.id)
