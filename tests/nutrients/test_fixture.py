"""The compact food table: that nothing is lost in it, and that the shipped one says what was published."""

import lzma
from dataclasses import replace

import pytest

from nutrients import fixture
from nutrients.codes import CODES
from nutrients.usda.arrangement import Rank, arranged, plain_words
from nutrients.usda.release import FoodRecord, PortionRecord, ReleaseError

AMOUNTS = (0.1 + 0.2, 1e-7, 0.0, None, 3.0, *[12345.678] * 15)
BANANA = FoodRecord(
    "fndds", "63107010", 'Banana, "raw"', "Bananas", "plátano; fe’i", AMOUNTS,
    (PortionRecord(1, '1 small (6" long)', 101.0), PortionRecord(999, "usual amount", 126.5, usual=True)),
)  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> dict[tuple[str, str], FoodRecord]:
    return {(food.source, food.code): food for food in fixture.read()}


def known(food: FoodRecord, *nutrients: str) -> tuple[float | None, ...]:
    amounts = dict(zip(CODES, food.amounts, strict=True))
    return tuple(amounts[nutrient] for nutrient in nutrients)


# The format -----------------------------------------------------------------------------------


def test_what_is_written_reads_back_to_the_last_bit(tmp_path):
    foods = [BANANA, replace(BANANA, source="sr28", code="01001", rank=3, hidden=True, portions=())]
    fixture.write(tmp_path / "foods", foods)
    assert fixture.read(tmp_path / "foods") == foods


def test_the_same_foods_in_any_order_give_the_same_bytes(tmp_path):
    foods = [BANANA, replace(BANANA, code="63107020")]
    fixture.write(tmp_path / "one", foods)
    fixture.write(tmp_path / "two", foods[::-1])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def broken(tmp_path, change) -> str:
    fixture.write(tmp_path / "foods", [BANANA, replace(BANANA, code="63107020")])
    text = lzma.decompress((tmp_path / "foods").read_bytes()).decode()
    (tmp_path / "foods").write_bytes(lzma.compress(change(text).encode()))
    with pytest.raises(ReleaseError) as refused:
        fixture.read(tmp_path / "foods")
    return str(refused.value)


def test_a_table_of_another_format_is_refused(tmp_path):
    said = broken(tmp_path, lambda text: text.replace("foods 1", "foods 2"))
    assert said == "foods, row 1: is not a food table that this version reads"


def test_a_food_that_comes_twice_is_refused_with_its_row(tmp_path):
    said = broken(tmp_path, lambda text: text.replace("63107020", "63107010"))
    assert said == "foods, row 3: food fndds 63107010 comes twice"


def test_a_broken_food_is_refused_with_its_row(tmp_path):
    assert broken(tmp_path, lambda text: text.replace("12345.678", "-1")).startswith(
        "foods, row 2: is not a food"
    )
    assert broken(tmp_path, lambda text: text[: len(text) // 2]).startswith("foods, row 2: is not a food")


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "foods").write_bytes(fixture.SHIPPED.read_bytes()[:-1000])
    with pytest.raises(ReleaseError, match="cannot be read"):
        fixture.read(tmp_path / "foods")


# What ships: the figures below are those published with, or counted in, the two releases --------


def test_both_releases_are_whole(shipped):
    sources = [source for source, _code in shipped]
    assert (sources.count("fndds"), sources.count("sr28"), len(sources)) == (5431, 8790, 14221)


def test_the_table_stays_small():
    assert fixture.SHIPPED.stat().st_size < 700_000


@pytest.mark.parametrize(
    ("food", "nutrients", "published"),
    [
        ("sr28 11457 Spinach, raw", "magnesium_mg potassium_mg calcium_mg sodium_mg", (79, 558, 99, 79)),
        ("fndds 63107010 Banana, raw", "magnesium_mg potassium_mg", (28, 326)),
        ("sr28 09040 Bananas, raw", "magnesium_mg potassium_mg", (27, 358)),
        ("fndds 11111000 Milk, whole", "calcium_mg potassium_mg vitamin_d_ug", (123, 150, 1.1)),
        ("fndds 42101000 Almonds, unroasted", "magnesium_mg potassium_mg", (258, 733)),
        ("fndds 42100100 Almonds, NFS", "magnesium_mg potassium_mg", (279, 713)),
        ("sr28 12061 Nuts, almonds", "magnesium_mg potassium_mg", (270, 733)),
        ("fndds 26137100 Fish, salmon, raw", "vitamin_d_ug", (11.0,)),
        ("fndds 26137120 Fish, salmon, baked or broiled", "vitamin_d_ug", (13.7,)),
        ("sr28 15236 Fish, salmon, Atlantic, farmed, raw", "vitamin_d_ug", (11.0,)),
        ("sr28 15076 Fish, salmon, Atlantic, wild, raw", "vitamin_d_ug", (None,)),
        ("fndds 26303160 Clams, steamed or boiled", "vitamin_b12_ug", (12.14,)),
        ("sr28 15157 Mollusks, clam, mixed species, raw", "vitamin_b12_ug", (11.28,)),
    ],
)
def test_foods_hold_what_was_published(shipped, food, nutrients, published):
    source, code, name = food.split(" ", 2)
    assert shipped[source, code].name == name
    assert known(shipped[source, code], *nutrients.split()) == published


@pytest.mark.parametrize(
    ("nutrient", "unknown"),
    [
        ("energy_kcal", 0), ("protein_g", 0), ("fat_g", 0), ("carbohydrate_g", 0), ("water_g", 1),
        ("sodium_mg", 83), ("calcium_mg", 348), ("potassium_mg", 426), ("magnesium_mg", 739),
        ("vitamin_b12_ug", 1193), ("iron_mg", 144), ("zinc_mg", 706), ("phosphorus_mg", 579),
        ("fiber_g", 594), ("vitamin_b6_mg", 905), ("folate_ug", 1261), ("vitamin_c_mg", 818),
        ("alcohol_g", 8790), ("caffeine_mg", 8790),
        ("vitamin_d_ug", 3211),  # 3,262 blank in micrograms, of which 51 have their IU
    ],
)  # fmt: skip
def test_as_many_foods_of_sr28_are_unknown_as_the_release_left_blank(shipped, nutrient, unknown):
    foods = [food for food in shipped.values() if food.source == "sr28"]
    assert sum(known(food, nutrient) == (None,) for food in foods) == unknown


def test_fndds_has_no_blanks_and_keeps_its_zeros(shipped):
    foods = [food for food in shipped.values() if food.source == "fndds"]
    assert all(None not in food.amounts for food in foods)
    assert sum(known(food, "vitamin_d_ug") == (0,) for food in foods) == 3000
    assert sum(known(food, "vitamin_b12_ug") == (0,) for food in foods) == 2031


def test_portions_are_those_of_the_releases_less_what_is_no_measure(shipped):
    portions = {source: [] for source in ("fndds", "sr28")}
    for food in shipped.values():
        portions[food.source] += food.portions

    assert len(portions["fndds"]) == 21729  # 22,046 less 314 guideline amounts and 3 of human milk
    assert sum(portion.usual for portion in portions["fndds"]) == 5325  # 5,326 less that of human milk
    assert len(portions["sr28"]) == 15438
    assert min(p.grams for p in portions["fndds"] + portions["sr28"]) > 0


def test_the_usual_amount_is_never_offered_first_where_there_is_a_measure(shipped):
    assert not [
        f.name for f in shipped.values() if len(f.portions) > 1 and any(p.usual for p in f.portions[:-1])
    ]


def test_298_foods_of_sr28_have_no_portion_but_grams(shipped):
    assert sum(food.source == "sr28" and not food.portions for food in shipped.values()) == 298


def test_a_food_known_in_abbrev_alone_goes_by_its_short_name(shipped):
    assert shipped["sr28", "33879"].name.startswith("BABYFOOD,FINGER SNACKS")


def test_texts_fit_their_columns(shipped):
    foods = shipped.values()
    assert max(len(food.name) for food in foods) <= 200
    assert max(len(food.category) for food in foods) <= 120
    assert max(len(p.description) for food in foods for p in food.portions) <= 140


# What is in front, what is behind, what is left out ---------------------------------------------


def test_37_ingredients_of_survey_recipes_and_187_doubles_of_sr28_are_hidden(shipped):
    hidden = [food for food in shipped.values() if food.hidden]
    assert sum(food.source == "fndds" for food in hidden) == 37
    # Counted in these two releases: foods whose words are the same in the singular, small words aside.
    assert sum(food.source == "sr28" for food in hidden) == 187
    assert all("ingredient" in food.name for food in hidden if food.source == "fndds")


@pytest.mark.parametrize(
    ("food", "rank", "hidden"),
    [
        ("fndds 63107010 Banana, raw", Rank.PLAIN, False),
        ("sr28 09040 Bananas, raw", Rank.GENERIC, True),
        ("fndds 11111000 Milk, whole", Rank.PLAIN, False),
        ("sr28 15076 Fish, salmon, Atlantic, wild, raw", Rank.GENERIC, False),
        ("sr28 33879 BABYFOOD,FINGER SNACKS,GERB,GRADUAT,LIL CRUNCHI - MILD CHEDD", Rank.INFANT, False),
    ],
)
def test_a_food_stands_where_its_kind_belongs(shipped, food, rank, hidden):
    source, code, name = food.split(" ", 2)
    found = shipped[source, code]
    assert (found.name, found.rank, found.hidden) == (name, rank, hidden)


def arranged_one(name, category="", source="sr28"):
    (food,) = arranged([replace(BANANA, source=source, name=name, category=category)])
    return food.rank, food.hidden


@pytest.mark.parametrize(
    ("source", "category", "name", "rank"),
    [
        ("fndds", "Pizza", "Pizza, NFS", Rank.PLAIN),
        ("fndds", "Pizza", "Pizza, cheese, from frozen, thin crust", Rank.DISH),
        ("fndds", "Spinach", "Spinach, frozen, cooked with oil", Rank.DISH),
        ("fndds", "Not included in a food category", "Oats, raw", Rank.PLAIN),
        ("fndds", "Not included in a food category", "Whey, sweet, dry", Rank.SPECIAL),
        ("fndds", "Baby food: fruit", "Baby Toddler apples, Stage 1", Rank.INFANT),
        ("fndds", "Formula, ready-to-feed", "Toddler formula, any", Rank.INFANT),
        ("sr28", "Soups, Sauces, and Gravies", "CAMPBELL'S, Chicken Broth", Rank.BRAND),
        ("sr28", "Fast Foods", "Fast foods, biscuit, with egg", Rank.BRAND),
        ("sr28", "Fats and Oils", "Oil, industrial, coconut", Rank.SPECIAL),
        ("sr28", "Pork Products", "USDA Commodity, pork, canned", Rank.SPECIAL),
        ("sr28", "Vegetables and Vegetable Products", "Kale, raw", Rank.GENERIC),
    ],
)
def test_a_name_and_category_decide_the_rank(source, category, name, rank):
    assert arranged_one(name, category, source)[0] == rank


def test_a_food_of_sr28_is_hidden_only_while_fndds_says_the_same():
    ours = replace(BANANA, name="Peppers, Sweet with the Green, raw")
    theirs = replace(BANANA, source="sr28", name="Pepper, green, sweet, raw")
    assert [food.hidden for food in arranged([ours, theirs])] == [False, True]
    assert [food.hidden for food in arranged([theirs])] == [False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Brussels sprouts, raw", "Brussels sprout, raw", True),
        ("Peaches, raw", "Raw peach", True),
        ("Blueberries, raw", "Blueberry, raw", True),
        ("Milk, 2% fat", "Milk, 1% fat", False),
        ("Rice, cooked", "Rice, cooked, NFS", False),
        ("Grapes, raw", "Grapefruit, raw", False),
    ],
)
def test_two_names_are_the_same_but_for_case_order_number_and_small_words(one, other, same):
    assert (plain_words(one) == plain_words(other)) is same
