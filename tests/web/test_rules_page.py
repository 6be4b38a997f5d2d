"""From a card to the rule behind it, and to the foods that would help."""

import re

import pytest

from journal import people
from journal.calc.advice_rules import RULES
from journal.calc.redflags import RED_FLAGS
from journal.calc.suppressions import SUPPRESSIONS
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
    for id, *_about in SUPPRESSIONS:
        assert section(page, id)


def test_the_trigger_stands_there_in_words_and_not_in_codes(client):
    page = client.get("/advice/rules/")
    assert "“one leg swollen”" in section(page, "R08") and "same day" in section(page, "R08")
    assert "confidence under 0.15" in section(page, "L01") and "28 days at the earliest" in section(
        page, "L01"
    )
    said = words(page)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", said) and "`" not in said


def test_a_card_leads_to_its_rule(browser, alice):
    low_magnesium(alice)
    ticked(alice, "seizure")  # beside it the tip falls silent
    page = browser.get("/advice/").content.decode()
    assert 'href="/advice/rules/#R01"' in page


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
