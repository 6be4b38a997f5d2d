"""The SR28 text files, read from small ones in the same format."""

import pytest

from nutrients.codes import CODES
from nutrients.usda import sr28
from nutrients.usda.release import Place, ReleaseError
from tests.nutrients.made_up import abbrev, described, sr28_release, weighed


def amounts_of(tmp_path, row: str) -> dict[str, float | None]:
    (food,) = sr28.read(sr28_release(tmp_path, contents=[row]))
    return dict(zip(CODES, food.amounts, strict=True))


def refusal(folder) -> str:
    with pytest.raises(ReleaseError) as refused:
        sr28.read(folder)
    return str(refused.value)


def test_each_amount_comes_from_its_field(tmp_path):
    # A row whose field n holds the number n, for every field after the two of code and name.
    row = "^".join(["~01001~", "~BUTTER~", *(str(number) for number in range(3, 54))])
    found = amounts_of(tmp_path, row)

    # The numbers of the fields as the release documents them.
    assert found == {
        "energy_kcal": 4, "protein_g": 5, "fat_g": 6, "carbohydrate_g": 8, "fiber_g": 9, "alcohol_g": None,
        "caffeine_mg": None, "water_g": 3, "calcium_mg": 11, "magnesium_mg": 13, "potassium_mg": 15,
        "sodium_mg": 16, "iron_mg": 12, "zinc_mg": 17, "phosphorus_mg": 14, "vitamin_d_ug": 42,
        "vitamin_b12_ug": 32, "vitamin_b6_mg": 26, "folate_ug": 27, "vitamin_c_mg": 21,
    }  # fmt: skip


def test_a_blank_field_is_not_known_and_a_zero_is_known(tmp_path):
    found = amounts_of(tmp_path, abbrev("01001", magnesium_mg="", potassium_mg="0.0"))
    assert (found["magnesium_mg"], found["potassium_mg"]) == (None, 0)


@pytest.mark.parametrize(
    ("micrograms", "units", "known"),
    [
        ("", "60", 1.5),  # 60 IU / 40 IU per ug
        ("2.0", "80", 2.0),  # the field in micrograms comes first
        ("", "0", 0.0),
        ("", "", None),
    ],
)
def test_vitamin_d_comes_in_micrograms_or_else_from_its_units(tmp_path, micrograms, units, known):
    assert amounts_of(tmp_path, abbrev("01001", iu=units, vitamin_d_ug=micrograms))["vitamin_d_ug"] == known


def test_leading_zeros_of_a_code_count(tmp_path):
    (food,) = sr28.read(sr28_release(tmp_path))
    assert (food.source, food.code, food.name) == ("sr28", "01001", "Butter, salted")
    assert food.category == "Dairy and Egg Products"


def test_a_quote_is_an_inch_mark(tmp_path):
    (food,) = sr28.read(
        sr28_release(
            tmp_path,
            descriptions=[described("01001", 'Beef, trimmed to 1/8" fat', "0100")],
            weights=[
                weighed("01001", 1, "1", 'pat (1" sq, 1/3" high)', "5.0"),
                weighed("01001", 2, "1", "tbsp", "14.2"),
            ],
        )
    )
    assert food.name == 'Beef, trimmed to 1/8" fat'
    assert [(p.description, p.grams) for p in food.portions] == [
        ('1 pat (1" sq, 1/3" high)', 5.0),
        ("1 tbsp", 14.2),
    ]


def test_letters_with_accents_survive_in_both_encodings(tmp_path):
    folder = sr28_release(
        tmp_path,
        contents=[abbrev("01001", "CRÈME")],
        descriptions=[described("01001", "Crème fraîche", "0100")],
        weights=[weighed("01001", 1, "1", "Entrée", "200")],
    )
    (food,) = sr28.read(folder)
    assert (food.name, food.portions[0].description) == ("Crème fraîche", "1 Entrée")


@pytest.mark.parametrize(
    ("many", "measure", "said"),
    [
        ("3", "oz", "3 oz"),
        ("1", "cup, chopped", "1 cup, chopped"),
        (".5", "cup", "1/2 cup"),
        (".75", "cup", "3/4 cup"),
        (".333", "cup", "1/3 cup"),
        (".67", "cup", "2/3 cup"),
        (".083", "package", "1/12 package"),
        ("1.25", "cup", "1 1/4 cup"),
        ("5.3", "oz", "5.3 oz"),
        ("1.94", "oz", "1.94 oz"),
        ("5", "package (5 oz)", "1 package (5 oz)"),  # 142 g: one package, its ounces said twice
        ("8", "bottle 8 fl oz", "1 bottle (8 fl oz)"),
        ("2", "oz, 2 links", "2 oz, 2 links"),
        ("1", "serving 1/2 cup", "1 serving (1/2 cup)"),
        ("1", "serving 1/ 2 cup", "1 serving (1/2 cup)"),
        ("16", "crackers 1 serving", "16 crackers (1 serving)"),
        ("3", "oz ( 1 serving  )", "3 oz (1 serving)"),
        ("1", "Cup (1 NLEA serving)", "1 cup (1 serving on the label)"),
        ("1", 'piece  4"x6"', '1 piece 4"x6"'),
    ],
)
def test_a_portion_is_named_with_its_amount_as_a_cook_would(many, measure, said):
    assert sr28.measure(many, measure, Place("WEIGHT.txt", 1, "Amount")) == said


def test_a_weight_is_that_of_the_whole_portion(tmp_path):
    """3 oz that weigh 85 g are 85 g, not 255."""
    (food,) = sr28.read(sr28_release(tmp_path, weights=[weighed("01001", 1, "3", "oz", "85")]))
    assert [(p.description, p.grams) for p in food.portions] == [("3 oz", 85)]


def test_a_food_without_a_long_description_goes_by_its_short_one(tmp_path):
    """33879 is such a food; it has no group and no weight either."""
    folder = sr28_release(tmp_path, contents=[abbrev("33879", "BABYFOOD,SNACK")], descriptions=[], weights=[])
    (food,) = sr28.read(folder)
    assert (food.name, food.category, food.portions) == ("BABYFOOD,SNACK", "", ())


def test_other_names_leave_out_the_numbers_of_purchasing_programmes(tmp_path):
    folder = sr28_release(
        tmp_path,
        contents=[abbrev("01001"), abbrev("01002"), abbrev("01003")],
        descriptions=[
            described("01001", "Litchis, raw", common="lychee"),
            described("01002", "Pears, raw", common="Includes USDA commodity food A435"),
            described("01003", "Soup", common="broth", maker="Campbell Soup Co."),
        ],
        weights=[],
    )
    assert [food.synonyms for food in sr28.read(folder)] == ["lychee", "", "broth; Campbell Soup Co."]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            {"contents": [abbrev("01001"), abbrev("01002", magnesium_mg="2,5")]},
            "ABBREV.txt, row 2, column 'Magnesium': '2,5' is not a number",
        ),
        ({"contents": [abbrev("01001", water_g="-1")]}, "ABBREV.txt, row 1, column 'Water': -1 is below 0"),
        (
            {"contents": [abbrev("01001", iu="x")]},
            "ABBREV.txt, row 1, column 'Vit_D_IU': 'x' is not a number",
        ),
        (
            {"contents": [abbrev("01001"), abbrev("01001")]},
            "ABBREV.txt, row 2, column 'NDB_No': food 01001 comes twice",
        ),
        (
            {"contents": [abbrev("1001")]},
            "ABBREV.txt, row 1, column 'NDB_No': '1001' is not a food code of five digits",
        ),
        ({"contents": ["~01001~^~BUTTER~^1"]}, "ABBREV.txt, row 1: has 3 fields where 53 belong"),
        (
            {"descriptions": [described("01001", "Butter", "9900")]},
            "FOOD_DES.txt, row 1, column 'FdGrp_Cd': food group '9900' is not in FD_GROUP.txt",
        ),
        (
            {"descriptions": [described("09999", "Butter")]},
            "FOOD_DES.txt, row 1, column 'NDB_No': food 09999 is not in ABBREV.txt",
        ),
        (
            {"weights": [weighed("01001", 1, "0", "cup", "5")]},
            "WEIGHT.txt, row 1, column 'Amount': '0' is not an amount of a measure",
        ),
        (
            {"weights": [weighed("01001", 1, "1", "cup", "")]},
            "WEIGHT.txt, row 1, column 'Gm_Wgt': the weight is missing",
        ),
        (
            {"weights": [weighed("01001", 1, "1", "cup", "5"), weighed("01001", 1, "1", "tbsp", "5")]},
            "WEIGHT.txt, row 2, column 'Seq': portion 1 of food 01001 comes twice",
        ),
    ],
)
def test_a_broken_row_is_refused_with_file_row_and_column(tmp_path, broken, said):
    assert refusal(sr28_release(tmp_path, **broken)) == said


def test_a_missing_file_is_named(tmp_path):
    (sr28_release(tmp_path) / "WEIGHT.txt").unlink()
    assert refusal(tmp_path) == f"{tmp_path}: there is no file named WEIGHT.txt"


def test_text_in_another_encoding_is_refused(tmp_path):
    (sr28_release(tmp_path) / "ABBREV.txt").write_bytes(abbrev("01001", "CRÈME").encode("iso-8859-1"))
    assert refusal(tmp_path).startswith("ABBREV.txt: is not text in utf-8")
