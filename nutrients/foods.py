"""A person's own foods: what stands on a packet, or a guess, with every amount that is not known left open.

The web pages, the REST API and commands all come through here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from nutrients import barcodes, recipes, search
from nutrients.codes import CODES, NUTRIENT, FoodSource
from nutrients.models import Food, FoodPortion, Ingredient, Recipe, portion_id
from nutrients.recipes import Dish
from nutrients.refusals import Refusals

Amount = Decimal | float | int | None

MADE_HERE = FoodSource.OWN, FoodSource.RECIPE
MOST_OWN_FOODS = 2000
"""More than anybody types; a script that runs away stops here."""
MOST_PORTIONS = 20
BATCH = 500
"""Rows that are written at once."""
MOST_KCAL_PER_100G = 950
"""Pure fat has about 900 kcal per 100 g; labels round."""
MOST_G_PER_100G = 100.0
MOST_TOGETHER_G = 105.0
"""Protein, fat, carbohydrate, alcohol and water of 100 g of food, each rounded on its label. [g]"""
MACROS = ("protein_g", "fat_g", "carbohydrate_g", "alcohol_g", "water_g")
MOST_PER_100G = {
    "sodium_mg": 40_000,  # salt: 39,337 mg (22.99 / 58.44 of its weight)
    "potassium_mg": 53_000,  # potassium chloride: 52,450 mg (39.10 / 74.55)
    "calcium_mg": 41_000,  # calcium carbonate: 40,040 mg (40.08 / 100.09)
    "magnesium_mg": 61_000,  # magnesium oxide: 60,300 mg (24.305 / 40.304)
    "vitamin_d_ug": 250_000,  # drops of 2,500 µg (100,000 IU) a millilitre
    "vitamin_b12_ug": 2_000_000,  # tablets of 5 mg that weigh a quarter of a gram
}
"""What the pure salt or mineral, or the strongest drops and tablets, hold. [its unit]"""
GRAMS_PER_UNIT = {"g": 1.0, "mg": 1e-3, "ug": 1e-6}
MOST_PORTION_G = Decimal(10_000)


@dataclass(frozen=True)
class PerPortion:
    """Amounts as a label gives them for one portion: what it is called, what it weighs [g], what is in it."""

    description: str
    grams: Decimal
    amounts: Mapping[str, Amount]


@transaction.atomic
def save_own(
    user: AbstractBaseUser,
    *,
    name: str,
    per_100g: Mapping[str, Amount] | None = None,
    per_portion: PerPortion | None = None,
    dish: Dish | None = None,
    barcode: str = "",
    portions: Sequence[tuple[str, Decimal]] = (),
    id: UUID | None = None,
) -> Food:
    """Store a food of a person's own, or replace the one with this `id`, and have it found at once.

    Amounts are by nutrient code, per 100 g or for one portion; a code that is absent or None is not known.
    Those of a recipe follow from its `dish`: what was said of them beside it is passed over.
    Sending the same food again under its `id` changes nothing. A diary that has used the food keeps what its
    entries hold; whoever calls this after an edit sees to it that days with the food are added up again.

    Raises
    ------
    django.core.exceptions.ValidationError
        If an amount is impossible, or the name, barcode or a portion is refused. Nothing is stored.
    Food.DoesNotExist
        If the `id` is that of another food, or of one that was removed.
    """
    stored = Food.objects.select_for_update().filter(pk=id).first() if id else None
    if stored and (stored.owner_id != user.pk or stored.source not in MADE_HERE or stored.deleted_at):
        raise Food.DoesNotExist
    food = stored or _new(user, id)
    food.source = FoodSource.RECIPE if dish else FoodSource.OWN
    cooked = recipes.cook(food, dish) if dish else None
    refusals, amounts, measures = Refusals(), dict[str, float | None](), list[tuple[str, Decimal]]()
    with refusals.of():
        amounts = checked_amounts(cooked.per_100g) if cooked else checked_amounts(per_100g, per_portion)
    with refusals.of():
        barcode = _checked_barcode(food, barcode)
    with refusals.of():
        labelled = None if "portion_grams" in refusals.found else per_portion
        measures = _measures(labelled, [*(cooked.measures if cooked else ()), *portions])
    _say(food, name, barcode, amounts)
    with refusals.of():
        food.full_clean(exclude=refusals.found)
    refusals.tell()
    food.save()
    recipes.keep(food, cooked)
    _write_portions(food, measures)
    search.index(food)
    return food


def _checked_barcode(food: Food, said: str) -> str:
    """The digits of a barcode; one that is stored already stays as it is, whatever was taken in earlier."""
    said = str(said).strip()
    if said in ("", food.barcode):
        return said
    try:
        return barcodes.checked(said)
    except ValidationError as wrong:
        raise ValidationError({"barcode": wrong.messages}) from wrong


def _say(food: Food, name: str, barcode: str, amounts: Mapping[str, float | None]) -> None:
    food.name, food.barcode = " ".join(str(name).split()), str(barcode).strip()
    for code in CODES:
        setattr(food, code, amounts.get(code))


class NewFood(NamedTuple):
    """A food that keeps every rule and is not stored yet, with its portions."""

    food: Food
    portions: list[FoodPortion]


def new_own(
    user: AbstractBaseUser,
    id: UUID,
    name: str,
    per_100g: Mapping[str, Amount],
    barcode: str,
    portions: Sequence[tuple[str, Decimal]],
) -> NewFood:
    """A food under an `id` that nothing has yet, to be stored with many others. Raises as `save_own` does."""
    food = Food(id=id, source=FoodSource.OWN, source_code=str(id), owner_id=user.pk)
    _say(food, name, barcode, checked_amounts(per_100g))
    food.full_clean(exclude=["owner"], validate_unique=False, validate_constraints=False)
    return NewFood(food, _portions(food, _measures(None, portions)))


@transaction.atomic
def store_many(user: AbstractBaseUser, new: Sequence[NewFood], back: Sequence[Food]) -> None:
    """Store new foods, and have removed ones `back`, in a few statements for all of them.

    Raises
    ------
    django.core.exceptions.ValidationError
        If they are more than a person may have. Nothing is stored.
    """
    for food in back:
        food.deleted_at, food.updated_at = None, timezone.now()
    live = [food for food in [*(one.food for one in new), *back] if food.deleted_at is None]
    _check_room(user, len(live))
    Food.objects.bulk_create([one.food for one in new], batch_size=BATCH)
    FoodPortion.objects.bulk_create([portion for one in new for portion in one.portions], batch_size=BATCH)
    Food.objects.bulk_update(back, ["deleted_at", "updated_at", "revision"], batch_size=BATCH)
    search.index_many(live)


class Measure(NamedTuple):
    """A household portion as it is told."""

    id: UUID
    description: str
    grams: Decimal
    usual: bool


def with_portions(foods: Sequence[Food]) -> Sequence[Food]:
    """Read the portions of many foods that are only told: as plain rows, in a quarter of the time that a row
    of the model each takes. A search tells some hundred of them for every letter that is typed."""
    told: dict[UUID, list[Measure]] = {food.pk: [] for food in foods}
    rows = FoodPortion.objects.filter(food_id__in=told).order_by("food_id", "seq")
    for food, *measure in rows.values_list("food_id", *Measure._fields):
        told[food].append(Measure(*measure))
    for food in foods:
        food._prefetched_objects_cache = {"portions": told[food.pk]}  # where `portions.all()` looks first
    _with_dishes([food for food in foods if food.source == FoodSource.RECIPE])
    return foods


def _with_dishes(foods: Sequence[Food]) -> None:
    """Read what recipes are made of, all at once; nothing is asked where there is none."""
    if foods:
        ingredients = Prefetch("ingredients", Ingredient.objects.select_related("food"))
        prefetch_related_objects(foods, Prefetch("recipe", Recipe.objects.prefetch_related(ingredients)))


def content(food: Food) -> tuple:
    """What a person would see change: name, barcode, amounts, portions, ingredients. Alike are equal."""
    portions = [
        (portion.description, portion.grams)
        for portion in FoodPortion.objects.filter(food_id=food.pk).order_by("seq")
    ]
    made_of = recipes.content(food)
    return (food.source, food.name, food.barcode, *food.per_100g.values(), *portions, *made_of)


def rename(user: AbstractBaseUser, id: UUID, name: str) -> Food:
    """Call one of a person's own foods something else. Raises as `save_own` does."""
    with transaction.atomic():
        food = own_foods(user).select_for_update().get(pk=id)
        food.name = " ".join(str(name).split())
        food.full_clean()
        food.save(update_fields=["name", "updated_at"])
        search.index(food)
    return food


def remove(user: AbstractBaseUser, id: UUID) -> Food:
    """Take one of a person's own foods out of lists and search. Diaries that used it keep it."""
    with transaction.atomic():
        food = own_foods(user).select_for_update().get(pk=id)
        food.deleted_at = timezone.now()
        food.save(update_fields=["deleted_at", "updated_at"])
        search.forget(food)
    return food


def restore(user: AbstractBaseUser, id: UUID) -> Food:
    """Undo a removal."""
    with transaction.atomic():
        food = Food.objects.filter(owner_id=user.pk).select_for_update().get(pk=id)
        _check_room(user)
        food.deleted_at = None
        food.save(update_fields=["deleted_at", "updated_at"])
        search.index(food)
    return food


def tap_water() -> Food | None:
    """What a drink without a named beverage is, with its portions. Read once by each process."""
    found = _tap_water()
    if found is None:
        _tap_water.cache_clear()
    return found


@lru_cache(maxsize=1)
def _tap_water() -> Food | None:
    return Food.objects.tap_water()


def own_foods(user: AbstractBaseUser) -> Any:
    """A person's own foods that were not removed."""
    return Food.objects.filter(owner_id=user.pk, deleted_at=None)


def by_barcode(user: AbstractBaseUser, text: str) -> list[Food]:
    """Foods with a barcode, one's own first; raises `ValidationError` if it is none."""
    wanted = barcodes.spellings(barcodes.checked(text))
    found = Food.objects.visible_to(user).filter(barcode__in=wanted, deleted_at=None)
    return sorted(found, key=lambda food: (food.owner_id is None, food.name))


def checked_amounts(
    per_100g: Mapping[str, Amount] | None = None, per_portion: PerPortion | None = None
) -> dict[str, float | None]:
    """Amounts per 100 g, by nutrient code; what is not known is None.

    Raises
    ------
    django.core.exceptions.ValidationError
        By nutrient code: if an amount is negative, no number, or more than 100 g can hold.
    """
    if (per_100g is None) == (per_portion is None):
        raise ValidationError(_("Give the amounts either per 100 g or per portion."))
    if per_portion:
        _check_weight(per_portion.grams, "portion_grams")
    given = per_100g if per_portion is None else per_portion.amounts
    factor = 1.0 if per_portion is None else 100 / float(per_portion.grams)
    errors: dict[str, Any] = {}
    amounts: dict[str, float | None] = {}
    for code, amount in (given or {}).items():
        try:
            amounts[code] = None if amount is None else _checked(code, amount, factor)
        except ValidationError as wrong:
            errors[code] = wrong
    if errors:
        raise ValidationError(errors)
    _check_together(amounts)
    return amounts


def _checked(code: str, amount: Amount, factor: float) -> float:
    if code not in NUTRIENT:
        raise ValidationError(_("This nutrient is not in the table."))
    try:
        number = float(amount) * factor  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    nutrient = NUTRIENT[code]
    if not math.isfinite(number):
        raise ValidationError(_("Enter a number, or leave it empty if the amount is not known."))
    if number < 0:
        raise ValidationError(_("An amount cannot be below 0. Leave it empty if it is not known."))
    if number > (most := _most(code)):
        raise ValidationError(
            _("%(given)s %(unit)s in 100 g is not possible: at most %(most)s. Check the unit."),
            params={"given": _in_full(number), "unit": nutrient.unit, "most": _in_full(most)},
        )
    return number


def _in_full(number: float) -> str:
    """With its digits, however large; as the language writes numbers."""
    digits = f"{number:.3f}".rstrip("0").rstrip(".")
    return number_format(Decimal(digits), use_l10n=True, force_grouping=True)


def _most(code: str) -> float:
    """What 100 g of anything can hold of a nutrient. [its unit]"""
    if code == "energy_kcal":
        return MOST_KCAL_PER_100G
    return MOST_PER_100G.get(code) or MOST_G_PER_100G / GRAMS_PER_UNIT[code.rpartition("_")[2]]


def _check_together(amounts: Mapping[str, float | None]) -> None:
    total = sum(amounts.get(code) or 0.0 for code in MACROS)
    if total > MOST_TOGETHER_G:
        raise ValidationError(
            _(
                "Protein, fat, carbohydrate, alcohol and water come to %(total)s g in 100 g of food. "
                "Check whether the amounts are for another weight."
            ),
            params={"total": f"{total:.4g}"},
        )


def _check_weight(grams: Any, field: str) -> None:
    try:
        weight = Decimal(str(grams))
    except (ArithmeticError, ValueError):
        weight = Decimal("NaN")
    if not weight.is_finite() or weight <= 0:
        raise ValidationError({field: _("A portion must weigh more than 0 g.")})
    if weight > MOST_PORTION_G:
        raise ValidationError({field: _("A portion of more than 10 kg is not possible. Check the weight.")})


def _new(user: AbstractBaseUser, id: UUID | None) -> Food:
    _check_room(user)
    id = id or uuid4()
    return Food(id=id, source=FoodSource.OWN, source_code=str(id), owner_id=user.pk)


def _check_room(user: AbstractBaseUser, more: int = 1) -> None:
    if more and own_foods(user).count() + more > MOST_OWN_FOODS:
        raise ValidationError(
            _("You have %(most)s foods of your own, which is the most. Remove some first."),
            params={"most": MOST_OWN_FOODS},
        )


def _measures(
    per_portion: PerPortion | None, portions: Iterable[tuple[str, Decimal]]
) -> list[tuple[str, Decimal]]:
    """The household measures to store: that of the label first, none twice."""
    said = [(per_portion.description, per_portion.grams)] if per_portion else []
    measures: dict[str, Decimal] = {}
    for description, grams in [*said, *portions]:
        _check_weight(grams, "portions")
        measures.setdefault(
            " ".join(str(description).split()), Decimal(str(grams)).quantize(Decimal("0.001"))
        )
    if len(measures) > MOST_PORTIONS:
        raise ValidationError(
            {"portions": _("A food can have at most %(most)s portions.") % {"most": MOST_PORTIONS}}
        )
    return list(measures.items())


def _portions(food: Food, measures: Sequence[tuple[str, Decimal]]) -> list[FoodPortion]:
    """The measures under ids made of their words, so that a diary's portion stays what it was."""
    portions = [
        FoodPortion(
            id=portion_id(food.id, description), food=food, seq=seq, description=description, grams=grams,
            usual=seq == 1,
        )
        for seq, (description, grams) in enumerate(measures, start=1)
    ]  # fmt: skip
    for portion in portions:
        try:
            portion.clean_fields(exclude=["food"])
        except ValidationError as wrong:
            raise ValidationError({"portions": wrong.messages}) from wrong
    return portions


def _write_portions(food: Food, measures: Sequence[tuple[str, Decimal]]) -> None:
    portions = _portions(food, measures)
    food.portions.exclude(id__in=[portion.id for portion in portions]).delete()
    food.portions.update(seq=F("seq") + MOST_PORTIONS)  # numbers are unique while they change places
    FoodPortion.objects.bulk_create(
        portions,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["seq", "description", "grams", "usual"],
    )
