"""What nobody types by accident: refused in words, and never an error of ours."""

from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone

from journal import entries, people
from journal.drafts import Draft
from journal.models import DayMark
from nutrients.models import Food
from tests.conftest import PASSWORD
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
MORE_THAN_PYTHON_READS = "9" * 5000
"""Digits: Python refuses to read a whole number of more than 4300."""


@pytest.fixture
def keeper(db):
    """Who runs the server: staff, and no diary yet."""
    return get_user_model().objects.create_superuser("keeper", "keeper@example.org", PASSWORD)


def test_the_admin_has_no_sign_in_that_goes_round_lockout_and_second_factor(client, keeper):
    answer = client.post("/admin/login/?next=/admin/", {"username": "keeper", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_who_signed_in_as_everybody_does_is_in_the_admin_if_staff_and_not_otherwise(client, alice, keeper):
    client.post("/accounts/login/?next=/admin/", {"login": "keeper", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200

    client.force_login(alice.user)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_row_that_no_draft_has_is_dropped_from_none(alice, browser):
    food = Food.objects.filter(owner=None).first()
    said = {"food": str(food.pk), "measure": "g", "quantity": "5", "drop": MORE_THAN_PYTHON_READS}

    assert browser.post("/meals/add/", said).status_code == 200
    assert Draft(alice).drop(MORE_THAN_PYTHON_READS) is None


@pytest.mark.parametrize("typed", [MORE_THAN_PYTHON_READS + "'", "5'" + MORE_THAN_PYTHON_READS])
def test_a_height_of_thousands_of_digits_is_no_number(browser, alice, typed):
    said = {"units": "us", "time_zone": "UTC", "height_cm": typed, "weight_kg": "150"}

    assert "Give a number." in words(browser.post("/me/start/", said))


@pytest.mark.parametrize(
    ("began", "minutes", "refusal"),
    [
        ("9999-12-31T23:59", "5", "This is in the future."),
        ("0001-01-01T00:00", "-5", "This is more than five years ago."),
    ],
)
def test_a_cramp_at_the_edge_of_the_calendar_is_refused_for_its_beginning(
    browser, alice, began, minutes, refusal
):
    cramp = entries.log_spasm(alice)
    answer = browser.post(f"/cramps/{cramp.pk}/", {"occurred_at": began, "minutes": minutes})

    assert refusal in words(answer)
    cramp.refresh_from_db()
    assert cramp.ended_at is None


def test_a_cramp_that_lasted_is_not_moved_to_the_end_of_the_calendar(browser, alice):
    began = timezone.now() - timedelta(hours=1)
    cramp = entries.log_spasm(alice, occurred_at=began, ended_at=began + timedelta(minutes=5))
    answer = browser.post(f"/cramps/{cramp.pk}/", {"occurred_at": "9999-12-31T23:59", "minutes": "5"})

    assert "This is in the future." in words(answer)


def test_a_day_before_any_diary_is_not_marked(browser, alice):
    answer = browser.post("/day/0001-01-01/mark/", {"mark": "finished", "next": "/"}, follow=True)

    assert "This day is before 1990." in words(answer)
    assert not DayMark.objects.exists()
    entries.mark_day(alice, date(1990, 1, 1), finished=True)  # the first that can be


@pytest.mark.parametrize("typed", ["ßß", "ŉa", "ＧＢ"])
def test_a_country_is_two_letters_of_ascii_also_when_made_capitals(alice, typed):
    # "ßß".upper() == "SSSS", more than the column holds
    with pytest.raises(ValidationError, match="two letters"):
        people.update_profile(alice, region=typed)


@pytest.mark.parametrize("path", ["/", "/week/", "/foods/", "/meals/add/", "/me/", "/me/medicines/"])
def test_the_head_of_a_page_can_be_asked_for(browser, alice, path):
    # RFC 9110, 9.1: GET and HEAD must be supported by all general-purpose servers
    assert browser.head(path).status_code == 200
    assert browser.head("/cramps/now/").status_code == 405


@pytest.mark.parametrize("path", ["/accounts/sessions/", "/accounts/email/", "/accounts/2fa/", "/nowhere/"])
def test_pages_that_say_nothing_of_caches_are_kept_by_none(browser, alice, path):
    assert browser.get(path)["Cache-Control"] == "private, no-store"
    assert browser.get("/")["Cache-Control"] == "private, no-cache"
