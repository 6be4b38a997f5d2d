"""Where a verdict comes from: days, entries, spread, coverage, reference and method, in a lay person's words.

    explain(diarist, code, as_of, effects) -> Explanation          one nutrient; at most 6 queries
    verdicts_of(diarist, code, as_of, effects)                     the verdicts alone; 1 query
    verdict_of(gap, effects) -> Verdict                            one of them, of a gap at hand
    is_numbers_only(gap, effects) -> bool                          whether none may be told of it
    whose_limits(code, gaps, effects) -> str                       who sets the amount, of several gaps
    which_references(about, shown_today, effects)                  which reference which page uses
    missing_answers(diarist, flags) -> list[Missing]               what the profile lacks, and what it serves

The verdict comes first, numbers follow. Nothing is worked out anew: what is said is what the review stored,
with the foods of the same days beside it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journal import eaten, findings, rule_words, verdicts
from journal.calc import hydration
from journal.calc.days import USABLE
from journal.calc.suppressions import Effects, Flags
from journal.calc.windows import RULES
from journal.codes import Band, DayStatus, DoseSource, Method
from journal.models import DailyIntake, Diarist, NutrientGap
from journal.templatetags.journal import amount, percent, plain
from journal.timeline import Reference
from nutrients.codes import CODES, NUTRIENT
from nutrients.models import Food, WithinPersonVariation

WATER = "water_g"
LOW = (Band.POSSIBLY_LOW, Band.LIKELY_LOW, Band.VERY_LIKELY_LOW, Band.LOOKS_LOW)
MOST_FOODS, MOST_UNKNOWN = 10, 8
SUREST = 0.99
WORTH_SAYING = 0.995
"""Coverage from which all counts as known. [-]"""


@dataclass(frozen=True)
class Figure:
    """One number of an explanation: what it is called, what it is, and what that means."""

    name: str
    value: str
    about: str = ""


@dataclass(frozen=True)
class Explained:
    """A verdict with all that it rests on. Empty parts are left out on the page."""

    kind: str
    verdict: verdicts.Verdict
    figures: list[Figure]
    source: str
    group: str
    rests_on: list[str]
    """Sections and row of the reference texts behind it."""
    method: list[str]
    changes: list[str]


@dataclass(frozen=True)
class FoodShare:
    """What one food gave of a nutrient over the days that count. Amount in the nutrient's unit."""

    name: str
    food: UUID | None
    amount: float
    share: float
    days: int


@dataclass(frozen=True)
class UnknownFood:
    """A food on days that count, of which the table does not know the nutrient."""

    name: str
    food: UUID
    times: int
    grams: float


@dataclass(frozen=True)
class Eaten:
    """The diary's own foods over the days that count: what gave most, and what is not known."""

    foods: list[FoodShare]
    more_foods: int
    more_share: float
    unknown: list[UnknownFood]
    more_unknown: int


@dataclass(frozen=True)
class Explanation:
    """Everything that the page of a nutrient says of one person."""

    code: str
    first: date
    last: date
    instead: str
    """Whose limits replace the reference: `kidney_team`, `clinic`, or nobody's."""
    explained: list[Explained]
    eaten: Eaten
    lists_foods: bool
    """Whether foods may be sorted by this nutrient for this person."""


@dataclass(frozen=True)
class Missing:
    """An answer that the profile lacks: what it would serve, and where it is given."""

    code: str
    name: str
    why: str
    address: str


# One nutrient ---------------------------------------------------------------------------------


def explain(diarist: Diarist, code: str, as_of: date, effects: Effects) -> Explanation:
    """Explain the verdicts of one nutrient over the windows that end with a day. At most 6 queries."""
    gaps = _shown(diarist, code, as_of)
    length = gaps[0].window_days if gaps else RULES[code].window
    first = as_of - timedelta(days=length - 1)
    days = findings.daily(diarist, first, as_of)
    instead = whose_limits(code, gaps, effects)
    published = _published_spread(diarist, code, as_of) if gaps and not instead else ""
    explained = [_explained(gap, days, effects, published) for gap in gaps]
    return Explanation(
        code=code,
        first=first,
        last=as_of,
        instead=instead,
        explained=explained,
        eaten=_eaten(diarist, code, [row.date for row in days if row.status in USABLE]),
        lists_foods=code not in effects.no_food_lists,
    )


def verdicts_of(
    diarist: Diarist, code: str, as_of: date, effects: Effects
) -> tuple[list[verdicts.Verdict], str]:
    """The verdicts that pages show of one nutrient, and who sets its amount instead of them; one query."""
    gaps = _shown(diarist, code, as_of)
    return [verdict_of(gap, effects) for gap in gaps], whose_limits(code, gaps, effects)


def _shown(diarist: Diarist, code: str, as_of: date) -> list[NutrientGap]:
    return [gap for gap in findings.gaps(diarist, as_of) if gap.nutrient == code and verdicts.is_shown(gap)]


def verdict_of(gap: NutrientGap, effects: Effects) -> verdicts.Verdict:
    """The words for one gap; numbers alone where somebody else sets the amount, or "low" would do no good."""
    said = verdicts.verdict(gap, numbers_only=is_numbers_only(gap, effects))
    return replace(said, reference="") if limits_of(gap, effects) else said


def is_numbers_only(gap: NutrientGap, effects: Effects) -> bool:
    """Whether no verdict may be told of it: pages and REST leave band and confidence out alike."""
    return bool(limits_of(gap, effects)) or _is_kept_quiet(gap, effects)


def whose_limits(code: str, gaps: Iterable[NutrientGap], effects: Effects) -> str:
    """Who sets the amount instead of the reference, of the gaps of one nutrient: nobody where one of them is
    beside the clinician's own target already."""
    whose = [limits_of(gap, effects) for gap in gaps if gap.nutrient == code]
    return effects.whose_limits(code) if all(whose) else ""


def limits_of(gap: NutrientGap, effects: Effects) -> str:
    """Who sets the amount instead of the reference of one gap; nobody where that is the clinician's own."""
    return effects.whose_limits(gap.nutrient, (gap.reference or {}).get("set_by") or "")


def _is_kept_quiet(gap: NutrientGap, effects: Effects) -> bool:
    """Whether calling it low would do this person no good."""
    return effects.hide_streaks and gap.band in LOW


def _explained(gap: NutrientGap, days: Sequence[DailyIntake], effects: Effects, published: str) -> Explained:
    instead, quiet = limits_of(gap, effects), is_numbers_only(gap, effects)
    figures = [*_about_days(gap, days), *_about_amounts(gap)]
    if not quiet:
        figures += [*_about_spread(gap, published), *_about_confidence(gap)]
    row = gap.reference or {}
    return Explained(
        kind=gap.kind,
        verdict=verdict_of(gap, effects),
        figures=figures,
        source="" if instead else str(row.get("source") or ""),
        group="" if instead else rule_words.ages(str(row.get("group") or "")),
        rests_on=[] if instead else _rests_on(gap),
        method=[] if quiet else _method(gap),
        changes=[] if instead else _changes(gap, quiet),
    )


def _rests_on(gap: NutrientGap) -> list[str]:
    """Where its method and its reference can be looked up; an own target rests on nobody's table."""
    said = rule_words.sections(rule_words.OF_METHOD.get(gap.method or "", ()))
    row = rule_words.reference_row(gap.nutrient, gap.kind, gap.reference or {})
    return [*said, row] if row else said


# Its references -------------------------------------------------------------------------------


WHICH: Mapping[str, Callable[[], str]] = {
    "ear": lambda: _(
        "Enough for half of the people of your group. Week, Advice and Close the gap set the average of many "
        "days beside it, as nobody's own requirement is known."
    ),
    "rda": lambda: _(
        "Enough for nearly everybody of your group, so higher than the average requirement on purpose. Today "
        "shows it beside a single day. An average below it need not be too little."
    ),
    "ai": lambda: _(
        "An amount at which healthy people of your group do well; no average requirement is known. All pages "
        "use it."
    ),
}


def which_references(
    about: Explanation, shown_today: Reference | None, effects: Effects
) -> list[tuple[str, str]]:
    """Each public reference value that pages hold up to this person for a nutrient, and what it is."""
    said = [
        (one.verdict.reference, WHICH[one.kind]())
        for one in about.explained
        if one.kind in WHICH and one.verdict.reference
    ]
    if shown_today is None or shown_today.kind != "rda" or effects.whose_limits(about.code, "rda"):
        return said
    ends = dict.fromkeys((shown_today.lowest, shown_today.highest))
    value = " – ".join(amount(end, about.code) for end in ends)
    return [
        *said,
        (_("Recommended amount (RDA, in Europe PRI) %(value)s") % {"value": value}, WHICH["rda"]()),
    ]


# Its figures ----------------------------------------------------------------------------------


def _about_days(gap: NutrientGap, days: Sequence[DailyIntake]) -> list[Figure]:
    """Which days count, and the entries on them."""
    count = {status: sum(row.status == status for row in days) for status in DayStatus}
    used = _("%(used)s of %(window)s") % {"used": gap.days_used, "window": gap.days_in_window}
    about = _(
        "%(marked)s marked as finished, %(inferred)s that look finished, %(fasting)s of fasting. Left out: "
        "%(open)s not finished, %(empty)s with nothing logged."
    ) % {
        "marked": count[DayStatus.COMPLETE_MARKED],
        "inferred": count[DayStatus.COMPLETE_INFERRED],
        "fasting": count[DayStatus.FASTING_MARKED],
        "open": count[DayStatus.INCOMPLETE],
        "empty": count[DayStatus.EMPTY],
    }
    counted = [row for row in days if row.status in USABLE]
    items = sum(row.items for row in counted)
    unknown = sum(getattr(row, f"{gap.nutrient}_unknown") for row in counted)
    entries = Figure(
        _("Foods and drinks on them"),
        plain(items),
        ngettext("%(n)s has no known amount.", "%(n)s have no known amount.", unknown) % {"n": plain(unknown)}
        if unknown
        else "",
    )
    return [Figure(_("Days used"), used, about), entries]


def _about_amounts(gap: NutrientGap) -> list[Figure]:
    """Mean, coverage, and what it came from."""
    if gap.mean is None:
        return []
    figures = [_mean(gap)]
    if gap.coverage is not None and verdicts.DOSES_ALONE not in gap.reasons:
        figures.append(
            Figure(
                _("How much of it is known"),
                percent(gap.coverage),
                ""
                if gap.coverage >= WORTH_SAYING
                else _(
                    "What a food table does not know is never taken as zero: it makes the upper end higher."
                ),
            )
        )
    parts = _parts(gap)
    return [*figures, Figure(_("Where it came from"), parts)] if parts else figures


def _mean(gap: NutrientGap) -> Figure:
    lower, upper = amount(gap.lower, gap.nutrient), amount(gap.upper, gap.nutrient)
    if gap.upper is None:
        return Figure(
            _("Average a day"),
            _("at least %(lower)s") % {"lower": lower},
            _("Too little is known of the foods to say how much more it may be."),
        )
    if lower == upper:
        return Figure(_("Average a day"), lower)
    return Figure(
        _("Average a day"),
        _("%(lower)s to %(upper)s") % {"lower": lower, "upper": upper},
        _(
            "The first is what is known for certain; the second if foods of unknown content are like the "
            "others."
        ),
    )


SOURCES = {
    "food": lambda: _("food and drink"),
    "fortified": lambda: _("foods named as fortified"),
    "supplement": lambda: _("supplements"),
    "medicine": lambda: _("medicines"),
}


def _parts(gap: NutrientGap) -> str:
    """The sources kept apart, where there is more than food."""
    sources = (gap.evidence or {}).get("sources") or {}
    parts = [(name, sources.get(code) or 0) for code, name in SOURCES.items()]
    there = [(name(), value) for name, value in parts if value > 0]
    if len(there) < 2 or verdicts.DOSES_ALONE in gap.reasons:
        return ""
    return "; ".join(f"{name} {amount(value, gap.nutrient)}" for name, value in there)


def _about_spread(gap: NutrientGap, published: str) -> list[Figure]:
    """How much days differ, and how much the mean is worth."""
    held = gap.evidence or {}
    figures = []
    if held.get("sd_own") is not None:
        figures.append(
            Figure(
                _("Your days differ by"),
                amount(held["sd_own"], gap.nutrient),
                _(
                    "The standard deviation of your own days: about two of three lie within it of the "
                    "average."
                ),
            )
        )
    if held.get("sd") is not None and verdicts.DOSES_ALONE not in gap.reasons:
        about = _("Your own spread pooled with the published one, which weighs as much as 12 days.")
        figures.append(
            Figure(
                _("Spread used"), amount(held["sd"], gap.nutrient), " ".join(filter(None, [about, published]))
            )
        )
    if held.get("days_effective") is not None:
        about = _(
            "A day resembles the day before it, so each tells a little less than a day on its own would."
        )
        figures.append(Figure(_("Days they are worth"), plain(held["days_effective"]), about))
    if held.get("days_for_precision") and verdicts.DOSES_ALONE not in gap.reasons:
        figures.append(_days_for_precision(gap, *held["days_for_precision"]))
    return figures


def _days_for_precision(gap: NutrientGap, for_tenth: int, for_fifth: int) -> Figure:
    """How many days such an average needs; more than fit into the window cannot be waited for."""
    about = _("They bring an average within 20 %% of the true one, 19 times of 20. Within 10 %% takes %(n)s.")
    more = for_fifth - gap.days_used
    narrower = ngettext(
        "%(n)s more finished day would narrow this to 20 %%.",
        "%(n)s more finished days would narrow this to 20 %%.",
        more,
    )
    within_reach = more > 0 and for_fifth <= gap.window_days
    said = [about % {"n": plain(for_tenth)}, narrower % {"n": plain(more)} if within_reach else ""]
    return Figure(_("Finished days it takes"), plain(for_fifth), " ".join(filter(None, said)))


def _about_confidence(gap: NutrientGap) -> list[Figure]:
    """Where usual intake lies, and how sure the comparison is. Below an adequate intake nothing is said."""
    figures = []
    if gap.interval:
        low, high = (amount(end, gap.nutrient) for end in gap.interval)
        figures.append(
            Figure(
                _("Usual intake lies between"),
                _("%(low)s and %(high)s") % {"low": low, "high": high},
                _("With 90 % confidence, if these days are like your others."),
            )
        )
    share = (gap.evidence or {}).get("share_with_source")
    if share is not None:
        figures.append(
            Figure(
                _("Days with a real source"),
                percent(share),
                _("At least a tenth of the reference in one day."),
            )
        )
    said = _confidence(gap)
    return [*figures, said] if said else figures


def _confidence(gap: NutrientGap) -> Figure | None:
    days = ngettext("On %(n)s day.", "On %(n)s days.", gap.days_used) % {"n": gap.days_used}
    if gap.probability_adequate is not None:
        return Figure(
            _("Confidence that your usual intake meets your own requirement"),
            _sure(gap.probability_adequate),
            _("%(days)s Nobody's own requirement is known; this allows for how much people differ.")
            % {"days": days},
        )
    above = gap.band in (Band.PROBABLY_ENOUGH, Band.USUALLY_ABOVE, Band.NOT_USUALLY_ABOVE)
    if gap.confidence_above is None or not above:
        return None
    return Figure(_("Confidence that your usual intake is above it"), _sure(gap.confidence_above), days)


def _sure(confidence: float) -> str:
    """A confidence as people read it: nothing is certain."""
    if confidence > SUREST:
        return _("over 99 %")
    return _("under 1 %") if confidence < 1 - SUREST else percent(confidence)


def _published_spread(diarist: Diarist, code: str, as_of: date) -> str:
    """The published spread of the person's group with its source, in one query; empty where none is used."""
    nutrient = NUTRIENT[code]
    if diarist.birth_date is None or not nutrient.reference:
        return ""
    born = diarist.birth_date
    years = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
    rows = [
        row
        for row in WithinPersonVariation.objects.filter(nutrient=nutrient.reference)
        if row.sex in ("any", diarist.sex or row.sex)
        and row.age_min_y <= years
        and (row.age_max_y is None or years < row.age_max_y)
    ]
    said = []
    for row in rows:
        if row.sd is not None:
            spread = amount(row.sd * nutrient.reference_factor, code)
        elif row.cv is not None:
            of_own = row.method == "sd = cv x user mean"
            words = _("%(share)s of your average") if of_own else _("%(share)s of the reference")
            spread = words % {"share": percent(row.cv)}
        else:
            continue
        said.append(
            _("Published for your group: %(spread)s (%(source)s).") % {"spread": spread, "source": row.source}
        )
    return " ".join(dict.fromkeys(said))


# Its method -----------------------------------------------------------------------------------


METHODS: Mapping[str, Callable[[], list[str]]] = {
    Method.EAR: lambda: [
        _(
            "Your average is set beside the average requirement of your group: the amount that is enough for "
            "half of such people. It is not the recommended amount, which is higher on purpose."
        ),
        _(
            "The difference between the two is divided by its own uncertainty. That has two parts: people's "
            "requirements differ by about a tenth, and an average over a few days is itself only roughly "
            "right."
        ),
        _(
            "A confidence of 85 % or more reads “likely meets”, 50 to 85 % “probably meets”, 15 to 50 % "
            "“possibly low”, 5 to 15 % “likely low”, and less “very likely low”. Claims of “enough” rest on "
            "what is known for certain; claims of “low” on the higher estimate, and only where at least 80 % "
            "is known."
        ),
    ],
    Method.AI: lambda: [
        _(
            "For this nutrient the reference is an adequate intake: an amount at which healthy people do "
            "well. How much is too little nobody has been able to fix."
        ),
        _(
            "Your average less that amount is divided by how uncertain the average is. From a confidence of "
            "85 % of lying above it, it reads “probably enough”. Otherwise the answer is “cannot tell”, and "
            "never “low”."
        ),
    ],
    Method.UL: lambda: [
        _(
            "The upper level is the highest amount a day that is not expected to do harm over a long time. "
            "Your average less that level is divided by how uncertain the average is; from a confidence of "
            "85 %, and at least 7 days, it reads “usually above”. A single day above it is no event."
        ),
    ],
    Method.CDRR: lambda: [
        _(
            "This is the level above which cutting down is expected to lower the risk of long-term disease. "
            "Your average less that level is divided by how uncertain the average is; from a confidence of "
            "85 %, and at least 7 days, it reads “usually above”."
        ),
    ],
    Method.RESAMPLING: lambda: [
        _(
            "Few foods hold it, so one meal of fish can weigh more than a week of other days, and a plain "
            "average of a month misleads. Therefore 90 days are looked at, and at least 28 of them must be "
            "finished."
        ),
        _(
            "From your days as many are drawn again, at random and with repeats, 2,000 times; each draw has "
            "an average. Where 19 of 20 of these averages lie above the reference it reads “looks "
            "sufficient”, where 19 of 20 lie below it “looks low”, and otherwise “cannot tell”."
        ),
    ],
}


def _method(gap: NutrientGap) -> list[str]:
    said = METHODS[gap.method]() if gap.method in METHODS else []
    if verdicts.DOSES_ALONE in gap.reasons:
        said = [
            *said,
            _("This upper level is about supplements and medicines alone; what food holds is not added."),
        ]
    return said


# What would change it -------------------------------------------------------------------------


def _changes(gap: NutrientGap, quiet: bool) -> list[str]:
    """What would bring another verdict, or a surer one. Where low intake is not spoken of, only days."""
    asked = [words() for reason, words in ASKED.items() if reason in gap.reasons]
    if gap.band == Band.NOT_ENOUGH_DATA and gap.days_needed:
        more = ngettext(
            "%(n)s more finished day brings a first verdict.",
            "%(n)s more finished days bring a first verdict.",
            gap.days_needed,
        ) % {"n": gap.days_needed}
        return [more, *asked]
    if quiet or not gap.band:
        return asked
    moving = _(
        "The window moves on each day: what you log from now on comes in, and its oldest day goes out."
    )
    surer = _("More finished days make the average surer, in either direction.")
    return [*asked, surer, moving, _("So does correcting an entry: the verdict is then worked out anew.")]


ASKED = {
    "needs_birth_date": lambda: _("Your birth date under Me: references follow age."),
    "needs_sex": lambda: _("Your sex under Me, if you wish: the references for women and men differ."),
    "sexes_disagree": lambda: _(
        "Your sex under Me, if you wish: the references for women and men differ here."
    ),
    "low_coverage": lambda: _("Choosing foods whose amount is known, where a dish you log has none."),
    "weekends_missing": lambda: _("A few finished weekend days: people eat differently then."),
    "working_days_missing": lambda: _("A few finished working days: people eat differently then."),
    "few_days": lambda: _("More finished days: fewer than half of this time counts so far."),
    "more_days_for_low": lambda: _("More finished days with foods whose amount is known."),
    "diary_implausible": lambda: _(
        "Logging everything eaten on a few days, and only then marking them as finished."
    ),
    "drinks_only": lambda: _("Foods whose water is known."),
}


# The diary's own foods ------------------------------------------------------------------------


def _eaten(diarist: Diarist, code: str, dates: list[date]) -> Eaten:
    """Add up what each food gave on these days. Three queries."""
    if not dates:
        return Eaten([], 0, 0.0, [], 0)
    portions, doses = eaten.portions([diarist], dates), eaten.doses([diarist], dates)
    found = _with_content(portions)
    gave: dict[UUID, float] = defaultdict(float)
    on: dict[UUID, set[date]] = defaultdict(set)
    unknown: dict[UUID, list[float]] = defaultdict(list)
    for one in _counted(found, code):
        per_100g = found.content(one.food)[CODES.index(code)]
        if per_100g is None:
            unknown[one.food].append(float(one.grams))
        elif per_100g:
            gave[one.food] += per_100g * float(one.grams) / 100
            on[one.food].add(one.day)
    taken = _taken(doses, code)
    total = sum(gave.values()) + sum(row.amount for row in taken)
    rows = [
        FoodShare(found.names[food][0], food, value, value / total, len(on[food]))
        for food, value in gave.items()
    ]
    rows += [FoodShare(row.name, None, row.amount, row.amount / total, row.days) for row in taken]
    rows.sort(key=lambda row: (-row.amount, row.name))
    blanks = [
        UnknownFood(found.names[food][0], food, len(g), sum(g))
        for food, g in unknown.items()
        if food in found.names
    ]
    blanks.sort(key=lambda row: (-row.grams, row.name))
    rest = rows[MOST_FOODS:]
    return Eaten(
        rows[:MOST_FOODS], len(rest), sum(row.share for row in rest), blanks[:MOST_UNKNOWN],
        max(len(blanks) - MOST_UNKNOWN, 0),
    )  # fmt: skip


def _with_content(portions: list[eaten.Portion]) -> eaten.Eaten:
    rows = Food.objects.filter(pk__in={one.food for one in portions}).order_by()
    foods = list(rows.values_list("pk", "name", "category", *CODES))
    return eaten.Eaten(
        portions, [], [], {row[0]: row[3:] for row in foods}, {row[0]: (row[1], row[2]) for row in foods}
    )


def _counted(found: eaten.Eaten, code: str) -> Iterable[eaten.Portion]:
    """The portions of a nutrient's amount; of water, wine and spirits are none."""
    for one in found.portions:
        kind = found.drink_kind(one) if code == WATER else None
        if kind is None or hydration.counts_toward_goal(kind):
            yield one


def _taken(doses: list[eaten.Intake], code: str) -> list[FoodShare]:
    """What supplements and medicines gave, each kind as one row; shares are filled in later."""
    names = {DoseSource.SUPPLEMENT: _("Supplements"), DoseSource.MEDICINE: _("Medicines")}
    rows = []
    for source, name in names.items():
        mine = [(dose.day, dose.taken().get(code, 0.0)) for dose in doses if dose.source == source]
        value = sum(taken for _day, taken in mine)
        if value:
            rows.append(FoodShare(str(name), None, value, 0.0, len({day for day, taken in mine if taken})))
    return rows


# What the profile lacks -----------------------------------------------------------------------


def missing_answers(diarist: Diarist, flags: Flags) -> list[Missing]:
    """Answers that are not given, with what each would serve. None is assumed instead."""
    me = reverse("me_profile")
    found = []
    if diarist.birth_date is None:
        found.append(
            Missing(
                "birth_date",
                _("Birth date"),
                _("References follow age. Without it the page shows what you logged and no verdict."),
                me,
            )
        )
    if diarist.sex is None:
        found.append(
            Missing(
                "sex",
                _("Sex"),
                _(
                    "References for women and men differ. Without it a verdict is given only where both "
                    "agree."
                ),
                me,
            )
        )
    if diarist.height_cm is None:
        found.append(
            Missing(
                "height",
                _("Height"),
                _(
                    "With weight, age and sex it gives the energy a body uses at rest, which tells whether a "
                    "logged day can be whole. Without it days are checked against wide limits for anybody."
                ),
                me,
            )
        )
    if flags.weight_kg is None:
        found.append(
            Missing(
                "weight",
                _("Body weight"),
                _(
                    "It serves the same check, and the estimate of sweat in exercise. Without it neither is "
                    "made, and no weight is assumed."
                ),
                reverse("weight_add"),
            )
        )
    if diarist.time_zone == "UTC":
        found.append(
            Missing(
                "time_zone",
                _("Time zone"),
                _(
                    "It decides which day an entry belongs to. Yours is UTC, which is where every diary "
                    "begins; choose your own if you live elsewhere."
                ),
                reverse("me_place"),
            )
        )
    return found
