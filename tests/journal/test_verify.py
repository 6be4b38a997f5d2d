"""`manage.py verify`: findings beside what the entries amount to."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from journal import entries, review, verifying
from journal.models import Advice, DailyIntake, NutrientGap, StaleDay
from nutrients.models import Food, food_id

BANANA = food_id("fndds", "63107010")

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewed(alice, foods):
    for _each in range(3):
        entries.log_meal(alice, [(Food.objects.get(pk=BANANA), Decimal(100))])
    review.review_stale(alice.pk)
    assert DailyIntake.objects.get(diarist=alice).magnesium_mg == 84  # 3 x 28
    return alice


def verify(capsys, **options):
    call_command("verify", verbosity=0, **options)
    return capsys.readouterr().out


def test_a_diary_as_it_should_be_is_right(reviewed, capsys):
    assert verify(capsys) == "Right: 1. Wrong: 0.\n"


def test_a_spoiled_day_is_told_with_its_diary_and_left_as_it_is(reviewed, capsys):
    DailyIntake.objects.update(magnesium_mg=999)

    with pytest.raises(CommandError, match="--mend"):
        verify(capsys)

    assert f"diary {reviewed.pk}: 1 days\nRight: 0. Wrong: 1." in capsys.readouterr().out
    assert DailyIntake.objects.get().magnesium_mg == 999


def test_what_is_missing_and_what_is_left_over_is_wrong(reviewed):
    gap = NutrientGap.objects.filter(diarist=reviewed).first()
    NutrientGap.objects.filter(pk=gap.pk).delete()
    Advice.objects.create(
        diarist=reviewed, rule="L01", severity="info", nutrient="magnesium_mg", key="left over"
    )

    wrong = verifying.look_at(reviewed).wrong
    assert (wrong["gaps"], wrong["cards"]) == (1, 1)
    assert not NutrientGap.objects.filter(pk=gap.pk).exists()


def test_mending_stores_what_the_entries_amount_to(reviewed, capsys):
    DailyIntake.objects.update(magnesium_mg=999)
    assert "Right: 0. Mended: 1." in verify(capsys, mend=True)
    assert DailyIntake.objects.get().magnesium_mg == 84
    assert verifying.look_at(reviewed).is_right


def test_a_day_that_waits_is_no_fault_and_goes_on_waiting(reviewed, capsys):
    entries.log_meal(reviewed, [(Food.objects.get(pk=BANANA), Decimal(100))])
    assert "Right: 1. Wrong: 0.\nWaiting for a review, which is no fault: 1." in verify(capsys)
    assert StaleDay.objects.filter(diarist=reviewed).count() == 1
    assert DailyIntake.objects.get().magnesium_mg == 84


def test_one_diary_alone(reviewed, bob, capsys):
    DailyIntake.objects.update(magnesium_mg=999)
    assert verify(capsys, diarist=bob.pk).startswith("Right: 1. Wrong: 0.\n")
    with pytest.raises(CommandError, match="no diary 0"):
        verify(capsys, diarist=0)
