"""What a gap says in words: the band before the number, and what no diary can show beside it."""

from datetime import date

import pytest

from journal import verdicts
from journal.models import NutrientGap


def said(nutrient="vitamin_b12_ug", kind="ear", method="resampling", **about):
    shown = {
        "mean": 0.9857, "lower": 0.9857, "upper": 0.9857, "coverage": 1.0, "days_used": 28,
        "days_in_window": 90, "window_days": 90, "as_of": date(2026, 11, 1),
        "reference": {"amounts": [2.0], "authority": "nasem"},
    }  # fmt: skip
    return verdicts.verdict(NutrientGap(nutrient=nutrient, kind=kind, method=method, **{**shown, **about}))


def test_b12_that_looks_low_is_said_of_the_log_and_sends_to_a_blood_test_for_more():
    found = said(band="looks_low", evidence={"share_with_source": 0.25})
    assert (found.headline, found.tone) == ("Logged intake looks low", "low")
    assert "25" in found.numbers and "of these days had a food or supplement with some of it" in found.numbers
    assert found.days == "28 of 90 days counted"
    assert any("Only a blood test tells the status" in limit for limit in found.limits)


@pytest.mark.parametrize(
    ("nutrient", "kind", "band", "words"),
    [
        ("sodium_mg", "cdrr", "usually_above", "Usually above the level where cutting down is advised"),
        (
            "sodium_mg",
            "cdrr",
            "not_usually_above",
            "Not usually above the level where cutting down is advised",
        ),
        ("calcium_mg", "ul", "usually_above", "Usually above the upper level"),
    ],
)
def test_above_says_above_what(nutrient, kind, band, words):
    assert said(nutrient, kind, kind, band=band).headline == words


def test_magnesium_of_tablets_is_named_as_such():
    found = said("magnesium_mg", "ul", "ul", band="usually_above", reasons=["supplements_only"])
    assert found.headline == "Supplements and medicines usually above their upper level"
    assert found.reference.startswith("Upper level for supplements and medicines")
    assert "Magnesium in food does not count here." in found.limits


def test_an_upper_level_that_is_not_reached_is_not_worth_a_line():
    assert not verdicts.is_shown(NutrientGap(kind="ul", band="not_usually_above"))
    assert verdicts.is_shown(NutrientGap(kind="ul", band="usually_above"))
    assert verdicts.is_shown(NutrientGap(kind="cdrr", band="not_usually_above"))


def test_drinks_alone_are_said_to_be_drinks_alone():
    found = said("water_g", "ai", "ai", band="probably_enough", reasons=["drinks_only"])
    assert found.reference.startswith("Adequate intake, the part from drinks")
    assert any(limit.startswith("Drinks only") for limit in found.limits)


def test_what_tablets_bring_is_told_apart():
    sources = {"food": 200, "fortified": 0, "supplement": 100, "medicine": 50}
    found = said("calcium_mg", "ear", "ear", band="likely_low", evidence={"sources": sources})
    assert "150 mg of it from supplements and medicines" in found.numbers


@pytest.mark.parametrize("band", ["looks_low", "usually_above", "cannot_tell", "not_usually_above"])
@pytest.mark.parametrize("nutrient", ["vitamin_d_ug", "vitamin_b12_ug", "sodium_mg", "water_g"])
def test_no_words_speak_of_the_body_or_give_a_probability(nutrient, band):
    found = said(nutrient, "ul" if "above" in band else "ai", "ai", band=band)
    words = " ".join([found.headline, found.numbers, *found.limits]).lower()
    assert "deficien" not in words and "you are" not in words and "your level" not in words
    assert "%" not in words
