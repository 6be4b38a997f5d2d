"""Red flags: which ticked warning signs call for help at once.

A rule looks at structured ticks and at answers of the profile, never at free text, a site or a
duration. It names no illness: it says only that somebody who can examine should look.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

EMERGENCY = "emergency"
"""Call the emergency number, or go to an emergency department."""
SAME_DAY = "same_day"
"""Be seen or advised today: doctor, advice line, maternity unit, kidney unit."""


@dataclass(frozen=True)
class Ticks:
    """What a red-flag rule may look at: the ticks of one save, and the answers beside them."""

    signs: frozenset[str]
    cramp: bool
    pregnant: bool
    kidney_failure: bool

    def any(self, *signs: str) -> bool:
        return not self.signs.isdisjoint(signs)


@dataclass(frozen=True)
class RedFlag:
    """One rule: `fires` on ticks; `looks_at` are the signs that its explanation may name."""

    id: str
    urgency: str
    looks_at: tuple[str, ...]
    fires: Callable[[Ticks], bool]
    sources: tuple[str, ...]
    version: int = 1


def _any(id: str, urgency: str, sources: tuple[str, ...], *signs: str) -> RedFlag:
    """A rule that one tick out of several sets off."""
    return RedFlag(id, urgency, signs, lambda t: t.any(*signs), sources)


AFTER_EFFORT_OR_HEAT = ("long_exercise_much_drinking", "after_heat")
TOO_MUCH_WATER_OR_HEAT = ("vomiting", "bad_headache", "puffiness", "confused")
WITH_DARK_URINE = ("severe_muscle_pain", "muscle_swelling", "weakness")
WITH_FEVER = ("severe_muscle_pain", "stiff_neck", "rash")
IN_PREGNANCY = (
    "one_leg_swollen", "tummy_cramps_bleeding", "bad_headache", "visual_change", "swelling_face_hands",
)  # fmt: skip
SALT_LOSS = ("after_vomiting", "after_diarrhoea", "after_water_tablets")
WITH_SWEATING = ("weakness", "vomiting", "severe_muscle_pain")

_MSD = "MSD Manual, consumer version, Muscle cramps"
_NHS_CRAMPS = "NHS, Leg cramps"

RED_FLAGS: tuple[RedFlag, ...] = (
    _any(
        "R01", EMERGENCY, (_MSD, "Harrison's Principles of Internal Medicine, 19th ed."),
        "seizure", "fainted", "confused", "cannot_be_woken",
    ),
    RedFlag(
        "R02", EMERGENCY, ("chest_pain", "palpitations", "feeling_faint", "trouble_breathing"),
        lambda t: (
            t.any("chest_pain") or (t.any("palpitations") and t.any("feeling_faint", "trouble_breathing"))
        ),
        ("NHS, Chest pain", _MSD),
    ),
    _any(
        "R03", EMERGENCY, (_MSD,),
        "sudden_paralysis", "spreading_weakness", "trouble_breathing", "trouble_speaking",
        "trouble_swallowing", "throat_tightness",
    ),
    _any("R04", EMERGENCY, ("NHS, Tetanus",), "jaw_locked", "whole_body_stiffness"),
    RedFlag(
        "R05", EMERGENCY, AFTER_EFFORT_OR_HEAT + TOO_MUCH_WATER_OR_HEAT,
        lambda t: t.any(*AFTER_EFFORT_OR_HEAT) and t.any(*TOO_MUCH_WATER_OR_HEAT),
        ("Hew-Butler et al., consensus statement on exercise-associated hyponatraemia, 2015",),
    ),
    _any(
        "R06", SAME_DAY, ("Harrison's Principles of Internal Medicine, 19th ed., Hypocalcaemia", _MSD),
        "hand_or_foot_locked", "tingling_around_mouth",
    ),
    RedFlag(
        "R07", EMERGENCY, ("dark_urine", *WITH_DARK_URINE),
        lambda t: t.any("dark_urine") and (t.cramp or t.any(*WITH_DARK_URINE)),
        ("CDC, Rhabdomyolysis", "NHS, Statins"),
    ),
    _any(
        "R08", SAME_DAY, ("NHS, DVT (deep vein thrombosis)",),
        "one_leg_swollen", "one_leg_warm_red", "calf_pain_between_cramps",
    ),
    _any("R09", SAME_DAY, (_NHS_CRAMPS, "NHS inform, Leg cramps"), "not_easing_10_min"),
    _any("R10", EMERGENCY, ("NHS, Peripheral arterial disease",), "leg_cold_pale_numb"),
    _any("R11", EMERGENCY, ("NHS, Back pain",), "bladder_bowel_control_lost", "numb_saddle"),
    RedFlag(
        "R12", SAME_DAY, ("fever", *WITH_FEVER),
        lambda t: t.any("fever") and t.any(*WITH_FEVER),
        ("NHS, Meningitis; Sepsis",),
    ),
    RedFlag(
        "R13", SAME_DAY, IN_PREGNANCY, lambda t: t.pregnant and t.any(*IN_PREGNANCY),
        ("NHS, Pregnancy: symptoms to call about",),
    ),
    RedFlag(
        "R14", SAME_DAY, ("cramps_chest_arms_belly", *SALT_LOSS, "after_heavy_sweating", *WITH_SWEATING),
        lambda t: (
            t.any("cramps_chest_arms_belly")
            or (t.cramp and t.any(*SALT_LOSS))
            or (t.any("after_heavy_sweating") and t.any(*WITH_SWEATING))
        ),
        (_MSD,),
    ),
    RedFlag(
        "R15", SAME_DAY, ("weakness", "palpitations"),
        lambda t: t.kidney_failure and (t.cramp or t.any("weakness", "palpitations")),
        ("KDIGO Controversies Conference on potassium, 2020",),
    ),
)  # fmt: skip
RED_FLAG: dict[str, RedFlag] = {rule.id: rule for rule in RED_FLAGS}


def red_flags(
    signs: Collection[str], *, on_episode: bool, pregnant: bool, conditions: Mapping[str, str]
) -> list[str]:
    """Return the ids of the red-flag rules that fire, those for the emergency number first.

    Parameters
    ----------
    signs
        Codes of the ticked warning signs.
    on_episode
        Whether they were ticked on a cramp (and not on the page of warning signs alone).
    pregnant
        On the day of the entry.
    conditions
        "yes", "no" or "unknown" by condition. One without an answer is unknown, and does not fire.
    """
    ticks = Ticks(
        signs=frozenset(signs),
        cramp=on_episode,
        pregnant=pregnant,
        kidney_failure="yes" in (conditions.get("dialysis"), conditions.get("kidney_stage_4_5")),
    )
    return sorted((rule.id for rule in RED_FLAGS if rule.fires(ticks)), key=urgency_order)


def urgency_order(rule_id: str) -> tuple[bool, str]:
    """Sort key of red flags: the emergency number before the same day, then by number."""
    return RED_FLAG[rule_id].urgency != EMERGENCY, rule_id
