"""Warning signs as a person reads them: in groups, and which of them are worth telling without being urgent.

Also what ticks mean for somebody who is not signed in: the same rules and words as for everybody, and
nothing is stored.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal import wording
from journal.calc.redflags import RED_FLAG, red_flags
from journal.codes import Condition, Severity, Sign
from journal.emergency import Numbers, numbers

Group = tuple[str | Promise, tuple[Sign, ...]]

URGENT: tuple[Group, ...] = (
    (
        gettext_lazy("Mind and head"),
        (Sign.SEIZURE, Sign.FAINTED, Sign.CONFUSED, Sign.CANNOT_BE_WOKEN, Sign.BAD_HEADACHE,
         Sign.VISUAL_CHANGE),
    ),
    (
        gettext_lazy("Heart, breath and throat"),
        (Sign.CHEST_PAIN, Sign.PALPITATIONS, Sign.FEELING_FAINT, Sign.TROUBLE_BREATHING,
         Sign.TROUBLE_SPEAKING, Sign.TROUBLE_SWALLOWING, Sign.THROAT_TIGHTNESS),
    ),
    (
        gettext_lazy("Strength and feeling"),
        (Sign.SUDDEN_PARALYSIS, Sign.SPREADING_WEAKNESS, Sign.WEAKNESS, Sign.TINGLING_AROUND_MOUTH,
         Sign.NUMB_SADDLE, Sign.BLADDER_BOWEL_CONTROL_LOST),
    ),
    (
        gettext_lazy("Muscles"),
        (Sign.NOT_EASING_10_MIN, Sign.HAND_OR_FOOT_LOCKED, Sign.JAW_LOCKED, Sign.WHOLE_BODY_STIFFNESS,
         Sign.CRAMPS_CHEST_ARMS_BELLY, Sign.SEVERE_MUSCLE_PAIN, Sign.MUSCLE_SWELLING, Sign.DARK_URINE),
    ),
    (
        gettext_lazy("Legs"),
        (Sign.ONE_LEG_SWOLLEN, Sign.ONE_LEG_WARM_RED, Sign.CALF_PAIN_BETWEEN_CRAMPS, Sign.LEG_COLD_PALE_NUMB),
    ),
    (
        gettext_lazy("The whole body"),
        (Sign.FEVER, Sign.STIFF_NECK, Sign.RASH, Sign.VOMITING, Sign.PUFFINESS, Sign.SWELLING_FACE_HANDS,
         Sign.TUMMY_CRAMPS_BLEEDING),
    ),
    (
        gettext_lazy("What came before"),
        (Sign.LONG_EXERCISE_MUCH_DRINKING, Sign.AFTER_HEAT, Sign.AFTER_VOMITING, Sign.AFTER_DIARRHOEA,
         Sign.AFTER_WATER_TABLETS, Sign.AFTER_HEAVY_SWEATING),
    ),
)  # fmt: skip
"""Signs that, alone or together, may call for help at once."""

TELL: tuple[Sign, ...] = (
    Sign.NUMBNESS, Sign.TINGLING, Sign.MUSCLE_WASTING, Sign.TWITCHING_LASTING,
    Sign.LEG_PAIN_WALKING_STOPS_RESTING, Sign.SORE_TONGUE, Sign.TIREDNESS, Sign.MEMORY_CHANGE,
    Sign.BALANCE_CHANGE,
)  # fmt: skip
"""Signs to tell a clinician about in the next days; none of them alone is a reason to call now."""
TELL_TOO = (*TELL, Sign.WEAKNESS)
WITHIN_TWO_DAYS = Sign.LEG_PAIN_WALKING_STOPS_RESTING


IN_FULL: dict[str, str | Promise] = {
    Sign.NOT_EASING_10_MIN: gettext_lazy("a cramp longer than 10 minutes and not easing with movement"),
}
"""Names that on a cramp's own page leave out what they speak of."""


def in_english(sign: str) -> str:
    """The name of a sign in English, where pages speak another language; else nothing."""
    if wording.is_reviewed():
        return ""
    with translation.override(wording.REVIEWED):
        return str(dict(named())[sign])


def named() -> list[tuple[str, str | Promise]]:
    """Code and name of every sign, as this page calls them."""
    return [(sign.value, IN_FULL.get(sign, sign.label)) for sign in Sign]


@dataclass(frozen=True)
class Judged:
    """A card for ticks that were not stored. Named like `advice.Card`, so pages draw both alike."""

    rule: str
    title: str
    text: str
    why: str
    not_a_diagnosis: str
    sources: tuple[str, ...]
    numbers: Numbers
    severity: str = Severity.URGENT_NOW
    original: "Judged | None" = None
    """The same in English, where it is shown in a translation."""

    @property
    def severity_name(self) -> str:
        return str(Severity(self.severity).label)


def judge(
    signs: Collection[str], *, cramp: bool, pregnant: bool, kidney_failure: bool, region: str = ""
) -> list[Judged]:
    """The cards that these ticks raise, the emergency number first. Nothing is stored or looked up.

    `kidney_failure`: dialysis, or kidney disease of stage 4 or 5. `region`: two letters, or empty.
    """
    conditions = {Condition.DIALYSIS.value: "yes"} if kidney_failure else {}
    fired = red_flags(signs, on_episode=cramp, pregnant=pregnant, conditions=conditions)
    call = numbers(region)
    cards = [_judged(rule, signs, cramp, kidney_failure, call) for rule in fired]
    if wording.is_reviewed():
        return cards
    with translation.override(wording.REVIEWED):
        return [
            replace(card, original=_judged(card.rule, signs, cramp, kidney_failure, call)) for card in cards
        ]


def _judged(rule: str, signs: Collection[str], cramp: bool, kidney_failure: bool, call: Numbers) -> Judged:
    names = dict(named())
    seen = [str(names[sign]) for sign in RED_FLAG[rule].looks_at if sign in signs]
    if cramp and rule in ("R07", "R14", "R15"):
        seen.append(_("a muscle cramp"))
    if kidney_failure and rule == "R15":
        seen.append(_("dialysis or kidney disease of stage 4 or 5"))
    words = wording.red_flag_words(rule, {"signs": [*signs], "day": timezone.localdate().isoformat()}, call)
    return Judged(
        rule=rule,
        title=words.title,
        text=words.text,
        why=_("You ticked: %(signs)s.") % {"signs": get_text_list(seen, _("and"))},
        not_a_diagnosis=words.not_a_diagnosis,
        sources=RED_FLAG[rule].sources,
        numbers=call,
    )


def worth_telling(signs: Collection[str], *, beside_urgent: bool = False) -> list[str]:
    """The names of ticked signs that a clinician should hear of; fewer beside an urgent card."""
    return [str(sign.label) for sign in (TELL if beside_urgent else TELL_TOO) if sign in signs]


def soon(signs: Collection[str]) -> bool:
    """Whether one of the signs should be looked at within a day or two."""
    return WITHIN_TWO_DAYS in signs
