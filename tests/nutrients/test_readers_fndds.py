"""The survey's workbooks, read from small ones in the same format."""

import pytest

from nutrients.codes import CODES
from nutrients.usda import fndds
from nutrients.usda.release import ReleaseError
from tests.nutrients.made_up import PLAIN, fndds_release

BANANA = 63107010


def portions_of(tmp_path, *portions):
    (food,) = fndds.read(fndds_release(tmp_path, portions=portions))
    return [(portion.description, portion.grams, portion.usual) for portion in food.portions]


def refusal(folder) -> str:
    with pytest.raises(ReleaseError) as refused:
        fndds.read(folder)
    return str(refused.value)


def test_each_amount_comes_from_the_column_that_its_header_names(tmp_path):
    amounts = {code: number for number, code in enumerate(CODES, start=10)}
    (food,) = fndds.read(fndds_release(tmp_path, foods=[(BANANA, "Banana, raw", "Bananas", amounts)]))

    assert (food.source, food.code, food.name, food.category) == (
        "fndds",
        "63107010",
        "Banana, raw",
        "Bananas",
    )
    assert food.amounts == tuple(range(10, 30))  # 20 nutrients, 10 to 29 in the order of their codes


def test_a_header_may_break_over_lines_anywhere(tmp_path):
    folder = fndds_release(tmp_path, headers={"vitamin_d_ug": "Vitamin D\n (D2 + D3)\n(mcg)"})
    (food,) = fndds.read(folder)
    assert food.amounts[CODES.index("vitamin_d_ug")] == 1


def test_a_blank_is_not_known_and_a_zero_is_known(tmp_path):
    amounts = PLAIN | {"magnesium_mg": None, "potassium_mg": "", "calcium_mg": 0}
    (food,) = fndds.read(fndds_release(tmp_path, foods=[(BANANA, "Banana, raw", "Bananas", amounts)]))
    found = dict(zip(CODES, food.amounts, strict=True))

    assert (found["magnesium_mg"], found["potassium_mg"], found["calcium_mg"]) == (None, None, 0)


def test_a_number_stored_as_text_is_a_number(tmp_path):
    (food,) = fndds.read(
        fndds_release(tmp_path, foods=[(BANANA, "Banana, raw", "Bananas", PLAIN | {"iron_mg": "0.26"})])
    )
    assert food.amounts[CODES.index("iron_mg")] == 0.26


def test_the_amount_nobody_specified_is_the_usual_one_and_stands_last(tmp_path):
    found = portions_of(
        tmp_path,
        (BANANA, 2, "Quantity not specified", 126),
        (BANANA, 9, "1 cup", 225),
        (BANANA, 1, "1 small", 101),
    )
    assert found == [("1 small", 101, False), ("1 cup", 225, False), ("usual amount", 126, True)]


def test_rules_for_survey_staff_and_weightless_portions_are_no_measures(tmp_path):
    found = portions_of(
        tmp_path,
        (BANANA, 1, "Guideline amount per fl oz of beverage", 3),
        (BANANA, 2, "Quantity not specified", 0),
        (BANANA, 3, "1 cup", 246),
    )
    assert found == [("1 cup", 246, False)]


def test_a_food_with_portions_but_without_contents_is_left_out(tmp_path):
    """Milk, human is such a food."""
    folder = fndds_release(
        tmp_path,
        portions=[(11000000, 1, "1 cup", 246), (BANANA, 1, "1 cup", 225)],
        listed=[(11000000, "Milk, human", None), (BANANA, "Banana, raw", "plátano;  fresh\n banana")],
    )
    (food,) = fndds.read(folder)
    assert (food.code, len(food.portions), food.synonyms) == ("63107010", 1, "plátano; fresh banana")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("abc", "'abc' is not a number"),
        (-1, "-1 is below 0"),
        ("NaN", "'NaN' is not a number"),
        (True, "'True' is not a number"),
    ],
)
def test_a_broken_amount_is_refused_with_file_row_and_column(tmp_path, value, said):
    second = (63107020, "Banana, baked", "Bananas", PLAIN | {"magnesium_mg": value})
    folder = fndds_release(tmp_path, foods=[(BANANA, "Banana, raw", "Bananas", PLAIN), second])

    # Title and headers are rows 1 and 2, so the second food stands in row 4.
    assert refusal(folder) == (
        f"2021-2023 FNDDS At A Glance - FNDDS Nutrient Values.xlsx, row 4, column 'Magnesium (mg)': {said}"
    )


def test_a_missing_column_is_named(tmp_path):
    folder = fndds_release(tmp_path, headers={"potassium_mg": None})
    assert refusal(folder).endswith("row 2, column 'Potassium (mg)': the column is missing")


def test_a_missing_workbook_is_named(tmp_path):
    folder = fndds_release(tmp_path)
    next(folder.glob("*Portions*")).unlink()
    assert refusal(folder) == f"{folder}: there is no file named *Portions and Weights*.xlsx"


def test_two_releases_in_one_folder_are_not_mixed(tmp_path):
    folder = fndds_release(tmp_path)
    (folder / "2019-2020 FNDDS At A Glance - Portions and Weights.xlsx").touch()
    assert "more than one file" in refusal(folder)


def test_a_damaged_workbook_is_named(tmp_path):
    folder = fndds_release(tmp_path)
    next(folder.glob("*Nutrient Values*")).write_bytes(b"PK\x03\x04 half a file")
    assert "Nutrient Values.xlsx: is not a readable workbook" in refusal(folder)


def test_a_food_that_comes_twice_is_refused(tmp_path):
    banana = (BANANA, "Banana, raw", "Bananas", PLAIN)
    folder = fndds_release(tmp_path, foods=[banana, banana], listed=[(BANANA, "Banana, raw", None)])
    assert refusal(folder).endswith("row 4, column 'Food code': food 63107010 comes twice")


@pytest.mark.parametrize(
    ("portion", "said"),
    [
        ((BANANA, 1, "1 cup", None), "column 'Portion weight (g)': the weight is missing"),
        ((BANANA, 1, "1 cup", -5), "column 'Portion weight (g)': -5 is below 0"),
        ((BANANA, 1, "1 cup", 5.1234), "column 'Portion weight (g)': '5.1234' has more than three decimals"),
        ((BANANA, "one", "1 cup", 5), "column 'Seq num': 'one' is not a number"),
        ((BANANA, 1, None, 5), "column 'Portion description': the description is missing"),
        ((99999999, 1, "1 cup", 5), "column 'Food code': food 99999999 is not in the list of foods"),
        ((631, 1, "1 cup", 5), "column 'Food code': '631' is not a food code of eight digits"),
    ],
)
def test_a_broken_portion_is_refused_with_row_and_column(tmp_path, portion, said):
    assert refusal(fndds_release(tmp_path, portions=[portion])) == (
        f"2021-2023 FNDDS At A Glance - Portions and Weights.xlsx, row 3, {said}"
    )
