"""What makes the diary an app that works without a network, as far as the server can tell."""

import gzip
import json
import random
import re
import struct
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import resolve
from django.utils import translation

import spasmlog
from journal import offline
from journal.calc.redflags import RED_FLAGS, red_flags
from journal.codes import Sign
from journal.views.offline import COLOURS, LOGS, own_files, release
from nutrients.models import Activity
from spasmlog.browsers import diary_key
from spasmlog.storage import HashedModules
from tests.conftest import PASSWORD
from tests.web.test_looks import BY_HAND, LIGHT

# Installed ------------------------------------------------------------------------------------


def test_the_manifest_names_the_app_its_icons_and_its_shortcuts(client, db):
    said = client.get("/manifest.webmanifest")
    about = json.loads(said.content)

    assert said["Content-Type"] == "application/manifest+json"
    assert (about["name"], about["display"], about["start_url"]) == ("SpasmLog", "standalone", "/")
    assert [one["name"] for one in about["shortcuts"]] == ["Cramp now", "Add food"]
    for one in about["shortcuts"]:
        assert resolve(one["url"].partition("#")[0])
    assert {one.get("purpose") for one in about["icons"]} == {None, "maskable"}


@pytest.mark.parametrize("icon", ["icon-180.png", "icon-192.png", "icon-512.png", "icon-maskable-512.png"])
def test_an_icon_is_a_square_of_the_size_in_its_name(icon):
    head = Path(finders.find(f"spasmlog/{icon}")).read_bytes()[:24]
    size = int(re.search(r"(\d+)\.png", icon)[1])

    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (size, size)


def test_every_page_leads_to_the_manifest_and_has_the_colours_of_its_surface(client, db):
    page = client.get("/accounts/login/").content.decode()

    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    assert re.findall(r'name="theme-color" content="(#\w+)"', page) == [COLOURS["light"], COLOURS["dark"]]
    assert {"light": LIGHT["surface"], "dark": BY_HAND["surface"]} == COLOURS


def test_the_worker_answers_for_the_whole_site_and_is_asked_for_anew_each_time(client, db):
    said = client.get("/service-worker.js")

    assert said["Content-Type"].startswith("text/javascript")
    assert (said["Service-Worker-Allowed"], said["Cache-Control"]) == ("/", "no-cache")
    assert f'"version": "{spasmlog.__version__}-' in said.content.decode()


def test_another_release_or_another_file_is_another_version(monkeypatch):
    before = release()["version"]
    monkeypatch.setattr(spasmlog, "__version__", "9.9.9")
    newer = release()["version"]
    monkeypatch.setattr("journal.views.offline.own_files", lambda: ["/static/journal/other.css"])

    assert before.startswith("0.1.0-")
    assert newer.startswith("9.9.9-")
    assert len({before, newer, release()["version"]}) == 3


def test_all_that_a_page_is_made_of_is_kept_and_is_there(client, db):
    files = own_files()
    page = client.get("/offline/").content.decode()

    assert set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)) <= set(files)
    assert {"/static/journal/offline/worker.js", "/static/journal/offline/foods.js"} <= set(files)
    assert [path for path in files if client.get(path).status_code != 200] == []
    assert not [path for path in files if "/admin/" in path or "swagger" in path]


def test_what_falls_into_the_queue_are_addresses_of_forms(browser):
    taken = release()["logs"]
    assert set(taken.values()) == set(LOGS)
    for path in taken:
        assert browser.post(path, {}).status_code in (200, 302), path


def test_modules_import_one_another_by_the_digest_of_their_content(tmp_path):
    storage = HashedModules(location=tmp_path, base_url="/static/")
    folder = Path(settings.BASE_DIR) / "journal" / "static"
    names = [f"journal/offline/{path.name}" for path in (folder / "journal/offline").glob("*.js")]
    source = FileSystemStorage(folder)
    for name in names:
        storage.save(name, source.open(name))

    for _name, _made, problem in storage.post_process({name: (source, name) for name in names}):
        assert not isinstance(problem, Exception), problem

    stored = storage.hashed_files
    text = (tmp_path / stored["journal/offline/shell.js"]).read_text()
    imported = re.findall(r'from "\./([^"]+)"', text)
    assert len(imported) >= 7
    assert {f"journal/offline/{name}" for name in imported} <= set(stored.values())


# Kept -----------------------------------------------------------------------------------------


def without_csrf(page):
    return re.sub(r'value="\w{64}"', "", page.content.decode())


def test_the_frame_is_the_same_for_everybody_and_takes_nobodys_messages(client, alice):
    nobodys = without_csrf(Client().get("/offline/"))
    client.force_login(alice.user)
    client.post("/drinks/add/", {"amount_ml": "300"})

    page = client.get("/offline/")

    assert without_csrf(page) == nobodys
    assert "X-Diary" not in page
    assert "saved" in client.get("/").content.decode()  # the message was left for the page it is meant for


def test_a_page_of_a_diary_says_whose_it_is_and_a_page_for_everybody_does_not(browser, alice):
    page = browser.get("/")

    assert page["X-Diary"] == diary_key(alice.user)
    assert f'data-diary="{diary_key(alice.user)}"' in page.content.decode()
    assert 'data-diary=""' in Client().get("/accounts/login/").content.decode()


def test_what_logging_must_know_of_a_person_is_told_to_them_alone(browser, alice, bob):
    from journal import entries

    entries.save_supplement(alice, name="Magnesium", amounts={"magnesium_mg": 100})
    entries.save_supplement(bob, name="Potassium", amounts={"potassium_mg": 99})

    about = browser.get("/offline/facts/").json()

    assert about["diary"] == diary_key(alice.user)
    assert (about["zone"], about["region"], about["ml"]) == ("Pacific/Auckland", "NZ", 1)
    assert [one["name"] for one in about["products"]] == ["Magnesium"]
    assert about["activities"][0][0]
    assert Client().get("/offline/facts/").status_code == 302


def test_all_activities_are_told_to_be_kept_and_what_everybody_does_comes_first(client, foods):
    said = client.get("/offline/activities/", headers={"accept-encoding": "gzip"})

    rows = json.loads(gzip.decompress(said.content))
    assert ["01003", "Mountain biking uphill, hard"] in rows and len(rows) == Activity.objects.count() > 500
    assert Activity.objects.get(pk=rows[0][0]).everyday == 1
    assert len(said.content) < 12_000  # bytes


def test_the_facts_cost_the_same_questions_for_two_foods_and_for_many(
    browser, alice, foods, django_assert_max_num_queries
):
    from journal import entries

    for food in foods.filter(hidden=False)[:30]:
        entries.log_meal(alice, [entries.Portion(food, grams=50)])

    with django_assert_max_num_queries(18):
        about = browser.get("/offline/facts/").json()
    assert len(about["foods"]) == 30


def test_a_browser_can_ask_whose_diary_is_open_and_the_answer_is_kept_nowhere(client, alice):
    assert client.get("/offline/who/").json()["diary"] is None
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    said = client.get("/offline/who/")

    assert said.json()["diary"] == diary_key(alice.user)
    assert "no-store" in said["Cache-Control"]


# Warning signs --------------------------------------------------------------------------------


def judged(told, signs, cramp, pregnant, kidney_failure):
    """Rules as the page judges them: any way whose ticks and answers are all there."""
    answers = {"cramp": cramp, "pregnant": pregnant, "kidney_failure": kidney_failure}
    said = {*signs, *(name for name, yes in answers.items() if yes)}
    return [rule["rule"] for rule in told if any(said.issuperset(way) for way in rule["ways"])]


@pytest.mark.parametrize("cramp", [False, True])
def test_a_page_without_a_network_judges_ticks_as_the_server_does(cramp):
    told, dice = offline.guidance()["rules"], random.Random(5)
    assert len(told) == len(RED_FLAGS) == 15
    every = [*Sign.values]
    tried = [[sign] for sign in every] + [dice.sample(every, dice.randint(0, 6)) for _ in range(3000)]
    for signs in tried:
        pregnant, kidneys = dice.random() < 0.5, dice.random() < 0.5
        conditions = {"dialysis": "yes"} if kidneys else {}
        by_server = red_flags(signs, on_episode=cramp, pregnant=pregnant, conditions=conditions)
        assert judged(told, signs, cramp, pregnant, kidneys) == by_server, signs


def test_the_words_of_a_card_have_a_place_for_the_numbers_of_a_country():
    told = offline.guidance()
    words = {rule["rule"]: rule["text"] for rule in told["rules"]}

    assert words["R02"].startswith("Call {emergency} now")
    assert not [rule for rule, text in words.items() if "%(" in text]
    assert told["numbers"]["NZ"][0] == "111"
    assert told["nowhere"] == ["your local emergency number", "an out-of-hours doctor"]


def test_in_another_language_the_english_words_of_each_card_stand_beside():
    english = {rule["rule"]: rule["title"] for rule in offline.guidance()["rules"]}
    with translation.override("de"):
        told = offline.guidance()["rules"]

    assert {rule["rule"]: rule["original"]["title"] for rule in told} == english
    assert not [rule for rule in offline.guidance()["rules"] if "original" in rule]
