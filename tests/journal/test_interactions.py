"""The table of interactions: whole, searchable in people's words, and careful with what was not answered."""

from dataclasses import replace

import pytest

from journal import interactions
from journal.calc.suppressions import Flags
from journal.card_words import APART
from journal.codes import POTASSIUM_RAISING, Condition, MedicineClass

NOBODY = Flags(
    age=40, conditions=dict.fromkeys(Condition.values, "no"), potassium_raising="no", takes_medicines="no"
)


def codes(words):
    return [kind.code for kind in interactions.find(words)]


def line(id):
    return next(one for one in interactions.table() if one.id == id)


# The table ------------------------------------------------------------------------------------


def test_every_line_is_read_and_names_nutrients_or_cramps():
    table = interactions.table()
    assert len(table) == 65  # 44 of medicines, 16 of conditions, 5 of diets
    assert all(
        one.nutrients or one.id in ("m10", "m18", "c12", "c15") for one in table
    )  # those are linked with cramps


def test_each_class_of_the_profile_but_three_stands_in_the_table():
    known = {code for one in interactions.table() for code in one.codes}
    assert set(MedicineClass.values) - known == {"calcium_channel_blockers", "raloxifene", "other"}


def test_what_raises_potassium_in_the_table_is_what_the_profile_reckons_with():
    raising = {
        c
        for one in interactions.table()
        if one.direction == "raises" and "potassium_mg" in one.nutrients
        for c in one.codes
    }
    assert raising == set(POTASSIUM_RAISING)


# Search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("water tablet", ["loop_diuretics", "thiazide_like_diuretics", "potassium_sparing_diuretics"]),
        ("Water Pills", ["loop_diuretics", "thiazide_like_diuretics", "potassium_sparing_diuretics"]),
        ("furosemide", ["loop_diuretics"]),
        ("FUROS", ["loop_diuretics"]),
        ("ramipril", ["ace_inhibitors"]),
        ("blue inhaler", ["beta_2_agonists"]),
        ("omeprazole", ["proton_pump_inhibitors"]),
        ("milk of magnesia", ["magnesium_laxatives"]),
        ("lo-salt", ["salt_substitute"]),
        ("nifedipine", ["calcium_channel_blockers"]),
        ("tacrolimus", ["calcineurin_inhibitors"]),
        ("dialysis", ["dialysis"]),
    ],
)
def test_people_find_what_they_mean_by_their_own_words(words, first):
    assert codes(words)[: len(first)] == first


@pytest.mark.parametrize("words", ["", "   ", "?!", "xyzzy", "furosemide banana"])
def test_words_that_mean_nothing_find_nothing(words):
    assert codes(words) == []


def test_a_kind_found_comes_with_its_examples_and_what_it_does():
    [kind] = interactions.find("furosemide")
    assert (kind.kind, kind.examples) == ("medicine", ("furosemide", "bumetanide", "torasemide"))
    assert [one.id for one in kind.interactions] == ["m01", "m02", "m03"]


def test_names_are_in_the_language_of_the_moment():
    from django.utils import translation

    with translation.override("de"):
        german = interactions.find("furosemide")
    assert [kind.code for kind in german] == codes("furosemide")


# A person -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "changed", "answer"),
    [
        ("c01", {"conditions": {}}, "maybe"),
        ("c01", {"conditions": {"kidney_disease": "unknown"}}, "maybe"),
        ("c01", {}, "no"),
        ("c01", {"conditions": {"dialysis": "yes"}}, "yes"),
        ("m11", {"potassium_raising": "unknown"}, "maybe"),
        ("m11", {"medicines": frozenset({"ace_inhibitors"}), "potassium_raising": "yes"}, "yes"),
        ("m11", {}, "no"),
        ("m18", {"takes_medicines": "unknown"}, "unknown"),
        ("m18", {"takes_medicines": "yes"}, "no"),
        ("m18", {"medicines": frozenset({"statins"})}, "yes"),
        ("c07", {"conditions": {"coeliac": "no"}}, "unknown"),
        ("c07", {"conditions": {"crohns": "yes"}}, "yes"),
        ("c16", {"age": None}, "unknown"),
        ("c16", {"age": 65}, "yes"),
        ("c16", {"age": 64}, "no"),
        ("c15", {"pregnant": True}, "yes"),
    ],
)
def test_what_is_not_answered_is_never_a_no(id, changed, answer):
    assert interactions.holds(line(id), replace(NOBODY, **changed)) == answer


def test_what_concerns_a_person_comes_with_the_sure_ones_first():
    found = interactions.about(
        replace(NOBODY, medicines=frozenset({"metformin"}), potassium_raising="unknown")
    )
    answers = [answer for _one, answer in found]
    assert answers[0] == "yes" and found[0][0].id == "m21"
    assert answers == sorted(answers, key=["yes", "maybe", "unknown"].index)


# Kept apart -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("medicines", "nutrients", "apart"),
    [
        ({"levothyroxine", "statins"}, {"calcium_mg"}, ("levothyroxine",)),
        ({"levothyroxine"}, {"vitamin_d_ug"}, ()),
        ({"gabapentin"}, {"calcium_mg"}, ()),
        ({"orlistat", "bile_acid_sequestrants"}, {"vitamin_d_ug"}, ("orlistat", "bile_acid_sequestrants")),
        (set(), {"calcium_mg"}, ()),
        ({"levothyroxine"}, set(), ()),
    ],
)
def test_only_pairs_of_which_both_are_taken_are_spaced(medicines, nutrients, apart):
    assert interactions.spacing(medicines, nutrients) == apart


def test_each_medicine_to_space_has_its_words():
    every = interactions.spacing(set(MedicineClass.values), {"calcium_mg", "magnesium_mg", "vitamin_d_ug"})
    assert set(every) == set(APART)
