"""`wnb whatif`: what other rules would have done, in numbers, on a page, and in a list that only its owner may read."""

import csv
import json
import re
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, RULES, Small, missed, seen
from wnb.errors import ConfigurationFaults, UsageFault
from wnb.governed import rules_sha256
from wnb.governing import read_draft
from wnb.nightly import opened
from wnb.told import Told
from wnb.whatif import tried

TWICE = "pattern: repeated, at_least: 2"
STRICTER = RULES.replace('version: "1"', 'version: "2"').replace(TWICE, TWICE.replace("2", "3"), 1)
ONE_MISS = RULES.replace('version: "1"', 'version: "3"').replace(TWICE, TWICE.replace("2", "1"), 1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Amara was not brought twice, Ben once, Chidi always came; Dara was not brought twice, and only the quiet
    service knows.
    """
    small = Small.begin(tmp_path_factory.mktemp("whatif"), agencies=("clinic", "refuge"))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 2), seen(BEN, 5), seen(CHIDI, 4))
    small.send("refuge", NIGHT, missed(DARA, 1, 2))
    small.night(NIGHT)
    return small


def what_if(small: Small, rules: str, into: Path, first: date | None = None, last: date | None = None) -> Told:
    draft = into.parent / "draft.yaml"
    draft.write_text(rules, "utf-8")
    return tried(small.configuration, draft, first, last, into, "D. Officer", at_noon(NIGHT), lambda step: None)


def children_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "children.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_stricter_rule_drops_the_child_who_met_the_old_one(small: Small, tmp_path: Path) -> None:
    told = what_if(small, STRICTER, tmp_path / "report").document
    assert (told["in_force"]["version"], told["draft"]["version"]) == ("1", "2")
    [partnership] = [one for one in told["lists"] if one["list"] == "partnership"]
    assert [partnership[number] for number in ("in_force", "draft", "gained", "dropped")] == [1, 0, 0, 1]
    [dropped] = children_of(tmp_path / "report")
    assert (dropped["change"], dropped["list"], dropped["rules"]) == ("dropped", "partnership", "two-days")
    assert dropped["first_night"] == "2026-11-09"


def test_a_milder_rule_brings_those_who_missed_once(small: Small, tmp_path: Path) -> None:
    told = what_if(small, ONE_MISS, tmp_path / "report").document
    assert told["gained"]["children"] == 1
    assert told["gained"]["days_not_brought"]["1"] == 1
    assert told["dropped"]["children"] == 0
    [rule] = [rule for rule in told["rules"] if rule["change"] != "same"]
    assert (rule["id"], rule["change"]) == ("two-days", "changed")
    assert "1 or more days" in rule["draft_says"]


def test_the_same_rules_change_nothing_and_say_so(small: Small, tmp_path: Path) -> None:
    told = what_if(small, RULES.replace('version: "1"', 'version: "1b"'), tmp_path / "report")
    assert told.document["gained"]["children"] == told.document["dropped"]["children"] == 0
    assert "no rule differs" in told.words
    assert children_of(tmp_path / "report") == []


def test_what_an_agency_keeps_to_itself_is_in_none_of_it(small: Small, tmp_path: Path) -> None:
    told = what_if(small, ONE_MISS, tmp_path / "report").document
    assert "refuge" not in {one["list"] for one in told["lists"]}
    assert "refuge" not in {one["agency"] for one in told["agencies"]}
    assert told["kept_to_themselves"] == 1
    assert all(row["list"] != "refuge" for row in children_of(tmp_path / "report"))
    assert "quiet service" not in (tmp_path / "report" / "report.html").read_text("utf-8")


def test_only_its_owner_may_read_what_is_written_and_the_audit_says_who_asked(small: Small, tmp_path: Path) -> None:
    what_if(small, ONE_MISS, tmp_path / "report")
    for file in (tmp_path / "report").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with opened(small.configuration, at_noon(NIGHT)) as casebook:
        entry = casebook.audit()[-1]
    assert entry.actor == "D. Officer"
    assert entry.phrase == "Tried the rules 3 over past nights; the ids of 1 children were written to a file"


def test_neither_page_nor_document_names_a_child(small: Small, tmp_path: Path) -> None:
    told = what_if(small, ONE_MISS, tmp_path / "report")
    ids = {row["child_id"] for row in children_of(tmp_path / "report")}
    assert ids
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    for text in (page, json.dumps(told.document), told.words):
        assert not re.search(r"\bc-[0-9a-z]{8,}", text)
        for child in (AMARA, BEN, CHIDI, DARA):
            assert child.family not in text
            assert child.number not in text


def test_small_numbers_by_age_are_not_told(small: Small, tmp_path: Path) -> None:
    told = what_if(small, ONE_MISS, tmp_path / "report").document
    assert {row["draft"] for row in told["ages"]} == {None}
    assert "under 5" in (tmp_path / "report" / "report.html").read_text("utf-8")


def test_the_page_needs_nothing_else(small: Small, tmp_path: Path) -> None:
    what_if(small, ONE_MISS, tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert page.count('<svg class="chart') >= 3
    assert "12 reviews a week" in page


def test_the_nights_can_be_chosen(small: Small, tmp_path: Path) -> None:
    first = NIGHT - timedelta(days=1)
    told = what_if(small, STRICTER, tmp_path / "report", first, NIGHT).document
    assert (told["nights"], told["from"]) == (2, first.isoformat())
    assert len(told["nightly"]["draft"]) == 2
    assert told["lists"][0]["in_force"] == 0  # met since the 9th: listed on these nights, and not newly
    assert told["lists"][0]["dropped"] == 1


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (None, NIGHT + timedelta(days=1), "nights to come are not known"),
        (NIGHT, NIGHT - timedelta(days=3), "lies after"),
    ],
)
def test_nights_that_cannot_be_looked_at(
    small: Small, tmp_path: Path, first: date | None, last: date | None, says: str
) -> None:
    with pytest.raises(UsageFault, match=says):
        what_if(small, STRICTER, tmp_path / "report", first, last)


def test_a_draft_with_a_fault_is_told_of_and_nothing_is_written(small: Small, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults, match="at_least"):
        what_if(small, RULES.replace("at_least: 2", "at_least: none", 1), tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_before_the_first_night_there_is_nothing_to_look_back_on(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    with pytest.raises(UsageFault, match="no night has been done"):
        what_if(small, STRICTER, tmp_path / "report")


def test_the_document_says_which_rules_it_was_made_for(small: Small, tmp_path: Path) -> None:
    told = what_if(small, STRICTER, tmp_path / "report").document
    rules, _ = read_draft(tmp_path / "draft.yaml")
    assert told["draft"]["sha256"] == rules_sha256(rules)
    assert json.loads((tmp_path / "report" / "whatif.json").read_text("utf-8"))["schema"] == "wnb.whatif/1"
