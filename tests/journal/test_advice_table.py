"""The committed table of rules is the one that runs."""

import csv

import pytest
from django.core.management import CommandError, call_command

from journal import emergency
from journal.calc.advice_rules import RULES
from journal.calc.redflags import RED_FLAGS
from journal.management.commands import write_advice_table


def test_the_committed_table_is_current():
    call_command("write_advice_table", "--check")


def test_a_table_that_is_not_current_is_told(tmp_path, monkeypatch):
    old = tmp_path / "advice.md"
    monkeypatch.setattr(write_advice_table, "PAGE", old)
    with pytest.raises(CommandError, match="not current"):
        call_command("write_advice_table", "--check")
    call_command("write_advice_table")
    call_command("write_advice_table", "--check")
    old.write_text(old.read_text().replace("| 28 |", "| 27 |"))
    with pytest.raises(CommandError, match="not current"):
        call_command("write_advice_table", "--check")


def test_the_table_holds_every_rule():
    lines = write_advice_table.page().splitlines()
    first = {line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")}
    suppressions = {f"S{number:02}" for number in range(1, 10)}
    assert {rule.id for rule in RED_FLAGS} | {rule.id for rule in RULES} | suppressions <= first


def test_emergency_numbers_are_digits_by_two_letters_of_a_country_once_each():
    with emergency.NUMBERS.open(newline="") as file:
        table = list(csv.DictReader(file))
    regions = [row["region"] for row in table]
    assert len(set(regions)) == len(regions) > 60
    for row in table:
        assert len(row["region"]) == 2 and row["region"].isupper(), row
        assert row["emergency"].isdigit() and len(row["emergency"]) in (3, 4), row
        assert bool(row["advice_line"]) == bool(row["advice_line_name"]), row


def test_a_country_is_found_in_either_case_and_an_unknown_one_has_no_number():
    assert emergency.numbers("gb").emergency == "999"
    assert emergency.numbers("") == emergency.numbers("ZZ") == emergency.Numbers()
