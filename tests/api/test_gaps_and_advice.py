"""Gaps and advice over REST."""

import pytest

from journal import entries, people, review
from journal.models import NutrientGap
from tests.api.conftest import diarist
from tests.api.test_contract import is_problem


@pytest.fixture(autouse=True)
def in_november(time_machine):
    time_machine.move_to("2026-11-21T09:00:00Z")


@pytest.fixture
def ten_days(alice, eager_review, almonds):
    """Ten finished days of 100 g of almonds, of a woman born in 1990."""
    with eager_review():
        alice.change("profile/", {"birth_date": "1990-01-01", "sex": "female", "weight_kg": 60})
        for day in range(11, 21):
            for hour in (8, 13, 19):
                alice.send(
                    "meals/",
                    {
                        "occurred_at": f"2026-11-{day}T{hour:02}:00:00Z",
                        "items": [{"food": str(almonds.pk), "grams": 100}],
                    },
                )
            alice.replace(f"days/2026-11-{day}/", {"finished": True})


def of(body, nutrient, kind):
    [found] = [
        g
        for g in body["nutrients"]
        if g["nutrient"] == nutrient and (g["reference"] or {}).get("kind") == kind
    ]
    return found


def test_gaps_tell_intake_reference_days_and_verdict(alice, ten_days):
    body = alice.read("gaps/").json()

    assert (body["as_of"], body["window_days"], body["stale"]) == ("2026-11-21", 28, False)
    magnesium = of(body, "magnesium_mg", "ear")
    assert magnesium["mean"] == pytest.approx(810)  # 3 x 270 mg each day
    assert (magnesium["reference"]["amount"], magnesium["reference"]["authority"]) == (
        265,
        "nasem",
    )  # women of 31 to 50
    assert magnesium["reference"]["source"]
    assert (magnesium["days_used"], magnesium["days_in_window"], magnesium["method"]) == (10, 28, "ear")
    assert magnesium["band"] == "likely_meets"
    assert magnesium["probability_adequate"] > 0.99
    assert "row" not in magnesium["reference"]
    short = of(alice.read("gaps/?window=7").json(), "magnesium_mg", "ear")
    assert (short["days_in_window"], short["days_used"], short["probability_adequate"]) == (
        7,
        6,
        None,
    )  # 15th to 20th


def test_a_new_diary_has_not_enough_data_and_says_how_many_days_are_needed(alice, eager_review, almonds):
    with eager_review():
        alice.change("profile/", {"birth_date": "1990-01-01", "sex": "female"})
        alice.send("meals/", {"items": [{"food": str(almonds.pk), "grams": 100}]})

    magnesium = of(alice.read("gaps/").json(), "magnesium_mg", "ear")

    assert magnesium["band"] == "not_enough_data"
    assert magnesium["days_needed"] >= 1
    assert magnesium["probability_adequate"] is None


def test_weeks_come_oldest_first_and_end_with_today(alice, ten_days):
    body = alice.read("gaps/weekly/?weeks=2").json()

    assert [(week["week_start"], week["as_of"]) for week in body["results"]] == [
        ("2026-11-09", "2026-11-15"),
        ("2026-11-16", "2026-11-21"),
    ]
    assert of(body["results"][-1], "magnesium_mg", "ear")["mean"] == pytest.approx(810)
    assert len(alice.read("gaps/weekly/").json()["results"]) == 12


def test_with_no_worker_at_hand_gaps_are_stale_and_no_error(alice, monkeypatch):
    from journal import tasks

    monkeypatch.setattr(tasks, "ask", lambda *_: False)

    body = alice.read("gaps/").json()
    assert (body["stale"], body["nutrients"]) == (True, [])


@pytest.mark.parametrize("query", ["window=10", "window=x", "as_of=2026-11-22", "as_of=never"])
def test_a_window_or_day_that_is_not_there_is_refused(alice, query):
    assert query.partition("=")[0] in is_problem(alice.read(f"gaps/?{query}"), 400)["errors"]


@pytest.mark.parametrize("weeks", ["0", "54", "-1", "many"])
def test_so_many_weeks_are_not_told(alice, weeks):
    assert "weeks" in is_problem(alice.read(f"gaps/weekly/?weeks={weeks}"), 400)["errors"]


def test_anothers_gaps_are_not_ones_own(bob, ten_days, eager_review):
    with eager_review():
        body = bob.read("gaps/?window=14").json()

    assert all(gap["days_used"] == 0 for gap in body["nutrients"])


# Advice ---------------------------------------------------------------------------------------


@pytest.fixture
def card(alice):
    [card] = alice.send("spasms/", {"signs": ["dark_urine"]}).json()["advice"]
    return card


def test_a_card_has_what_a_phone_shows(alice, card):
    [listed] = alice.read("advice/").json()["results"]

    assert listed == card == alice.read(f"advice/{card['id']}/").json()
    assert {
        "id",
        "rule",
        "severity",
        "title",
        "text",
        "evidence",
        "sources",
        "state",
        "created_at",
        "stale",
    } <= set(card)
    assert (card["rule"], card["severity"], card["state"]) == ("R07", "urgent_now", "new")
    assert card["evidence"]["signs"] == ["dark_urine"]
    assert card["sources"]
    assert card["text"]


def test_most_severe_first(alice, card):
    alice.send("warning-signs/", {"signs": ["chest_pain"]})

    assert [one["rule"] for one in alice.read("advice/").json()["results"]] == ["R02", "R07"]


def test_a_card_is_acknowledged_and_stays_and_help_closes_it(alice, card):
    said = alice.send(f"advice/{card['id']}/acknowledge/")
    assert (said.status_code, said.json()["state"]) == (200, "acknowledged")
    assert [one["id"] for one in alice.read("advice/").json()["results"]] == [card["id"]]

    assert alice.send(f"advice/{card['id']}/got-help/", {}).json()["state"] == "got_help"
    assert alice.read("advice/").json()["results"] == []
    assert alice.send(f"advice/{card['id']}/got-help/").status_code == 200  # a retry


def test_an_answer_is_taken_back(alice, card):
    alice.send(f"advice/{card['id']}/got-help/")
    back = alice.send(f"advice/{card['id']}/take-back/").json()

    assert (back["state"], back["asks"]) == ("seen", True)
    assert [one["id"] for one in alice.read("advice/").json()["results"]] == [card["id"]]
    assert alice.send(f"advice/{card['id']}/take-back/").json()["state"] == "seen"  # a retry


def test_a_card_whose_tick_is_gone_is_not_brought_back_by_taking_an_answer_back(alice, card):
    alice.send(f"advice/{card['id']}/got-help/")
    alice.ask("DELETE", f"spasms/{card['entry_id']}/")

    refused = is_problem(alice.send(f"advice/{card['id']}/take-back/"), 400)
    assert "does not hold any more" in str(refused)


def test_an_answer_to_a_card_is_heard_with_and_without_the_closing_slash(alice, card):
    assert alice.send(f"advice/{card['id']}/acknowledge").json()["state"] == "acknowledged"
    is_problem(alice.send(f"advice/{card['id']}/snooze", {"days": 3}), 400)
    is_problem(alice.send(f"advice/{card['id']}/dismiss"), 400)
    assert alice.send(f"advice/{card['id']}/got-help").json()["state"] == "got_help"


def test_an_urgent_card_is_neither_snoozed_nor_dismissed(alice, card):
    is_problem(alice.send(f"advice/{card['id']}/snooze/", {"days": 3}), 400)
    is_problem(alice.send(f"advice/{card['id']}/dismiss/"), 400)
    assert alice.read("advice/").json()["results"][0]["state"] == "new"


def test_a_tip_is_snoozed_and_dismissed(alice):
    from journal.models import Advice
    from tests.api.conftest import diarist

    tip = Advice.objects.create(
        diarist=diarist(alice), rule="C01", severity="see_clinician_soon", key="C01:2026-W47",
        evidence={"cramp_days_28": 9, "cramp_days_7": 3, "broken_nights": [2, 2]},
    )  # fmt: skip
    path = f"advice/{tip.pk}"

    assert "days" in is_problem(alice.send(f"{path}/snooze/", {"days": 0}), 400)["errors"]
    assert "days" in is_problem(alice.send(f"{path}/snooze/", {"days": "x"}), 400)["errors"]
    assert alice.send(f"{path}/snooze/", {"days": 3}).json()["state"] == "snoozed"
    assert alice.read("advice/").json()["results"] == []
    assert alice.send(f"{path}/dismiss/").json()["state"] == "dismissed"


def test_anothers_card_is_not_there(bob, card):
    for verb in ("acknowledge", "got-help", "snooze", "dismiss", "take-back"):
        is_problem(bob.send(f"advice/{card['id']}/{verb}/"), 404)
    is_problem(bob.read(f"advice/{card['id']}/"), 404)
    assert bob.read("advice/").json()["results"] == []


@pytest.mark.parametrize(
    ("answer", "nutrients"),
    [
        ("no", {}),
        ("dialysis", {
            "magnesium_mg": "kidney_team", "potassium_mg": "kidney_team", "calcium_mg": "kidney_team",
            "water_g": "clinic",
        }),
        ("fluid_limit", {"water_g": "clinic"}),
    ],
)  # fmt: skip
def test_gaps_and_intake_tell_whose_limits_replace_the_reference(alice, milk, answer, nutrients):
    who = diarist(alice)
    entries.log_meal(who, [(milk, 200)])
    if answer != "no":
        people.answer_conditions(who, {answer: "yes"})
    review.review_stale(who.pk)

    assert alice.read("intake/").json()["limits_by"] == nutrients
    for path, rows in (
        ("gaps/", lambda body: body["nutrients"]),
        ("gaps/weekly/", lambda body: body["results"][-1]["nutrients"]),
    ):
        found = {row["nutrient"]: row["limits_by"] for row in rows(alice.read(path).json())}
        assert {code: whose for code, whose in found.items() if whose} == nutrients


@pytest.mark.parametrize(
    ("answer", "quiet"),
    [("eating_disorder", {"magnesium_mg"}), ("dialysis", {"magnesium_mg", "potassium_mg", "water_g"})],
)
def test_where_pages_tell_numbers_alone_rest_tells_no_band_and_no_confidence(alice, ten_days, answer, quiet):
    who = diarist(alice)
    low = {"band": "likely_low", "probability_adequate": 0.1, "interval": [200.0, 230.0]}
    NutrientGap.objects.filter(diarist=who, nutrient="magnesium_mg").update(**low)
    NutrientGap.objects.filter(diarist=who, nutrient="sodium_mg", kind="cdrr").update(band="usually_above")

    def told():
        rows = alice.read("gaps/").json()["nutrients"]
        return {(row["nutrient"], row["reference"]["kind"]): row for row in rows if row["reference"]}

    assert told()["magnesium_mg", "ear"]["band"] == "likely_low"
    people.answer_conditions(who, {answer: "yes"})
    found = told()
    for (nutrient, _kind), row in found.items():
        if nutrient in quiet:
            said = {row[name] for name in ("band", "probability_adequate", "confidence_above")}
            assert said == {None} and row["interval"] is None, nutrient
    assert found["magnesium_mg", "ear"]["mean"] is not None
    assert found["sodium_mg", "cdrr"]["band"] == "usually_above"  # too much is told to everybody


def test_the_clinicians_own_amount_is_replaced_by_nobodys_limits(alice, milk):
    who = diarist(alice)
    entries.log_meal(who, [(milk, 200)])
    people.answer_conditions(who, {"dialysis": "yes"})
    people.set_targets(who, [{"nutrient": "potassium_mg", "amount": 2000, "set_by": "clinician"}])
    review.review_stale(who.pk)
    found = {row["nutrient"]: row["limits_by"] for row in alice.read("gaps/").json()["nutrients"]}
    assert (found["potassium_mg"], found["magnesium_mg"]) == (None, "kidney_team")
