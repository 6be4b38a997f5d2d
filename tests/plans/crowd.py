"""A database of some thousands of people, with something of everybody in every table, and its statistics."""

from datetime import time, timedelta
from decimal import Decimal
from uuid import uuid4

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from journal import entries, population, reminders, review
from journal.models import (
    Advice,
    Diarist,
    Favourite,
    KeptAnswer,
    MealItem,
    PersonalLink,
    PersonalTarget,
    Suggestion,
    WarningSigns,
)
from spasmlog.streams import write

WRITERS, COUNTED = 6000, 4000
"""People with a few days of entries, and people with day totals alone."""


def gather() -> None:
    """Some seconds on PostgreSQL."""
    population.make(WRITERS, days=3, items=5, seed=1)
    population.make(COUNTED, days=20, items=12, totals_only=True, seed=2)
    first = Diarist.objects.order_by("pk").first()
    _one_of_each(first)
    for model in _belonging():
        if model is not MealItem:  # they come with the meals
            _give_everybody(model, first)
    _sign_in_everybody()
    with connection.cursor() as sql:
        sql.execute("ANALYZE")


def _belonging() -> list:
    """Tables of which a person has rows."""
    return [
        model
        for model in apps.get_app_config("journal").get_models()
        if any(field.name == "diarist" for field in model._meta.concrete_fields)
    ]


def _one_of_each(one: Diarist) -> None:
    """What made-up people have none of, beside what a review finds."""
    review.review_stale(one.pk)
    now, today = timezone.now(), entries.today(one)
    product = entries.save_supplement(one, name="Zinc", amounts={"zinc_mg": 1})
    entries.log_dose(one, product, Decimal(1))
    entries.log_exercise(one, met=3, minutes=10)
    entries.log_spasm(one, site="calf")
    entries.mark_day(one, today, finished=True)
    entries.log_weight(one, Decimal(70))
    entries.save_favourite(one, id=uuid4(), name="x", items=[{"food": str(uuid4()), "grams": 1}])
    WarningSigns.objects.create(diarist=one, signs=["tiredness"], local_date=today)
    for number in range(3):
        Advice.objects.create(diarist=one, rule="L01", severity="info", key=f"made-up-{number}")
    KeptAnswer.objects.create(diarist=one, key="x", asked="x")
    reminders.change_plan(one, {"reminders": [{"kind": "meal", "at": time(19, 30)}]})
    Suggestion.objects.create(diarist=one, about="magnesium_mg", as_of=today)
    PersonalTarget.objects.create(diarist=one, nutrient="zinc_mg", amount=1)
    PersonalLink.objects.create(
        diarist=one,
        exposure="alcohol",
        lag_days=0,
        state="not_enough_data",
        looked_on=today - timedelta(days=9),
    )
    assert Favourite.objects.filter(diarist=one, created_at__lte=now + timedelta(minutes=1)).exists()


def _give_everybody(model, one: Diarist) -> None:
    """Rows like those of one person for others too, unless they have their own."""
    table, key = model._meta.db_table, model._meta.pk
    columns = [field.column for field in model._meta.concrete_fields if field.column != "diarist_id"]
    values = [f"t.{column}" for column in columns]
    if key.column in columns:
        place = columns.index(key.column)
        values[place] = "gen_random_uuid()" if key.get_internal_type() == "UUIDField" else ""
    pairs = [(column, value) for column, value in zip(columns, values, strict=True) if value]
    with connection.cursor() as sql:
        sql.execute(
            f"INSERT INTO {table} ({', '.join(['diarist_id', *(c for c, _v in pairs)])}) "
            f"SELECT d.id, {', '.join(v for _c, v in pairs)} FROM {table} t, journal_diarist d "
            f"WHERE t.diarist_id = {one.pk} AND d.id <> {one.pk} ON CONFLICT DO NOTHING"
        )


def _sign_in_everybody() -> None:
    """Addresses, sessions and devices."""
    session, device, address = (
        apps.get_model(name)
        for name in ("sessions.Session", "usersessions.UserSession", "account.EmailAddress")
    )
    users, later = list(User.objects.values_list("pk", "email")), timezone.now() + timedelta(days=30)
    write(address, ["user", "email", "verified", "primary"], [(pk, at, True, True) for pk, at in users])
    names = [(pk, f"phone-{uuid4().hex}") for pk, _at in users]
    write(
        session, ["session_key", "session_data", "expire_date"], [(name, "x", later) for _pk, name in names]
    )
    write(
        device,
        ["user", "ip", "session_key", "user_agent", "data"],
        [(pk, "127.0.0.1", name, "x", {}) for pk, name in names],
    )
