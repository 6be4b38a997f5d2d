"""The page of a nutrient: the verdict first, all it rests on after it, nothing that would harm."""

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse
from django.utils.translation import override

from journal import advice, entries, explanations, findings, people, review, rule_words
from journal.calc.suppressions import Effects
from journal.models import Advice, NutrientGap
from nutrients.codes import KEY_CODES
from nutrients.models import food_id
from tests.conftest import diarist

pytestmark = pytest.mark.django_db


@pytest.fixture
def rice(foods):
    return foods.get(pk=food_id("fndds", "56205001"))


@pytest.fixture
def spinach(foods):
    return foods.get(source="sr28", source_code="11457")


@pytest.fixture(autouse=True)
def kidneys_are_known(alice):
    people.answer_conditions(alice, {"kidney_disease": "no"})


def keep(diarist, days, *items):
    """So many finished days with the same food, up to today."""
    today = findings.today(diarist)
    with entries.one_review():
        for ago in range(days):
            day = today - timedelta(days=ago)
            at = datetime(
                day.year, day.month, day.day, 4, tzinfo=diarist.tz
            )  # its first moment: never still to come
            entries.log_meal(diarist, items, occurred_at=at)
            entries.mark_day(diarist, day, finished=True)
    review.review_stale(diarist.pk)


def which(browser, code):
    return re.search(r'<section id="reference".*?</section>', html(page(browser, code)), re.S)


def page(browser, code="magnesium_mg", **asked):
    return browser.get(reverse("nutrient", args=[code]), asked)


def html(answer):
    return unescape(answer.content.decode())


def said(answer):
    """The text of the page's own part, as one line."""
    main = html(answer).split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


# What a verdict rests on ----------------------------------------------------------------------


def test_an_adequate_intake_is_one_amount_on_all_pages(browser, alice, rice):
    keep(alice, 8, (rice, Decimal(900)))
    told = re.sub(r"<[^>]+>", " ", which(browser, "potassium_mg")[0])
    assert "Adequate intake 2,600 mg" in told and "All pages use it" in told and "RDA" not in told


def test_where_somebody_else_sets_the_amount_no_public_one_is_explained(browser, alice, rice):
    keep(alice, 8, (rice, Decimal(900)))
    people.answer_conditions(alice, {"kidney_disease": "yes"})
    assert which(browser, "potassium_mg") is None


def test_the_verdict_stands_before_its_numbers(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    words = said(page(browser))
    assert (
        words.index("Logged intake very likely low") < words.index("144 mg") < words.index("What it rests on")
    )


def test_every_number_that_the_verdict_rests_on_is_there(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    words = said(page(browser))
    assert (
        "Days used 16 of 28 16 marked as finished" in words and "12 with nothing logged" in words
    )  # 28 - 16
    assert "Foods and drinks on them 16" in words
    assert "Average a day 144 mg" in words  # 1,200 g at 12 mg per 100 g
    assert "Your days differ by 0 mg" in words
    # sqrt((12 x 85.8^2 + 15 x 0^2) / (12 + 16 - 1)) = 57.2 mg
    assert "Spread used 57.2 mg" in words and "Published for your group: 85.8 mg (IOM 2000" in words
    assert "Days they are worth 13.1" in words  # 16 x (1 - 0.1) / (1 + 0.1): days all alike, 0.1 is assumed
    # 144 -+ 1.645 x 57.2 / sqrt(13.09)
    assert "Usual intake lies between 118 mg and 170 mg" in words
    # z = (144 - 265) / sqrt(26.5^2 + 57.2^2 / 13.09) = -3.92
    assert "meets your own requirement under 1 % On 16 days" in words
    assert "How much of it is known 100 %" in words


def test_the_reference_has_its_group_and_its_source(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    words = said(page(browser))
    assert "Average requirement 265 mg (NASEM) · group 31-50 y" in words  # a woman of 36
    assert "Source of the reference IOM, DRIs for Calcium, Phosphorus, Magnesium" in words


@pytest.mark.parametrize(("language", "ages"), [("de", "31-50 Jahre"), ("es", "31-50 años")])
def test_the_ages_of_the_group_are_said_in_the_language_of_the_page(browser, alice, rice, language, ages):
    keep(alice, 16, (rice, Decimal(1200)))
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    words = said(page(browser))
    assert (
        words.count(ages) == 2 and "31-50 y" not in words
    )  # beside the reference, and where its row is named


@pytest.mark.parametrize(
    ("group", "english", "german", "spanish"),
    [
        (">=18 y", "≥18 y", "≥18 Jahre", "≥18 años"),
        (">70 y", ">70 y", ">70 Jahre", ">70 años"),
        ("7-11 mo", "7-11 mo", "7-11 Monate", "7-11 meses"),
        ("a group", "a group", "a group", "a group"),
    ],
)
def test_ages_are_said_whatever_their_bounds(group, english, german, spanish):
    for language, ages in (("en", english), ("de", german), ("es", spanish)):
        with override(language):
            assert rule_words.ages(group) == ages


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("magnesium_mg", "beside the average requirement of your group"),
        ("calcium_mg", "beside the average requirement of your group"),
        ("potassium_mg", "otherwise the answer is “cannot tell”, and never “low”"),
        ("sodium_mg", "above which cutting down is expected to lower the risk"),
        ("vitamin_d_ug", "2,000 times"),
        ("vitamin_b12_ug", "2,000 times"),
        ("water_g", "an adequate intake: an amount at which healthy people do well"),
    ],
)
def test_the_method_is_told_in_words(browser, alice, rice, code, words):
    keep(alice, 30, (rice, Decimal(1200)))
    assert words.lower() in said(page(browser, code)).lower()


def test_below_an_adequate_intake_no_confidence_is_shown(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    words = said(page(browser, "potassium_mg"))
    assert "Cannot tell" in words and "Confidence that" not in words


def test_too_few_days_say_how_many_more_and_nothing_else_is_claimed(browser, alice, rice):
    keep(alice, 4, (rice, Decimal(1200)))
    words = said(page(browser))
    assert "Cannot tell yet: 3 more finished days" in words  # 7 - 4
    assert "What would change it 3 more finished days bring a first verdict." in words
    assert "Confidence that" not in words and "Usual intake lies" not in words


def test_an_empty_diary_is_answered_too(browser, alice):
    for code in KEY_CODES:
        assert re.search(r"Being worked out|Cannot tell yet", said(page(browser, code)))
    review.review_stale(alice.pk)
    for code in KEY_CODES:
        words = said(page(browser, code))
        assert "Cannot tell yet" in words and "None" not in words and "nan" not in words


def test_the_week_that_is_asked_for_is_the_one_that_is_explained(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    today = findings.today(alice)
    before = today - timedelta(days=7)
    end = findings.verdict_day(alice, before)
    words = said(page(browser, day=before.isoformat()))
    assert f"to {end:%-d %B %Y}" in words
    counted = 16 - (today - end).days
    assert f"Days used {counted} of 28" in words


@pytest.mark.parametrize("day", ["tomorrow", "1989-12-31", "9999-12-31", "2026-13-01"])
def test_days_that_cannot_be_are_not_found(browser, alice, day):
    assert page(browser, day=day).status_code == 404


def test_only_the_seven_have_a_page_and_only_for_those_signed_in(browser, alice, client):
    assert page(browser, "energy_kcal").status_code == 404
    assert page(browser, "iron_mg").status_code == 404
    client.logout()
    assert page(client).status_code == 302


def test_a_page_asks_the_database_at_most_fifteen_times(
    browser, alice, rice, spinach, django_assert_max_num_queries
):
    keep(alice, 30, (rice, Decimal(1200)), (spinach, Decimal(100)))
    for code in KEY_CODES:
        with django_assert_max_num_queries(15):  # three of them for the twelve weeks
            page(browser, code)


# The foods of the diary -----------------------------------------------------------------------


def test_foods_stand_in_the_order_of_what_they_gave(browser, alice, rice, spinach):
    tablet = entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 77})
    keep(alice, 10, (rice, Decimal(1200)), (spinach, Decimal(100)))
    entries.log_dose(alice, tablet, Decimal(1))
    review.review_stale(alice.pk)
    table = re.search(r'<table class="figures shares">.*?</table>', html(page(browser)), re.S)[0]
    rows = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).split() for row in table.split("<tr>")[2:]]
    # 10 days of 144 and 79 mg, and 77 mg once: 2,307 mg
    assert [row[-5:] for row in rows] == [
        ["1,440", "mg", "62", "%", "10"],
        ["790", "mg", "34", "%", "10"],
        ["77", "mg", "3", "%", "1"],
    ]
    assert rows[2][0] == "Supplements"


def test_what_is_not_known_is_named_and_not_zero(browser, alice, rice, foods):
    unknown = foods.filter(source="sr28", magnesium_mg=None, energy_kcal__gt=100, sodium_mg__gt=0).first()
    keep(alice, 8, (rice, Decimal(1200)), (unknown, Decimal(50)))
    words = said(page(browser))
    assert "What is not known Foods on the days that count" in words
    assert f"{unknown.name} 8 times, 400 g in all" in words
    assert "8 have no known amount." in words
    assert "What is not known" not in said(page(browser, "sodium_mg"))


def test_a_day_that_does_not_count_gives_no_food(browser, alice, rice, spinach):
    keep(alice, 8, (rice, Decimal(1200)))
    day = findings.today(alice) - timedelta(days=12)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=alice.tz)
    entries.log_meal(alice, [(spinach, Decimal(100))], occurred_at=noon)
    review.review_stale(alice.pk)
    assert spinach.name not in said(page(browser))


def test_wine_is_no_water(alice, rice, foods):
    wine = foods.filter(category="Wine", hidden=False).first()
    tea = foods.get(name="Tea, hot, herbal")
    keep(alice, 6, (rice, Decimal(1200)), (wine, Decimal(300)), (tea, Decimal(500)))
    about = explanations.explain(alice, "water_g", findings.today(alice), Effects())
    assert [row.name for row in about.eaten.foods] == [rice.name, tea.name]  # 68 % of 1,200 g; all of 500 g


@pytest.mark.parametrize(
    ("code", "offered"), [("magnesium_mg", True), ("sodium_mg", False), ("water_g", False)]
)
def test_foods_that_would_add_most_are_offered_where_more_is_ever_a_tip(browser, alice, rice, code, offered):
    keep(alice, 16, (rice, Decimal(1200)))
    assert ("Foods that would add most" in said(page(browser, code))) == offered


def test_the_page_says_how_many_days_a_surer_average_takes(browser, alice, rice):
    keep(alice, 12, (rice, Decimal(1200)))
    words = said(page(browser))
    asked = {"nutrient": "magnesium_mg", "kind": "ear", "as_of": findings.today(alice)}
    found = NutrientGap.objects.get(**asked, window_days=28)
    # (1.96 CV / D0)^2 whole days, CV the pooled spread over the mean (Beaton 1979)
    tenth, fifth = (math.ceil((1.96 * found.evidence["sd"] / found.lower / d) ** 2) for d in (0.1, 0.2))
    assert 12 < fifth <= 28 < tenth
    assert f"Finished days it takes {fifth}" in words and f"Within 10 % takes {tenth}." in words
    assert f"{fifth - 12} more finished days would narrow this to 20 %." in words


def test_a_verdict_names_the_sections_and_the_row_of_the_references_it_rests_on(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    words = said(page(browser))
    assert "assessment, section 2 A (average requirement) · sections 3 to 6 (windows," in words
    assert re.search(
        r"reference table: magnesium, average requirement, [^·]*NASEM[^·]*, group \S+ y \(", words
    )


def test_beside_a_warning_sign_no_food_is_offered(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    entries.tick_warning_signs(alice, signs=["seizure"])
    assert "Foods that would add most" not in said(page(browser))


# What must not be said ------------------------------------------------------------------------


def test_with_kidney_disease_there_are_numbers_and_no_reference(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    people.answer_conditions(alice, {"kidney_disease": "yes"})
    for code in ("magnesium_mg", "potassium_mg", "calcium_mg"):
        words = said(page(browser, code))
        assert "Your kidney team's limits replace the reference" in words and "Average a day" in words
        assert not re.search(r"requirement|adequate intake|Confidence|likely low|What would change", words), (
            code
        )
        assert "Which foods gave it Foods are not listed by it here" in words and rice.name not in words


def test_with_a_fluid_limit_no_amount_of_water_is_held_up(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    people.answer_conditions(alice, {"fluid_limit": "yes"})
    words = said(page(browser, "water_g"))
    assert "Follow the amount your clinic gave you" in words
    assert "2,700 ml" not in words and "Adequate intake" not in words


def test_with_an_eating_disorder_nothing_is_called_low_and_no_foods_are_ranked(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    people.answer_conditions(alice, {"eating_disorder": "yes"})
    words = said(page(browser))
    assert "Numbers only" in words and rice.name not in words
    assert not re.search(r"likely low|Confidence|More finished days", words)


def test_with_kidneys_not_answered_foods_are_not_ranked_by_potassium(browser, alice, rice):
    keep(alice, 8, (rice, Decimal(1200)))
    people.answer_conditions(alice, {"kidney_disease": "unknown"})
    words = said(page(browser, "potassium_mg"))
    assert "until you have answered what your profile asks about kidneys" in words and rice.name not in words
    assert rice.name in said(page(browser, "magnesium_mg"))


# What is missing ------------------------------------------------------------------------------


def test_what_the_profile_lacks_is_named_with_what_it_would_serve(client, rice):
    carol = diarist("carol")
    client.force_login(carol.user)
    keep(carol, 8, (rice, Decimal(1200)))
    words = said(page(client))
    assert "No reference without a birth date" in words
    for name, why in {
        "Birth date": "References follow age.",
        "Sex": "where both agree",
        "Height": "the energy a body uses at rest",
        "Body weight": "no weight is assumed",
        "Time zone": "which day an entry belongs to",
    }.items():
        assert re.search(rf"{name} [^.]*\.?[^.]*{re.escape(why)}", words), name
    assert "What is missing is not assumed" in words


def test_a_full_profile_is_asked_for_nothing(browser, alice):
    assert "What your profile does not say" not in said(page(browser))


# Ways there -----------------------------------------------------------------------------------


def test_the_week_and_the_cards_lead_here(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    assert f'href="{reverse("nutrient", args=["calcium_mg"])}"' in html(browser.get(reverse("week")))
    gap = NutrientGap.objects.get(
        diarist=alice, as_of=findings.today(alice), window_days=28, nutrient="magnesium_mg", kind="ear"
    )
    assert gap.band == "very_likely_low"
    assert Advice.objects.of(alice).filter(nutrient="magnesium_mg").exists()
    assert advice.cards_for(alice)
    cards = html(browser.get(reverse("advice")))
    assert f'href="{reverse("nutrient", args=["magnesium_mg"])}">Where the numbers come from' in cards


def test_an_earlier_week_leads_to_its_own_verdict(browser, alice, rice):
    keep(alice, 16, (rice, Decimal(1200)))
    before = findings.today(alice) - timedelta(days=7)
    end = findings.verdict_day(alice, before)
    week = html(browser.get(reverse("week_of", args=[before]), follow=True))
    assert f"{reverse('nutrient', args=['magnesium_mg'])}?day={end.isoformat()}" in week
