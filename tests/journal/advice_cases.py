"""For each rule of advice: facts that just set it off, facts that just do not, and answers that change it.

Each case is made for a day, so that the same case can be judged today and again after a cool-down.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from journal.calc.facts import Day, Dose, Effort, Facts, GapFacts, LinkFacts, Overdrunk, Ticked
from journal.calc.suppressions import Course, Flags

HEALTHY = Flags(
    age=40,
    conditions={"kidney_disease": "no"},
    potassium_raising="no",
    takes_medicines="no",
    bmi=22.0,
    weight_kg=70.0,
)


def with_answer(*conditions, **flags):
    return replace(HEALTHY, conditions={"kidney_disease": "no", **dict.fromkeys(conditions, "yes")}, **flags)


@dataclass(frozen=True)
class On:
    """Facts for one day."""

    today: date

    def ago(self, days):
        return self.today - timedelta(days=days)

    def days(self, *ago):
        return frozenset(self.ago(n) for n in ago)

    def at(self, days_ago, hour=12):
        return datetime.combine(self.ago(days_ago), time(hour), tzinfo=UTC)

    def facts(self, flags=HEALTHY, **found):
        usable = frozenset(self.ago(n) for n in range(28))
        return Facts(self.today, flags, **{"usable_days": usable, "diary_since": self.ago(300), **found})

    def gap(self, nutrient="magnesium_mg", kind="ear", **found):
        """Likely low on 14 of 28 days, if nothing else is said."""
        row = GapFacts(
            nutrient, kind, self.today, band="likely_low", mean=205.0, lower=200.0, upper=210.0, coverage=0.9,
            reference_amounts=(265.0,), reference={"authority": "nasem"}, probability_adequate=0.1,
            days_used=14,
        )  # fmt: skip
        return replace(row, **found)

    def above(self, nutrient, kind, **found):
        found = {
            "band": "usually_above", "probability_adequate": None, "confidence_above": 0.85, "mean": 3000.0,
            "lower": 3000.0, "upper": 3100.0, "reference_amounts": (2500.0,), **found,
        }  # fmt: skip
        return self.gap(nutrient, kind, **found)

    def long(self, nutrient, **found):
        """Looks low over 90 days."""
        found = {
            "band": "looks_low", "probability_adequate": None, "window": 90, "days_in_window": 90,
            "days_used": 28,
            "mean": 1.0, "lower": 1.0, "upper": 1.1, "reference_amounts": (2.0,), **found,
        }  # fmt: skip
        return self.gap(nutrient, **found)

    def water(self, **found):
        found = {
            "band": "cannot_tell", "probability_adequate": None, "confidence_above": 0.14, "window": 14,
            "days_in_window": 14, "days_used": 5, "mean": 1500.0, "lower": 1500.0, "upper": 1600.0,
            "reference_amounts": (2700.0,), **found,
        }  # fmt: skip
        return self.gap("water_g", "ai", **found)

    def dose(self, nutrient, amount, ago=0, **how):
        return Dose(self.ago(ago), {nutrient: float(amount)}, **how)

    def daily(self, nutrient, amount, length, **how):
        return tuple(self.dose(nutrient, amount, n, **how) for n in range(length))

    def tick(self, *signs, ago=0, hour=12):
        return Ticked(self.at(ago, hour), self.ago(ago), frozenset(signs))

    def held(self, *ago, **held):
        return {self.ago(n): Day(**{"usable": True, **held}) for n in ago}

    def effort(self, ago=0, **found):
        """An hour with 1 L of sweat (0.5 L at the low end) and 0.24 L drunk around it."""
        found = {"sweat_low_l": 0.5, "sweat_l": 1.0, "drinks_l": 0.24, "hours": 1.0, "met": 8.0, **found}
        return Effort(self.ago(ago), self.at(ago), **found)

    def link(self, exposure="alcohol", **found):
        """Cramps on 18 of 40 days after it and on 12 of 90 others, seen in two looks in a row."""
        found = {
            "lag": 1, "state": "worth_watching", "looked_on": self.ago(3), "exposed_days": 40,
            "exposed_cramps": 18,
            "other_days": 90, "other_cramps": 12, "odds_ratio": 5.3, "lower": 2.2, "upper": 12.9, "q": 0.004,
            "more": True, "times_seen": 2, "known_days": 150, **found,
        }  # fmt: skip
        return LinkFacts(exposure, **found)


FREQUENT = (0, 3, 6)  # three cramp days in the last seven


def fires(on):
    """Facts that set each rule off, by its id; further ways of the same rule after a dash."""
    mg, k, d, b12 = "magnesium_mg", "potassium_mg", "vitamin_d_ug", "vitamin_b12_ug"
    kidneys = with_answer("kidney_disease")
    frequent = on.days(*FREQUENT)
    earlier = on.gap(as_of=on.ago(28))
    dry = tuple(on.effort(n) for n in (0, 5, 10))
    return {
        "X01": on.facts(doses=on.daily(mg, 351, 7)),
        "X01-efsa": on.facts(doses=on.daily(mg, 251, 7), authority="efsa"),
        "X01-sure": on.facts(
            doses=(*on.daily(mg, 400, 6), on.dose(mg, 300, 6)),
            gaps=(on.above(mg, "ul", window=7, days_in_window=7, days_used=7, reference_amounts=(350.0,)),),
        ),
        "X02": on.facts(doses=(on.dose(mg, 1001, 6),)),
        "X03": on.facts(doses=(on.dose(mg, 5000),)),
        "X03-kidneys": on.facts(kidneys, doses=(on.dose(mg, 1, prescribed=True),)),
        "X03-laxative": on.facts(replace(kidneys, medicines=frozenset({"magnesium_laxatives"}))),
        "X04": on.facts(kidneys, doses=(on.dose(k, 1),)),
        "X04-medicine": on.facts(replace(HEALTHY, potassium_raising="yes"), doses=(on.dose(k, 99),)),
        "X04-salt": on.facts(with_answer("kidney_disease", "salt_substitute")),
        "X05": on.facts(doses=(on.dose(k, 600), on.dose(k, 401))),
        "X06": on.facts(days=on.held(*range(7), vitamin_d_ug=100.1)),
        "X06-tablets": on.facts(doses=on.daily(d, 101, 28)),
        "X06-high": on.facts(doses=on.daily(d, 251, 7)),
        "X06-beside": on.facts(doses=on.daily(d, 10, 28, prescribed=True) + on.daily(d, 101, 28)),
        "X07": on.facts(gaps=(on.above("calcium_mg", "ul", days_used=7),)),
        "X08": on.facts(gaps=(on.above("sodium_mg", "cdrr", days_used=14),)),
        "C01": on.facts(cramp_days=frequent),
        "C02": on.facts(ticked=(on.tick("numbness", ago=13),)),
        "C03": on.facts(ticked=(on.tick("leg_pain_walking_stops_resting", ago=13),)),
        "C04": on.facts(
            replace(HEALTHY, courses=(Course("statins", "Lipid-X", on.ago(90)),)), cramp_days=on.days(60, 90)
        ),
        "C04-doubled": on.facts(
            # 2 in the 90 days before, 4 in the 90 days since: 4/90 is twice 2/90.
            replace(HEALTHY, courses=(Course("loop_diuretics", "", on.ago(89)),)),
            cramp_days=on.days(15, 30, 45, 60, 100, 120),
        ),
        "C05": on.facts(
            replace(HEALTHY, medicines=frozenset({"statins"})),
            ticked=(on.tick("severe_muscle_pain", ago=13),),
        ),
        "C06": on.facts(replace(HEALTHY, pregnant=True), cramp_days=on.days(27)),
        "C07": on.facts(gaps=(on.gap(),), earlier_gaps=(earlier,)),
        "C08": on.facts(gaps=(on.gap(),), cramp_days=frequent),
        "C08-d": on.facts(gaps=(on.long(d),), cramp_days=frequent),
        "C09": on.facts(
            replace(HEALTHY, medicines=frozenset({"metformin"})), ticked=(on.tick("sore_tongue", ago=27),)
        ),
        "C09-acid": on.facts(
            replace(HEALTHY, courses=(Course("proton_pump_inhibitors", "", on.ago(365)),)),
            ticked=(on.tick("tingling"),),
        ),
        "C09-vegan": on.facts(with_answer("vegan"), ticked=(on.tick("tiredness"),)),
        "C09-age": on.facts(replace(HEALTHY, age=65), ticked=(on.tick("memory_change"),)),
        "C10": on.facts(
            ticked=(on.tick("after_diarrhoea", ago=2, hour=11), on.tick("vomiting", hour=12)),
            cramp_days=on.days(1),
        ),
        "C11": on.facts(days=on.held(0, 7, 14, 21, alcohol_g=112.1), cramp_days=on.days(27)),
        "C12": on.facts(with_answer("thyroid"), cramp_days=on.days(0), first_cramp=on.ago(0)),
        "C13": on.facts(replace(HEALTHY, courses=(Course("other", "Quinine sulfate"),))),
        "C13-tablets": on.facts(doses=(on.dose("zinc_mg", 1, name="Tonic quinine tablets"),)),
        "L01": on.facts(gaps=(on.gap(days_used=10, coverage=0.80, probability_adequate=0.149),)),
        "L02": on.facts(gaps=(on.gap("calcium_mg", reference_amounts=(800.0,)),)),
        "L03": on.facts(
            gaps=(
                on.gap(
                    k,
                    "ai",
                    band="cannot_tell",
                    probability_adequate=None,
                    confidence_above=0.149,
                    upper=2599.0,
                    reference_amounts=(2600.0,),
                    days_used=7,
                ),
            )
        ),
        "L04": on.facts(gaps=(on.long(d),)),
        "L05": on.facts(gaps=(on.long(b12),)),
        "L05-vegan": on.facts(
            with_answer("vegan"), gaps=(on.long(b12, band="not_enough_data", days_used=14, upper=1.9),)
        ),
        "L06": on.facts(gaps=(on.gap(band="very_likely_low", probability_adequate=0.049),)),
        "L07": on.facts(gaps=(on.gap(),), cramp_days=frequent),
        "L08": on.facts(
            gaps=(on.gap(band="probably_meets", probability_adequate=0.50),),
            earlier_gaps=(on.gap(as_of=on.ago(28), probability_adequate=0.30),),
        ),
        "L09": on.facts(
            gaps=(
                on.gap(band="probably_meets", probability_adequate=0.50, mean=265.0, rda=320.0, days_used=10),
            )
        ),
        "H01": on.facts(gaps=(on.water(),), days=on.held(0, 1, drank=True) | on.held(2, 3)),
        "H02": on.facts(efforts=(on.effort(2),)),
        "H03": on.facts(
            efforts=tuple(on.effort(n) for n in (3, 6, 9)),
            cramp_days=on.days(3, 6),
            morning_cramp_days=on.days(8),
        ),
        "H04": on.facts(overdrunk=Overdrunk(on.ago(1), 3.0, 1.2, 2.0)),
        "H04-weight": on.facts(overdrunk=Overdrunk(on.ago(0), 1.5, 1.0, 2.0, gained_kg=0.4)),
        "H05": on.facts(
            replace(HEALTHY, age=65),
            days=on.held(1, drinks_l=0.99),
            efforts=(on.effort(1, sweat_l=0.2, hot=True),),
        ),
        "H06": on.facts(days=on.held(6, alcohol_g=24.0, drinks_l=2.0), soft_drinks_l={on.ago(6): 0.99}),
        "I01": on.facts(cramp_days=on.days(13), first_cramp=on.ago(13)),
        "I02": on.facts(doses=(on.dose(mg, 100, 27),), cramp_days=on.days(27)),
        "I02-tried": on.facts(doses=(on.dose(mg, 100),), tried_supplement=True),
        "I03": on.facts(
            gaps=(on.gap(band="not_enough_data", probability_adequate=None, days_used=6),), days=on.held(6)
        ),
        "I04": on.facts(spacing=tuple(SPACED)),
        "I05": on.facts(replace(HEALTHY, age=51)),
        "I06": on.facts(links=(on.link(),)),
        "I06-fewer": on.facts(
            links=(on.link("caffeine_high", more=False, odds_ratio=0.2, lower=0.0, upper=0.7, lag=0),)
        ),
        "I06-litre": on.facts(links=(on.link("water_short", per_unit=True),)),
        "I06-unbound": on.facts(links=(on.link("magnesium_low", lag=2, odds_ratio=None, upper=None),)),
        "H02-often": on.facts(efforts=dry),
    }


SPACED = (
    "oral_bisphosphonates", "levothyroxine", "tetracyclines", "quinolones", "gabapentin", "orlistat",
    "bile_acid_sequestrants",
)  # fmt: skip


def just_below(on):
    """Facts that come near to each rule and do not set it off: (rule, why not, facts)."""
    mg, k, d, b12 = "magnesium_mg", "potassium_mg", "vitamin_d_ug", "vitamin_b12_ug"
    case = fires(on)

    def but(name, **other):
        return replace(case[name], **other)

    yes = with_answer("kidney_disease")
    return [
        ("X01", "at the level", on.facts(doses=on.daily(mg, 350, 7))),
        ("X01", "at the level of EFSA", on.facts(doses=on.daily(mg, 250, 7), authority="efsa")),
        ("X01", "not every day, and not surely", on.facts(doses=on.daily(mg, 500, 6))),
        ("X01", "prescribed", on.facts(doses=on.daily(mg, 400, 7, prescribed=True))),
        ("X02", "1000 mg", on.facts(doses=(on.dose(mg, 1000),))),
        ("X02", "eight days ago", on.facts(doses=(on.dose(mg, 2000, 7),))),
        ("X02", "prescribed", on.facts(doses=(on.dose(mg, 2000, prescribed=True),))),
        ("X03", "4999 mg", on.facts(doses=(on.dose(mg, 4999),))),
        ("X03", "kidneys not answered", on.facts(Flags(), doses=(on.dose(mg, 100),))),
        ("X04", "healthy", on.facts(doses=(on.dose(k, 99),))),
        ("X04", "not answered is for the profile to ask", on.facts(Flags(), doses=(on.dose(k, 99),))),
        ("X04", "prescribed", on.facts(yes, doses=(on.dose(k, 99, prescribed=True),))),
        ("X05", "1000 mg", on.facts(doses=(on.dose(k, 1000),))),
        ("X05", "prescribed", on.facts(doses=(on.dose(k, 2000, prescribed=True),))),
        ("X05", "two days", on.facts(doses=(on.dose(k, 600), on.dose(k, 600, 1)))),
        ("X06", "100 µg", on.facts(days=on.held(*range(7), vitamin_d_ug=100.0))),
        ("X06", "six days", on.facts(days=on.held(*range(6), vitamin_d_ug=200.0))),
        ("X06", "250 µg on 7 days, under 100 on average", on.facts(doses=on.daily(d, 250, 7))),
        ("X06", "prescribed", on.facts(doses=on.daily(d, 300, 28, prescribed=True))),
        ("X07", "not sure enough", on.facts(gaps=(on.above("calcium_mg", "ul", confidence_above=0.849),))),
        ("X07", "six days", on.facts(gaps=(on.above("calcium_mg", "ul", days_used=6),))),
        ("X07", "prescribed", but("X07", doses=(on.dose("calcium_mg", 500, prescribed=True),))),
        ("X08", "thirteen days", on.facts(gaps=(on.above("sodium_mg", "cdrr", days_used=13),))),
        ("X08", "not sure enough", on.facts(gaps=(on.above("sodium_mg", "cdrr", confidence_above=0.849),))),
        ("X08", "salt is lost", but("X08", flags=with_answer("adrenal_insufficiency"))),
        ("X08", "lithium", but("X08", flags=replace(HEALTHY, medicines=frozenset({"lithium"})))),
        ("X08", "300 minutes of hard exercise", but("X08", efforts=tuple(on.effort(n) for n in range(5)))),
        ("C01", "two of seven days", on.facts(cramp_days=on.days(0, 3, 7))),
        ("C02", "15 days ago", on.facts(ticked=(on.tick("numbness", ago=14),))),
        ("C02", "another sign", on.facts(ticked=(on.tick("tiredness"),))),
        ("C03", "15 days ago", on.facts(ticked=(on.tick("leg_pain_walking_stops_resting", ago=14),))),
        (
            "C04",
            "91 days ago",
            but("C04", flags=replace(HEALTHY, courses=(Course("statins", "", on.ago(91)),))),
        ),
        ("C04", "one cramp", but("C04", cramp_days=on.days(60))),
        ("C04", "no start told", but("C04", flags=replace(HEALTHY, courses=(Course("statins"),)))),
        ("C04", "13 days of diary before", but("C04", diary_since=on.ago(103))),
        ("C04", "not doubled", but("C04-doubled", cramp_days=on.days(15, 30, 45, 100, 120))),
        ("C05", "no statin", but("C05", flags=HEALTHY)),
        ("C05", "R07's own", but("C05", ticked=(on.tick("severe_muscle_pain"), on.tick("dark_urine")))),
        ("C06", "29 days ago", but("C06", cramp_days=on.days(28))),
        ("C06", "R13 open", but("C06", open_red_flags=frozenset({"R13"}))),
        (
            "C07",
            "not low before",
            but("C07", earlier_gaps=(on.gap(as_of=on.ago(28), probability_adequate=0.15),)),
        ),
        ("C07", "nothing known before", but("C07", earlier_gaps=())),
        ("C08", "not frequent", but("C08", cramp_days=on.days(0, 3))),
        ("C08", "not low", but("C08", gaps=(on.gap(probability_adequate=0.15),))),
        ("C09", "no risk", but("C09", flags=HEALTHY)),
        ("C09", "29 days ago", but("C09", ticked=(on.tick("sore_tongue", ago=28),))),
        (
            "C09",
            "364 days of an acid blocker",
            but("C09-acid", flags=replace(HEALTHY, courses=(Course("h2_blockers", "", on.ago(364)),))),
        ),
        ("C09", "vegan with a supplement", but("C09-vegan", doses=(on.dose(b12, 10),))),
        ("C09", "64 years", but("C09-age", flags=replace(HEALTHY, age=64))),
        ("C10", "48 hours", but("C10", ticked=(on.tick("vomiting", ago=2), on.tick("vomiting")))),
        ("C10", "no cramp", but("C10", cramp_days=on.days(5))),
        ("C11", "112 g", but("C11", days=on.held(0, 7, 14, 21, alcohol_g=112.0))),
        ("C11", "no cramp", but("C11", cramp_days=on.days(28))),
        ("C12", "a cramp before", but("C12", cramp_days=on.days(0, 28))),
        ("C12", "cramps half a year ago", but("C12", first_cramp=on.ago(200))),
        ("C12", "no condition", but("C12", flags=HEALTHY)),
        (
            "C13",
            "stopped",
            but("C13", flags=replace(HEALTHY, courses=(Course("other", "quinine", None, on.ago(1)),))),
        ),
        ("C13", "a name that holds the letters", on.facts(doses=(on.dose("zinc_mg", 1, name="Equininex"),))),
        ("L01", "0.15", on.facts(gaps=(on.gap(probability_adequate=0.15),))),
        ("L01", "nine days", on.facts(gaps=(on.gap(days_used=9),))),
        ("L01", "coverage", on.facts(gaps=(on.gap(coverage=0.799),))),
        ("L02", "thirteen days", on.facts(gaps=(on.gap("calcium_mg", days_used=13),))),
        ("L03", "six days", on.facts(gaps=(replace(case["L03"].gaps[0], days_used=6),))),
        ("L04", "cannot tell", on.facts(gaps=(on.long(d, band="cannot_tell"),))),
        ("L04", "27 days", on.facts(gaps=(on.long(d, days_used=27),))),
        ("L04", "another window", on.facts(gaps=(on.long(d, window=28),))),
        ("L05", "cannot tell", on.facts(gaps=(on.long(b12, band="cannot_tell"),))),
        (
            "L05",
            "13 days of a vegan",
            but("L05-vegan", gaps=(on.long(b12, band="not_enough_data", days_used=13),)),
        ),
        (
            "L05",
            "a vegan with fortified foods",
            but("L05-vegan", gaps=(on.long(b12, band="x", days_used=14, upper=2.0),)),
        ),
        ("L05", "pernicious anaemia", but("L05", flags=with_answer("pernicious_anaemia"))),
        ("L06", "0.05", on.facts(gaps=(on.gap(band="very_likely_low", probability_adequate=0.05),))),
        ("L06", "thirteen days", but("L06", gaps=(replace(case["L06"].gaps[0], days_used=13),))),
        ("L07", "not frequent", but("L07", cramp_days=on.days(0, 3))),
        ("L08", "a rise of 0.19", but("L08", earlier_gaps=(on.gap(probability_adequate=0.31),))),
        (
            "L08",
            "0.49",
            but(
                "L08",
                gaps=(on.gap(band="possibly_low", probability_adequate=0.49),),
                earlier_gaps=(on.gap(probability_adequate=0.1),),
            ),
        ),
        ("L09", "at the allowance", but("L09", gaps=(replace(case["L09"].gaps[0], mean=320.0),))),
        (
            "L09",
            "0.49",
            but("L09", gaps=(replace(case["L09"].gaps[0], probability_adequate=0.49),)),
        ),
        ("L09", "no allowance set", but("L09", gaps=(replace(case["L09"].gaps[0], rda=None),))),
        ("L09", "0.85", but("L09", gaps=(replace(case["L09"].gaps[0], probability_adequate=0.85),))),
        ("H01", "0.15", but("H01", gaps=(on.water(confidence_above=0.15),))),
        ("H01", "four days", but("H01", gaps=(on.water(days_used=4),))),
        (
            "H01",
            "drinks on less than half of the days",
            but("H01", days=on.held(0, drank=True) | on.held(1, 2)),
        ),
        ("H02", "half of the low end", on.facts(efforts=(on.effort(drinks_l=0.25),))),
        ("H02", "less than a litre", on.facts(efforts=(on.effort(sweat_l=0.99),))),
        ("H02", "four days ago", on.facts(efforts=(on.effort(3),))),
        ("H02", "no body weight", on.facts(efforts=(on.effort(sweat_l=None, sweat_low_l=None),))),
        ("H03", "twice", but("H03", morning_cramp_days=frozenset())),
        ("H03", "the morning after next", but("H03", morning_cramp_days=on.days(7))),
        ("H04", "three days ago", on.facts(overdrunk=Overdrunk(on.ago(2), 3.0, 1.2, 2.0))),
        ("H05", "64 years", but("H05", flags=replace(HEALTHY, age=64))),
        ("H05", "a litre", but("H05", days=on.held(1, drinks_l=1.0))),
        ("H05", "a day not finished", but("H05", days=on.held(1, usable=False, drinks_l=0.5))),
        ("H05", "no heat", but("H05", efforts=())),
        ("H06", "23 g", but("H06", days=on.held(6, alcohol_g=23.9))),
        ("H06", "a litre of other drinks", but("H06", soft_drinks_l={on.ago(6): 1.0})),
        ("H06", "no drinks logged", but("H06", soft_drinks_l={})),
        ("I01", "15 days ago", on.facts(first_cramp=on.ago(14))),
        ("I02", "prescribed", but("I02", doses=(on.dose(mg, 100, prescribed=True),))),
        ("I02", "no cramp", but("I02", cramp_days=frozenset())),
        ("I03", "seven days", but("I03", gaps=(on.gap(band="possibly_low", days_used=7),))),
        ("I03", "nothing logged this week", but("I03", days=on.held(7))),
        ("I04", "one of the two", on.facts()),
        ("I05", "50 years", on.facts(replace(HEALTHY, age=50))),
        ("I05", "pernicious anaemia", on.facts(with_answer("pernicious_anaemia", age=60))),
        ("I06", "a first crossing", on.facts(links=(on.link(times_seen=1),))),
        ("I06", "of salt", on.facts(links=(on.link("sodium_low"),))),
        ("I06", "under nine", on.facts(replace(HEALTHY, age=8), links=(on.link(),))),
    ]


TARGET = {
    "X01": "magnesium_mg", "X06": "vitamin_d_ug", "X07": "calcium_mg", "X08": "sodium_mg",
    "C07": "magnesium_mg",
    "C08": "magnesium_mg", "L01": "magnesium_mg", "L02": "calcium_mg", "L03": "potassium_mg",
    "L04": "vitamin_d_ug",
    "L05": "vitamin_b12_ug", "L06": "magnesium_mg", "L07": "magnesium_mg", "L08": "magnesium_mg",
    "L09": "magnesium_mg",
}  # fmt: skip
"""Rules that a clinician's target for one nutrient turns off (S08)."""
NO_FLUID = ("H01", "H02", "H03", "H05", "H06")
IMPLAUSIBLE_OFF = ("C07", "C08", "L01", "L02", "L03", "L04", "L05", "L06", "L07", "L08", "L09", "I06")
NO_GOAL_TO_DRINK = ("H01", "H02", "H03", "H06")
"""Nudges to drink that S06 takes away. H05 is a danger of heat in old age and no goal: it stays."""
LOW_SODIUM_MEDICINES = ("ssris", "enzyme_inducing_anticonvulsants")
"""Medicines beside which no card asks to drink more (interactions, m38)."""
OFF_WHEN_EATING_IS_HARD = ("C08", "L08", "L09", "I03", "I05", "I06")
NEVER_OFF = ("X02", "X03", "X04", "X05", "H04", "C01", "C02", "C03", "C05", "C06", "C10", "C11", "C13", "I01")

LINKS_SPOKEN_AGAINST = (
    ("magnesium_low", with_answer("kidney_disease")),
    ("magnesium_low", with_answer("transplant")),
    ("potassium_low", with_answer("kidney_disease")),
    ("potassium_low", Flags(age=40)),  # kidneys not answered
    ("potassium_low", replace(HEALTHY, potassium_raising="yes")),
    ("calcium_low", with_answer("kidney_disease")),
    ("calcium_low", with_answer("kidney_stones")),
    ("calcium_low", replace(HEALTHY, medicines=frozenset({"digoxin"}))),
    ("drinks_low", with_answer("heart_failure")),
    ("drinks_low", replace(HEALTHY, diuretics=True)),
    ("drinks_low", replace(HEALTHY, medicines=frozenset({"ssris"}))),
    ("water_short", with_answer("fluid_limit")),
    ("water_short", replace(HEALTHY, medicines=frozenset({"lithium"}))),
    ("water_short", replace(HEALTHY, medicines=frozenset({"enzyme_inducing_anticonvulsants"}))),
)
"""Personal links that could read as a tip to have more of it, and the answers that forbid the tip."""
