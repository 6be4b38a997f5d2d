"""A diary out as a file and back in: nothing lost, nothing doubled, nothing half."""

import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from journal import entries, people
from journal.exchange import csv_zip, json_file, taking_in
from journal.exchange.contents import SECTIONS, Broken
from journal.models import Diarist, Meal, StaleDay
from nutrients import foods as own
from nutrients.models import Activity, Food
from tests.conftest import diarist

pytestmark = pytest.mark.django_db
FORMATS = {"json": json_file, "zip": csv_zip}
NIGHT = datetime(
    2026, 1, 5, 14, 0, tzinfo=UTC
)  # 03:00 on the 6th in Auckland: still the diary day of the 5th


def exported(person, format="json"):
    return b"".join(FORMATS[format].write(Diarist.objects.select_related("user").get(pk=person.pk)))


def content(person):
    """What an export says, but for what each export and account has of its own."""
    said = json.loads(exported(person))
    for name in ("exported_at", "version"):
        del said[name]
    for name in ("username", "email"):
        del said["profile"][0][name]
    return said


def taken_in(person, raw):
    return taking_in.take_in(person, io.BytesIO(raw))


@pytest.fixture
def full(alice, foods):
    """Alice with at least one row of everything, and something odd in most."""
    people.answer_conditions(alice, {"kidney_disease": "no", "vegan": "yes"})
    people.set_medicines(alice, [{"medicine_class": "statins", "name": "=HYPERLINK(1)", "started_on": None}])
    people.set_life_stages(
        alice, [{"stage": "pregnancy", "started_on": "2025-01-01", "ended_on": "2025-09-30"}]
    )
    people.set_targets(
        alice, [{"nutrient": "magnesium_mg", "amount": Decimal("350.5"), "set_by": "clinician"}]
    )
    bar = own.save_own(
        alice.user, name="+Bar, \"good\"", per_100g={"magnesium_mg": 12.345678901234, "sodium_mg": None},
        portions=[("1 bar", Decimal("40.5")), ("-half", Decimal("20.25"))], barcode="4006381333931",
    )  # fmt: skip
    almonds = foods.get(source="sr28", source_code="12061")
    handful = almonds.portions.first()
    tablets = entries.save_supplement(
        alice, name="Tablets", amounts={"magnesium_mg": 100, "vitamin_d_ug": 2.5}, prescribed=True
    )
    entries.save_favourite(alice, food=bar)
    entries.save_favourite(
        alice, name="Snack", kind="snack",
        items=[{"food": str(bar.pk), "portion": str(bar.portions.first().pk), "quantity": 2.0, "grams": None}],
    )  # fmt: skip
    entries.log_weight(alice, Decimal("64.35"), occurred_at=NIGHT)
    entries.log_meal(
        alice,
        [entries.Portion(bar, portion=bar.portions.first(), quantity=Decimal("1.5")),
         entries.Portion(almonds, portion=handful), entries.Portion(almonds, grams=Decimal("30.123"))],
        kind="dinner", occurred_at=NIGHT, note="=1+1\r\n\"quoted\"; 'apostrophe' ünï 🍌",
    )  # fmt: skip
    entries.log_water(alice, Decimal("250.5"), beverage=foods.get(source="fndds", source_code="11111000"))
    entries.log_water(alice, Decimal(200), tz="Europe/London")
    entries.log_exercise(alice, activity=Activity.objects.first(), minutes=40, temperature_c=Decimal("-3.5"))
    entries.log_spasm(
        alice, occurred_at=NIGHT, ended_at=NIGHT + timedelta(minutes=4), site="calf", side="left", intensity=0,
        woke_me=False, relief=[{"what": "stretch", "helped": "yes"}, {"what": "heat", "helped": None}],
    )  # fmt: skip
    entries.log_spasm(alice, occurred_at=NIGHT + timedelta(days=1))
    entries.tick_warning_signs(alice, signs=["chest_pain"], occurred_at=NIGHT, note="@home")
    entries.log_dose(alice, tablets, Decimal("0.5"), occurred_at=NIGHT)
    entries.mark_day(alice, NIGHT.date(), finished=True, no_cramp=False)
    return alice


def test_an_export_holds_every_kind_of_row(full):
    said = content(full)
    assert [name for name, rows in said.items() if not rows] == []
    assert set(said) == {"format", *(section.name for section in SECTIONS)}


@pytest.mark.parametrize("format", FORMATS)
def test_a_diary_that_went_out_of_one_account_and_into_a_new_one_is_the_same(full, format):
    before, raw = content(full), exported(full, format)
    from journal import leaving

    leaving.delete_account(full.user)
    new = people.diarist_of(diarist("carol").user)
    Diarist.objects.filter(pk=new.pk).update(set_up_at=None)
    counts = taken_in(new, raw)

    assert content(new) == before
    assert {name: counted["new"] for name, counted in counts.items()} == {
        name: len(rows) for name, rows in before.items() if name != "format"
    }


@pytest.mark.parametrize("format", FORMATS)
def test_into_the_same_account_nothing_is_doubled_and_nothing_is_touched(full, format):
    raw, before = exported(full, format), content(full)
    revision = Diarist.objects.get(pk=full.pk).revision
    counts = taken_in(full, raw)

    assert content(full) == before
    assert {what for counted in counts.values() for what, number in counted.items() if number} == {"known"}
    assert Diarist.objects.get(pk=full.pk).revision == revision
