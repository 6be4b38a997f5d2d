"""A diary in which cramps follow alcohol: days as the review stores them, so that a look has much to find."""

import random
from datetime import datetime, timedelta

from journal.models import DailyIntake, DayMark, SpasmEpisode
from nutrients.codes import CODES


def stored_day(diarist, day, status="complete_marked", **held):
    """A day as the review stores it, with everything known unless something else is said."""
    amounts = dict.fromkeys(CODES, 100.0) | {f"{code}_share": 1.0 for code in CODES}
    found = {
        "drinks_water_g": 1500.0,
        "food_water_g": 600.0,
        "moisture_share": 1.0,
        **amounts,
        "energy_kcal": 2000.0,
        "alcohol_g": 0.0,
        **held,
    }
    return DailyIntake(diarist=diarist, date=day, status=status, **found)


def keep_diary(diarist, today, length=120, often=0.75, seldom=0.1, seed=3):
    """Days as the review stores them, with alcohol by lot and cramps that follow the day after it."""
    lots = random.Random(seed)
    drunk = [lots.random() < 0.35 for _ in range(length + 1)]
    days, cramps, marks = [], [], []
    for n in range(length, 0, -1):
        day = today - timedelta(days=n)
        days.append(stored_day(diarist, day, alcohol_g=30.0 if drunk[n] else 0.0))
        if lots.random() < (often if n < length and drunk[n + 1] else seldom):
            morning = day + timedelta(days=1)
            moment = datetime(morning.year, morning.month, morning.day, 6, tzinfo=diarist.tz)
            offset = round(moment.utcoffset() / timedelta(minutes=1))
            cramps.append(
                SpasmEpisode(diarist=diarist, occurred_at=moment, local_date=morning, utc_offset_min=offset)
            )
        else:
            marks.append(DayMark(diarist=diarist, date=day, no_cramp=True, finished=True))
    DailyIntake.objects.bulk_create(days)
    SpasmEpisode.objects.bulk_create(cramps)
    DayMark.objects.bulk_create(marks)
