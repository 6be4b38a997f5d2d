"""The order of changes: what phones are told again though its row is as it was, and what is forgotten."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from journal import advice, changes, entries, people
from journal.models import Dose, Supplement
from journal.tasks import forget_old
from nutrients.models import Food
from tests.journal.test_advice import alice, clock, gap, review  # noqa: F401

pytestmark = pytest.mark.django_db


def since(diarist, place):
    """Kinds and ids that changed since a place, and the place after them."""
    page = changes.page(diarist, place, 1000)
    return {(one.kind, one.id) for one in page.changes}, page.place


def may_keep(diarist, card):
    return [one.id for one in advice.cards_to_tell(diarist, [card.pk])] == [card.pk]


def test_a_tip_is_told_again_when_a_warning_sign_silences_it_and_when_the_silence_ends(alice, clock):  # noqa: F811
    [tip] = review(alice, gap(alice))
    _told, place = since(alice, changes.begin(alice))
    [red] = entries.tick_warning_signs(alice, signs=["chest_pain"]).red_flags
    told, place = since(alice, place)
    assert ("advice", tip.pk) in told
    assert not may_keep(alice, tip)

    advice.got_help(red)
    clock.shift(timedelta(hours=71))
    review(alice, gap(alice))
    _told, place = since(alice, place)
    assert not may_keep(alice, tip)
    clock.shift(timedelta(hours=1))
    review(alice, gap(alice))
    told, place = since(alice, place)
    assert ("advice", tip.pk) in told
    assert may_keep(alice, tip)
    review(alice, gap(alice))
    assert since(alice, place)[0] == set()


def test_open_cards_are_told_again_when_an_answer_of_the_profile_may_change_their_words(alice):  # noqa: F811
    [tip] = review(alice, gap(alice))
    [over] = entries.tick_warning_signs(alice, signs=["chest_pain"]).red_flags
    advice.got_help(over)
    _told, place = since(alice, changes.begin(alice))
    people.answer_conditions(alice, {"kidney_disease": "yes"})

    told, place = since(alice, place)
    assert {("advice", tip.pk), ("profile", changes.NOBODY)} == told


def test_a_card_that_sleeps_is_kept_by_phones_with_the_moment_it_wakes(alice):  # noqa: F811
    [tip] = review(alice, gap(alice))
    tip = advice.snooze(tip, 3)

    [card] = advice.cards_to_tell(alice, [tip.pk])
    assert (card.state, card.snoozed_until) == ("snoozed", tip.snoozed_until)


def test_a_supplement_is_forgotten_after_its_doses_and_not_before(alice, clock):  # noqa: F811
    pills = entries.save_supplement(alice, name="Pills", amounts={"magnesium_mg": 250})
    dose = entries.log_dose(alice, pills)
    entries.remove(dose)
    entries.remove(pills)
    Dose.objects.update(deleted_at=timezone.now() - timedelta(days=89))
    Supplement.objects.update(deleted_at=timezone.now() - timedelta(days=91))
    forget_old()
    assert Supplement.objects.exists()
    clock.shift(timedelta(days=2))
    forget_old()
    assert not Supplement.objects.exists()
    assert not Dose.objects.exists()


def test_an_own_food_that_was_removed_is_forgotten_once_nothing_names_it(alice, clock):  # noqa: F811
    def soup(name):
        return entries.save_food(alice, name=name, per_100g={"magnesium_mg": 3}, portions=[("bowl", 300)])

    kept = {name: soup(name) for name in ("eaten", "drunk", "usual", "still there")}
    forgotten = {
        name: soup(name) for name in ("never eaten", "eaten in a meal that was deleted", "once starred")
    }
    eaten = entries.log_meal(alice, [(kept["eaten"], 100)])
    entries.log_water(alice, 200, beverage=kept["drunk"])
    entries.save_favourite(alice, name="Lunch", items=[{"food": str(kept["usual"].pk), "grams": 100}])
    entries.remove(entries.save_favourite(alice, food=forgotten["once starred"]))
    entries.remove(entries.log_meal(alice, [(forgotten["eaten in a meal that was deleted"], 100)]))
    for name, food in {**kept, **forgotten}.items():
        if name != "still there":
            entries.remove_food(alice, food.pk)
    _told, place = since(alice, changes.begin(alice))
    clock.shift(timedelta(days=89))
    forget_old()
    assert Food.objects.filter(owner=alice.user).count() == 7
    clock.shift(timedelta(days=2))
    forget_old()

    assert set(Food.objects.filter(owner=alice.user).values_list("name", flat=True)) == set(kept)
    assert eaten.items.get().food == kept["eaten"]
    with pytest.raises(changes.TooOld):  # a phone from before must not keep them
        changes.read(changes.told(replace(place, revision=1)), alice)


def test_what_was_deleted_89_days_ago_is_still_told(alice, clock):  # noqa: F811
    _told, place = since(alice, changes.begin(alice))
    drink = entries.log_water(alice, 200)
    entries.remove(drink)
    clock.shift(timedelta(days=89))
    forget_old()

    assert since(alice, changes.read(changes.told(place), alice))[0] == {("water", drink.pk)}
    clock.shift(timedelta(days=2))
    forget_old()
    with pytest.raises(changes.TooOld):
        changes.read(changes.told(place), alice)


def test_after_a_backup_was_put_back_no_cursor_of_before_is_gone_on_from(alice):  # noqa: F811
    entries.log_water(alice, 200)
    _told, place = since(alice, changes.begin(alice))
    assert changes.read(changes.told(place), alice) == place
    said = StringIO()
    call_command("begin_histories", stdout=said)

    assert "1 diary" in said.getvalue()
    with pytest.raises(changes.TooOld):
        changes.read(changes.told(place), alice)
