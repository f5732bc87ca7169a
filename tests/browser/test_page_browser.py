"""The page in a real browser: whom it shuts out (nobody, we hope), how narrow, how it prints, and whom it calls."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import missing
from tests.samples import child, event, many_children, morning, page
from wnb.publish import words
from wnb.publish.page import escalation_html
from wnb.publish.rows import ListPage, SilentAgency

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        missing("Debian's Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path):
    """Writes a list to disk as a night would, and opens it."""
    tabs = []

    def open_page(listed: ListPage, width: int = 1280, height: int = 900) -> Page:
        path = tmp_path / "escalation-list.html"
        path.write_bytes(escalation_html(listed))
        tab = browser.new_page(viewport={"width": width, "height": height})
        tabs.append(tab)
        tab.goto(path.as_uri())
        return tab

    yield open_page
    for tab in tabs:
        tab.close()


def open_every_detail(tab: Page) -> None:
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("listed", [morning(), page(empty_because="Nothing came tonight.")], ids=["full", "empty"])
def test_axe_finds_nothing_with_every_detail_open(show, listed, width):
    tab = show(listed, width)
    open_every_detail(tab)
    found = Axe().run(tab, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_nothing_scrolls_sideways(show, width):
    tab = show(morning(), width)
    open_every_detail(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_telephone_a_table_s_row_is_a_column_and_loses_no_word(show):
    tab = show(morning(), 320)
    open_every_detail(tab)
    cells = [cell.bounding_box() for cell in tab.locator("#case-101 .events tbody tr").first.locator("td").all()]
    assert len({round(cell["x"]) for cell in cells}) == 1
    assert [cell["y"] for cell in cells] == sorted(cell["y"] for cell in cells)


def test_long_names_scroll_nothing_sideways(show):
    longest = "The Royal and Ancient Hospital for Sick Children, Outpatients Department (East)"
    events = (replace(event(9), agency_name=longest), replace(event(99), agency_name="W" * 90))
    listed = child(given_name="Wolfeschlegelsteinhausenbergerdorff" * 2, events=events, local_ids=("x" * 120,))
    tab = show(page((listed,), silent=(SilentAgency("homerton", longest, None, None),)), 320)
    open_every_detail(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_nothing_scrolls_sideways_with_text_twice_as_large(show):
    tab = show(morning(), 640)
    tab.add_style_tag(content="html { font-size: 200% }")
    open_every_detail(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 640


def test_the_page_asks_nobody_for_anything(browser, tmp_path):
    path = tmp_path / "escalation-list.html"
    path.write_bytes(escalation_html(morning()))
    tab = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(path.as_uri())
    tab.wait_for_load_state("networkidle")
    assert asked == [path.as_uri()]
    assert said == []
    tab.close()


def test_the_keyboard_reaches_the_list_first_and_focus_is_seen(show):
    tab = show(morning())
    tab.keyboard.press("Tab")
    skip = tab.locator(":focus")
    assert skip.inner_text() == "Skip to the list"
    assert skip.bounding_box()["x"] >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    focused = tab.locator(":focus")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert focused.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"


def test_a_name_at_a_glance_leads_to_its_card(show):
    tab = show(morning())
    tab.locator(".names a", has_text="Euan Abara").first.click()
    tab.wait_for_function("document.querySelector('#case-103').getBoundingClientRect().top < 200")
    assert tab.url.endswith("#case-103")


def test_a_detail_opens_with_the_keyboard_and_holds_the_table(show):
    tab = show(morning())
    summary = tab.locator("#case-101 summary").first
    summary.focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#case-101 table").first.is_visible()
    assert tab.locator("#case-101 tbody tr").count() == 8


def test_marks_are_drawn_inside_their_picture_at_every_width(show):
    for width in (320, 1280):
        tab = show(morning(), width)
        frame = tab.locator("#case-103 svg.timeline").bounding_box()
        marks = tab.locator("#case-103 svg.timeline > use[href^='#m-']")
        assert marks.count() == len(morning().children[1].events)
        for mark in marks.all():
            box = mark.bounding_box()
            assert frame["x"] - 3 <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 3
            assert box["y"] + box["height"] <= frame["y"] + frame["height"]


def test_colours_that_a_person_has_forced_keep_every_word(show):
    tab = show(morning())
    tab.emulate_media(forced_colors="active")
    open_every_detail(tab)
    assert tab.locator("#case-101 .due").is_visible()
    found = Axe().run(tab, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()


def test_on_paper_no_card_is_cut_and_every_sheet_says_the_night(show, tmp_path):
    tab = show(morning())
    printed = tmp_path / "list.pdf"
    tab.pdf(path=printed, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", printed, "-"], capture_output=True, check=True, text=True).stdout
    sheets = [sheet for sheet in text.split("\f") if sheet.strip()]
    for number, sheet in enumerate(sheets, start=1):
        assert "City and Hackney, night of Saturday 21 November 2026" in sheet
        assert "OFFICIAL-SENSITIVE" in sheet
        assert "If you think a child is at risk of harm, act now." in sheet
        assert f"Page {number} of {len(sheets)}" in sheet
    for listed in morning().children:
        headed = re.compile(rf"^ *{re.escape(words.name_of(listed))}\n+ *(Born|Date of birth)", re.MULTILINE)
        (begins,) = [number for number, sheet in enumerate(sheets) if headed.search(sheet)]
        assert "counted by a rule" in sheets[begins]  # the last line of a card, on the same sheet


def test_five_hundred_children_are_drawn_in_moments(show):
    tab = show(many_children(500))
    drawn = tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert drawn < 20_000
    assert tab.locator("article").count() == 500
