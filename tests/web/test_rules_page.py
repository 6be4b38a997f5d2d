"""From a card to the rule behind it, and to the foods that would help."""

import re
from unittest import mock

import pytest
from django.utils import translation

from journal import people, rule_words, rulebook
from journal.calc.advice_rules import RULES
from journal.calc.redflags import RED_FLAGS
from journal.calc.suppressions import SUPPRESSIONS
from journal.codes import Condition
from tests.web.test_advice_pages import (  # noqa: F401 - the fixture runs by itself
    kidneys_are_known,
    low_magnesium,
    ticked,
)
from tests.web.test_today import words

pytestmark = pytest.mark.django_db


def section(page, rule):
    """The text of one rule's section."""
    html = page.content.decode()
    [found] = re.findall(rf'<section[^>]* id="{rule}".*?</section>', html, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_every_rule_has_a_place_of_its_own_with_its_sources_signed_in_or_not(client):
    page = client.get("/advice/rules/")
    for rule in (*RED_FLAGS, *RULES):
        said = section(page, rule.id).replace("&#x27;", "'").replace("&amp;", "&")
        assert all(source in said for source in rule.sources), rule.id
    for id in (*SUPPRESSIONS, "S09"):
        assert "What follows" in section(page, id)


def test_the_trigger_stands_there_in_words_and_not_in_codes(client):
    page = client.get("/advice/rules/")
    assert "“one leg swollen”" in section(page, "R08") and "same day" in section(page, "R08")
    assert "confidence under 0.15" in section(page, "L01") and "28 days at the earliest" in section(
        page, "L01"
    )
    said = words(page)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", said) and "`" not in said


def test_each_red_flag_says_whom_to_call_and_what_makes_it_more_urgent(client):
    page = client.get("/advice/rules/")
    # The escalations of the reference rules, R06, R08 and R15.
    assert "emergency number, now, with a sign of R01, R02 or R03 as well" in section(page, "R06")
    assert "with breathlessness, chest pain or coughing blood" in section(page, "R08")
    assert "the kidney unit or an emergency department, now" in section(page, "R15")
    assert "the maternity unit, now" in section(page, "R13")


def test_codes_of_answers_are_told_by_their_labels_and_one_sign_is_not_any_of_several(client):
    page = client.get("/advice/rules/")
    assert f"“{Condition.KIDNEY_STAGE_4_5.label}”" in section(page, "R15").replace("&#x27;", "'")
    assert "any of" not in section(page, "R09") and "any of" in section(page, "R08")


def test_every_text_of_a_rule_can_be_translated():
    with mock.patch.object(translation._trans, "gettext", lambda said: f"§{said}"):
        lines = [line for layer in rulebook.layers() for line in layer.lines]
    for line in lines:
        assert line.when.startswith(("§", "“§")) and line.effect[:1] in ("", "§"), line.id
        words = [one for one in line.off_by.split(", ") if not re.fullmatch(r"S0\d|", one)]
        assert all(one.startswith(("§", "S02 and S07", "carbamazepine")) for one in words), (line.id, words)


def test_personal_links_lead_to_a_page_that_anybody_can_open(client):
    page = client.get("/advice/rules/")
    assert "numbers.md" not in page.content.decode()
    assert 'href="/learn/numbers/#patterns"' in page.content.decode()
    assert 'id="patterns"' in client.get("/learn/numbers/").content.decode()


def test_a_card_leads_to_its_rule(browser, alice):
    low_magnesium(alice)
    ticked(alice, "seizure")  # beside it the tip falls silent
    page = browser.get("/advice/").content.decode()
    assert 'href="/advice/rules/#R01"' in page


def test_a_card_names_its_rule_with_its_version_the_sections_and_the_row_it_rests_on(browser, alice, phone):
    low_magnesium(alice)
    page = " ".join(words(browser.get("/advice/")).split())
    [card] = phone.get("/api/v1/advice/").json()["results"]
    assert card["rests_on"][0] == "advice rules, L01 (version 1)"
    assert card["rests_on"][1] == "assessment, section 2 A (average requirement)"
    assert all(part in page for part in card["rests_on"])


def test_every_rule_says_where_it_stands_and_names_no_section_that_is_not_there():
    rules = {rule.id for rule in (*RED_FLAGS, *RULES)}
    assert set(rule_words.STANDS_IN) <= rules
    for rule in rules:
        own, *sections = rule_words.rests_on(rule, 1, "", {})
        assert rule in own and len(sections) == len(rule_words.STANDS_IN.get(rule, ()))
    # Each rule that compares an intake with a reference says how.
    assert {"L01", "L02", "L03", "L04", "L05", "X01", "X07", "X08", "H01"} <= set(rule_words.STANDS_IN)


def test_a_low_card_leads_to_its_rule_its_numbers_and_the_foods_that_add_most(browser, alice):
    low_magnesium(alice)
    page = browser.get("/advice/").content.decode()
    for address in ("/advice/rules/#L01", "/nutrients/magnesium_mg/", "/close-the-gap/magnesium_mg/"):
        assert f'href="{address}"' in page


@pytest.mark.parametrize("answer", ["dialysis", "eating_disorder"])
def test_where_no_food_may_be_suggested_the_card_leads_to_none(browser, alice, answer):
    low_magnesium(alice)
    people.answer_conditions(alice, {answer: "yes"})
    page = browser.get("/advice/").content.decode()
    assert 'data-rule="L01"' in page and "/close-the-gap/" not in page
