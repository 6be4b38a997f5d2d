"""The committed table of constants is that of the code that runs."""

import math

import pytest
from django.core.management import CommandError, call_command

from journal.calc import hydration, swaps, usual
from journal.management.commands import write_numbers_table


@pytest.fixture(autouse=True)
def as_people_have_it(monkeypatch, time_limit_of_swaps):
    monkeypatch.setattr(swaps, "TIME_LIMIT_S", time_limit_of_swaps)


def test_the_committed_table_is_current():
    call_command("write_numbers_table", "--check")


def test_a_constant_that_changed_makes_the_table_old(monkeypatch):
    monkeypatch.setattr(hydration, "RENAL_L_PER_HOUR", 0.9)
    with pytest.raises(CommandError, match="not current"):
        call_command("write_numbers_table", "--check")


def test_writing_it_leaves_the_rest_of_the_page_as_it_was(tmp_path, monkeypatch):
    copy = tmp_path / "numbers.md"
    begin, end = write_numbers_table.BEGINS, write_numbers_table.ENDS
    copy.write_text(f"Before\n{begin}| old |\n{end}After\n")
    monkeypatch.setattr(write_numbers_table, "PAGE", copy)
    call_command("write_numbers_table")
    said = copy.read_text()
    assert said.startswith("Before\n") and said.endswith("After\n") and "| old |" not in said
    assert "| `RENAL_L_PER_HOUR` | 0.8 | L/h |" in said
    copy.write_text("No marks")
    with pytest.raises(CommandError, match="no marks"):
        call_command("write_numbers_table", "--check")


def test_each_constant_says_what_it_is_and_where_it_comes_from():
    found = write_numbers_table.constants()
    assert len(found) > 100
    assert [one.names for one in found if not (one.meaning and one.source)] == []


def test_a_constant_names_the_files_that_look_at_it():
    [row] = [one for one in write_numbers_table.constants() if "HOT_C" in one.names]
    assert "journal/facts.py" in write_numbers_table._users(row)


def test_the_table_of_days_is_that_of_the_formula():
    # (1.96 x 0.38 / 0.10)^2 = 55.47, / 0.20: 13.87, / 0.30: 6.16; of whole days the next
    assert "| magnesium | 0.38 | 56 | 14 | 7 |" in write_numbers_table.days_table()
    assert math.ceil(usual.days_for_precision(0.38, 0.10)) == 56
