"""Many who write into one diary at once while phones read its changes: nothing is missed or out of order."""

import random
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.utils import timezone

from journal import advice, changes, entries, people, review
from journal.models import Advice, Diarist, WaterIntake
from tests.api.conftest import LOG_IN, Phone
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]

CHANGES_EACH = 25


def at_once(*acts):
    """Run each in a thread with a connection of its own; what one of them raises is raised here."""
    wrong = []

    def alone(act):
        try:
            act()
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=alone, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in wrong:
        raise error


def writer(diarist_id, seed):
    """Somebody who logs, changes, deletes and answers, in an order of their own."""

    def write():
        dice = random.Random(seed)
        who = Diarist.objects.select_related("user").get(pk=diarist_id)
        mine = []
        for number in range(CHANGES_EACH):
            dice.choice([log, log, change, erase, sign, food, mark, profile, find])(who, mine, dice, number)

    return write


def log(who, mine, dice, number):
    mine.append(entries.log_water(who, 100 + number))


def change(who, mine, dice, number):
    if mine:
        entries.change(dice.choice(mine), amount_ml=500 + number)


def erase(who, mine, dice, number):
    if mine:
        entries.remove(mine.pop())


def sign(who, mine, dice, number):
    entry = entries.tick_warning_signs(who, signs=["chest_pain", "seizure"])
    advice.got_help(entry.red_flags[0])


def food(who, mine, dice, number):
    kept = entries.save_food(who, name=f"Soup {number}", per_100g={"zinc_mg": number})
    entries.save_food(who, id=kept.pk, name=f"Soup {number}", per_100g={"zinc_mg": number + 1})
    if number % 2:
        entries.remove_food(who, kept.pk)


def mark(who, mine, dice, number):
    entries.mark_day(who, entries.today(who), fasting=bool(number % 2))


def profile(who, mine, dice, number):
    people.change_profile(who, {"height_cm": 150 + dice.randrange(50)})


def find(who, mine, dice, number):
    review.review_stale(who.pk)


class Reader:
    """A phone that reads page after page, and keeps what it is told."""

    def __init__(self, phone):
        self.phone, self.cursor, self.kept, self.seen = phone, "", {}, []

    def read(self, limit=7):
        """One page; whether more are waiting."""
        asked = f"sync/?limit={limit}" + (f"&cursor={self.cursor}" if self.cursor else "")
        body = self.phone.read(asked).json()
        for one in body["changes"]:
            self.seen.append(one)
            self.kept.pop((one["type"], one["id"]), None)
            if not one["deleted"]:
                self.kept[one["type"], one["id"]] = one
        self.cursor = body["cursor"]
        return body["has_more"]

    def read_all(self):
        while self.read():
            pass


def told_of(kept):
    """What a phone holds, without what depends on when it was told."""
    return {key: (one["revision"], {**one["data"], "stale": None, "asks": None}) for key, one in kept.items()}


@pytest.mark.slow
def test_a_reader_among_many_writers_ends_with_the_diary_as_it_is(alice, bob):
    writers = 8 if connection.vendor == "postgresql" else 3
    phones = {who: signed_in(who) for who in (alice, bob)}
    readers = [Reader(phones[alice]), Reader(phones[alice]), Reader(phones[bob])]
    done = threading.Event()

    def poll(reader):
        def keep_reading():
            while not done.is_set():
                reader.read()
            reader.read_all()

        return keep_reading

    def write_all():
        try:
            at_once(*(writer((bob if n % 4 == 3 else alice).pk, n) for n in range(writers)))
        finally:
            done.set()

    at_once(write_all, *(poll(reader) for reader in readers))

    for reader in readers:
        fresh = Reader(reader.phone)
        fresh.read_all()
        assert told_of(reader.kept) == told_of(fresh.kept)
        revisions = [one["revision"] for one in reader.seen]
        assert revisions == sorted(revisions)
        told = [(one["type"], one["id"], one["revision"]) for one in reader.seen]
        assert len(set(told)) == len(told)
    stored = WaterIntake.objects.of(alice).live().values_list("pk", flat=True)
    assert {id for kind, id in readers[0].kept if kind == "water"} == {str(pk) for pk in stored}
    cards = advice.open_cards(alice).values_list("pk", flat=True)
    assert {id for kind, id in readers[0].kept if kind == "advice"} <= {str(pk) for pk in cards}
    assert Advice.objects.of(alice).exists()


def test_no_two_changes_that_are_stored_one_after_the_other_share_a_revision(alice):
    at_once(*(lambda: [entries.log_water(alice_again(alice), 100) for _ in range(20)] for _ in range(3)))

    revisions = list(WaterIntake.objects.values_list("revision", flat=True))
    assert len(set(revisions)) == len(revisions) == 60
    assert max(revisions) == Diarist.objects.get(pk=alice.pk).revision


def test_the_same_batch_from_two_phones_at_once_is_stored_once(alice):
    items = [
        {"type": "water", "id": str(uuid4()), "op": "put", "data": {"amount_ml": 100 + n}} for n in range(20)
    ]
    answers = []

    def send():
        answers.append(signed_in(alice).send("sync/", {"items": items}).json()["results"])

    at_once(send, send)

    told = [sorted(one["status"] for one in pair) for pair in zip(*answers, strict=True)]
    assert told == [["created", "unchanged"]] * 20
    assert WaterIntake.objects.count() == 20


def test_an_id_that_two_people_use_at_once_belongs_to_one_of_them(alice, bob):
    ids = [uuid4() for _ in range(20)]
    refused = []

    def write(who):
        for id in ids:
            try:
                entries.log_water(who, 100, id=id)
            except entries.NotYours:
                refused.append(id)

    at_once(lambda: write(alice), lambda: write(bob))

    assert sorted(refused) == sorted(ids)
    assert WaterIntake.objects.count() == len(ids)


def test_the_same_key_from_four_at_once_makes_one_row(alice):
    answers = []

    def send():
        said = signed_in(alice).send("water/", {"amount_ml": 100}, Idempotency_Key="k1")
        answers.append((said.status_code, said.json()["id"]))

    at_once(*[send] * 4)

    assert answers == [(201, str(WaterIntake.objects.get().pk))] * 4


def test_deletions_are_forgotten_while_others_write(alice):
    gone = [entries.log_water(alice, 100) for _ in range(10)]
    for one in gone:
        entries.remove(one)
    ahead = timezone.now() + timedelta(minutes=1)
    at_once(writer(alice.pk, 1), lambda: changes.forget(ahead), writer(alice.pk, 2))

    assert not WaterIntake.objects.filter(pk__in=[one.pk for one in gone]).exists()
    assert Diarist.objects.get(pk=alice.pk).forgotten_revision >= max(one.revision for one in gone)


def alice_again(alice):
    return Diarist.objects.get(pk=alice.pk)


def signed_in(who):
    """A phone with a token of its own."""
    phone = Phone()
    said = phone.send(LOG_IN, {"email": who.user.email, "password": PASSWORD})
    phone.token = said.json()["meta"]["session_token"]
    return phone
