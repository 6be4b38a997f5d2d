"""Loading the shared tables: once, whole or not at all, and without taking a food from a diary."""

import shutil
from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from nutrients import fixture, loading, search
from nutrients.codes import CODES
from nutrients.models import (
    Activity,
    Food,
    FoodPortion,
    LoadedRelease,
    ReferenceIntake,
    WithinPersonVariation,
    food_id,
    portion_id,
)
from nutrients.usda.release import FoodRecord, PortionRecord, ReleaseError
from tests.nutrients.made_up import PLAIN, abbrev, described, fndds_release, sr28_release, weighed

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

BANANA = FoodRecord(
    "fndds", "63107010", "Banana, raw", "Bananas", "plátano", (None, 0.0, 0.3, *[7.0] * 17),
    (PortionRecord(1, "1 banana", 126.0), PortionRecord(999, "usual amount", 100.125, usual=True)),
)  # fmt: skip


@pytest.fixture
def small(tmp_path):
    """Write a food table of a few foods; returns a function that loads it."""

    def load(*foods: FoodRecord, **options) -> list[loading.Loaded]:
        fixture.write(tmp_path / "foods", foods)
        return loading.load_everything(fixture_file=tmp_path / "foods", **options)

    return load


def stored(source: str, code: str) -> Food:
    return Food.objects.get(id=food_id(source, code))


# What ships -----------------------------------------------------------------------------------


def test_the_shipped_tables_are_loaded_whole(foods):
    releases = dict(LoadedRelease.objects.values_list("name", "rows"))

    assert loading.is_current()
    assert foods.count() == releases["foods"] == 14221
    assert (releases["fndds"], releases["sr28"]) == (5431, 8790)
    assert FoodPortion.objects.count() == 21729 + 15438
    assert "Food Surveys Research Group" in LoadedRelease.objects.get(name="fndds").citation


def test_what_is_loaded_is_not_loaded_again(django_assert_max_num_queries):
    with django_assert_max_num_queries(12):  # two to ask about each of four tables, and the transaction
        tables = loading.load_everything()

    assert [(table.name, table.rows, table.written) for table in tables] == [
        ("foods", 14221, False),
        ("reference_intakes", 223, False),
        ("within_person_variation", 31, False),
        ("activities", 820, False),
    ]


def test_whether_all_is_current_is_one_question(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert loading.is_current()


def test_another_version_of_a_table_is_not_current_until_it_is_loaded():
    LoadedRelease.objects.filter(name="activities").update(digest="of last year")
    Activity.objects.filter(code="07030").update(met=5)
    assert not loading.is_current()

    written = [table.name for table in loading.load_everything() if table.written]

    assert written == ["activities"]
    assert Activity.objects.get(code="07030").met == Decimal("0.95")
    assert loading.is_current()


def test_amounts_are_stored_as_published_and_a_blank_is_null():
    wild = stored("sr28", "15076")
    assert (wild.name, wild.magnesium_mg, wild.vitamin_d_ug) == (
        "Fish, salmon, Atlantic, wild, raw",
        29.0,
        None,
    )
    assert stored("fndds", "26137100").vitamin_b12_ug == 3.46


# Foods ----------------------------------------------------------------------------------------


def test_every_column_of_a_food_and_its_portions_is_written(small):
    small(replace(BANANA, rank=3, hidden=True))
    food = stored("fndds", "63107010")

    assert (food.source, food.source_code, food.name) == ("fndds", "63107010", "Banana, raw")
    assert (food.category, food.synonyms, food.rank, food.hidden) == ("Bananas", "plátano", 3, True)
    assert tuple(getattr(food, code) for code in CODES) == BANANA.amounts
    assert (food.owner, food.barcode, food.deleted_at) == (None, "", None)
    assert list(food.portions.values_list("id", "seq", "description", "grams", "usual")) == [
        (portion_id(food.id, "1"), 1, "1 banana", Decimal(126), False),
        (portion_id(food.id, "999"), 999, "usual amount", Decimal("100.125"), True),
    ]


@pytest.mark.slow
def test_a_changed_food_is_brought_up_to_date_under_its_old_id(small):
    before = stored("fndds", "63107010")
    changed = replace(BANANA, name="Banana, very ripe", portions=(PortionRecord(1, "1 big banana", 150.0),))
    small(changed)
    after = stored("fndds", "63107010")

    assert (after.name, after.energy_kcal, after.created_at) == ("Banana, very ripe", None, before.created_at)
    assert after.updated_at > before.updated_at
    assert [(p.description, p.grams) for p in after.portions.all()] == [("1 big banana", 150)]


@pytest.mark.slow
def test_a_food_that_left_its_release_is_hidden_and_never_deleted(small):
    small(BANANA)
    milk = stored("fndds", "11111000")

    assert milk.hidden
    assert milk.portions.exists()
    assert Food.objects.filter(owner=None).count() == 14221
    assert list(Food.objects.filter(owner=None).searchable()) == [stored("fndds", "63107010")]


@pytest.mark.slow
def test_a_food_that_comes_back_is_shown_again(small):
    milk = replace(BANANA, code="11111000", name="Milk, whole")
    small(BANANA)
    small(BANANA, milk)
    assert not stored("fndds", "11111000").hidden


@pytest.mark.slow
def test_peoples_own_foods_are_left_alone(small, django_user_model):
    ann = django_user_model.objects.create_user("ann")
    soup = Food.objects.create(source="own", source_code="1", owner=ann, name="Gran's soup", magnesium_mg=9)
    FoodPortion.objects.create(food=soup, seq=1, description="1 bowl", grams=300)

    small(BANANA)

    soup.refresh_from_db()
    assert (soup.hidden, soup.magnesium_mg, soup.portions.count()) == (False, 9, 1)


@pytest.mark.slow
def test_the_same_foods_in_another_file_are_not_written_again(small):
    small(BANANA)
    assert [table.written for table in small(BANANA)] == [False] * 4
    assert [table.written for table in small(BANANA, again=True)] == [True] * 4


def test_foods_that_were_loaded_can_be_found(small):
    small(replace(BANANA, name="Zwetschgenknödel"))
    assert [food.name for food in search.find("zwetschgenknödel")] == ["Zwetschgenknödel"]


# Release folders ------------------------------------------------------------------------------


def test_a_release_folder_stands_in_for_its_part_of_the_table(small, tmp_path):
    kale = replace(BANANA, source="sr28", code="11233", name="Kale, raw", category="Vegetables")
    double = replace(
        BANANA, source="sr28", code="09040", name="Bananas, raw", category="Fruits", hidden=False
    )
    folder = fndds_release(tmp_path / "fndds", foods=[(63107010, "Banana, raw", "Bananas", PLAIN)])

    small(BANANA, kale, double, fndds=folder)

    assert stored("fndds", "63107010").energy_kcal == 1  # of the folder; the fixture had it unknown
    assert not stored("sr28", "11233").hidden
    assert stored("sr28", "09040").hidden  # FNDDS has it
    assert loading.is_current()


@pytest.mark.slow
def test_both_folders_stand_in_for_the_whole_table(tmp_path):
    call_command(
        "load_foods",
        fndds=fndds_release(tmp_path / "fndds"),
        sr28=sr28_release(
            tmp_path / "sr28",
            contents=[abbrev("11233", iu="40", energy_kcal="49")],
            descriptions=[described("11233", "Kale, raw")],
            weights=[weighed("11233", 1, ".5", "cup", "10.3")],
        ),
        verbosity=0,
    )
    kale = stored("sr28", "11233")

    assert (kale.energy_kcal, kale.vitamin_d_ug, kale.alcohol_g) == (49, 1, None)  # 40 IU are 1 ug
    assert [(p.description, p.grams) for p in kale.portions.all()] == [("1/2 cup", Decimal("10.3"))]
    assert LoadedRelease.objects.get(name="sr28").rows == 1


def test_a_broken_release_loads_nothing_and_says_where(tmp_path):
    before = set(LoadedRelease.objects.values_list("name", "digest", "loaded_at"))
    folder = fndds_release(
        tmp_path, foods=[(63107010, "Banana, raw", "Bananas", PLAIN | {"iron_mg": "rusty"})]
    )

    with pytest.raises(CommandError) as refused:
        call_command("load_foods", fndds=folder)

    assert str(refused.value) == (
        "2021-2023 FNDDS At A Glance - FNDDS Nutrient Values.xlsx, row 3, column 'Iron (mg)': "
        "'rusty' is not a number. Nothing was loaded."
    )
    assert stored("fndds", "63107010").iron_mg == 0  # as shipped
    assert set(LoadedRelease.objects.values_list("name", "digest", "loaded_at")) == before


def test_a_load_that_fails_half_way_leaves_everything_as_it_was(small, monkeypatch):
    def full_disk():
        raise OSError("no space left")

    monkeypatch.setattr(search, "rebuild", full_disk)
    with pytest.raises(OSError, match="no space left"):
        small(replace(BANANA, name="Half a banana"))

    assert stored("fndds", "63107010").name == "Banana, raw"
    assert not stored("fndds", "11111000").hidden
    assert loading.is_current()


def test_the_fixture_is_written_from_the_releases_and_is_the_same_each_time(tmp_path):
    folders = {"fndds": fndds_release(tmp_path / "fndds"), "sr28": sr28_release(tmp_path / "sr28")}
    for name in ("one", "two"):
        call_command("write_food_fixture", **folders, to=tmp_path / name, verbosity=0, stdout=StringIO())

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert [food.name for food in fixture.read(tmp_path / "one")] == ["Banana, raw", "Butter, salted"]


def test_the_command_draws_a_bar_on_the_standard_error_and_tells_what_it_did(small, tmp_path, capsys):
    fixture.write(tmp_path / "foods", [BANANA])
    call_command("load_foods", fixture=tmp_path / "foods")
    first = capsys.readouterr()
    call_command("load_foods", fixture=tmp_path / "foods")
    second = capsys.readouterr()

    assert "foods: 1 rows loaded\n" in first.out
    assert "foods: " in first.err and "/1 [" in first.err  # what is done at once is not drawn to its end
    assert "foods: 1 rows loaded before\n" in second.out
    assert second.err == ""


# Reference intakes, day-to-day variation, activities ----------------------------------------------


def test_reference_intakes_keep_their_source_and_leave_empty_what_was_not_set():
    men = ReferenceIntake.objects.get(
        authority="nasem", nutrient="magnesium", life_stage="general", sex="male", age_min_months=31 * 12
    )
    # NASEM (IOM 1997): EAR 350 mg, RDA 420 mg for men of 31-50 years; the upper level is for supplements.
    assert (men.ear, men.rda, men.ai, men.ul, men.unit) == (350, 420, None, 350, "mg")
    assert "1997" in men.source
    assert ReferenceIntake.objects.filter(authority="efsa").count() == 223 - 154


def test_day_to_day_variation_says_what_was_only_assumed():
    women = WithinPersonVariation.objects.get(nutrient="magnesium", sex="female", age_min_y=19)
    assert (women.sd, women.cv, women.age_max_y) == (85.8, 0.38, 51)  # IOM 2000, Appendix B
    water = WithinPersonVariation.objects.get(nutrient="water_total")
    assert (water.sd, water.source) == (None, "working assumption")


def test_a_reference_row_that_left_the_table_goes():
    ReferenceIntake.objects.create(
        authority="nasem", nutrient="phlogiston", life_stage="general", group="all", sex="any",
        age_min_months=0, unit="mg", source="Stahl 1697",
    )  # fmt: skip
    LoadedRelease.objects.filter(name="reference_intakes").update(digest="of last year")
    loading.load_everything()
    assert ReferenceIntake.objects.count() == 223


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("07030,Sleeping,Rest,0.95", "07030,Sleeping,Rest,low", "row 3, column 'met'"),
        ("07030,Sleeping,Rest,0.95", f"07030,{'Zz' * 60},Rest,0.95", "row 3, column 'name'"),
        ("07030,Sleeping", ",Sleeping", "row 3, column 'code'"),
        ("met,", "effort,", "row 1, column 'met': the column is missing"),
    ],
)
def test_a_broken_table_is_refused_with_its_row_and_column(tmp_path, monkeypatch, old, new, said):
    for path in fixture.FOLDER.glob("*.csv"):
        shutil.copy(path, tmp_path)
    text = "code,name,category,met,everyday\n01015,Cycling,Cycling,7.5,8\n07030,Sleeping,Rest,0.95,\n"
    (tmp_path / "activities.csv").write_text(text.replace(old, new))
    monkeypatch.setattr(fixture, "FOLDER", tmp_path)

    with pytest.raises(ReleaseError) as refused:
        loading.load_everything()

    assert str(refused.value).startswith(f"activities.csv, {said}")
    assert Activity.objects.count() == 820


def test_activities_have_names_of_their_own_and_the_published_values():
    activities = {activity.code: activity for activity in Activity.objects.all()}
    names = {activity.name.casefold() for activity in activities.values()}

    assert len(activities) == len(names) == 820
    # 2011 Compendium: the lowest and the highest of its values, and running at 6 mph (9.7 km/h).
    assert activities["07030"].met == Decimal("0.95")
    assert (activities["12135"].met, activities["12050"].met) == (Decimal(23), Decimal("9.8"))
    assert activities["12050"].name == "Running, 9.7 km/h"


def test_150_everyday_activities_come_first_and_walking_is_the_first_of_them():
    everyday = list(Activity.objects.values_list("everyday", flat=True)[:151])
    assert everyday == [*range(1, 151), None]
    assert Activity.objects.first().category == "Walking"
