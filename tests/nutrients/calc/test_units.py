"""Units: known pairs, and that there and back again changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutrients.calc import units

amounts = st.floats(0, 1e6)

THERE_AND_BACK = [
    (units.ug_from_iu_vitamin_d, units.iu_from_ug_vitamin_d),
    (units.g_from_oz, units.oz_from_g),
    (units.kg_from_lb, units.lb_from_kg),
    (units.cm_from_inches, units.inches_from_cm),
    (units.ml_from_us_fl_oz, units.us_fl_oz_from_ml),
    (units.kj_from_kcal, units.kcal_from_kj),
    (units.c_from_f, units.f_from_c),
]


@pytest.mark.parametrize(
    ("convert", "given_amount", "expected"),
    [
        (units.ug_from_iu_vitamin_d, 400, 10),  # 400 IU / 40
        (units.iu_from_ug_vitamin_d, 15, 600),  # 15 µg x 40
        (units.g_from_oz, 1, 28.349523125),  # 453.59237 g / 16
        (units.kg_from_lb, 150, 68.0388555),  # 150 x 0.45359237
        (units.cm_from_inches, 70, 177.8),  # 70 x 2.54
        (units.ml_from_us_fl_oz, 8, 236.5882365),  # a US cup
        (units.ml_from_imperial_fl_oz, 20, 568.26125),  # an imperial pint
        (units.kj_from_kcal, 2000, 8368),  # 2000 x 4.184
        (units.c_from_f, 212, 100),
        (units.f_from_c, -40, -40),
        (units.sodium_mg_from_salt_g, 6, 2400),  # 6 g / 2.5
    ],
)
def test_known_pairs_agree(convert, given_amount, expected):
    assert convert(given_amount) == pytest.approx(expected, rel=1e-12)


def test_five_feet_ten_is_seventy_inches():
    assert units.cm_from_feet_inches(5, 10) == units.cm_from_inches(70)


@pytest.mark.parametrize(("there", "back"), THERE_AND_BACK)
@given(amount=amounts)
def test_there_and_back_changes_nothing(there, back, amount):
    assert back(there(amount)) == pytest.approx(amount, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize(("there", "_back"), THERE_AND_BACK)
@given(less=amounts, more=amounts)
def test_more_stays_more(there, _back, less, more):
    less, more = sorted((less, more))
    assert there(less) <= there(more)
