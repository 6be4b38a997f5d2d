"""`spasmlog.streams`: many rows at a time arrive as each would by itself, on both engines."""

import math
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from journal.models import DailyIntake, Supplement
from spasmlog import streams

pytestmark = pytest.mark.django_db


def test_what_is_copied_arrives_as_it_was(alice):
    odd = 'a tab\t, a line\n, a return\r, a \\ and "quotes", \\N and ü'
    streams.write(Supplement, ["id", "diarist", "name", "amounts"], [(uuid4(), alice.pk, odd, {"x": odd})])
    stored = Supplement.objects.get()
    assert (stored.name, stored.amounts) == (odd, {"x": odd})
    assert (stored.deleted_at, stored.prescribed, stored.unit) == (None, False, "tablet")


@pytest.mark.parametrize("name", ["None", r"\None", "NULL", r"\N", "100 % banana", "%s", ""])
def test_a_name_that_reads_like_nothing_is_copied_as_a_name(alice, name):
    streams.write(Supplement, ["id", "diarist", "name", "amounts"], [(uuid4(), alice.pk, name, {name: 0.1})])
    stored = Supplement.objects.get()
    assert (stored.name, stored.amounts) == (name, {name: 0.1})


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_copied(alice, number):
    names = ["diarist_id", "date", "status", "magnesium_mg", "revision"]
    days = [(alice.pk, date(2026, 3, n), "finished", amount, 1) for n, amount in ((1, 300.0), (2, number))]
    with pytest.raises(ValueError, match=r"magnesium_mg.*What is not known is None"), transaction.atomic():
        streams.write(DailyIntake, names, days)
    assert not DailyIntake.objects.exists()


def test_what_takes_the_place_of_rows_arrives_as_it_was_and_leaves_the_others(alice):
    odd = 'a tab\t, a line\n, a \\ and "quotes", a quote\' and ü'
    old, other, new = uuid4(), uuid4(), uuid4()
    moment = timezone.now()
    for one in (old, other):
        Supplement.objects.create(
            id=one, diarist=alice, name="old", amounts={"x": 1}, deleted_at=moment, unit="capsule"
        )
    names = ["id", "diarist_id", "name", "amounts", "deleted_at"]
    rows = [(old, alice.pk, odd, {"x": [odd, 0.1]}, None), (new, alice.pk, "new", {}, moment)]
    streams.replace(Supplement, names, rows, unique=["id"])
    found = {row[0]: row[1:] for row in Supplement.objects.values_list(*(names[:1] + names[2:]))}
    assert found == {
        old: (odd, {"x": [odd, 0.1]}, None),
        other: ("old", {"x": 1}, moment),
        new: ("new", {}, moment),
    }
    streams.replace(Supplement, names, [(old, alice.pk, "third", {}, moment)], unique=["id"], update=["name"])
    assert Supplement.objects.values_list("name", "amounts", "deleted_at").get(pk=old) == (
        "third",
        {"x": [odd, 0.1]},
        None,
    )


def test_a_value_that_many_rows_share_is_the_same_in_each(alice):
    shared, many = {"x": 1}, 3 * streams.MOST_KNOWN
    rows = [(uuid4(), alice.pk, str(n), shared if n % 2 else {"x": n}) for n in range(many)]
    streams.write(Supplement, ["id", "diarist", "name", "amounts"], rows)
    stored = Supplement.objects.values_list("name", "amounts")
    assert len(stored) == many
    assert all(amounts == ({"x": 1} if int(name) % 2 else {"x": int(name)}) for name, amounts in stored)


def test_what_is_read_many_at_a_time_is_what_is_stored(alice):
    odd = 'a tab\t, a \\ and "quotes" and ü'
    moment = timezone.now()
    rows = [(uuid4(), alice.pk, odd, {"x": [odd, 0.1, None]}, moment), (uuid4(), alice.pk, "", {}, None)]
    names = ["id", "diarist_id", "name", "amounts", "deleted_at"]
    streams.write(Supplement, names, rows)
    plain = Supplement.objects.order_by("name").values_list(*names, "prescribed")
    assert streams.read(plain) == list(plain) == [(*rows[1], False), (*rows[0], False)]
