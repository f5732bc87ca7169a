"""A rule about a household, over nights: what joins children, who is told of it, and what is told to nobody else."""

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, Appointment, Child, Small, agency_yaml, missed, seen
from wnb.explain import explained
from wnb.linking import waiting_links
from wnb.whatif import tried

FAMILY = """\
version: "1"
recall_days: 28
rules:
  - {id: household, title: Two children of a household, pattern: family, children: 2, at_least: 2, within_days: 60,
     step: review, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: own-household, title: Two children of a household here, pattern: family, children: 2, at_least: 2,
     within_days: 60, scope: agency, step: engage, list: own-agency, in_force_from: 2026-01-01, source: a proposal}
"""


def begun(root: Path, *agencies: str) -> Small:
    """A partnership whose agencies say what household a child is of, in the column `lead`."""
    small = Small.begin(root, agencies, rules=FAMILY)
    for agency in agencies:
        told = agency_yaml(agency).replace("lead_professional: lead", "household_id: lead")
        small.configure(f"agencies/{agency}.yaml", told)
    return small


def at_home(home: str, *some: Iterable[Appointment]) -> list[Appointment]:
    """The appointments, with the household that the agency states."""
    return [Appointment(a.child, a.day, a.code, a.id, {"lead": home}) for each in some for a in each]


def met(small: Small, child: Child, rule: str = "household") -> str | None:
    """What `wnb explain` says of a rule that the child meets; None where it does not."""
    told = explained(small.configuration, f"nhs:{child.number}", "A. Lead", at_noon(NIGHT)).document
    [found] = [each for each in told["rules"] if each["rule_id"] == rule]
    return found["because"] if found["met"] else None


def test_two_agencies_and_the_child_they_share(tmp_path: Path) -> None:
    """The clinic's home 7 and the school's home A are one, because Ben is of both: Amara and Chidi live together."""
    small = begun(tmp_path, "clinic", "school")
    small.send("clinic", NIGHT, at_home("7", missed(AMARA, 3, 9), seen(BEN, 4)))
    small.send("school", NIGHT, at_home("A", seen(BEN, 5), missed(CHIDI, 20, 30)))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Amara"}
    because = small.row(AMARA, NIGHT)["why"]
    assert "at least 1 other child of the household had 2 or more such days within the same 60 days" in because
    assert "Chidi" not in because
    assert "school" not in because.casefold()
    [finding] = small.findings(NIGHT)
    assert finding["evidence"] == ["clinic/C1-1103", "clinic/C1-1109"]


def test_the_same_id_at_another_agency_is_another_household(tmp_path: Path) -> None:
    small = begun(tmp_path, "clinic", "school")
    small.send("clinic", NIGHT, at_home("7", missed(AMARA, 3, 9)))
    small.send("school", NIGHT, at_home("7", missed(CHIDI, 3, 9)))
    small.night(NIGHT)
    assert small.findings(NIGHT) == []


def test_whoever_moved_has_left_the_old_household(tmp_path: Path) -> None:
    """The id on the latest appointment counts; on the night before the move it was still the old one."""
    small = begun(tmp_path, "clinic")
    small.send("clinic", NIGHT, at_home("7", missed(AMARA, 3, 9), missed(BEN, 4, 10)), at_home("8", seen(AMARA, 1)))
    small.night(NIGHT)
    assert small.names(NIGHT) == set()


def test_an_agencys_own_list_rests_on_its_own_rows_and_its_own_households(tmp_path: Path) -> None:
    """The school alone says that the two live together, and the clinic alone was missed: neither is told by the other.

    Ben and Chidi, whom the school knows as of one home and misses both, are on the school's own list.
    """
    small = begun(tmp_path, "clinic", "school")
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 3, 9))
    small.send("school", NIGHT, at_home("A", seen(AMARA, 2), missed(BEN, 5, 11), missed(CHIDI, 5, 11)))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Amara", "Ben", "Chidi"}
    assert small.names(NIGHT, "agencies/clinic.csv") == set()
    assert small.names(NIGHT, "agencies/school.csv") == {"Ben", "Chidi"}
    own = {f["child_id"]: f["evidence"] for f in small.findings(NIGHT) if f["rule_id"] == "own-household"}
    assert all(seen.startswith("school/") for evidence in own.values() for seen in evidence)
    assert met(small, AMARA, "own-household") is None
    assert met(small, CHIDI, "own-household") == (
        "Not brought on 2 days in 7, 1 to 7 November 2026, at 1 organisation; "
        "at least 1 other child of the household had 2 or more such days within the same 60 days"
    )


def test_a_household_that_two_agencies_know_is_told_on_both_lists_and_published_once(tmp_path: Path) -> None:
    """`findings.parquet` has the agency with most counted; each agency's own list has its own part."""
    small = begun(tmp_path, "clinic", "school")
    small.send("clinic", NIGHT, at_home("7", missed(AMARA, 3, 9), missed(BEN, 3, 9)))
    small.send("school", NIGHT, at_home("A", missed(AMARA, 2, 8, 20), missed(BEN, 2, 8, 20)))
    small.night(NIGHT)
    own = [f for f in small.findings(NIGHT) if f["rule_id"] == "own-household"]
    assert [(f["count"], len({e.partition("/")[0] for e in f["evidence"]})) for f in own] == [(3, 1), (3, 1)]
    assert own[0]["evidence"][0].startswith("school/")
    assert small.names(NIGHT, "agencies/clinic.csv") == small.names(NIGHT, "agencies/school.csv") == {"Amara", "Ben"}


def test_what_an_agency_keeps_to_itself_makes_no_household_for_the_partnership(tmp_path: Path) -> None:
    """The refuge alone knows that the two live together: on its own list, and on nobody else's."""
    small = begun(tmp_path, "clinic", "refuge")
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 3, 9))
    small.send("refuge", NIGHT, at_home("R", missed(AMARA, 2, 8), missed(BEN, 2, 8)))
    small.night(NIGHT)
    assert small.names(NIGHT) == set()
    assert small.names(NIGHT, "agencies/clinic.csv") == set()
    assert small.names(NIGHT, "agencies/refuge.csv") == {"Amara", "Ben"}
    assert met(small, AMARA) is None
    assert met(small, AMARA, "own-household") is None


def test_an_id_that_everybody_was_given_is_no_household_and_is_counted(tmp_path: Path) -> None:
    small = begun(tmp_path, "clinic")
    others = [Child(place, f"Child{place}", "Placeholder") for place in range(10, 22)]
    small.send("clinic", NIGHT, at_home("0000", *(missed(child, 3, 9) for child in (AMARA, *others))))
    small.night(NIGHT)
    assert small.findings(NIGHT) == []
    assert small.document(NIGHT)["households_set_aside"] == 2  # for the partnership's rule, and for the clinic's own


@pytest.mark.parametrize("first", ["clinic", "school"])
def test_the_order_of_nights_does_not_matter(tmp_path: Path, first: str) -> None:
    """What two agencies tell on two nights is what they tell on one, in either order."""
    from datetime import timedelta

    rows = {
        "clinic": at_home("7", missed(AMARA, 3, 9), seen(BEN, 4)),
        "school": at_home("A", seen(BEN, 5), missed(CHIDI, 20, 30)),
    }
    second = {"clinic": "school", "school": "clinic"}[first]
    small = begun(tmp_path, "clinic", "school")
    small.send(first, NIGHT, rows[first])
    small.night(NIGHT)
    small.send(second, NIGHT + timedelta(days=1), rows[second])
    small.night(NIGHT + timedelta(days=1))
    found = small.findings(NIGHT + timedelta(days=1))
    assert [(f["rule_id"], f["count"], f["evidence"]) for f in found] == [
        ("household", 2, ["clinic/C1-1103", "clinic/C1-1109"])
    ]


def test_a_what_if_finds_on_the_night_whom_the_night_itself_found_by_the_same_households(tmp_path: Path) -> None:
    """The clinic knows Amara and Ben as one home, the school Ben and Chidi; the draft asks for one miss, not three.

    On the partnership's list all three are one household, and Chidi, the first who was missed, is found when it happens
    again. On their own lists each agency knows its own: the school does not hear that Amara, whom it also
    misses, lives with Ben, nor the clinic of Chidi.
    """
    small = begun(tmp_path, "clinic", "school")
    small.configure("rules.yaml", FAMILY.replace("at_least: 2", "at_least: 3"))
    small.send("clinic", NIGHT, at_home("7", missed(AMARA, 3), missed(BEN, 4)))
    elsewhere = at_home("B", missed(DARA, 2))
    small.send("school", NIGHT, at_home("A", missed(BEN, 5), missed(CHIDI, 6)), elsewhere, missed(AMARA, 1))
    small.night(NIGHT)
    assert small.findings(NIGHT) == []
    draft = tmp_path / "draft.yaml"
    draft.write_text(FAMILY.replace("at_least: 2", "at_least: 1").replace('"1"', '"2"'), "utf-8")
    into = tmp_path / "report"
    tried(small.configuration, draft, NIGHT, NIGHT, into, "D. Officer", at_noon(NIGHT), lambda step: None)
    with (into / "children.csv").open(encoding="utf-8-sig", newline="") as file:
        gained = {
            (row["list"], rule, row["child_id"]) for row in csv.DictReader(file) for rule in row["rules"].split("; ")
        }
    small.configure("rules.yaml", draft.read_text("utf-8"))
    after = NIGHT + timedelta(days=1)
    small.night(after)
    found = {(f["rule_id"], f["child_id"]) for f in small.findings(after)}
    assert {(rule, child) for _, rule, child in gained} == found
    assert Counter((where, rule) for where, rule, _ in gained) == {
        ("partnership", "household"): 2,
        ("clinic", "own-household"): 1,
        ("school", "own-household"): 1,
    }


def test_what_would_follow_if_two_are_one_rests_on_no_other_question_about_the_same_household(tmp_path: Path) -> None:
    """Amara and Ben each wait with one miss at the clinic and one at the school: only both answers would find them."""
    small = begun(tmp_path, "clinic", "school")
    small.send("clinic", NIGHT, at_home("7", missed(AMARA, 3), missed(BEN, 4)))
    small.send("school", NIGHT, missed(AMARA, 9, nhs=""), missed(BEN, 10, nhs=""))
    small.night(NIGHT)
    waiting = waiting_links(small.configuration, "A. Lead", at_noon(NIGHT)).document["waiting"]
    assert [each["if_one"]["finds"] for each in waiting] == [[], []]
