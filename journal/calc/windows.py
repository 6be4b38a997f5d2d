"""Over how many days each verdict is given, by which method, and from how many days on.

Standard library alone, so that pages can pick the stored verdict of each nutrient's own window. Windows
and least days are product choices, after the precision that these days give (20 to 30 %).
"""

from dataclasses import dataclass

EAR, AI, UL, CDRR, OWN = "ear", "ai", "ul", "cdrr", "own"
"""Kinds of reference; the first four are methods, too."""
RESAMPLING = "resampling"
"""The method for nutrients that few foods hold, whose days are too uneven for the normal one."""


@dataclass(frozen=True)
class Rule:
    """The window of a verdict and the usable days it needs. [d]"""

    window: int
    least_days: int
    least_days_low: int
    """From here on intake may be called likely low; between the two at most possibly low."""
    shortest: int = 0
    """A window shorter than `window` that carries a verdict all the same; 0: none does."""

    @property
    def shortest_window(self) -> int:
        return self.shortest or self.window


RULES: dict[str, Rule] = {
    "magnesium_mg": Rule(28, 7, 10),
    "potassium_mg": Rule(28, 7, 7),
    "calcium_mg": Rule(28, 7, 14),
    "vitamin_d_ug": Rule(90, 28, 28),
    "vitamin_b12_ug": Rule(90, 28, 28),
    "sodium_mg": Rule(28, 7, 14),
    "water_g": Rule(14, 5, 5),
}
"""In the order in which pages show them."""
LEVEL_RULE = Rule(28, 7, 7, shortest=7)
"""For "usually above": the same for every upper level, and a full week of tablets is enough to say it."""
SODIUM_RULE = Rule(28, 7, 14)

SKEWED = frozenset({"vitamin_d_ug", "vitamin_b12_ug"})
"""Nutrients judged by resampling: their daily intake has a CV above 0.7."""
SUPPLEMENTS_ONLY = frozenset({"magnesium_mg"})
"""Nutrients whose upper level is about supplements and medicines, and never about food."""
WITH_UPPER_LEVEL = ("magnesium_mg", "calcium_mg", "vitamin_d_ug")
"""Nutrients set beside their upper level."""
LIMITS = frozenset({"sodium_mg"})
"""Nutrients of which a target of one's own may be a limit as well as a goal."""


def rule_of(nutrient: str, kind: str) -> Rule | None:
    """The rule for one nutrient beside one kind of reference; None for a nutrient that has no verdict."""
    if nutrient not in RULES:
        return None
    if kind == UL:
        return LEVEL_RULE
    return SODIUM_RULE if kind == CDRR else RULES[nutrient]


def verdict_window(nutrient: str, kind: str) -> int | None:
    """The window whose verdict pages show. [d]"""
    rule = rule_of(nutrient, kind)
    return rule.window if rule else None


def method_of(nutrient: str, kind: str) -> str:
    """How a nutrient is set beside a kind of reference; a target of one's own as an adequate intake is."""
    if kind in (UL, CDRR):
        return kind
    if nutrient in SKEWED:
        return RESAMPLING
    return EAR if kind == EAR else AI
