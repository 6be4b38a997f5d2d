"""Names as the two tables have them, and what each tells of added nutrients."""

import pytest

from journal.calc.fortified import ADDABLE, added_to

CA, D, B12 = "calcium_mg", "vitamin_d_ug", "vitamin_b12_ug"


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("Orange juice, 100%, with calcium added, canned, bottled or in a carton", {CA}),
        ("Fruit juice drink, added calcium (Sunny D)", {CA}),
        ("Cranberry juice cocktail, bottled, low calorie, with calcium, saccharin and corn sweetener", {CA}),
        ("Orange juice, chilled, includes from concentrate, with added calcium and vitamin D", {CA, D}),
        ("Soymilk (All flavors), lowfat, with added calcium, vitamins A and D", {CA, D}),
        ("Beverages, coconut milk, sweetened, fortified with calcium, vitamins A, B12, D2", {CA, D, B12}),
        ("Milk, whole, 3.25% milkfat, with added vitamin D", {D}),
        ("Milk, lowfat, fluid, 1% milkfat, with added nonfat milk solids, vitamin A and vitamin D", {D}),
        ("Milk, canned, evaporated, with added vitamin D and without added vitamin A", {D}),
        ("Cheese food, pasteurized process, American, vitamin D fortified", {D}),
        ("Cheese product, pasteurized process, American, vitamin D fortified", {D}),
        ("Milk, fluid, nonfat, calcium fortified (fat free or skim)", {CA}),
        ("Wheat flour, white, all-purpose, enriched, calcium-fortified", {CA}),
        ("Babyfood, oatmeal cereal with fruit, dry, instant, toddler fortified", ADDABLE),
        ("Peanut butter, vitamin and mineral fortified", ADDABLE),
        ("Beverages, chocolate-flavor beverage mix for milk, powder, with added nutrients", ADDABLE),
    ],
)
def test_what_was_added_is_read_from_the_name(name, added):
    assert added_to(name) == added


@pytest.mark.parametrize(
    "name",
    [
        "Soymilk, original and vanilla, unfortified",
        "Cereal, oat, non-fortified",
        "Milk, whole, 3.25% milkfat, without added vitamin A and vitamin D",
        "Milk, reduced fat, fluid, 2% milkfat, with added nonfat milk solids, without added vitamin A",
        "Beverages, FUZE, orange mango, fortified with vitamins A, C, E, B6",
        "Apple juice, canned or bottled, unsweetened, with added ascorbic acid",
        "Vegetable and fruit juice, 100% juice, with high vitamin C",
        "Tofu, firm, prepared with calcium sulfate and magnesium chloride (nigari)",
        "Bagels, plain, enriched, with calcium propionate (includes onion, poppy, sesame)",
        "Tortillas, ready-to-bake or -fry, flour, without added calcium",
        "Spaghetti, protein-fortified, cooked, enriched (n x 6.25)",
        "Milk, whole",
        "Popcorn, air-popped, with added butter",
        "Fruit juice drink (Sunny D)",
    ],
)
def test_what_is_natural_or_something_else_is_not_called_added(name):
    assert added_to(name) == frozenset()


def test_calcium_of_milk_with_vitamin_d_stays_the_milks_own():
    assert CA not in added_to("Milk, nonfat, fluid, with added vitamin A and vitamin D (fat free or skim)")
