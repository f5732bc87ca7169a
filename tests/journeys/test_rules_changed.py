"""The thresholds change while children are listed: who was listed stays, with why; each finding has its version."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, NIGHT, RULES, Small, missed, seen
from wnb.explain import explained
from wnb.governing import approve, listed, propose
from wnb.nightly import opened

NIGHTS = [NIGHT + timedelta(days=n) for n in range(6)]
OWN = "  - {id: own-two" + RULES.partition("  - {id: own-two")[2]


def version(name: str, rule: str) -> str:
    """The rules under a version, with one rule for the partnership's list."""
    return f"""\
version: "{name}"
rules:
  - {{{rule}, title: A pattern, step: review, in_force_from: 2026-01-01, source: a proposal}}
{OWN}"""


TWO_DAYS = "id: two-days, pattern: repeated, at_least: 2, within_days: 60"
THREE_DAYS = TWO_DAYS.replace("at_least: 2", "at_least: 3")
IN_A_ROW = "id: two-in-a-row, pattern: in_a_row, at_least: 2"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Version 1 in the file; 2 approved from the third night, while the file stays; 3 from the fifth; 1 never again."""
    small = Small.begin(tmp_path_factory.mktemp("lived"), rules=version("1", TWO_DAYS))
    draft = small.root / "draft.yaml"

    def agree(text: str, after: int, since: int) -> None:
        clock = at_noon(NIGHTS[after])
        draft.write_text(text, "utf-8")
        name = propose(small.configuration, draft, "B. Officer", "", clock).document["version"]
        approve(small.configuration, name, "A. Lead", NIGHTS[since], None, clock)

    small.send("clinic", NIGHTS[0], missed(AMARA, 3, 9), missed(BEN, 2, 4, 6))
    small.send("school", NIGHTS[0], seen(CHIDI, 4))
    small.night(NIGHTS[0])
    agree(version("2", THREE_DAYS), after=0, since=2)
    for night in NIGHTS[1:4]:
        if night is NIGHTS[3]:
            small.configure("rules.yaml", version("2", THREE_DAYS))
        small.send("clinic", night, missed(CHIDI, 1, night=night))
        small.night(night)
    agree(version("3", IN_A_ROW), after=3, since=4)
    small.night(NIGHTS[4])
    small.configure("rules.yaml", version("3", IN_A_ROW))
    small.night(NIGHTS[5])
    return small


def unmet(small: Small) -> dict[str, str]:
    """The child's given name -> why no rule of the partnership's case is met, on the last night."""
    with opened(small.configuration, at_noon(NIGHTS[-1])) as casebook:
        why = {case.child_id: str(case.unmet or "") for case in casebook.cases() if case.desk == "partnership"}
    return {row["given_name"]: why[row["child_id"]] for row in small.listed(NIGHTS[-1])}


def versions(small: Small, night: int) -> set[tuple[str, str]]:
    return {(f["rule_version"], f["rule_id"]) for f in small.findings(NIGHTS[night]) if f["list"] == "partnership"}


def test_each_night_uses_the_version_in_force_on_it_and_its_findings_carry_it(lived: Small) -> None:
    assert [lived.document(night)["rules_version"] for night in NIGHTS] == ["1", "1", "2", "2", "3", "3"]
    assert [versions(lived, night) for night in range(6)] == [
        {("1", "two-days")}, {("1", "two-days")}, {("2", "two-days")}, {("2", "two-days")},
        {("3", "two-in-a-row")}, {("3", "two-in-a-row")},
    ]  # fmt: skip


def test_nobody_leaves_a_list_because_a_rule_changed(lived: Small) -> None:
    assert [lived.names(night) for night in NIGHTS] == [
        {"Amara", "Ben"}, {"Amara", "Ben"}, {"Amara", "Ben"}, {"Amara", "Ben", "Chidi"},
        {"Amara", "Ben", "Chidi"}, {"Amara", "Ben", "Chidi"},
    ]  # fmt: skip
    assert sum(sum(lived.document(night)["exits"].values()) for night in NIGHTS) == 0


def test_who_is_no_longer_met_is_told_with_the_words_rule_changed(lived: Small) -> None:
    amara = ["Not met tonight: the rule changed" in lived.row(AMARA, night)["why"] for night in NIGHTS]
    assert amara == [False, False, True, True, True, True]
    ben = ["Not met tonight: the rule changed" in lived.row(BEN, night)["why"] for night in NIGHTS]
    assert ben == [False, False, False, False, True, True]
    assert unmet(lived) == {"Amara": "", "Ben": "", "Chidi": ""}  # two in a row are met by then, the other rule is not


def test_the_list_says_who_approved_and_who_proposed_or_that_nobody_has(lived: Small) -> None:
    heads = [(lived.lists(night) / "READ-ME-FIRST.txt").read_text("utf-8-sig") for night in NIGHTS]
    assert ["not approved by anybody" in head for head in heads] == [True, True, False, False, False, False]
    page = (lived.lists(NIGHTS[2]) / "escalation-list.html").read_text("utf-8")
    assert "approved by A. Lead on 12 November 2026 (proposed by B. Officer)" in page


def test_a_file_that_stayed_behind_is_told_of_each_night_until_it_is_put_right(lived: Small) -> None:
    said = [[words for words in lived.document(night)["alarms"] if "rules.yaml" in words] for night in NIGHTS]
    assert [len(words) for words in said] == [0, 0, 1, 0, 0, 0]  # the fifth night: a version that was in force before
    assert "version 1) is not in force: version 2 is" in said[2][0]


def test_explain_goes_by_the_rules_of_the_last_night(lived: Small) -> None:
    child_id = lived.row(AMARA, NIGHTS[-1])["child_id"]
    lived.configure("rules.yaml", version("9", TWO_DAYS))
    told = explained(lived.configuration, child_id, "A. Lead", at_noon(NIGHTS[-1]))
    lived.configure("rules.yaml", version("3", IN_A_ROW))
    assert [rule["rule_id"] for rule in told.document["rules"]] == ["two-in-a-row", "own-two"]


def test_the_register_says_which_nights_used_which_version(lived: Small) -> None:
    told = listed(lived.configuration, at_noon(NIGHTS[-1])).document["versions"]
    assert {v["version"]: (v["nights"]["first"], v["nights"]["number"]) for v in told} == {
        "1": (str(NIGHTS[0]), 2), "2": (str(NIGHTS[2]), 2), "3": (str(NIGHTS[4]), 2),
    }  # fmt: skip


def test_a_file_changed_under_its_old_version_is_an_alarm_of_one_night(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, rules=version("1", TWO_DAYS))
    small.send("clinic", NIGHTS[0], missed(AMARA, 3, 9))
    small.night(NIGHTS[0])
    small.configure("rules.yaml", version("1", THREE_DAYS))
    small.night(NIGHTS[1])
    small.night(NIGHTS[2])
    said = ["its version is still 1" in json.dumps(small.document(night)["alarms"]) for night in NIGHTS[:3]]
    assert said == [False, True, False]
    assert "the rule changed" in small.row(AMARA, NIGHTS[1])["why"]
