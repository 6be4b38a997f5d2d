"""Food search as it is typed, letter by letter, beside one bare index lookup of the same letters."""

from django.db import connection

from benchmarks.house import Line, median, milliseconds, p95
from nutrients import search
from nutrients.models import Food

TYPED = (
    "banana", "yoghurt", "cheddar cheese", "chicken breast", "bananna", "brocoli", "oatmeal", "coke", "milk",
    "orange juice", "whole wheat bread", "peanut butter", "spinach raw", "salmon", "weetabix", "aubergine",
)  # fmt: skip
FEWEST_FOODS = 14_000
ALLOWED = 10.0
"""p95 of server time. [ms]"""


def measure() -> list[Line]:
    foods = Food.objects.filter(owner=None).count()
    assert foods >= FEWEST_FOODS, f"{foods} foods; the claim is for {FEWEST_FOODS}"
    asked = [word[:letters] for word in TYPED for letters in range(2, len(word) + 1)]
    ours = [median(milliseconds(lambda asked=one: search.find(asked), 3)) for one in asked]
    bare = [median(milliseconds(lambda asked=one: _bare(asked), 3)) for one in asked]
    return [
        Line(f"food search, p95 of {len(asked)} prefixes; bare: FTS5", p95(ours), "ms", ALLOWED, p95(bare)),
        Line("food search, median", median(ours), "ms", None, median(bare)),
    ]


def _bare(asked: str) -> list:
    """The same letters as one prefix query of the full-text index, unranked."""
    from nutrients.search.sqlite import TABLE

    match = " ".join(f'"{word}"*' for word in asked.split())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s LIMIT 25", [match])
        return cursor.fetchall()
