"""Amounts in the units of whoever is spoken to: in pages, cards and refusals."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from journal import entries, measures, people, wording
from journal.codes import Units
from journal.templatetags.journal import amount
from tests.web.test_today import words


def test_where_nobody_said_anything_it_is_metric():
    assert measures.litres(1.5) == (1.5, "L") and measures.celsius(30) == (30, "°C")


def test_each_measure_has_its_unit_of_the_united_states():
    with measures.speaking(Units.US):
        assert measures.litres(1) == (pytest.approx(33.814, abs=0.001), "fl oz")  # 1000 / 29.5735
        assert measures.millilitres(500) == (pytest.approx(16.907, abs=0.001), "fl oz")
        assert measures.celsius(30) == (pytest.approx(86), "°F")  # 30 x 9 / 5 + 32


def test_what_is_spoken_in_a_block_is_over_at_its_end_also_when_it_fails():
    def fails():
        with measures.speaking(Units.US):
            assert measures.kilograms(64) == (pytest.approx(141.1, abs=0.05), "lb")  # 64 / 0.45359237
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert measures.kilograms(64) == (64, "kg")


def test_water_reads_as_fluid_ounces_and_minerals_stay_in_mg():
    with measures.speaking(Units.US):
        assert amount(1000, "water_g") == "34 fl oz"  # 33.8, and worked out: nobody measured so closely
        assert amount(75, "water_g") == "2.5 fl oz"  # 2.54
        assert amount(320, "magnesium_mg") == "320 mg"


def test_the_numbers_of_a_card_on_water_are_said_in_fluid_ounces():
    evidence = {
        "days_used": 7, "days_in_window": 7, "lower": 1500.0, "upper": 1500.0, "mean": 1500.0, "kind": "ai",
        "reference_amounts": [2700.0], "reference": {"authority": "nasem"},
    }  # fmt: skip
    assert "about 1.5 L a day" in wording.intake_and_reference("water_g", evidence)[0]
    with measures.speaking(Units.US):
        took, reference = wording.intake_and_reference("water_g", evidence)
    assert "about 51 fl oz a day" in took  # 1500 / 29.5735 = 50.7
    assert "91 fl oz." in reference  # 2700 / 29.5735 = 91.3


def test_a_refusal_speaks_in_the_units_of_the_person(alice):
    with pytest.raises(ValidationError, match="from 2 to 400 kg"):
        entries.log_weight(alice, Decimal(900))
    with measures.speaking(Units.US), pytest.raises(ValidationError, match=r"from 4\.4 to 881 lb"):
        entries.log_weight(alice, Decimal(900))


METRIC_WORD = re.compile(r"[\d.,] ?(ml|L|kg|cm|°C)\b|litre")


@pytest.mark.django_db
def test_no_page_of_a_day_says_a_metric_amount_to_somebody_with_us_units(browser, alice, foods):
    people.update_profile(alice, units="us")
    now = timezone.now()
    entries.log_water(alice, Decimal(355), occurred_at=now - timedelta(hours=2))
    entries.log_weight(alice, Decimal(64))
    entries.log_exercise(
        alice, met=Decimal(9), minutes=45, occurred_at=now - timedelta(hours=3), temperature_c=Decimal(28)
    )
    entries.log_meal(alice, [(foods.get(source="fndds", source_code="11111000"), Decimal(244))])
    pages = (
        "/",
        "/week/",
        "/weights/",
        "/drinks/add/",
        "/exercise/add/",
        "/nutrients/water_g/",
        "/patterns/",
    )
    for page in pages:
        said = words(browser.get(page))
        found = [said[max(0, m.start() - 40) : m.end() + 10] for m in METRIC_WORD.finditer(said)]
        assert found == [], page


@pytest.mark.django_db
def test_web_and_rest_refuse_a_weight_in_the_same_words_and_units(browser, phone, alice):
    people.update_profile(alice, units="us")
    on_web = browser.post("/weights/", {"kg": "2000"})
    by_rest = phone.post("/api/v1/weights/", {"kg": 907}, format="json")
    said = "A body weight must be from 4.4 to 881 lb."
    assert said in words(on_web) and said in by_rest.content.decode()


@pytest.mark.django_db
def test_one_persons_units_never_reach_the_next_request(browser, phone, alice):
    people.update_profile(alice, units="us")
    assert "lb" in phone.post("/api/v1/weights/", {"kg": 907}, format="json").content.decode()
    assert not measures.is_us()  # the same thread answers somebody else next
    browser.get("/me/")
    assert not measures.is_us()


def test_the_speed_in_the_name_of_an_activity_is_told_in_miles_where_those_are_spoken():
    name = "Cycling, 16-19 km/h, easy"
    assert measures.speeds(name) == name
    with measures.speaking("us"):  # 16 / 1.609344 = 9.94 and 19 / 1.609344 = 11.81
        assert measures.speeds(name) == "Cycling, 10-12 mph, easy"
        assert measures.speeds("Walking (5.6 km/h)") == "Walking (3.5 mph)"  # 3.48
        assert measures.speeds("Chess, sitting") == "Chess, sitting"
