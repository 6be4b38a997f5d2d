"""Fluid: what was drunk, what a day needs, what is lost as sweat, and when drinking is too much.

Standard library alone: pages, forms and rules use it as the review does. Volumes are in litres and body mass
in kilograms unless a name says otherwise; a kilogram of sweat or drink counts as a litre.

An adequate intake (AI) of water is what healthy groups drink and eat, and no minimum: below it nothing can
be told. Nothing here says that drinking, or salt, prevents cramps. Losses in sweat are never taken off what
was eaten: reference values allow for ordinary losses already.

References
----------
.. [1] Institute of Medicine, "Dietary Reference Intakes for Water, Potassium, Sodium, Chloride and
   Sulfate", National Academies Press, 2005.
.. [2] EFSA, "Scientific opinion on dietary reference values for water", EFSA Journal, 2010.
.. [3] Sawka et al., ACSM position stand "Exercise and fluid replacement", Medicine & Science in Sports &
   Exercise, 2007; its predicted sweat rates are those of Montain et al., British Journal of Sports
   Medicine, 2006 (recalled).
.. [4] Hew-Butler et al., third exercise-associated hyponatremia consensus, Clinical Journal of Sport
   Medicine, 2015; second consensus, 2008 (resting excretion recalled).
"""

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

TINY = 1e-9
"""Less than this is no difference but the rounding of sums (product choice)."""

# What was drunk --------------------------------------------------------------------------------

WATER, TEA_COFFEE, JUICE_MILK, SOUP, BEER, STRONG = (
    "water",
    "tea_coffee",
    "juice_milk_soft_drink",
    "soup",
    "beer",
    "wine_spirits",
)
"""Kinds of drink."""
WATER_FRACTION = {WATER: 1.00, TEA_COFFEE: 0.99, JUICE_MILK: 0.89, SOUP: 0.90, BEER: 0.92, STRONG: 0.88}
"""Share of a drink's volume that is water, where its own content is not known; wine's is of its table row
(product choice, after food tables)."""
CATEGORIES = {
    WATER: ("Tap water", "Bottled water", "Baby water", "Enhanced water", "Flavored or carbonated water"),
    TEA_COFFEE: ("Coffee", "Tea"),
    JUICE_MILK: (
        "Apple juice", "Baby juice", "Citrus juice", "Other fruit juice", "Vegetable juice", "Fruit drinks",
        "Milk, whole", "Milk, reduced fat", "Milk, lowfat", "Milk, nonfat", "Flavored milk, whole",
        "Flavored milk, reduced fat", "Flavored milk, lowfat", "Flavored milk, nonfat", "Plant-based milk",
        "Milk shakes and other dairy drinks", "Smoothies and grain drinks", "Nutritional beverages",
        "Soft drinks", "Diet soft drinks", "Other diet drinks", "Sport and energy drinks",
        "Diet sport and energy drinks",
    ),
    SOUP: ("Soups, broth-based", "Soups, cream-based", "Ramen and Asian broth-based soups"),
    BEER: ("Beer",),
    STRONG: ("Wine", "Liquor and cocktails"),
}  # fmt: skip
"""Categories of the survey food table that are drunk. SR28's "Beverages" are told by their water content."""
MIXED_CATEGORY = "Beverages"
LEAST_DRINK_WATER = 50.0
"""Water under which something of SR28's "Beverages" is a powder or syrup (product choice). [g / 100 g]"""
MOST_ALCOHOL = 5.0
"""Alcohol up to which a drink is as weak as ordinary beer and counts (product choice). [g / 100 g]"""
BEVERAGE_SHARE = {"nasem": 0.81, "efsa": 0.80}
"""Part of the AI that comes from drinks: 3.0 of 3.7 L and 2.2 of 2.7 L [1]_; 80 % [2]_. [-]"""

THIRST_WEAKENS = 65
"""Age from which thirst is a weaker sign [1]_, as in H05 (product choice). [y]"""
ENOUGH_MOISTURE = 0.8
"""Share of the food, by weight, from which its water counts (product choice). [-]"""

_KIND_OF = {category: kind for kind, categories in CATEGORIES.items() for category in categories}


def drink_kind(
    category: str, water_per_100g: float | None = None, alcohol_per_100g: float | None = None
) -> str | None:
    """Return what kind of drink a food is by its category; None for what is eaten.

    Contents, in g per 100 g, tell a drink from a powder, and a weak mixed drink from wine.
    """
    kind = _KIND_OF.get(category)
    if category == MIXED_CATEGORY and (water_per_100g or 0.0) >= LEAST_DRINK_WATER:
        kind = JUICE_MILK
    if kind is None or kind == BEER or alcohol_per_100g is None:
        return kind
    if alcohol_per_100g > MOST_ALCOHOL:
        return STRONG
    return BEER if kind == STRONG else kind


def counts_toward_goal(kind: str) -> bool:
    """Whether a drink counts: beer and weaker do, wine and spirits do not (product choice).

    Tea and coffee count in full, for people used to them [1]_.
    """
    return kind != STRONG


class DayWater(NamedTuple):
    """Water of one day, each litre counted once. [L]"""

    drinks: float
    """In drinks that count toward the goal."""
    uncounted: float
    """In wine, spirits and the like."""
    food: float
    """In food whose water is known."""
    moisture_share: float | None
    """Share of the food, by weight, whose water is known; None without food. [-]"""

    @property
    def drinks_only(self) -> bool:
        """Whether drinks alone are set beside the drinks' part: the food's water is not known well enough."""
        return self.moisture_share is None or self.moisture_share < ENOUGH_MOISTURE

    @property
    def counted(self) -> float:
        """What is set beside the need. [L]"""
        return self.drinks + (0.0 if self.drinks_only else self.food)


def day_water(portions: Iterable[tuple[float, float | None, str | None]]) -> DayWater:
    """Tell drinks from food, and the water in each.

    `portions` are (grams, water in g per 100 g or None, kind of drink or None for food). A drink of unknown
    content takes that of its kind; a gram of water counts as a millilitre.
    """
    drunk: dict[bool, list[float]] = {True: [], False: []}
    food: list[float] = []
    moist: list[float] = []
    water: list[float] = []
    for grams, per_100g, kind in portions:
        if kind is None:
            food.append(grams)
            if per_100g is not None:
                moist.append(grams)
                water.append(grams * (per_100g / 100))
            continue
        fraction = WATER_FRACTION[kind] if per_100g is None else per_100g / 100
        drunk[counts_toward_goal(kind)].append(grams * fraction)
    share = math.fsum(moist) / math.fsum(food) if food else None
    return DayWater(
        math.fsum(drunk[True]) / 1000, math.fsum(drunk[False]) / 1000, math.fsum(water) / 1000, share
    )


def beverage_share(authority: str) -> float:
    """Return the part of an authority's AI that drinks alone are set beside. [-]"""
    return BEVERAGE_SHARE.get(authority.lower(), BEVERAGE_SHARE["nasem"])


# What a day needs ------------------------------------------------------------------------------

MOST_SWEAT_ADDED = 2.0
"""How far exercise may raise the goal of a day (product choice). [L]"""
MOST_PER_HOUR = 1.0
"""No goal ever asks for more than this in an hour (product choice, after resting excretion). [L/h]"""


class Need(NamedTuple):
    """What a day asks for. [L]"""

    baseline: float
    sweat_added: float
    total: float
    capped: bool
    """Whether more was sweated than the goal may be raised by."""


def need_today(baseline_l: float, sweat_l: float = 0.0) -> Need:
    """Return the goal of a day: the baseline, which allows for ordinary activity, and sweat up to 2 L.

    `baseline_l` is the reference chosen, of all water or of drinks alone; `sweat_l` that of logged exercise
    or work in the heat.
    """
    added = min(max(sweat_l, 0.0), MOST_SWEAT_ADDED)
    return Need(baseline_l, added, baseline_l + added, sweat_l > MOST_SWEAT_ADDED)


def left_to_drink(goal_l: float, drunk_l: float, hours: float) -> float:
    """Return what may still be suggested in the `hours` ahead: what the goal lacks, at most 1 L an hour. [L]

    It is 0 once the goal is met, and reminders stop there.
    """
    return max(0.0, min(goal_l - drunk_l, MOST_PER_HOUR * hours))


# Sweat ------------------------------------------------------------------------------------------

COLDEST, HOTTEST = 10.0, 35.0
"""Temperatures outside these count as these: the published grid ends near them (product choice). [°C]"""
LOW_FACTOR, HIGH_FACTOR = 0.5, 1.5
"""An estimate stands for a range of this much of it (product choice). [-]"""
LEAST_MET, LEAST_TEMPERATURE = 3.0, 25.0
"""Below both of them no estimate is shown (product choice). [MET, °C]"""
INDOORS_C = 20.0
"""Temperature taken where none was logged (product choice). [°C]"""
WEIGHING_HOLDS_H = 2.0
"""Time up to which weighing holds [3]_: fuel burnt and breath weigh more and more. [h]"""
MEASURED_ENOUGH = 3
"""Measured bouts of one activity from which they replace the estimate (product choice)."""
DRANK_MUCH_LESS = 2.0
"""Loss of body mass above which clearly less was drunk than sweated [3]_. [%]"""


class Measured(NamedTuple):
    """Sweat by the scales. [L, L/h, % of body mass]"""

    loss: float
    rate: float
    change: float

    @property
    def overdrunk(self) -> bool:
        """Heavier after than before: more was drunk than lost."""
        return self.change < 0

    @property
    def drank_much_less(self) -> bool:
        return self.change > DRANK_MUCH_LESS + TINY


WEIGHED, OWN_RATES, ESTIMATED = "weighed", "own_rates", "estimated"
"""What the sweat of a bout rests on: its own weighing, the weighing of others, or the formula."""


class Sweat(NamedTuple):
    """Sweat of one bout. [L]"""

    low: float
    middle: float
    high: float
    kind: str
    """What it rests on: `WEIGHED`, `OWN_RATES` or `ESTIMATED`."""

    @property
    def shown(self) -> tuple[float, float]:
        """The range as it is shown, to 0.1 L."""
        return round(self.low, 1), round(self.high, 1)


def sweat_rate(met: float, kg: float, temperature_c: float) -> float:
    """Return a rough sweat rate. [L/h]

    Notes
    -----
    max(0, 0.001323 MET kg - 0.1399 + 0.01042 (T - 18)), T limited to 10 to 35 °C: our linear fit to 24
    published predictions for runners of 50, 70 and 90 kg at 8.5 to 15 km/h, 18 and 28 °C [3]_; largest misfit
    0.012 L/h. Humidity, clothing, acclimatisation, sex and genes are not in it.
    """
    t = min(max(temperature_c, COLDEST), HOTTEST)
    return max(0.0, 0.001323 * met * kg - 0.1399 + 0.01042 * (t - 18))


def measured_sweat(
    before_kg: float, after_kg: float, drink_l: float, urine_l: float, hours: float
) -> Measured:
    """Return sweat from body mass before and after, naked and dry, of exercise under about 2 h [3]_.

    Raises
    ------
    ValueError
        If the body mass before, or the time, is not above 0.
    """
    if before_kg <= 0 or hours <= 0:
        raise ValueError("sweat needs a body mass and a time above 0")
    loss = (before_kg - after_kg) + drink_l - urine_l
    return Measured(loss, loss / hours, 100 * (before_kg - after_kg) / before_kg)


def estimated_sweat(
    met: float | None, kg: float | None, minutes: float, temperature_c: float | None = None
) -> Sweat | None:
    """Return the range of sweat of one bout; None where it would mislead, or the body mass is not known.

    It is hidden for light activity that is not in the heat: below 3 MET and below 25 °C.
    """
    if met is None or kg is None:
        return None
    if is_too_light(met, temperature_c):
        return None
    t = INDOORS_C if temperature_c is None else temperature_c
    middle = sweat_rate(met, kg, t) * minutes / 60
    return Sweat(LOW_FACTOR * middle, middle, HIGH_FACTOR * middle, ESTIMATED)


def is_too_light(met: float, temperature_c: float | None = None) -> bool:
    """Whether an effort is so light, and the air so cool, that its sweat is no matter."""
    t = INDOORS_C if temperature_c is None else temperature_c
    return met < LEAST_MET and t < LEAST_TEMPERATURE


def own_sweat(rates: Sequence[float], minutes: float) -> Sweat | None:
    """Return the sweat of a bout from one's own measured rates of the same activity [L/h], from three on.

    The middle is their median, the range their lowest and highest.
    """
    if len(rates) < MEASURED_ENOUGH:
        return None
    hours = minutes / 60
    ends = min(rates), statistics.median(rates), max(rates)
    low, middle, high = (max(rate, 0.0) * hours for rate in ends)
    return Sweat(low, middle, high, OWN_RATES)


def sweat_of(
    met: float | None,
    kg: float | None,
    minutes: float,
    temperature_c: float | None = None,
    *,
    weighed: Measured | None = None,
    own_rates: Sequence[float] = (),
) -> Sweat | None:
    """Return the best that is known of one bout's sweat: its weighing, one's own rates, or the estimate."""
    if weighed is not None:
        loss = max(weighed.loss, 0.0)
        return Sweat(loss, loss, loss, WEIGHED)
    return own_sweat(own_rates, minutes) or estimated_sweat(met, kg, minutes, temperature_c)


# Minerals in it ---------------------------------------------------------------------------------

MOLAR_MASS = {"sodium_mg": 22.990, "potassium_mg": 39.098, "calcium_mg": 40.078, "magnesium_mg": 24.305}
"""IUPAC. [mg/mmol]"""
SWEAT_MMOL = {
    "sodium_mg": (10.0, 35.0, 70.0),
    "potassium_mg": (3.0, 5.0, 15.0),
    "calcium_mg": (0.15, 0.5, 1.0),
    "magnesium_mg": (0.1, 0.4, 0.75),
}
"""Lowest, mean and highest concentration in sweat of the whole body [3]_. [mmol/L]"""
SHOWN_MINERALS = ("sodium_mg",)
"""Two litres of sweat hold about 20 mg of magnesium and 400 mg of potassium: not worth a number."""


class MineralLoss(NamedTuple):
    """Loss at the lowest, mean and highest concentration. [mg]"""

    low: float
    mean: float
    high: float


def mineral_loss(sweat_l: float, nutrient: str) -> MineralLoss:
    """Return what so much sweat holds of one mineral: litres x mmol/L x molar mass."""
    return MineralLoss(*(sweat_l * mmol * MOLAR_MASS[nutrient] for mmol in SWEAT_MMOL[nutrient]))


def sodium_loss_range(sweat: Sweat) -> tuple[float, float]:
    """Return the least and the most sodium that a bout's sweat may have held. [mg]"""
    return mineral_loss(sweat.low, "sodium_mg").low, mineral_loss(sweat.high, "sodium_mg").high


# Drinking too much ------------------------------------------------------------------------------

RENAL_L_PER_HOUR = 0.8
"""What resting kidneys clear at least, at their most (recalled) [4]_. [L/h]"""
SHORTEST_SPAN = 2.0
"""Span from which drinks are set against losses [4]_. [h]"""
FAST_DRINKING, FAST_SPAN = 1.0, 3.0
"""Drinking faster than this, for as long as this, is too much whatever is sweated [4]_. [L/h, h]"""


class Excess(NamedTuple):
    """Drinks beyond sweat over a span of hours."""

    rate: float
    """(drinks - sweat) / hours. [L/h]"""
    over_renal: float
    """Excess over what kidneys clear in that time. [L]"""
    caution: bool


def overdrinking(
    drinks_l: float, sweat_l: float, hours: float, *, weight_change_kg: float | None = None
) -> Excess:
    """Test whether more was drunk than sweat and kidneys take away [4]_.

    Caution holds if the excess over 2 h or more is above what kidneys clear, if weight was gained during
    exercise, or if more than 1 L/h was drunk for 3 h or more.

    Raises
    ------
    ValueError
        If `hours` is not above 0.
    """
    if hours <= 0:
        raise ValueError("a span of drinking has a length above 0 hours")
    over = drinks_l - sweat_l - RENAL_L_PER_HOUR * hours
    gained = weight_change_kg is not None and weight_change_kg > 0
    fast = hours >= FAST_SPAN and drinks_l / hours > FAST_DRINKING
    return Excess(
        (drinks_l - sweat_l) / hours, over, (hours >= SHORTEST_SPAN and over > TINY) or gained or fast
    )
