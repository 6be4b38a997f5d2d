"""The diary as a file: taken along by both doors, looked at before it is taken in, all of it or nothing."""

import io
import json
import os
import re
import time
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from journal import entries, leaving, tasks
from journal.exchange import json_file, uploads
from journal.models import Advice, StaleDay, WarningSigns, WaterIntake
from spasmlog.access import ExportPatience, ImportPatience
from tests.web.test_today import words

pytestmark = pytest.mark.django_db
EXPORT = "/api/v1/export/"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def drink(alice):
    return entries.log_water(alice, Decimal(250), occurred_at=datetime(2026, 1, 5, 14, 0, tzinfo=UTC))


def body(answer):
    return b"".join(answer.streaming_content)


def kept_files():
    return list(Path(settings.DATA_DIR).glob("imports/*"))


def sent(raw, name="diary.json"):
    return {"file": SimpleUploadedFile(name, raw)}


# Out ------------------------------------------------------------------------------------------


def test_a_phone_gets_the_whole_diary_as_json_in_pieces(phone, drink):
    said = phone.get(EXPORT)
    assert (said.status_code, said.streaming, said["Content-Type"]) == (200, True, "application/json")
    assert said["Content-Disposition"].startswith('attachment; filename="spasmlog-20')
    assert "no-store" in said["Cache-Control"]
    assert [row["id"] for row in json.loads(body(said))["water"]] == [str(drink.pk)]


def test_a_phone_gets_the_whole_diary_as_a_zip_of_csv(phone, drink):
    said = phone.get(f"{EXPORT}?format=zip")
    assert said["Content-Type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(body(said)))
    assert packed.testzip() is None
    assert str(drink.pk) in packed.read("water.csv").decode()


def test_the_web_gives_the_same_files_as_a_phone_gets(browser, phone, drink):
    for format in ("json", "zip"):
        assert f'href="/me/export/{format}/"' in browser.get("/me/").content.decode()
        on_web, by_rest = browser.get(f"/me/export/{format}/"), phone.get(f"{EXPORT}?format={format}")
        assert on_web["Content-Disposition"] == by_rest["Content-Disposition"]
        assert on_web["Content-Type"] == by_rest["Content-Type"]
        assert said_in(body(on_web)) == said_in(body(by_rest))


def said_in(raw):
    """What a file tells, but for when it was made, and what happened to the account: the export before."""
    if raw[:2] != b"PK":
        said = json.loads(raw)
        return {name: rows for name, rows in said.items() if name not in ("exported_at", "account_events")}
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        own = [name for name in packed.namelist() if "account" not in name and "read" not in name.lower()]
        return {name: packed.read(name) for name in own}


def test_an_export_holds_nobody_elses_rows(phone, drink, bob):
    entries.log_water(bob, Decimal(333))
    assert [row["amount_ml"] for row in json.loads(body(phone.get(EXPORT)))["water"]] == [250]


def test_another_format_is_refused_by_name_and_a_stranger_is_sent_to_sign_in(phone, browser, client, db):
    assert phone.get(f"{EXPORT}?format=xml").json()["errors"] == {"format": ["Give one of: json, zip."]}
    assert browser.get("/me/export/xml/").status_code == 404
    browser.logout()
    assert browser.get("/me/export/json/").status_code == 302
    phone.credentials()
    assert phone.get(EXPORT).status_code == 401


def test_exports_are_counted_for_both_doors_together(browser, phone, monkeypatch):
    monkeypatch.setattr(ExportPatience, "get_rate", lambda self: "2/hour")
    body(phone.get(EXPORT))
    body(browser.get("/me/export/json/"))

    refused = phone.get(EXPORT)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert int(refused["Retry-After"]) > 3000
    page = browser.get("/me/export/zip/", follow=True)
    assert page.redirect_chain == [("/me/", 302)]
    assert "many times in this hour" in words(page)
    assert phone.get("/api/v1/profile/").status_code == 200


# In -------------------------------------------------------------------------------------------


@pytest.fixture
def raw(alice, drink):
    """Alice's export, of a drink that she deleted since."""
    whole = b"".join(json_file.write(alice))
    entries.remove(drink)
    return whole


def test_a_file_is_looked_at_first_and_taken_in_after_a_yes(browser, raw, drink):
    assert "/me/import/" in browser.get("/me/").content.decode()
    page = browser.post("/me/import/", sent(raw))
    assert "What would be added" in words(page) and "Drinks 0 0 1" in words(page)
    assert "Diarists" not in words(page) and "Answers about you" in words(page)
    drink.refresh_from_db()
    assert drink.deleted_at

    page = browser.post("/me/import/yes/", {"word": page.context["word"]}, follow=True)
    assert page.redirect_chain == [("/me/", 302)]
    assert "1 row taken in." in words(page)
    drink.refresh_from_db()
    assert drink.deleted_at is None
    assert kept_files() == []


def test_an_import_is_taken_back_with_all_that_it_brought_and_nothing_else(browser, alice, raw):
    said = json.loads(raw)
    said["water"] = [{**said["water"][0], "id": f"018f0000-0000-7000-8000-00000000000{n}"} for n in (1, 2)]
    said["warning_signs"] = [{
        "id": "018f0000-0000-7000-8000-000000000003", "created_at": said["water"][0]["created_at"],
        "occurred_at": timezone.now().isoformat(), "tz": "Pacific/Auckland",
        "local_date": entries.today(alice).isoformat(), "signs": ["chest_pain"], "note": "",
    }]  # fmt: skip
    before = entries.log_water(alice, amount_ml=150)
    page = browser.post("/me/import/", sent(json.dumps(said).encode()))
    page = browser.post("/me/import/yes/", {"word": page.context["word"]}, follow=True)
    assert Advice.objects.get(rule="R02").state == "new"
    drink = WaterIntake.objects.get(pk=said["water"][1]["id"])
    entries.change(drink, amount_ml=333)
    StaleDay.objects.all().delete()

    undo = re.search(r'action="(/me/import/undo/[^"]+)"', page.content.decode())[1]
    said = words(browser.post(undo, follow=True))
    assert "2 rows deleted again. Answers of the profile stay as they are." in said
    assert set(WaterIntake.objects.of(alice).live()) == {before, drink}  # changed since: it stays
    assert not WarningSigns.objects.of(alice).live().exists()
    assert Advice.objects.get(rule="R02").state == "withdrawn"
    assert StaleDay.objects.filter(diarist=alice).exists()
    assert "0 rows deleted again" in words(browser.post(undo, follow=True))


def test_only_who_took_a_file_in_takes_it_back_and_for_a_day(browser, alice, bob, raw):
    WaterIntake.objects.all().delete()
    page = browser.post("/me/import/", sent(raw))
    page = browser.post("/me/import/yes/", {"word": page.context["word"]}, follow=True)
    undo = re.search(r'action="(/me/import/undo/[^"]+)"', page.content.decode())[1]
    assert browser.post(undo[:-3] + "xx/").status_code == 404
    browser.force_login(bob.user)
    assert browser.post(undo).status_code == 404
    browser.force_login(alice.user)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "can be taken back for a day" in words(browser.post(undo, follow=True))
    assert WaterIntake.objects.of(alice).live().exists()


def test_a_broken_file_is_refused_in_words_and_not_kept(browser, raw):
    page = browser.post("/me/import/", sent(raw[:-30]))
    assert "This is not a whole JSON file." in words(page)
    assert kept_files() == []


def test_imports_are_counted_for_each_person_as_exports_are(browser, raw, monkeypatch):
    monkeypatch.setattr(ImportPatience, "get_rate", lambda self: "1/hour")
    browser.post("/me/import/", sent(raw))
    page = browser.post("/me/import/", sent(raw), follow=True)
    assert page.redirect_chain == [("/me/", 302)]
    assert "imported a diary many times in this hour" in words(page)
    assert len(kept_files()) == 1


def test_no_file_at_all_is_refused_at_its_field(browser):
    assert "This field is required." in words(browser.post("/me/import/"))


def test_a_file_that_is_too_large_is_not_even_kept(browser, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    assert "larger than any diary" in words(browser.post("/me/import/", sent(b"x" * 11)))
    assert kept_files() == []


def test_a_file_that_looked_right_and_breaks_a_rule_writes_nothing(browser, raw):
    said = json.loads(raw)
    said["water"][0]["id"] = "018f0000-0000-7000-8000-000000000001"
    said["water"].append({**said["water"][0], "id": "018f0000-0000-7000-8000-000000000002", "amount_ml": 0})
    page = browser.post("/me/import/", sent(json.dumps(said).encode()))
    page = browser.post("/me/import/yes/", {"word": page.context["word"]}, follow=True)
    assert "water, 2: An amount must be more than 0 ml. Nothing was taken in." in words(page)
    assert WaterIntake.objects.live().count() == 0
    assert kept_files() == []


@pytest.mark.parametrize("word", ["", "../../secret_key", "0" * 32])
def test_a_file_that_is_not_there_any_more_is_asked_for_again(browser, word):
    page = browser.post("/me/import/yes/", {"word": word}, follow=True)
    assert page.redirect_chain == [("/me/import/", 302)]
    assert "not here any more" in words(page)


def test_nobody_takes_in_a_file_that_somebody_else_sent(browser, client, bob, raw):
    word = browser.post("/me/import/", sent(raw)).context["word"]
    browser.force_login(bob.user)
    assert "not here any more" in words(browser.post("/me/import/yes/", {"word": word}, follow=True))
    assert not WaterIntake.objects.filter(diarist=bob).exists()


def test_files_are_kept_for_an_hour_at_most_and_one_for_each_person(alice, bob, raw):
    uploads.keep(alice.user, SimpleUploadedFile("a", raw))
    word = uploads.keep(alice.user, SimpleUploadedFile("a", raw))
    assert [path.name for path in kept_files()] == [f"{alice.user.pk}-{word}"]
    os.utime(kept_files()[0], (time.time() - 3601,) * 2)
    word = uploads.keep(bob.user, SimpleUploadedFile("a", raw))
    assert [path.name for path in kept_files()] == [f"{bob.user.pk}-{word}"]


def test_a_file_that_nobody_said_yes_to_goes_without_another_one_coming(alice, raw):
    uploads.keep(alice.user, SimpleUploadedFile("a", raw))
    tasks.forget_old()
    assert len(kept_files()) == 1
    os.utime(kept_files()[0], (time.time() - 3601,) * 2)
    tasks.forget_old()
    assert kept_files() == []


def test_a_file_that_waits_goes_with_the_account(alice, raw):
    uploads.keep(alice.user, SimpleUploadedFile("a", raw))
    leaving.delete_account(alice.user)
    assert kept_files() == []


def test_an_export_is_offered_before_the_account_is_deleted(browser):
    page = browser.get("/me/delete-account/").content.decode()
    assert page.index("/me/export/json/") < page.index('name="password"')
