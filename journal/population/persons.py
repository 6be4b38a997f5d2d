"""Made-up people: who they are, where they live, and what they say of themselves."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.contrib.auth.models import User

from journal import countries
from journal.calc.days import local_day
from journal.codes import Answer, Condition, MedicineClass, Units
from journal.models import ConditionAnswer, Diarist, LifeStagePeriod, Medicine
from nutrients.codes import Authority, LifeStage, Sex
from spasmlog.streams import Streams

ADDRESS = "@population.invalid"
"""Where mail to made-up people goes: nowhere (RFC 2606)."""


class Home(NamedTuple):
    zone: str
    region: str
    share: float


HOMES = (
    Home("Europe/London", "GB", 0.14), Home("Europe/Berlin", "DE", 0.16), Home("Europe/Madrid", "ES", 0.10),
    Home("Europe/Paris", "FR", 0.06), Home("America/New_York", "US", 0.16),
    Home("America/Chicago", "US", 0.09),
    Home("America/Los_Angeles", "US", 0.09), Home("America/Sao_Paulo", "BR", 0.05),
    Home("Asia/Kolkata", "IN", 0.05), Home("Asia/Tokyo", "JP", 0.04), Home("Australia/Sydney", "AU", 0.04),
    Home("Pacific/Auckland", "NZ", 0.02),
)  # fmt: skip
"""Where people live. Made up, with whole and half hours from UTC on both sides of the date line."""
EUROPE = ("DE", "ES", "FR")
DAY_STARTS = ((time(4), 0.85), (time(3), 0.05), (time(5), 0.07), (time(0), 0.03))
AGES = ((16, 25, 0.10), (26, 40, 0.24), (41, 60, 0.34), (61, 75, 0.24), (76, 92, 0.08))
"""First and last age, and the share of people of it: cramps are a matter of later years."""
CONDITIONS = (
    (Condition.HIGH_BLOOD_PRESSURE, 0.25), (Condition.DIABETES, 0.09), (Condition.THYROID, 0.07),
    (Condition.KIDNEY_STONES, 0.06), (Condition.KIDNEY_DISEASE, 0.04), (Condition.HEART_FAILURE, 0.02),
    (Condition.NERVE_DISEASE, 0.03), (Condition.COELIAC, 0.01), (Condition.VEGAN, 0.03),
    (Condition.EATING_DISORDER, 0.02),
)  # fmt: skip
MEDICINES = (
    MedicineClass.STATINS, MedicineClass.ACE_INHIBITORS, MedicineClass.THIAZIDE_LIKE_DIURETICS,
    MedicineClass.PROTON_PUMP_INHIBITORS, MedicineClass.METFORMIN, MedicineClass.LEVOTHYROXINE,
)  # fmt: skip


@dataclass
class Person:
    """A made-up person, with what writing their diary needs at hand."""

    number: int
    user: int
    id: int
    dice: np.random.Generator
    now: datetime
    zone: str
    region: str
    day_start: time
    born: date
    sex: str | None
    height_cm: Decimal | None
    weight_kg: float
    revision: int = 0
    days_written: int = 0
    tz: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.tz = ZoneInfo(self.zone)

    @property
    def today(self) -> date:
        return local_day(self.now, self.tz, self.day_start)

    @property
    def years(self) -> int:
        return (self.today - self.born).days // 365

    def forward(self) -> int:
        self.revision += 1
        return self.revision

    def likely(self, chance: float) -> bool:
        return self.dice.random() < chance

    def ids(self, count: int) -> list[UUID]:
        """So many ids that nobody has."""
        lot = self.dice.bytes(16 * count)
        return [UUID(bytes=lot[at : at + 16], version=4) for at in range(0, len(lot), 16)]


def make(dice: np.random.Generator, number: int, user: int, id: int, now: datetime) -> Person:
    """Throw the dice for one person."""
    home = HOMES[dice.choice(len(HOMES), p=[one.share for one in HOMES])]
    low, high, _share = AGES[dice.choice(len(AGES), p=[one[2] for one in AGES])]
    born = now.date() - timedelta(days=int(dice.integers(low * 365 + 20, high * 365 + 320)))
    sex = (Sex.FEMALE, Sex.MALE, None)[dice.choice(3, p=(0.56, 0.41, 0.03))]
    tall = dice.normal(178 if sex == Sex.MALE else 165, 7)
    return Person(
        number=number,
        user=user,
        id=id,
        dice=dice,
        now=now,
        zone=home.zone,
        region=home.region,
        day_start=DAY_STARTS[dice.choice(len(DAY_STARTS), p=[one[1] for one in DAY_STARTS])][0],
        born=born,
        sex=str(sex) if sex else None,
        height_cm=Decimal(f"{tall:.1f}") if dice.random() < 0.95 else None,
        weight_kg=float(np.clip(dice.normal(25.5, 4), 17, 42) * (tall / 100) ** 2),
    )


def write(person: Person, streams: Streams) -> None:
    """The account, the profile and its answers, at the revision that the diary has come to."""
    name, joined = f"made-up-{person.number}", person.now - timedelta(days=max(person.days_written, 1))
    streams.add(
        User, id=person.user, username=name, email=f"{name}{ADDRESS}", password=f"!{name}", date_joined=joined
    )  # no such password: nobody signs in
    takes = _write_medicines(person, streams)
    streams.add(
        Diarist,
        id=person.id,
        user=person.user,
        birth_date=person.born,
        sex=person.sex,
        height_cm=person.height_cm,
        time_zone=person.zone,
        day_start=person.day_start,
        week_start=countries.first_weekday(person.region),
        units=str(Units.US if person.region == "US" else Units.METRIC),
        authority=str(Authority.EFSA if person.region in EUROPE else Authority.NASEM),
        region=person.region,
        takes_medicines=takes,
        revision=person.revision,
        profile_revision=min(1, person.revision),
        history=person.ids(1)[0],
        set_up_at=joined,
        created_at=joined,
    )
    _write_conditions(person, streams)
    _write_life_stage(person, streams)


def _write_medicines(person: Person, streams: Streams) -> str:
    """Returns whether medicines are taken, as the profile says it."""
    if not person.likely(0.15 if person.years < 50 else 0.5):
        return str(Answer.NO if person.likely(0.8) else Answer.UNKNOWN)
    count = int(person.dice.integers(1, 4))
    for which in person.dice.choice(len(MEDICINES), count, replace=False):
        since = person.today - timedelta(days=int(person.dice.integers(30, 2000)))
        streams.add(Medicine, diarist=person.id, medicine_class=str(MEDICINES[which]), started_on=since)
    return str(Answer.YES)


def _write_conditions(person: Person, streams: Streams) -> None:
    for condition, share in CONDITIONS if person.likely(0.7) else ():
        answer = Answer.YES if person.likely(share) else Answer.NO
        streams.add(ConditionAnswer, diarist=person.id, condition=str(condition), answer=str(answer))


def _write_life_stage(person: Person, streams: Streams) -> None:
    if person.sex != Sex.FEMALE or not 20 <= person.years <= 42 or not person.likely(0.08):
        return
    stage = LifeStage.PREGNANCY if person.likely(0.6) else LifeStage.LACTATION
    since = person.today - timedelta(days=int(person.dice.integers(10, 200)))
    streams.add(LifeStagePeriod, diarist=person.id, stage=str(stage), started_on=since)
