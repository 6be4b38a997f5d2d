"""Learn: facts for everybody, beside one's own numbers, careful with what must not be said."""

import re
from datetime import datetime, time, timedelta
from html import unescape

import pytest
from django.urls import reverse

from journal import entries, learn, people, review
from nutrients.codes import KEY_CODES

pytestmark = pytest.mark.django_db

FORBIDDEN = [
    r"\byou are deficient\b", r"\byou have\b(?! answered| passed)", r"because of", r"caused by",
    r"\byou need\b", r"\btake \d", r"\bprevents?\b", r"\bprevention\b", r"\byou are fine\b",
    r"your (magnesium|calcium|potassium|vitamin \w+) is", r"\d+ ?(mg|g|µg) of \w+",
    r"\bdos(?:e|age)\b", r"\bcures?\b",
    r"\b(?:treats?|stops?|avoids?) cramps\b", r"!",
]  # fmt: skip


def html(answer):
    return unescape(answer.content.decode())


def said(answer):
    main = html(answer).split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def topic(client, slug):
    return client.get(reverse("learn_topic", args=[slug]))


def everything_said():
    for one in learn.TOPICS:
        yield from (f"{one.slug}: {text}" for text in (one.title, one.lead))
        for section in one.sections:
            yield from (f"{one.slug}: {text}" for text in (section.heading, *section.says, *section.points))
    for one in learn.QUESTIONS:
        yield from (f"{one.slug}: {text}" for text in (one.asks, *one.says))


@pytest.mark.parametrize("phrase", FORBIDDEN)
def test_no_text_claims_a_cause_a_lack_a_cure_or_a_dose(phrase):
    texts = list(everything_said())
    assert len(texts) > 130
    assert [text for text in texts if re.search(phrase, text, re.I)] == []


def test_the_search_for_forbidden_phrases_would_find_them():
    bad = "You are deficient, so take 300 mg of magnesium: it prevents cramps!"
    assert sum(bool(re.search(phrase, bad, re.I)) for phrase in FORBIDDEN) == 5


def test_no_page_promises_that_something_keeps_cramps_away(client, alice):
    for one in learn.TOPICS:
        page = said(topic(client, one.slug))
        assert not re.search(
            r"prevent|\bcures?\b|keeps? cramps away|deficien|you have (?!answered|passed)", page, re.I
        ), one.slug


def test_each_of_the_seven_has_a_topic_with_all_its_parts(db):
    assert set(learn.TOPIC_OF) == set(KEY_CODES)
    for one in learn.TOPICS:
        assert one.sources, one.slug
        assert all(slug in learn.QUESTION for slug in one.questions), one.slug
        if one.code:
            assert {learn.SIGNS, learn.FOODS, learn.RISK, learn.CARE} <= {
                section.kind for section in one.sections
            }
            signs = next(section for section in one.sections if section.kind == learn.SIGNS)
            assert (
                (learn.ONLY_A_TEST in signs.says)
                == (signs.heading == learn.MEASURED)
                == (one.slug != "water")
            )


def test_every_topic_and_question_is_found_without_signing_in(client):
    index = html(client.get(reverse("learn")))
    for one in learn.TOPICS:
        assert reverse("learn_topic", args=[one.slug]) in index
        page = said(topic(client, one.slug))
        assert str(one.lead) in page and one.sources[0] in page
        assert "In your diary" not in page
    for one in learn.QUESTIONS:
        assert str(one.asks) in index and one.sources[0] in index


def test_topics_that_are_not_there_are_not_found(client):
    assert topic(client, "cupping").status_code == 404


def test_the_answer_on_supplements_gives_the_review_with_its_figures(client):
    page = said(client.get(reverse("learn")))
    answer = page.split("Is a supplement worth it?")[1].split("Does stretching")[0]
    for figure in ("11 trials", "735 people", "3.9 %", "21.1 % fewer", "13.3 % more", "Cochrane", "CD009402"):
        assert figure in answer


def test_pages_on_symptoms_say_that_no_warning_is_no_safety(client):
    for slug in ("cramps", "relief", "magnesium"):
        page = html(topic(client, slug))
        assert "that does not mean that all is well" in page and reverse("warning_signs") in page


# Foods ----------------------------------------------------------------------------------------


def test_foods_stand_by_what_a_usual_portion_holds(client, db):
    foods = learn.foods_with("calcium_mg")
    assert [food.amount for food in foods] == sorted((food.amount for food in foods), reverse=True)
    sardines = next(food for food in foods if food.name == "Fish, sardines, canned")
    assert sardines.grams == 85 and round(sardines.amount) == 325  # 382 mg per 100 g x 0.85
    page = said(topic(client, "calcium"))
    assert "Fish, sardines, canned 85 g 325 mg" in page


def test_one_kind_of_food_does_not_fill_the_list(db):
    names = [food.name for food in learn.foods_with("calcium_mg", 40)]
    assert sum(name.startswith("Milk,") for name in names) <= 2
    assert not any("nergy drink" in food.name for food in learn.foods_with("vitamin_b12_ug", 40))


def test_a_stranger_gets_no_foods_by_potassium(client):
    page = said(topic(client, "potassium"))
    assert "this page does not know who reads it" in page
    assert "Potatoes" not in page and not re.search(
        r"\d mg\b", page.split("Where it is found")[1].split("Who more")[0]
    )


@pytest.mark.parametrize("slug", ["magnesium", "potassium", "calcium"])
def test_with_kidney_disease_no_food_is_named_by_them(browser, alice, slug):
    people.answer_conditions(alice, {"kidney_disease": "no"})
    assert "Everyday foods with most of it" in said(topic(browser, slug))
    people.answer_conditions(alice, {"kidney_disease": "yes"})
    page = said(topic(browser, slug))
    assert "Everyday foods with most of it" not in page and "Which foods?" not in page
    assert "Your kidney team's limits replace the reference" in page


def test_nothing_to_eat_is_named_beside_a_warning_sign(browser, alice):
    people.answer_conditions(alice, {"kidney_disease": "no"})
    entries.tick_warning_signs(alice, signs=["seizure"])
    page = said(topic(browser, "calcium"))
    assert "A warning sign was ticked lately" in page and "Everyday foods with most of it" not in page
    assert "Which foods?" not in page and "Which foods?" not in said(browser.get(reverse("learn")))


def test_with_digoxin_and_the_like_no_food_is_named_by_calcium_or_vitamin_d(browser, alice):
    people.answer_conditions(alice, {"kidney_disease": "no", "kidney_stones": "yes"})
    for slug in ("calcium", "vitamin-d"):
        page = said(topic(browser, slug))
        assert (
            "Everyday foods with most of it" not in page
            and "ask your clinician before any supplement" in page
        )


# One's own numbers ----------------------------------------------------------------------------


def test_a_topic_stands_beside_ones_own_verdict(browser, alice):
    review.review_stale(alice.pk)
    page = said(topic(browser, "magnesium"))
    assert (
        "In your diary" in page
        and "Cannot tell yet: 7 more finished days" in page
        and "0 of 28 days counted" in page
    )
    assert reverse("nutrient", args=["magnesium_mg"]) in html(topic(browser, "magnesium"))


def test_cramps_of_28_days_are_counted_and_not_explained(browser, alice):
    noon = datetime.combine(entries.today(alice), time(12), alice.tz)
    for ago in (1, 1, 5, 27, 29):
        entries.log_spasm(alice, occurred_at=noon - timedelta(days=ago))
    page = said(topic(browser, "cramps"))
    assert "4 cramps in the last 28 days , on 3 days" in page.replace("days,", "days ,")


def test_what_was_tried_is_told_as_it_was_noted(browser, alice):
    for helped in ("yes", "partly", "no", None):
        entries.log_spasm(alice, relief=[{"what": "stretch", "helped": helped}])
    page = said(topic(browser, "relief"))
    assert "Stretching helped 1, a little 1, of 4 times" in page
    assert "Many cramps would have eased by themselves" in page


def test_a_topic_asks_the_database_few_times(browser, alice, django_assert_max_num_queries):
    for one in learn.TOPICS:
        with django_assert_max_num_queries(8):
            topic(browser, one.slug)
