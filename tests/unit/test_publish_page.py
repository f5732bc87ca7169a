"""The list as one page: what it says, and that it needs nothing else to say it."""

import re
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from jinja2 import UndefinedError

from tests.samples import AGENCIES, RUN_BY_A_SPREADSHEET, child, event, many_children, morning, page, reason
from wnb.publish.page import css_string, escalation_html, unbroken
from wnb.publish.rows import ListPage
from wnb.publish.words import STANDING_WORDS, STEP_WORDS
from wnb.terms import Outcome, Step, Unmet

VOID = {"meta", "link", "br", "img", "input", "hr", "circle", "rect", "path", "line", "use"}


class Reader(HTMLParser):
    """Reads a page as a person would (its words), and as a machine (its tags, ids and addresses)."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.articles: dict[str, list[str]] = {}
        self.article = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.ids += [told["id"]] if "id" in told else []
        self.addresses += [value for name, value in told.items() if name in ("href", "src", "action", "data")]
        assert not [name for name in told if name.startswith("on")], "no script, not even a small one"
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag == "article":
            self.article = told["id"]
            self.articles[self.article] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag
        self.article = "" if tag == "article" else self.article

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words.append(data)
        if self.open and re.fullmatch("h[1-6]", "".join(t for t in self.open if re.fullmatch("h[1-6]", t))):
            level, said = self.headings[-1]
            self.headings[-1] = (level, said + data)
        if self.article:
            self.articles[self.article].append(data)


def read(listed: ListPage) -> Reader:
    reader = Reader()
    reader.feed(escalation_html(listed).decode("utf-8"))
    reader.close()
    assert reader.open == []
    return reader


def said(listed: ListPage) -> str:
    return " ".join(" ".join(read(listed).words).split()).replace("\u00a0", " ")


def card(listed: ListPage, case: int) -> str:
    return " ".join(" ".join(read(listed).articles[f"case-{case}"]).split()).replace("\u00a0", " ")


def test_the_page_is_headed_with_the_standing_words_the_numbers_and_who_was_silent():
    words = said(morning())
    for expected in (
        "As at the night of Saturday 21 November 2026",
        STANDING_WORDS,
        "The order of rows is not a score of risk.",
        "Hackney: 020 7946 0001 by day; 020 7946 0002 at night and at weekends",
        "In an emergency: 999",
        "Silent agencies: City and Hackney CAMHS (nothing since 12 November 2026, 9 days); School nursing (nothing has",
        "Not for live use. Not yet recorded: the data protection impact assessment and the clinical safety officer.",
        "The thresholds (rules 2026-11-01) are not approved by anybody yet.",
        "OFFICIAL-SENSITIVE",
    ):
        assert expected in words


def test_in_live_use_and_approved_there_is_no_warning():
    words = said(page((child(),)))
    assert "Not for live use" not in words
    assert "not approved" not in words
    assert "approved by A. Lead, designated nurse" in words
    assert "Every agency that was expected was heard." in words


def test_the_counts_on_the_page_are_the_page_s_values():
    html = escalation_html(morning()).decode()
    tiles = re.findall(r'<li class="tile[^"]*">(?:<a[^>]*>)?<b>(\d+)</b> <span>([^<]+)</span>', html)
    assert {words: int(number) for number, words in tiles} == {
        "Decide today": 1, "Review with partners": 2, "Engage with the family": 3, "new tonight": 3, "overdue": 1,
    }  # fmt: skip
    words = said(morning())
    for expected in ("Silent agencies 2", "Rows set aside that still wait 3",
                     "five working days on 14", "could not be verified 5",
                     "age is not known 2", "15 children came onto the list", "Before we began 3"):  # fmt: skip
        assert expected in words
    assert "Held as of this night: 2,410 appointments of 386 children." in words


def test_the_three_steps_stand_in_order_and_every_child_once():
    reader = read(morning())
    second = [words.split(" ")[0] + " " + words.split(" ")[1] for level, words in reader.headings if level == 2]
    assert [words for words in second if words in {"Decide today", "Review with", "Engage with"}] == [
        "Decide today", "Review with", "Engage with",
    ]  # fmt: skip
    assert sorted(reader.articles) == sorted(f"case-{listed.case}" for listed in morning().children)
    assert len(reader.ids) == len(set(reader.ids))
    assert {address[1:] for address in reader.addresses} <= set(reader.ids)


def test_headings_come_in_order_without_a_gap():
    levels = [level for level, _ in read(morning()).headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_card_says_who_why_what_next_by_when_and_whom():
    listed = child(new_tonight=True)
    words = card(page((listed,)), 100)
    for expected in (
        "Amina Example",
        "Born 4 March 2019, 7 years old",
        "NHS number 999 000 0018",
        "New tonight",
        "Not brought on 3 days in 59, 5 September to 2 November 2026, at 2 organisations.",
        "Last seen 5 January 2026",
        "Not brought to 3 of 4 appointments",
        "By Tuesday 24 November 2026",
        "Read the chronology",
        "Lower Clapton practice (GP): 020 7946 0011",
        "three-days-two-organisations, version 2026-11-01",
        "The same valid NHS number wherever this child is known.",
        "homerton/4400, gp/4400",
        "c0000-4f1d9a",
    ):
        assert expected in words


def test_the_table_lists_the_same_appointments_as_the_picture():
    html = escalation_html(morning()).decode()
    for listed in morning().children:
        article = html.split(f'<article class="child" id="case-{listed.case}"')[1].split("</article>")[0]
        assert article.count("<tr><td>") == len(listed.events)
        assert len(re.findall(r'<use href="#m-', article)) == len(listed.events)
        assert article.count('<use href="#counted"') == sum(event.in_evidence for event in listed.events)
        assert 'role="img" aria-labelledby="' in article


def test_overdue_is_said_in_words():
    assert "Overdue: it was due by Monday 16 November 2026" in card(morning(), 103)


def test_due_on_the_night_is_today():
    assert "What to do next Today" in card(morning(), 101)


def test_a_rule_no_longer_met_says_why_the_child_is_still_here():
    words = card(page((child(reasons=(reason(unmet=Unmet.RULE_CHANGED),)),)), 100)
    assert "No rule met tonight" in words
    assert "Not met tonight: the rule changed. Still listed until a person decides." in words


def test_what_was_not_known_of_a_child_tonight_is_on_the_card():
    words = card(morning(), 104)
    assert words.count("City and Hackney CAMHS has sent nothing since 12 November 2026") == 1
    assert "No date of birth that verifies" in words
    assert "No sighting is recorded in what is held" in words


@pytest.mark.parametrize("step", list(Step))
def test_after_a_reported_death_nothing_leads_anybody_to_the_family(step):
    dead = child(
        death_reported=True, step=step, do=("Speak with a parent or carer.",), contact=("Parent: 020 7946 0099",)
    )
    listed = page((dead,))
    words = card(listed, 100)
    assert "A death has been reported for this child. Confirm today" in words
    for lead in ("Speak", "Parent", "020 7946", "Who to contact", "What to do next", "call", "engage", "years old"):
        assert lead.lower() not in words.lower()
    assert f"{STEP_WORDS[step]} 1 child" in said(listed)
    assert "1 of them is shown under Confirm today" in said(listed)
    assert "Nobody else is at this step tonight." in said(listed)


def test_a_reported_death_among_those_who_wait_says_the_same():
    dead = child(death_reported=True, due=None, number_before_we_began=1)
    words = said(page((), before_we_began=(dead,)))
    assert "A death has been reported for this child." in words


def test_an_empty_list_says_why_it_is_empty():
    words = said(page(empty_because="Every file of tonight was refused."))
    assert "Nobody is on this list tonight Every file of tonight was refused." in words
    assert STANDING_WORDS in words
    assert words.count("Nobody is at this step tonight.") == 3


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "Marsh & <Sons>", "&amp;", "O'Neill", '"quoted"', "Ní Bhriain", "{{ page }}"]
)
def test_markup_in_a_name_is_text_escaped_once(name):
    listed = child(
        given_name=name, family_name="", data_notes=(name,), contact=(name,), local_ids=(name,),
        reasons=(reason(sentence=name, title=name, source=name),), links=(name,),
        events=(replace(event(4), agency_name=name, service=name, original_code=name, file=name),),
    )  # fmt: skip
    reader = read(page((listed,), partnership=name, alarms=(name,)))
    assert reader.tags["script"] == 0
    assert any(heading == (3, name) for heading in reader.headings)
    assert "".join(reader.words).count(name) > 12


@pytest.mark.parametrize(("given", "family"), [("None", "Null"), ("NULL", "Na"), ("nan", "True"), ("", "Undefined")])
def test_names_that_programs_take_for_nothing_survive(given, family):
    headings = read(page((child(given_name=given, family_name=family),))).headings
    assert (3, f"{given} {family}".strip()) in headings


def test_a_partnership_s_name_cannot_leave_the_style_sheet():
    hostile = '"; } body { display: none } </style><script>'
    assert css_string(hostile).count('"') == 2
    assert css_string('"a\n') == '"\\000022a\\00000a"'  # six digits: a letter after them is not taken for one more
    assert read(page((child(),), partnership=hostile)).tags["script"] == 0


@pytest.mark.parametrize("cell", RUN_BY_A_SPREADSHEET)
def test_strange_text_leaves_the_page_whole(cell):
    read(page((child(given_name=cell, family_name=cell),), partnership=cell))


def test_a_phone_number_is_not_broken_at_the_end_of_a_line():
    assert unbroken("GP: 020 7946 0011 or 12") == "GP: 020\u00a07946\u00a00011 or 12"


def test_the_page_needs_nothing_else():
    reader = read(morning())
    assert reader.tags["script"] == reader.tags["link"] == reader.tags["img"] == reader.tags["iframe"] == 0
    assert all(address.startswith("#") for address in reader.addresses)
    html = escalation_html(morning()).decode()
    assert not re.search(r"https?:|url\(|@import", html)
    assert "default-src 'none'" in html


def test_words_are_neutral_throughout():
    words = said(morning()).lower()
    for blame in ("failed to", "failure", "neglect", "dna", "non-complian", "disengag", "risk score", "offender"):
        assert blame not in words


def test_a_child_with_nothing_but_a_name_can_be_shown():
    bare = replace(
        child(), date_of_birth=None, nhs_number="", local_ids=(), agencies=(), events=(), links=(), contact=(),
        last_seen_on=None, last_not_brought_on=None, due=None, reasons=(),
    )  # fmt: skip
    words = card(page((bare,)), 100)
    assert "Date of birth not known" in words
    assert "No appointment in the twelve months before this night." in words


def test_what_an_agency_may_not_share_leaves_no_trace():
    secret = replace(event(4, "camhs", Outcome.WAS_NOT_BROUGHT), service="", original_code="")
    words = card(page((child(events=(secret,)),)), 100)
    assert "Clinic A" not in words
    assert "City and Hackney CAMHS Was not brought –" in words


def test_a_long_list_of_names_is_folded():
    html = escalation_html(many_children(200)).decode()
    assert "<summary>Show all 40</summary>" in html  # new tonight: every fifth


def test_the_same_page_gives_the_same_bytes():
    assert escalation_html(morning()) == escalation_html(morning())


def test_five_hundred_children_are_small_and_soon_made():
    began = time.perf_counter()
    held = escalation_html(many_children(500))
    assert time.perf_counter() - began < 10
    assert len(held) < 6_000_000


def test_a_template_that_asks_for_what_is_not_there_fails_loudly():
    class Lacking:
        def __getattr__(self, name: str) -> object:
            if name == "alarms":
                raise AttributeError(name)
            return getattr(morning(), name)

    with pytest.raises(UndefinedError):
        escalation_html(Lacking())  # type: ignore[arg-type]


def test_the_date_of_birth_is_written_in_words():
    assert "Born 29 February 2020, 6 years old" in card(page((child(date_of_birth=date(2020, 2, 29)),)), 100)


def test_agencies_are_named_and_not_their_ids():
    assert AGENCIES["health-visiting"] in card(morning(), 101)
