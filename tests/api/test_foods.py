"""Foods over REST: found, read, and made one's own."""

import uuid

import pytest

from journal.models import StaleDay
from nutrients.codes import CODES
from nutrients.models import Food
from tests.api.test_contract import is_problem

SOUP = {
    "name": "Zuppa verde",
    "per_100g": {"energy_kcal": 45, "magnesium_mg": 12.5, "sodium_mg": 300},
    "portions": [{"description": "bowl", "grams": 350}],
}


def test_a_food_has_its_twenty_amounts_with_null_for_unknown_and_its_portions(alice, almonds):
    body = alice.read(f"foods/{almonds.pk}/").json()

    assert {"id", "source", "source_code", "name", "category", "per_100g", "portions"} <= set(body)
    assert (body["id"], body["source"], body["source_code"], body["own"]) == (
        str(almonds.pk),
        "sr28",
        "12061",
        False,
    )
    assert tuple(body["per_100g"]) == CODES
    assert body["per_100g"] == almonds.per_100g
    assert body["per_100g"]["magnesium_mg"] == 270.0  # SR28, NDB 12061, nutrient 304
    assert [portion["grams"] for portion in body["portions"]] == [
        float(p.grams) for p in almonds.portions.all()
    ]


def test_unknown_is_null(alice, foods):
    food = foods.filter(vitamin_d_ug=None).first()

    assert alice.read(f"foods/{food.pk}/").json()["per_100g"]["vitamin_d_ug"] is None


def test_a_source_and_code_find_exactly_one_also_a_hidden_one(alice, foods):
    hidden = foods.filter(hidden=True).first()
    for food in (foods.get(source="fndds", source_code="11111000"), hidden):
        found = alice.read(f"foods/?source={food.source}&source_code={food.source_code}").json()["results"]
        assert [one["id"] for one in found] == [str(food.pk)]
    assert alice.read("foods/?source=fndds&source_code=00000000").json()["results"] == []
    is_problem(alice.read("foods/?source_code=11111000"), 400)
    is_problem(alice.read("foods/?source=elsewhere"), 400)


def test_typing_finds_the_plain_food_first(alice, foods):
    body = alice.read("foods/?search=banan").json()

    assert body["results"][0]["name"].lower().startswith("banana")
    assert len(body["results"]) <= 25
    assert body["next"] is None
    assert len(alice.read("foods/?search=banana&limit=3").json()["results"]) == 3


def test_what_one_eats_and_likes_comes_first(alice, foods):
    rows = alice.read("foods/?search=milk").json()["results"]
    eaten, liked = rows[-1]["id"], rows[-2]["id"]

    alice.send("meals/", {"items": [{"food": eaten, "grams": 100}]})
    assert alice.read("foods/?search=milk").json()["results"][0]["id"] == eaten
    alice.send("favourites/", {"food": liked})
    assert {one["id"] for one in alice.read("foods/?search=milk").json()["results"][:2]} == {eaten, liked}


@pytest.mark.parametrize("query", ["", "%00", "%F0%9F%8D%8C", "'%22%20OR%201", "a" * 3000, "*", "%25"])
def test_no_search_is_an_error_of_ours(alice, foods, query):
    assert alice.read(f"foods/?search={query}").status_code in (200, 400)


def test_without_a_search_the_table_comes_in_pages(alice, foods):
    first = alice.read("foods/?page_size=2&source=fndds").json()
    second = alice.read(first["next"].replace("http://testserver", "")).json()

    ids = [row["id"] for row in first["results"] + second["results"]]
    assert len(set(ids)) == 4


def test_an_own_food_is_made_found_changed_and_taken_away(alice):
    made = alice.send("foods/", SOUP)
    row = made.json()
    assert made.status_code == 201, row
    assert (row["source"], row["own"]) == ("own", True)
    assert row["per_100g"]["magnesium_mg"] == 12.5
    assert row["per_100g"]["zinc_mg"] is None
    assert [(p["description"], p["grams"]) for p in row["portions"]] == [("bowl", 350.0)]
    assert alice.read("foods/?search=zuppa+verde").json()["results"][0]["id"] == row["id"]

    changed = alice.change(f"foods/{row['id']}/", {"per_100g": {"zinc_mg": 1, "sodium_mg": None}}).json()
    assert (changed["per_100g"]["zinc_mg"], changed["per_100g"]["sodium_mg"]) == (1, None)
    assert (changed["per_100g"]["magnesium_mg"], changed["portions"]) == (12.5, row["portions"])

    replaced = alice.replace(f"foods/{row['id']}/", {"name": "Soup", "per_100g": {"energy_kcal": 50}}).json()
    assert (replaced["name"], replaced["per_100g"]["magnesium_mg"], replaced["portions"]) == (
        "Soup",
        None,
        [],
    )

    assert alice.erase(f"foods/{row['id']}/").status_code == 204
    is_problem(alice.erase(f"foods/{row['id']}/"), 404)
    is_problem(alice.read(f"foods/{row['id']}/"), 404)


def test_a_label_may_be_given_for_one_portion(alice):
    label = {"description": "1 bar", "grams": 40, "amounts": {"magnesium_mg": 20}}

    row = alice.send("foods/", {"name": "Bar", "per_portion": label}).json()

    assert row["per_100g"]["magnesium_mg"] == 50  # 20 mg / 40 g x 100
    assert row["portions"][0]["grams"] == 40


def test_the_same_id_again_makes_no_second_food_and_put_makes_one(alice):
    id = str(uuid.uuid4())
    first, again = alice.send("foods/", {"id": id, **SOUP}), alice.send("foods/", {"id": id, **SOUP})
    assert (first.status_code, again.status_code) == (201, 200)
    other = f"foods/{uuid.uuid4()}/"
    assert [alice.replace(other, SOUP).status_code for _ in range(2)] == [201, 200]


def test_an_own_food_that_changes_has_its_days_added_up_again(alice):
    food = alice.send("foods/", SOUP).json()
    alice.send(
        "meals/", {"items": [{"food": food["id"], "portion": food["portions"][0]["id"], "quantity": 1}]}
    )
    StaleDay.objects.all().delete()

    alice.change(f"foods/{food['id']}/", {"per_100g": {"magnesium_mg": 20}})

    assert StaleDay.objects.count() == 1


def test_anothers_food_is_not_there(alice, bob):
    row = alice.send("foods/", SOUP).json()
    path = f"foods/{row['id']}/"

    for said in (bob.read(path), bob.replace(path, SOUP), bob.change(path, {"name": "Mine"}), bob.erase(path),
                 bob.send("foods/", {**SOUP, "id": row["id"]})):  # fmt: skip
        is_problem(said, 404)
    for phone, finds in ((alice, True), (bob, False)):
        found = [one["id"] for one in phone.read("foods/?search=zuppa").json()["results"]]
        assert (row["id"] in found) is finds
    assert alice.read(path).json() == row


def test_a_food_of_the_public_tables_can_be_changed_by_nobody(alice, milk):
    path = f"foods/{milk.pk}/"

    is_problem(alice.change(path, {"name": "Mine"}), 403, "permission_denied")
    is_problem(alice.erase(path), 403)
    is_problem(alice.replace(path, SOUP), 404)
    assert Food.objects.get(pk=milk.pk).name == "Milk, whole"


REFUSED = [
    ({"name": ""}, "name"),
    ({"per_100g": {"magnesium_mg": -1}}, "magnesium_mg"),
    ({"per_100g": {"sodium_mg": 41_000}}, "sodium_mg"),
    ({"per_100g": {"gold_mg": 1}}, "per_100g"),
    ({"per_100g": {"protein_g": 60, "fat_g": 60}}, "non_field_errors"),
    ({"portions": [{"description": "bowl", "grams": 0}]}, "portions"),
    ({"portions": [{"description": "", "grams": 5}]}, "portions"),
    ({"owner": 1}, "owner"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_an_impossible_food_is_refused_by_field(alice, body, field):
    said = is_problem(alice.send("foods/", {**SOUP, **body}), 400, "invalid")

    assert list(said["errors"]) == [field]
    assert not Food.objects.exclude(owner=None).exists()
