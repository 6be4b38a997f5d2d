"""`spasmlog-cli`, as a person types it."""

import json
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.utils import timezone
from spasmlog_client.cli import main

from journal import advice, revisions
from journal.models import Advice, Meal, SpasmEpisode, WaterIntake
from nutrients.models import Food
from tests.api.rows import card as card_for
from tests.client.conftest import on_server
from tests.conftest import PASSWORD

pytestmark = pytest.mark.once

NOWHERE = "http://127.0.0.1:9"
"""The port of the discard service: nobody listens there."""


@pytest.fixture
def home(tmp_path, monkeypatch, site):
    monkeypatch.setenv("SPASMLOG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SPASMLOG_PASSWORD", PASSWORD)
    return tmp_path / "home"


@pytest.fixture
def type_in(home, capsys):
    """`type_in("water 300")`: what it printed; a refusal is what it printed to standard error."""

    def run(line, code=0):
        words = line if isinstance(line, list) else line.split()
        assert main(words) == code, capsys.readouterr()
        said = capsys.readouterr()
        return said.err if code else said.out

    return run


@pytest.fixture
def signed_in(type_in, site, alice):
    type_in(f"login --server {site} --email {alice.user.email}")
    return type_in


def test_a_cramp_is_logged_without_network_or_account_and_says_so(type_in):
    said = type_in("cramp --site calf --side left --intensity 6 --woke-me")
    assert said == "Cramp: calf. Logged.\nNot signed in: 1 waiting to be sent.\n"
    assert "Cramp, left calf, 6 of 10 (waiting to be sent)" in type_in("day")


def test_it_is_sent_at_once_where_there_is_a_network(signed_in, alice):
    said = signed_in("cramp --site calf --side left --intensity 6 --woke-me --started-ago 15m")
    assert said == "Cramp: calf. Logged.\nEverything is sent.\n"
    stored = on_server(SpasmEpisode, alice).get()
    assert (stored.site, stored.side, stored.intensity, stored.woke_me) == ("calf", "left", 6, True)


def test_a_server_that_is_away_is_told_of_and_nothing_is_lost(signed_in, alice, monkeypatch):
    monkeypatch.setattr("spasmlog_client.cli.Cli._server", lambda self: _nobody())
    assert "Offline (No answer from 127.0.0.1" in signed_in("water 300")
    assert "1 waiting to be sent." in signed_in("status")
    assert "Nothing is lost. 1 waiting to be sent." in signed_in("--timeout 2 sync", code=1)
    monkeypatch.undo()
    assert not on_server(WaterIntake, alice).exists()


def _nobody():
    from spasmlog_client.server import Server

    return Server(NOWHERE, "token", timeout=2)


def test_an_account_is_made_from_the_command_line(type_in, site):
    type_in("water 250")
    said = type_in(f"signup --server {site} --email new@example.org")
    assert said == "Signed in as new@example.org. 1 waiting to be sent.\n"
    assert type_in("sync").startswith("1 sent, ")


def test_the_token_and_the_diary_are_for_their_owner_alone(signed_in, home):
    modes = {file: stat.S_IMODE((home / file).stat().st_mode) for file in ("token", "diary.sqlite3")}
    assert modes == {"token": 0o600, "diary.sqlite3": 0o600}
    assert PASSWORD not in "".join(file.read_bytes().decode("latin-1") for file in home.iterdir())


def test_a_wrong_password_is_refused_in_the_servers_words(type_in, site, alice, monkeypatch, home):
    monkeypatch.setenv("SPASMLOG_PASSWORD", "another")
    said = type_in(f"login --server {site} --email {alice.user.email}", code=1)
    assert "password" in said
    assert not (home / "token").exists()


@pytest.mark.usefixtures("clock_stands")
def test_a_second_factor_is_asked_for(type_in, site, alice, home):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice.user, secret)
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    assert get_adapter().is_mfa_enabled(alice.user)

    type_in(f"login --server {site} --email {alice.user.email} --code 000000", code=1)
    assert not (home / "token").exists()
    assert "Signed in" in type_in(f"login --server {site} --email {alice.user.email} --code {code}")


def test_somebody_elses_sign_in_does_not_take_the_diary_over(signed_in, bob, site, home):
    token = (home / "token").read_text()
    said = signed_in(f"login --server {site} --email {bob.user.email}", code=2)
    assert "holds the diary of alice@example.org" in said
    assert (home / "token").read_text() == token


def test_an_ended_sign_in_asks_for_another_and_keeps_what_waits(signed_in, home):
    (home / "token").write_text("not-a-token\n")
    assert "Sign in again" in signed_in("water 300")
    assert "1 waiting to be sent." in signed_in("status")


def test_signing_out_leaves_the_diary(signed_in, home):
    signed_in("water 300")
    signed_in("logout")
    assert not (home / "token").exists()
    assert "Drink, 300 ml" in signed_in("day")


def test_a_refused_entry_is_shown_with_the_servers_words_and_can_be_corrected(signed_in, alice):
    said = signed_in("cramp --site calf --intensity 11", code=2)
    assert "did not take" in said
    status = signed_in("status")
    assert "Not taken, number 1: Cramp, calf, 11 of 10" in status
    assert "keep 1" in status
    end = status.partition("[")[2].partition("]")[0]
    signed_in(["change", end, "intensity=9"])
    assert on_server(SpasmEpisode, alice).get().intensity == 9
    assert "Not taken" not in signed_in("status")


def test_a_refused_entry_can_be_let_go(signed_in, alice):
    signed_in("water 0", code=2)
    signed_in("drop 1")
    assert "Not taken" not in signed_in("status")
    assert "nothing held" in signed_in("drop 1", code=2)


def test_an_entry_is_changed_and_removed_by_the_end_of_its_id(signed_in, alice):
    signed_in("water 300")
    end = signed_in("day").rpartition("[")[2].partition("]")[0]
    signed_in(["change", end, "amount_ml=350"])
    assert on_server(WaterIntake, alice).get().amount_ml == 350
    signed_in(["remove", end])
    assert not on_server(WaterIntake, alice).exists()


def test_a_meal_is_logged_by_the_name_of_its_food(signed_in, alice, foods):
    food = foods.get(name="Banana, raw")
    said = signed_in(["meal", "--kind", "breakfast", "--food", "banana, raw", "--grams", "120"])
    assert said == "Meal: Banana, raw. Logged.\nEverything is sent.\n"
    [item] = on_server(Meal, alice).get().items.all()
    assert (item.food, item.grams) == (food, 120)


def test_a_food_once_found_is_found_again_offline(signed_in, foods):
    assert "Banana, raw" in signed_in(["foods", "banana, raw"])
    assert "Meal: Banana, raw" in signed_in(["--offline", "meal", "--food", "banana, raw", "--grams", "120"])


def test_a_word_that_many_foods_have_is_asked_back(signed_in, foods):
    said = signed_in(["meal", "--food", "banana", "--grams", "120"], code=2)
    assert "Which one is “banana”?" in said
    assert len(said.splitlines()) > 2


def test_a_warning_sign_shows_its_card_at_once(signed_in):
    said = signed_in("cramp --site calf --sign chest_pain")
    assert "111" in said  # the emergency number of New Zealand, where Alice lives


def test_what_the_server_stumbled_over_is_told_and_sent_again_when_asked(signed_in, alice, monkeypatch):
    def stumble(*_said):
        raise RuntimeError("a mistake of the server's")

    with monkeypatch.context() as while_it_lasts:
        while_it_lasts.setattr("journal.api.batch.Entries.put", stumble)
        assert "1 waiting to be sent." in signed_in("water 300")
        signed_in("water 200")
        status = signed_in("status")
    assert "The server stumbled over: Drink, 300 ml. Tried 2 times; sent again after" in status
    assert "The server stumbled over: Drink, 200 ml. Tried once; sent again with the next sync." in status
    assert "Not taken" not in status
    assert "2 sent" in signed_in("sync")
    assert on_server(WaterIntake, alice).count() == 2


# Advice ---------------------------------------------------------------------------------------


@pytest.fixture
def card(signed_in, alice):
    """A card that asks to see a clinician soon, which this device knows of."""
    row = card_for(alice, None)
    Advice.objects.filter(pk=row.pk).update(revision=revisions.forward(alice))
    signed_in("sync")
    return row


def now_of(card):
    card.refresh_from_db()
    return card.state


def test_advice_is_read_offline_with_the_answers_that_it_takes(signed_in, card):
    said = signed_in("--offline advice")
    assert said.count("[") == 1 and f"[{str(card.pk)[-8:]}]" in said
    assert "not a diagnosis" in said
    assert "acknowledge, got-help, snooze, dismiss" in said


@pytest.mark.parametrize(
    ("answer", "state", "stays"),
    [
        ("acknowledge", "acknowledged", True),
        ("got-help", "got_help", False),
        ("dismiss", "dismissed", False),
        ("snooze", "snoozed", False),
    ],
)
def test_a_card_is_answered(signed_in, card, answer, state, stays):
    said = signed_in(f"advice {answer} {str(card.pk)[-8:]}")
    assert said.endswith(": answered.\nEverything is sent.\n")
    assert now_of(card) == state
    assert (str(card.pk)[-8:] in signed_in("advice")) == stays


def test_a_snooze_lasts_for_as_long_as_is_said(signed_in, card):
    signed_in(f"advice snooze {str(card.pk)[-8:]} --days 3")
    card.refresh_from_db()
    assert card.snoozed_until - timezone.now() == pytest.approx(timedelta(days=3), abs=timedelta(minutes=5))


def test_a_card_that_is_answered_offline_is_put_away_at_once_and_told_later(signed_in, card):
    assert signed_in(f"--offline advice dismiss {str(card.pk)[-8:]}").endswith(": answered.\n")
    assert signed_in("advice") == "There is no advice at this moment.\n"
    assert "1 waiting to be sent." in signed_in("status")
    assert now_of(card) == "new"
    assert "Everything is sent." in signed_in("sync")
    assert now_of(card) == "dismissed"


def test_an_answer_to_a_card_that_was_closed_meanwhile_is_told_and_not_kept(signed_in, card):
    signed_in(f"--offline advice snooze {str(card.pk)[-8:]}")
    advice.dismiss(card)
    assert "An answer to a card came too late" in signed_in("sync")
    assert "Everything is sent." in signed_in("status")
    assert now_of(card) == "dismissed"


def test_an_answer_that_a_card_does_not_take_is_refused_before_anything_is_written(signed_in):
    signed_in("cramp --site calf --sign chest_pain")
    end = signed_in("advice").partition("[")[2].partition("]")[0]
    assert "This card takes: acknowledge, got-help." in signed_in(f"advice dismiss {end}", code=2)
    assert "Give the end of a card's id" in signed_in("advice dismiss 00000000", code=2)
    assert "Only a snooze" in signed_in(f"advice acknowledge {end} --days 3", code=2)
    assert "Everything is sent." in signed_in("status")


def test_export_holds_what_is_sent_and_what_waits(signed_in):
    signed_in("water 300")
    signed_in("--offline water 400")
    told = json.loads(signed_in("export"))
    assert [row["data"]["amount_ml"] for row in told["rows"] if row["type"] == "water"] == [300]
    assert [item["data"]["amount_ml"] for item in told["waiting"]] == [400]


@pytest.mark.parametrize(
    "line", ["water much", "cramp --started-ago yesterday", "cramp --at noon", "day 2026-13-01"]
)
def test_what_cannot_be_understood_is_refused_before_anything_is_written(type_in, line, capsys):
    with pytest.raises(SystemExit) as refused:
        main(line.split())
    assert refused.value.code == 2
    assert "Everything is sent." in type_in("status")


@pytest.mark.processes
def test_it_runs_from_the_repository(home):
    run = subprocess.run(
        [sys.executable, "-m", "spasmlog_client", "water", "300"], capture_output=True, text=True,
        cwd=Path(settings.BASE_DIR) / "clients" / "python", env={**os.environ},
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "Water: 300 ml. Logged.\nNot signed in: 1 waiting to be sent.\n"


def test_foods_named_by_id_need_no_list(signed_in, alice, foods):
    food = Food.objects.filter(owner=None, name="Banana, raw").get()
    signed_in(["meal", "--food", str(food.pk), "--grams", "80"])
    assert on_server(Meal, alice).get().items.get().food == food
