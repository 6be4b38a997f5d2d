"""The admin of the shared tables: to look things up, not to read what people keep to themselves."""

import pytest
from django.urls import reverse

from nutrients import pack, search
from nutrients.models import Food, FoodPortion, food_id


@pytest.fixture
def own_soup(django_user_model):
    ann = django_user_model.objects.create_user("ann")
    soup = Food.objects.create(source="own", source_code="1", owner=ann, name="Gran's secret soup")
    FoodPortion.objects.create(food=soup, seq=1, description="1 secret bowl", grams=300)
    return soup


def test_a_food_is_found_by_its_name_and_shows_what_is_not_known(admin_client):
    found = admin_client.get(reverse("admin:nutrients_food_changelist"), {"q": "salmon, Atlantic, wild, raw"})
    page = admin_client.get(reverse("admin:nutrients_food_change", args=[food_id("sr28", "15076")]))

    assert [food.source_code for food in found.context["cl"].result_list] == ["15076"]
    assert "not known" in page.content.decode()
    assert "fillet" in page.content.decode()  # its portion, "1/2 fillet"


def test_peoples_own_foods_are_neither_listed_nor_shown(admin_client, own_soup):
    foods = admin_client.get(reverse("admin:nutrients_food_changelist"), {"q": "secret"})
    portions = admin_client.get(reverse("admin:nutrients_foodportion_changelist"), {"q": "secret"})
    page = admin_client.get(reverse("admin:nutrients_food_change", args=[own_soup.id]))

    assert list(foods.context["cl"].result_list) == []
    assert list(portions.context["cl"].result_list) == []
    assert page.status_code == 302  # back to the start, as for a food that does not exist


def test_a_food_hidden_by_hand_is_gone_from_search_and_keeps_its_amounts(admin_client):
    packed = pack.current()
    banana = food_id("fndds", "63107010")
    said = {"rank": "0", "hidden": "on", "magnesium_mg": "9999", "name": "Gold"}
    formset = {"portions-TOTAL_FORMS": "0", "portions-INITIAL_FORMS": "0"}
    answer = admin_client.post(reverse("admin:nutrients_food_change", args=[banana]), said | formset)

    assert answer.status_code == 302
    food = Food.objects.get(id=banana)
    assert (food.hidden, food.name, food.magnesium_mg) == (True, "Banana, raw", 28)
    assert banana not in [food.id for food in search.find("banana")]
    assert pack.current().changed.get().food_id == banana  # phones hear of it, and of nothing else
    assert pack.current() != packed


@pytest.mark.parametrize(
    "table", ["foodportion", "referenceintake", "withinpersonvariation", "activity", "loadedrelease"]
)
def test_what_a_release_owns_can_be_listed_and_not_changed(admin_client, table):
    page = admin_client.get(reverse(f"admin:nutrients_{table}_changelist"))
    row = page.context["cl"].result_list[0]
    refused = [
        admin_client.post(reverse(f"admin:nutrients_{table}_change", args=[row.pk]), {}).status_code,
        admin_client.post(
            reverse(f"admin:nutrients_{table}_delete", args=[row.pk]), {"post": "yes"}
        ).status_code,
        admin_client.get(reverse(f"admin:nutrients_{table}_add")).status_code,
    ]
    assert refused == [403, 403, 403]


def test_a_list_of_foods_costs_the_same_however_many_there_are(admin_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        admin_client.get(reverse("admin:nutrients_food_changelist"))
    with django_assert_max_num_queries(8):
        admin_client.get(reverse("admin:nutrients_foodportion_changelist"))
