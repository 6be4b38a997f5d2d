"""A client made from the document by somebody else's generator compiles strictly, and lives through a day."""

import json
import shutil
import subprocess

import pytest
from django.conf import settings
from django.db import connections

from journal.models import Meal, SpasmEpisode, WaterIntake

pytestmark = [
    pytest.mark.node, pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.django_db(transaction=True),
]  # fmt: skip
SOURCE = settings.BASE_DIR / "clients" / "typescript"


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The script compiled in a folder of the test's own, against types made from the committed document."""
    folder = tmp_path_factory.mktemp("client") / "clients" / "typescript"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("node_modules", "built", "api.ts"))
    (folder.parents[1] / "docs").mkdir()
    shutil.copy(settings.BASE_DIR / "docs" / "openapi.yaml", folder.parents[1] / "docs")
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    run("npm", "run", "types", cwd=folder)
    run("npm", "run", "build", cwd=folder)
    return folder


def test_a_day_by_a_generated_client(built, live_server, monkeypatch):
    # The client keeps its connections, and so the server its threads: none may hold on to the database.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)

    told = run("node", "built/first_day.js", live_server.url, "carol@example.org", cwd=built)

    said = json.loads(told)
    meal, cramp = Meal.objects.get(), SpasmEpisode.objects.get()
    assert (said["meal"], said["cramp"]) == (str(meal.pk), str(cramp.pk))
    assert (cramp.site, cramp.side, cramp.intensity) == ("calf", "left", 6)
    water = WaterIntake.objects.get()
    assert (said["water"], water.amount_ml) == (str(water.pk), 250)
    assert {"meals", "spasms", "water", "advice", "profile"} <= set(said["types"])
    [item] = meal.items.all()
    assert said["magnesium_mg"] == pytest.approx(item.food.magnesium_mg * 30 / 100)  # 30 g of the food found


def test_a_field_that_the_document_does_not_know_does_not_compile(built):
    """The check is a check: what is not in the document is an error."""
    wrong = built / "wrong.ts"
    wrong.write_text(
        'import type { components } from "./api.js";\n'
        'export const of = (meal: components["schemas"]["MealShape"]) => meal.colour;\n'
    )

    refused = subprocess.run(
        ["npx", "tsc", "--noEmit", "--strict", "--module", "nodenext", "--skipLibCheck", "wrong.ts"],
        cwd=built, capture_output=True, text=True, timeout=300,
    )  # fmt: skip

    assert refused.returncode
    assert "Property 'colour' does not exist" in refused.stdout


def test_the_versions_are_locked_and_no_host_is_named():
    lock = (SOURCE / "package-lock.json").read_text()

    assert "://" not in lock
    assert all(one.get("integrity") for name, one in json.loads(lock)["packages"].items() if name)
