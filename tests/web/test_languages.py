"""Languages: chosen by hand, complete, and honest about what nobody has reviewed."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from journal import advice, entries, signs, wording
from journal.codes import Units
from nutrients.models import Activity
from spasmlog import catalogs
from spasmlog.american import american

pytestmark = pytest.mark.django_db
OTHERS = ("de", "es")


def test_a_language_is_chosen_at_the_foot_of_any_page_and_stays(client):
    answer = client.post("/language/", {"language": "de", "next": "/warning-signs/"})
    assert answer.headers["Location"] == "/warning-signs/"
    assert '<html lang="de"' in client.get("/warning-signs/").content.decode()


def test_each_language_is_offered_by_its_own_name_and_the_present_one_is_pressed(client):
    page = client.get("/warning-signs/", headers={"Accept-Language": "es"}).content.decode()
    assert re.search(r'lang="de" aria-pressed="false">Deutsch<', page)
    assert re.search(r'lang="es" aria-pressed="true">Español<', page)


def test_another_site_is_no_place_to_go_on_to_after_choosing(client):
    answer = client.post("/language/", {"language": "de", "next": "https://elsewhere.example/"})
    assert not answer.headers["Location"].startswith("http")


@pytest.mark.parametrize(("units", "word"), [(Units.US, "colors"), (Units.METRIC, "colours")])
def test_english_is_spelled_as_where_the_units_are_used(browser, alice, units, word):
    alice.units = units
    alice.save()
    assert f"Use these {word}" in browser.get("/me/").content.decode()


def test_a_red_flag_in_german_has_its_english_words_beside_it(alice):
    entries.log_spasm(alice, site="calf", signs=["chest_pain"])
    with translation.override("de"):
        (card,) = advice.cards_for(alice)
    with translation.override("en-gb"):
        (english,) = advice.cards_for(alice)

    assert card.original.title == english.title == "Chest pain or a racing heart: get help now"
    assert english.original is None


@pytest.mark.parametrize("language", OTHERS)
def test_the_banner_in_a_translation_says_that_it_awaits_review(browser, alice, language):
    entries.log_spasm(alice, site="calf", signs=["chest_pain"])
    page = browser.get("/", headers={"Accept-Language": language}).content.decode()
    assert "Chest pain or a racing heart: get help now" in page and 'class="original' in page


@pytest.mark.parametrize("language", OTHERS)
def test_ticks_in_a_translation_stand_beside_their_english_names_signed_in_or_not(client, browser, language):
    for anybody in (client, browser):
        page = anybody.get("/warning-signs/", headers={"Accept-Language": language}).content.decode()
        assert page.count('class="small soft" lang="en"') == len(signs.named())


def test_an_english_page_says_nothing_of_translations(browser, alice):
    entries.log_spasm(alice, site="calf", signs=["chest_pain"])
    assert 'class="original' not in browser.get("/").content.decode()
    assert 'lang="en">' not in browser.get("/warning-signs/").content.decode()


def test_ticks_without_an_account_are_answered_in_both_languages():
    with translation.override("es"):
        (card,) = signs.judge(["chest_pain"], cramp=False, pregnant=False, kidney_failure=False)
    assert card.original.title == str(wording.RED["R02"][0])


def test_an_activity_is_found_logged_and_kept_for_offline_by_its_name_in_the_language_spoken(browser, alice):
    german = {"Accept-Language": "de"}
    found = browser.get("/exercise/results/?q=spazieren", headers=german).content.decode()
    assert "Spazierengehen" in found
    code = re.search(r'name="activity" value="([^"]+)"', found)[1]
    assert code in browser.get("/exercise/results/?q=pleasure", headers=german).content.decode()
    entries.log_exercise(alice, activity=Activity.objects.get(pk=code), minutes=30)
    assert "Spazierengehen" in browser.get("/", headers=german).content.decode()
    assert [code, "Spazierengehen"] in browser.get("/offline/activities/", headers=german).json()
    assert "Walking for pleasure" in browser.get("/").content.decode()


def test_a_speed_with_a_comma_is_told_in_miles_to_those_who_speak_them(browser, alice):
    alice.units = Units.US
    alice.save()
    found = browser.get("/exercise/results/?q=5,6", headers={"Accept-Language": "de"}).content.decode()
    assert "Gehen, zügig (3.5 mph)" in found


# The catalogs ---------------------------------------------------------------------------------


def test_an_american_calls_and_does_not_ring():
    assert american("Ring %(advice_line)s if") == "Call %(advice_line)s if"
    assert american("This device rings from now on.") == "This device rings from now on."


def test_american_spelling_keeps_capitals_and_leaves_other_words_alone():
    assert american("Fibre, litres and a flavour. Fibreglass") == "Fiber, liters and a flavor. Fibreglass"


TAG = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.S)
UNSEEN = re.compile(r"<(script|style|svg|code|pre)\b.*?</\1>|<[^>]*>", re.S)
WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = {"SpasmLog", "Deutsch", "Español"}


def _said_outside_gettext(path: Path) -> list[str]:
    """Words of a template that stand in no translate tag."""
    source = TAG.sub("", path.read_text())
    source = re.sub(r"{%\s*block page_class.*?endblock.*?%}", "", source)
    source = re.sub(r"{%\s*blocktrans(late)?\b.*?{%\s*endblocktrans(late)?\s*%}", "", source, flags=re.S)
    source = UNSEEN.sub(" ", re.sub(r"{[{%].*?[}%]}", " ", source, flags=re.S))
    return [word for word in WORD.findall(source) if word not in NAMES]


TEMPLATES = sorted(
    path
    for place in catalogs.PLACES
    for path in (catalogs.HOUSE / place).rglob("templates/**/*.html")
    if path.name != "api_docs.html"  # the frame of a document for developers, which is English
)


def test_no_template_says_a_word_outside_gettext():
    assert len(TEMPLATES) > 80
    assert {path.name: said for path in TEMPLATES if (said := _said_outside_gettext(path))} == {}


def test_no_template_writes_a_date_in_the_order_of_one_language():
    """Day, month and year stand in another order elsewhere: the format is a text like others."""
    ordered = re.compile(r'\|date:"[A-Za-z:]+[ ,]+[^"]*"')
    assert {path.name: found for path in TEMPLATES if (found := ordered.findall(path.read_text()))} == {}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-gb", "Monday 5 January 2026"),
        ("de", "Montag, 5. Januar 2026"),
        ("es", "lunes, 5 de enero de 2026"),
    ],
)
def test_a_day_is_written_as_its_language_writes_it(browser, language, said):
    page = browser.get("/day/2026-01-05/", headers={"Accept-Language": language}).content.decode()
    assert f"<h1>{said}</h1>" in page


def test_an_american_reads_the_month_first(browser, alice):
    alice.units = Units.US
    alice.save()
    assert "<h1>Monday, January 5, 2026</h1>" in browser.get("/day/2026-01-05/").content.decode()


@pytest.mark.parametrize("language", [*catalogs.WHOLE, catalogs.AMERICAN])
def test_every_text_is_said_in_every_language(language):
    assert list(catalogs.complaints(language, catalogs.texts())) == []


def test_a_phone_in_german_gets_the_english_words_of_a_card_too(phone, alice):
    entries.log_spasm(alice, site="calf", signs=["chest_pain"])
    [card] = phone.get("/api/v1/advice/", headers={"Accept-Language": "de"}).json()["results"]
    [english] = phone.get("/api/v1/advice/").json()["results"]

    assert card["original"]["title"] == english["title"] != card["title"]
    assert english["original"] is None
