"""Meals put together by typing, with and without htmx; changed, repeated and taken back."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from journal import entries
from journal.entries import Portion
from journal.models import Favourite, Meal
from nutrients.models import Food, food_id
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def milk(foods):
    return foods.get(pk=food_id("fndds", "11111000"))


@pytest.fixture
def banana(foods):
    return foods.get(pk=food_id("fndds", "63107010"))


@pytest.fixture
def cup(milk):
    return milk.portions.get(description="1 cup")


def rows(*said, **more):
    """The fields of a form with these foods, measures and amounts."""
    foods, measures, quantities = zip(*said, strict=True) if said else ((), (), ())
    return {
        "food": [str(food.pk) for food in foods],
        "measure": [str(getattr(m, "pk", m)) for m in measures],
        "quantity": list(quantities),
        **more,
    }


def row_values(page):
    """(food, measure, quantity) of each row of the draft that a page shows."""
    foods = re.findall(r'name="food" value="([^"]+)"', page)
    quantities = re.findall(r'name="quantity" value="([^"]*)"', page)
    measures = re.findall(r'name="measure-\d+" value="([^"]+)" checked', page.split('id="draft"')[1])
    return list(zip(foods, measures, quantities, strict=True))


def test_search_works_as_a_plain_form(browser, banana):
    page = browser.get("/meals/add/?q=banana").content.decode()
    first = re.search(r'name="add" value="([^"]+)"', page)[1]
    assert first == str(banana.pk)
    assert "1 banana (126 g) · USDA FNDDS" in words(browser.get("/meals/add/?q=banana"))


def test_results_while_typing_are_a_part_of_the_page(browser, banana):
    answer = browser.get("/meals/results/?q=banan", headers=HTMX)
    assert str(banana.pk) in answer.content.decode() and "<html" not in answer.content.decode()


def test_nothing_found_says_so(browser, alice):
    assert "Nothing found for “zzzqqq”" in words(browser.get("/meals/results/?q=zzzqqq"))


def test_what_is_typed_is_shown_as_text_and_never_as_markup(browser, alice):
    page = browser.get("/meals/add/", {"q": "<script>x</script>"}).content.decode()
    assert "<script>x" not in page and "&lt;script&gt;x" in page


def test_a_food_that_is_chosen_comes_with_its_usual_portion(browser, milk, cup):
    page = browser.post("/meals/add/", rows(add=str(milk.pk)), headers=HTMX).content.decode()
    assert row_values(page) == [(str(milk.pk), str(cup.pk), "1")]
    assert "<html" not in page and "Magnesium 29.3 mg" in " ".join(
        re.sub(r"<[^>]+>", " ", page).split()
    )  # 12 x 2.44


def test_a_food_eaten_before_comes_with_the_amount_of_last_time(browser, alice, milk, cup, banana):
    entries.log_meal(alice, [Portion(milk, portion=cup, quantity=Decimal("1.5")), (banana, Decimal(80))])
    page = browser.post("/meals/add/", rows(add=str(milk.pk))).content.decode()
    assert row_values(page) == [(str(milk.pk), str(cup.pk), "1.5")]
    page = browser.post("/meals/add/", rows(add=str(banana.pk))).content.decode()
    assert row_values(page) == [(str(banana.pk), "g", "80")]


def test_several_foods_gather_and_one_can_be_taken_away_without_script(browser, milk, cup, banana):
    page = browser.post("/meals/add/", rows((milk, cup, "2"), add=str(banana.pk))).content.decode()
    assert [row[0] for row in row_values(page)] == [str(milk.pk), str(banana.pk)]

    page = browser.post("/meals/add/", rows((milk, cup, "2"), (banana, "g", "90"), drop="0")).content.decode()
    assert row_values(page) == [(str(banana.pk), "g", "90")]
    assert not Meal.objects.exists()


def test_a_meal_is_saved_with_what_was_typed(browser, alice, milk, cup, banana):
    moment = (entries.today(alice) - timedelta(days=2)).isoformat() + "T07:40"
    said = rows(
        (milk, cup, "1,5"),
        (banana, "g", "126"),
        do="save",
        kind="breakfast",
        occurred_at=moment,
        note="at home",
    )
    answer = browser.post("/meals/add/", said, follow=True)

    meal = Meal.objects.get()
    assert (meal.kind, meal.note) == ("breakfast", "at home")
    assert meal.occurred_at.astimezone(alice.tz).strftime("%Y-%m-%dT%H:%M") == moment
    assert [(i.food, i.quantity, i.grams) for i in meal.items.all()] == [
        (milk, Decimal("1.500"), Decimal("366.000")),  # 1.5 x 244 g, typed with a comma
        (banana, None, Decimal("126.000")),
    ]
    assert f'action="/entries/meal/{meal.pk}/delete/"' in answer.content.decode()  # Undo
    assert "Breakfast saved." in words(answer)


def test_in_us_units_a_weight_can_be_ounces(client, bob, banana):
    client.force_login(bob.user)
    client.post("/meals/add/", rows((banana, "oz", "4"), do="save", kind="snack", occurred_at=""))
    assert Meal.objects.get().items.get().grams == Decimal("113.398")  # 4 x 28.349523125 g


@pytest.mark.parametrize(
    ("measure", "quantity", "said"),
    [
        ("g", "0", "An amount must be more than 0 g."),
        ("g", "-5", "An amount must be more than 0 g."),
        ("g", "40000", "More than 5 kg of one food at once is not possible."),
        ("g", "", "Say how much: grams, or a portion and how many."),
        ("g", "much", "Say how much: grams, or a portion and how many."),
        ("g", "NaN", "Say how much: grams, or a portion and how many."),
        ("cup", "", "Say how much: grams, or a portion and how many."),
        ("cup", "101", "Give more than 0 and at most 100 portions."),
        ("cup", "0", "Give more than 0 and at most 100 portions."),
    ],
)
def test_an_impossible_amount_is_refused_at_the_form_which_keeps_it(
    browser, milk, cup, measure, quantity, said
):
    measure = cup if measure == "cup" else measure
    form = rows((milk, measure, quantity), do="save", kind="lunch", occurred_at="")
    answer = browser.post("/meals/add/", form)

    assert answer.status_code == 200 and not Meal.objects.exists()
    assert said in words(answer)
    assert row_values(answer.content.decode()) == [
        (str(milk.pk), str(getattr(measure, "pk", measure)), quantity)
    ]


def test_a_refused_form_answers_200_with_the_draft_to_htmx(browser, milk):
    answer = browser.post(
        "/meals/add/", rows((milk, "g", "0"), do="save", kind="lunch", occurred_at=""), headers=HTMX
    )
    assert answer.status_code == 200 and answer.content.decode().lstrip().startswith('<section id="draft"')


def test_a_meal_without_food_is_refused(browser, alice):
    answer = browser.post("/meals/add/", {"do": "save", "kind": "lunch", "occurred_at": ""})
    assert "Add at least one food." in words(answer)


def test_a_meal_in_the_future_is_refused_at_its_time(browser, milk):
    form = rows((milk, "g", "100"), do="save", kind="lunch", occurred_at="2099-01-01T12:00")
    assert "This is in the future. Check the date and the time." in words(browser.post("/meals/add/", form))


def test_web_and_rest_refuse_the_same_amount_in_the_same_words(browser, phone, milk):
    on_web = browser.post("/meals/add/", rows((milk, "g", "0"), do="save", kind="lunch", occurred_at=""))
    by_rest = phone.post("/api/v1/meals/", {"items": [{"food": str(milk.pk), "grams": 0}]}, format="json")
    assert by_rest.status_code == 400
    assert "more than 0 g" in on_web.content.decode() and "more than 0 g" in by_rest.content.decode()


def test_another_persons_food_is_not_put_in_a_meal(browser, alice, bob):
    secret = Food.objects.create(owner=bob.user, source="own", source_code="s", name="Bob's secret soup")
    page = browser.post("/meals/add/", rows((secret, "g", "100"), add=str(secret.pk))).content.decode()
    assert "secret soup" not in page and row_values(page) == []


def test_rubbish_in_the_form_is_no_error(browser, alice):
    for data in (
        {"add": "x"},
        {"drop": "9"},
        {"drop": "-1"},
        {"add_usual": "x"},
        {"food": ["x", "y"], "measure": ["g"]},
    ):
        assert browser.post("/meals/add/", data).status_code == 200
    assert browser.get("/meals/add/?day=2026-99-99&kind=brunch").status_code == 200


def test_foods_of_this_meal_come_before_typing(browser, alice, milk, banana):
    entries.log_meal(alice, [(milk, Decimal(200))], kind="dinner")
    entries.log_meal(alice, [(banana, Decimal(120))], kind="breakfast")
    offered = re.findall(
        r'name="add" value="([^"]+)"', browser.get("/meals/results/?kind=breakfast").content.decode()
    )
    assert offered == [str(banana.pk), str(milk.pk)]


def test_a_usual_meal_is_kept_and_added_whole(browser, alice, milk, cup, banana):
    meal = entries.log_meal(
        alice, [Portion(milk, portion=cup, quantity=Decimal(2)), (banana, Decimal(90))], kind="lunch"
    )
    browser.post(f"/meals/{meal.pk}/favourite/", {"name": "Shake"})
    usual = Favourite.objects.get()
    assert "Shake" in browser.get("/meals/results/?kind=lunch").content.decode()

    page = browser.post("/meals/add/", rows(add_usual=str(usual.pk))).content.decode()
    assert row_values(page) == [(str(milk.pk), str(cup.pk), "2"), (str(banana.pk), "g", "90")]


def test_a_stored_meal_opens_as_it_was_said_and_takes_other_amounts(browser, alice, milk, cup):
    meal = entries.log_meal(alice, [Portion(milk, portion=cup, quantity=Decimal(2))], kind="lunch")
    page = browser.get(f"/meals/{meal.pk}/").content.decode()
    assert row_values(page) == [(str(milk.pk), str(cup.pk), "2")]

    stored = meal.occurred_at
    typed = re.search(r'name="occurred_at" value="([^"]+)"', page)[1]
    browser.post(f"/meals/{meal.pk}/", rows((milk, "g", "300"), do="save", kind="dinner", occurred_at=typed))

    meal.refresh_from_db()
    assert meal.kind == "dinner" and [i.grams for i in meal.items.all()] == [Decimal(300)]
    assert meal.occurred_at == stored  # an untouched time keeps its seconds


def test_another_persons_meal_is_not_found(browser, alice, bob, milk):
    meal = entries.log_meal(bob, [(milk, Decimal(100))])
    assert browser.get(f"/meals/{meal.pk}/").status_code == 404
    for action in (f"/meals/{meal.pk}/", f"/meals/{meal.pk}/repeat/", f"/meals/{meal.pk}/favourite/",
                   f"/entries/meal/{meal.pk}/delete/", f"/entries/meal/{meal.pk}/restore/"):  # fmt: skip
        assert browser.post(action).status_code == 404
    meal.refresh_from_db()
    assert meal.deleted_at is None and Meal.objects.count() == 1


def test_deleting_can_be_undone(browser, alice, milk):
    meal = entries.log_meal(alice, [(milk, Decimal(100))])
    answer = browser.post(f"/entries/meal/{meal.pk}/delete/", follow=True)
    assert not Meal.objects.live().exists() and "Milk, whole" not in words(answer)
    assert f'action="/entries/meal/{meal.pk}/restore/"' in answer.content.decode()

    answer = browser.post(f"/entries/meal/{meal.pk}/restore/", follow=True)
    assert Meal.objects.live().get() == meal and "Milk, whole 100 g" in words(answer)


def test_results_cost_the_same_queries_for_one_food_and_for_many(
    browser, alice, milk, foods, django_assert_max_num_queries
):
    for food in foods.filter(source="fndds", name__startswith="Banana")[:20]:
        entries.log_meal(alice, [(food, Decimal(50))])
    browser.get("/meals/results/?q=banana")
    with django_assert_max_num_queries(12):
        browser.get("/meals/results/?q=banana")
    with django_assert_max_num_queries(9):
        browser.get("/meals/results/")
