"""Two requests at once: what the other one stored while we waited for the diary is seen."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from journal import entries
from journal.models import Favourite, Supplement
from nutrients.models import Food

pytestmark = pytest.mark.django_db


@pytest.fixture
def tablets(alice):
    return entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 250})


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(act)`: the first to ask for the diary gets it only after `act` was stored by another."""
    hold = entries._hold

    def arrange(act):
        def wait(diarist):
            monkeypatch.setattr(entries, "_hold", hold)
            act()
            hold(diarist)

        monkeypatch.setattr(entries, "_hold", wait)

    return arrange


def test_a_food_starred_by_both_is_one_favourite(alice, meanwhile):
    food = Food.objects.filter(owner=None).first()
    meanwhile(lambda: entries.save_favourite(alice, food=food))

    assert entries.save_favourite(alice, food=food) == Favourite.objects.get()


def test_a_usual_meal_kept_twice_is_one_and_another_name_is_another(alice, meanwhile):
    items = [{"food": str(Food.objects.filter(owner=None).first().pk), "grams": "5"}]
    said = {"name": "Porridge", "kind": "breakfast", "items": items}
    meanwhile(lambda: entries.save_favourite(alice, **said))

    assert entries.save_favourite(alice, **said) == Favourite.objects.get()
    entries.save_favourite(alice, **{**said, "name": "Porridge, small"})
    assert Favourite.objects.count() == 2


def test_no_dose_is_taken_of_a_supplement_that_was_removed_meanwhile(alice, meanwhile, tablets):
    meanwhile(lambda: Supplement.objects.update(deleted_at=timezone.now()))

    with pytest.raises(ValidationError, match="Choose one of your own supplements"):
        entries.log_dose(alice, tablets)


def test_a_supplement_taken_meanwhile_is_not_removed(alice, meanwhile, tablets):
    meanwhile(lambda: entries.log_dose(alice, tablets))

    with pytest.raises(ValidationError, match="Doses of this supplement are logged"):
        entries.remove(tablets)
    assert Supplement.objects.get().deleted_at is None
