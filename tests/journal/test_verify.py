"""`manage.py verify`: findings beside what the entries amount to."""

import logging
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from journal import entries, review, verifying
from journal.models import Advice, DailyIntake, Meal, MealItem, NutrientGap, StaleDay
from nutrients.models import Food, food_id
from tests.journal.link_diary import keep_diary

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


@pytest.mark.parametrize("other", [None, 1])
def test_a_food_of_a_meal_that_names_another_diarist_is_found_and_mended(reviewed, bob, capsys, other):
    eaten = MealItem.objects.filter(meal__diarist=reviewed)
    reviewed.refresh_from_db()
    eaten.filter(pk=eaten[0].pk).update(diarist=other and bob)
    review.recompute(reviewed)
    assert DailyIntake.objects.get().magnesium_mg == 56  # nobody reads the third banana

    with pytest.raises(CommandError, match="--mend"):
        verify(capsys)
    assert f"diary {reviewed.pk}: 1 days, 1 foods of meals" in capsys.readouterr().out
    assert DailyIntake.objects.get().magnesium_mg == 56
    verify(capsys, mend=True)
    assert DailyIntake.objects.get().magnesium_mg == 84
    assert set(eaten.values_list("diarist", flat=True)) == {reviewed.pk}
    told_anew = Meal.objects.filter(diarist=reviewed, revision__gt=reviewed.revision)
    assert list(told_anew.values_list("items__diarist", flat=True)) == [reviewed.pk]


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


# What cannot be computed ------------------------------------------------------------------------


@pytest.fixture
def both(reviewed, bob):
    """Alice and Bob, each with bananas that were reviewed and a card of today."""
    entries.log_meal(bob, [(Food.objects.get(pk=BANANA), Decimal(300))])
    for one in (reviewed, bob):
        entries.tick_warning_signs(one, signs=["chest_pain"])
        review.review_stale(one.pk)
        assert verifying.look_at(one).is_right
    assert reviewed.pk < bob.pk
    return reviewed, bob


SPOILED = {
    "evidence without what it rests on": ({"evidence": {}}, "KeyError"),
    "a severity that is none": ({"severity": "dire"}, "ValueError"),
}


@pytest.mark.parametrize(("fields", "kind"), SPOILED.values(), ids=SPOILED)
def test_a_diary_that_cannot_be_computed_is_told_and_the_others_are_looked_at(both, fields, kind, capsys):
    alice, bob = both
    Advice.objects.filter(diarist=alice).update(**fields)
    DailyIntake.objects.filter(diarist=bob).update(magnesium_mg=999)

    with pytest.raises(CommandError, match="--mend"):
        verify(capsys)

    told = f"diary {alice.pk}: cannot be computed ({kind}).\ndiary {bob.pk}: 1 days\nRight: 0. Wrong: 2.\n"
    assert capsys.readouterr().out == told


def test_mending_leaves_a_diary_that_cannot_be_computed_as_it_is_and_mends_the_others(both, capsys):
    alice, bob = both
    Advice.objects.filter(diarist=alice).update(evidence={})
    DailyIntake.objects.update(magnesium_mg=999)

    with pytest.raises(CommandError, match="cannot be computed"):
        verify(capsys, mend=True)

    told = f"diary {alice.pk}: cannot be computed (KeyError).\n"
    assert capsys.readouterr().out == f"{told}diary {bob.pk}: 1 days\nRight: 0. Mended: 1. Left: 1.\n"
    assert DailyIntake.objects.get(diarist=alice).magnesium_mg == 999
    assert DailyIntake.objects.get(diarist=bob).magnesium_mg == 84  # 300 g of 28 mg in 100 g


def refuse_gaps_of(diarist):
    """Have the database itself refuse to store gaps of this diary."""
    with connection.cursor() as sql:
        if connection.vendor == "sqlite":
            sql.execute(
                "CREATE TRIGGER refused BEFORE INSERT ON journal_nutrientgap "
                f"WHEN NEW.diarist_id = {diarist.pk} BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        else:
            sql.execute("SET CONSTRAINTS ALL IMMEDIATE")  # before a table may be altered
            sql.execute(
                "ALTER TABLE journal_nutrientgap "
                f"ADD CONSTRAINT refused CHECK (diarist_id <> {diarist.pk}) NOT VALID"
            )


def test_a_statement_that_the_database_refuses_does_not_spoil_the_next_diary(both, capsys):
    alice, _bob = both
    NutrientGap.objects.all().delete()
    refuse_gaps_of(alice)
    with pytest.raises(CommandError, match="cannot be computed"):
        verify(capsys, mend=True)
    said = capsys.readouterr().out
    kind = "IntegrityError" if connection.vendor == "sqlite" else "CheckViolation"  # psycopg's, of a COPY
    assert f"diary {alice.pk}: cannot be computed ({kind}).\n" in said
    assert "Right: 0. Mended: 1. Left: 1.\n" in said


def test_mending_is_not_offered_where_it_cannot_help(both, capsys):
    alice, _bob = both
    Advice.objects.filter(diarist=alice).update(evidence={})
    with pytest.raises(CommandError, match="cannot be computed"):
        verify(capsys)
    assert capsys.readouterr().out.endswith("Right: 1. Wrong: 1.\n")


# What is logged -----------------------------------------------------------------------------------


def test_no_line_tells_of_a_review_that_was_not_kept(
    reviewed, capsys, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level(logging.INFO)
    with django_capture_on_commit_callbacks(execute=True):
        verify(capsys)
    assert "reviewed" not in caplog.text
    with django_capture_on_commit_callbacks(execute=True):
        verify(capsys, mend=True)
    assert "reviewed" in caplog.text


def test_nor_of_a_look_for_links_that_was_not_kept(alice, caplog, django_capture_on_commit_callbacks):
    keep_diary(alice, entries.today(alice))
    caplog.set_level(logging.INFO)
    with django_capture_on_commit_callbacks(execute=True):
        verifying.look_at(alice)
    assert "links_looked_for" not in caplog.text
    with django_capture_on_commit_callbacks(execute=True):
        review.review_stale(alice.pk)
    assert "links_looked_for" in caplog.text


# Without tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["verify"], ["reset_link", "alice"]], ids=lambda command: command[0])
def test_a_database_without_tables_is_named(db, command):
    with connection.cursor() as sql:
        sql.execute("ALTER TABLE journal_diarist RENAME TO elsewhere")
    with pytest.raises(CommandError, match="has no tables yet") as refused:
        call_command(*command)
    assert str(connection.settings_dict["NAME"]) in str(refused.value)
    assert "SPASMLOG_DATA" in str(refused.value) and "DATABASE_URL" in str(refused.value)
