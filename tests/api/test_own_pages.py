"""The server's own pages as a client: let in by their web session, for the diary that they name."""

import pytest
from django.test import Client

from journal.models import WaterIntake
from spasmlog.browsers import diary_key

DRINK = "0190a6a2-7a5e-7c6a-8d5f-3f2f8d0c1a11"
ITEM = {"type": "water", "id": DRINK, "op": "put", "data": {"amount_ml": 250}}


@pytest.fixture
def people(db):
    from tests.conftest import diarist

    return diarist("ann"), diarist("ben")


@pytest.fixture
def page(people):
    """A browser of Ann's that checks for forged requests, as real ones are checked."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people[0].user)
    return client


def send(page, diary, token):
    headers = {"X-Diary": diary, "X-CSRFToken": token}
    items = {"items": [ITEM]}
    return page.post("/api/v1/sync/", items, content_type="application/json", headers=headers)


def who(page):
    return page.get("/offline/who/").json()


def test_a_page_sends_what_waits_for_the_person_who_is_signed_in(page, people):
    open_now = who(page)
    assert open_now["diary"] == diary_key(people[0].user)

    said = send(page, open_now["diary"], open_now["csrf"])

    assert said.status_code == 200, said.content
    assert [one["status"] for one in said.json()["results"]] == ["created"]
    assert WaterIntake.objects.get().diarist == people[0]


def test_what_waits_for_one_person_is_not_stored_while_another_is_signed_in(page, people):
    said = send(page, diary_key(people[1].user), who(page)["csrf"])

    assert (said.status_code, said.json()["code"]) == (401, "signed_out")
    assert not WaterIntake.objects.exists()


def test_another_site_cannot_have_a_browser_send(page, people):
    said = send(page, diary_key(people[0].user), "")

    assert said.status_code == 403
    assert not WaterIntake.objects.exists()


def test_a_token_from_before_somebody_else_signed_in_writes_nothing(page, people):
    before = who(page)["csrf"]
    page.post("/accounts/logout/", {"csrfmiddlewaretoken": before})
    page.force_login(people[1].user)

    said = send(page, diary_key(people[0].user), before)

    assert said.status_code == 401
    assert not WaterIntake.objects.exists()


def test_a_session_that_has_ended_is_told_to_sign_in(page, people):
    open_now = who(page)
    page.session.flush()

    assert send(page, open_now["diary"], open_now["csrf"]).status_code == 401
    assert who(page)["diary"] is None


def test_a_cookie_alone_opens_nothing(page):
    for path in ("/api/v1/sync/", "/api/v1/foods/pack/", "/api/v1/water/", "/api/v1/profile/"):
        assert page.get(path).status_code == 401, path


def test_a_page_is_let_in_only_where_it_sends_and_fetches_what_it_keeps(page, people):
    headers = {"X-Diary": diary_key(people[0].user)}

    assert page.get("/api/v1/foods/pack/", headers=headers).status_code == 200
    for path in ("/api/v1/water/", "/api/v1/profile/", "/api/v1/export/", "/api/v1/devices/"):
        assert page.get(path, headers=headers).status_code == 401, path
    assert page.delete("/api/v1/account/", headers=headers).status_code == 401


def test_the_name_of_a_diary_outlives_the_secret_key_and_is_not_used_again(people, settings):
    ann, ben = (diary_key(one.user) for one in people)
    settings.SECRET_KEY = "another one, as after the file was lost " * 2
    assert diary_key(people[0].user) == ann != ben

    people[1].user.pk = people[0].user.pk  # the first account of a server that was set up anew
    assert diary_key(people[1].user) != ann
