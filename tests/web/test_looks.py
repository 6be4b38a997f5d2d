"""The stylesheet and the frame of every page: legible in light and dark, small, and whole without script."""

import gzip
import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

CSS = (Path(settings.BASE_DIR) / "spasmlog/static/spasmlog/base.css").read_text()
TEMPLATES = [
    path
    for folder in ("spasmlog/templates", "journal/templates", "nutrients/templates")
    for path in (Path(settings.BASE_DIR) / folder).rglob("*.html")
]
FRAME = ("journal", "allauth", "account", "partials", "usersessions", "mfa")


def colours(block):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


LIGHT = colours(CSS.split(":root {")[1].split("}")[0])
BY_DEVICE = colours(CSS.split(':root:not([data-theme="light"]) {')[1].split("}")[0])
BY_HAND = colours(CSS.split(':root[data-theme="dark"] {')[1].split("}")[0])


def luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)  # WCAG 2.2, definition of contrast ratio
    assert contrast("#767676", "#ffffff") == pytest.approx(
        4.54, abs=0.01
    )  # the lightest grey for AA on white


def test_dark_is_the_same_by_the_device_and_by_hand_and_leaves_no_role_out():
    assert BY_DEVICE == BY_HAND
    assert set(BY_HAND) == set(LIGHT)


@pytest.mark.parametrize("theme", [LIGHT, BY_HAND], ids=["light", "dark"])
def test_text_has_the_contrast_of_aa(theme):
    grounds = ("paper", "surface", "sunken")
    pairs = [*product(("ink", "ink-soft", "brand"), grounds), *product(("ink", "brand"), ("brand-soft",))]
    pairs += [(f"on-{role}", role) for role in ("brand", "cramp", "urgent")]
    pairs += [(role, f"{role}-soft") for role in ("cramp", "urgent", "warn", "good")]
    pairs += [("ink", f"{role}-soft") for role in ("cramp", "urgent", "warn", "good")]
    pairs += [(role, "surface") for role in ("cramp", "urgent", "warn", "good")] + [("surface", "warn")]
    poor = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, BY_HAND], ids=["light", "dark"])
def test_controls_and_marks_have_the_contrast_of_aa_for_things_that_are_not_text(theme):
    pairs = product(("line-strong", "focus", "chart-known", "chart-reference"), ("surface", "paper"))
    poor = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3} == {}


def test_colours_are_named_once_and_used_by_their_roles():
    rules = CSS.split("/* Ground")[1].split("@media print")[0]
    assert re.findall(r"#[0-9a-f]{3,6}\b", rules) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_inline_script_or_style(path):
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|hx-on", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/meals/add/",
        "/drinks/add/",
        "/exercise/add/",
        "/supplements/",
        "/me/",
        "/me/place/",
        "/me/start/",
    ],
)
def test_every_page_has_a_name_one_heading_landmarks_and_a_way_past_the_navigation(browser, page):
    html = browser.get(page).content.decode()
    title = re.search(r"<title>(.+?) · SpasmLog</title>", html, re.S)[1]
    assert title.strip() and html.count("<h1") == 1
    for landmark in (
        '<html lang="en-gb"',
        "<header",
        '<nav class="main-nav" aria-label="Main"',
        '<main id="main"',
        "<footer",
    ):
        assert landmark in html
    assert html.index('class="skip" href="#main"') < html.index("<header")
    assert 'role="status"' in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/meals/add/?q=milk",
        "/drinks/add/",
        "/exercise/add/",
        "/supplements/new/",
        "/me/",
        "/me/profile/",
        "/me/place/",
        "/me/conditions/",
    ],
)
def test_every_field_has_a_label_and_every_id_is_there_once(browser, page):
    html = browser.get(page).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    fields = re.findall(r"<(?:input|select|textarea)[^>]*>", html)
    asking = [tag for tag in fields if 'type="hidden"' not in tag]
    labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html))
    nameless = [
        tag for tag in asking if not (found := re.search(r'\sid="([^"]+)"', tag)) or found[1] not in labelled
    ]
    assert nameless == []


def test_style_and_script_of_every_page_are_small():
    names = ["spasmlog/base.css", "spasmlog/app.js", "django_htmx/htmx-2.min.js"]
    sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in names}
    assert sizes["spasmlog/base.css"] < 10_000 and sizes["spasmlog/app.js"] < 4_000
    assert sum(sizes.values()) < 30_000, sizes


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_in_the_same_house(browser):
    answer = browser.get("/nothing/here/")
    assert answer.status_code == 404
    assert (
        "There is nothing here" in answer.content.decode()
        and '<nav class="main-nav"' in answer.content.decode()
    )


@pytest.mark.django_db
def test_pages_are_not_kept_by_caches_that_others_share(browser):
    assert "private" in browser.get("/")["Cache-Control"]


@pytest.mark.django_db
def test_the_page_forbids_what_it_does_not_need(browser):
    policy = browser.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy
