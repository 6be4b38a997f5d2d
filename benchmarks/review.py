"""One diarist's review after a meal was changed, beside reading and writing the same rows with bare SQL."""

import itertools
import time
from decimal import Decimal

from benchmarks.house import Line, median, milliseconds
from journal import demo, entries, review
from journal.models import DailyIntake, Diarist, NutrientGap, StaleDay
from nutrients.models import Food, food_id

ALLOWED = 60.0
"""Median of one review. [ms]"""
TIMES = 40


def measure() -> list[Line]:
    diarist = Diarist.objects.get(user__email=demo.EMAIL)
    banana = Food.objects.get(pk=food_id("fndds", "63107010"))
    meal = entries.log_meal(diarist, [(banana, Decimal(100))])
    entries.mark_day(diarist, meal.local_date, finished=True)  # so that each change reaches the gaps
    review.review_stale(diarist.pk)
    taken = []
    for grams in itertools.islice(itertools.cycle((120, 150, 180)), TIMES):
        entries.change(meal, items=[(banana, Decimal(grams))])
        begun = time.perf_counter()
        assert review.review_stale(diarist.pk)
        taken.append((time.perf_counter() - begun) * 1000)
    assert not StaleDay.objects.filter(diarist=diarist).exists()
    bare = median(milliseconds(lambda: bare_rows(diarist, meal.local_date), TIMES))
    return [Line("review of one diarist; bare: the same rows in SQL", median(taken), "ms", ALLOWED, bare)]


def bare_rows(diarist: Diarist, today) -> None:
    """Read the items of the day and the days of the longest window; write the day and its gaps back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as sql:
        sql.execute(
            "SELECT f.*, i.grams FROM journal_mealitem i JOIN journal_meal m ON m.id = i.meal_id "
            "JOIN nutrients_food f ON f.id = i.food_id WHERE m.diarist_id = %s AND m.local_date = %s",
            [diarist.pk, today],
        )
        sql.fetchall()
        sql.execute(
            "SELECT * FROM journal_dailyintake WHERE diarist_id = %s ORDER BY date DESC LIMIT 90",
            [diarist.pk],
        )
        sql.fetchall()
        for model, day in ((DailyIntake, "date"), (NutrientGap, "as_of")):
            table = model._meta.db_table
            sql.execute(f"SELECT * FROM {table} WHERE diarist_id = %s AND {day} = %s", [diarist.pk, today])
            rows = sql.fetchall()
            places = ", ".join(["%s"] * len(rows[0]))
            sql.executemany(f"REPLACE INTO {table} VALUES ({places})", rows)
