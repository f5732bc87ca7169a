"""Why a child is, or is not, on a list: in the rule's own words, with its evidence, and what came nearest where not."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, RULES, Appointment, Child, Small, missed, seen
from wnb.errors import UsageFault
from wnb.explain import chronology_of, explained
from wnb.nightly import opened
from wnb.people import close

MORE_RULES = """\
  - {id: two-organisations, title: At two organisations, pattern: across_agencies, organisations: 2,
     at_least: 3, within_days: 60, step: review, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: half, title: Half of what was offered, pattern: share, at_least_percent: 80, of_at_least: 3, within_days: 60,
     step: review, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: unseen, title: Seen by nobody, pattern: unseen, days: 300, offered_at_least: 1,
     step: review, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: later, title: Not yet, pattern: repeated, at_least: 1, within_days: 60,
     step: review, list: partnership, in_force_from: 2027-01-01, source: a proposal}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    small = Small.begin(tmp_path_factory.mktemp("explain"), rules=RULES + MORE_RULES)
    wrong = Appointment(AMARA, NIGHT - timedelta(days=20), "X")
    ahead = Appointment(AMARA, NIGHT + timedelta(days=6), "B")
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), [wrong, ahead], missed(BEN, 2), seen(BEN, 5), seen(CHIDI, 4))
    small.send("school", NIGHT, seen(AMARA, 12), missed(DARA, 1, 2, nhs=""))
    small.night(NIGHT)
    return small


def explain(small: Small, child: str | Child) -> tuple[str, dict[str, object]]:
    asked = child if isinstance(child, str) else f"nhs:{child.number}"
    told = explained(small.configuration, asked, "A. Lead", at_noon(NIGHT))
    return told.words, told.document


def rule(document: dict[str, object], rule_id: str) -> dict[str, object]:
    [found] = [told for told in document["rules"] if told["rule_id"] == rule_id]  # type: ignore[attr-defined]
    return found


def test_a_rule_that_is_met_says_so_with_its_evidence(small: Small) -> None:
    words, told = explain(small, AMARA)
    met = rule(told, "two-days")
    assert met["met"] is True
    assert met["evidence"] == ["clinic/C1-1103", "clinic/C1-1109"]
    assert met["because"] == "Not brought on 2 days in 7, 3 to 9 November 2026, at 1 organisation"
    assert told["on"] == ["clinic", "partnership"]
    assert "is on clinic's own list and on the partnership's list" in words
    assert "The same NHS number at Marsh clinic and School nursing." in words


def test_what_is_explained_is_what_was_published(small: Small) -> None:
    _, told = explain(small, AMARA)
    published = {f["rule_id"]: f["evidence"] for f in small.findings(NIGHT) if f["child_id"] == told["child_id"]}
    met = {r["rule_id"]: r["evidence"] for r in told["rules"] if r["met"]}  # type: ignore[attr-defined]
    assert met == published


@pytest.mark.parametrize(
    ("rule_id", "nearest"),
    [
        ("two-days", "1 day"),
        ("two-organisations", "at 1 organisation"),
        ("half", "1 of the 2 days offered"),
        ("unseen", "since 7 November 2026"),
    ],
)
def test_a_rule_that_is_not_met_says_what_came_nearest(small: Small, rule_id: str, nearest: str) -> None:
    _, told = explain(small, BEN)
    unmet = rule(told, rule_id)
    assert unmet["met"] is False
    assert unmet["because"].startswith("not met on any of the days recalled")  # type: ignore[attr-defined]
    assert nearest in str(unmet["nearest"])


def test_a_rule_that_is_not_met_says_how_far_it_is(small: Small) -> None:
    """Ben was not brought on 10 November: the 60 days that hold it end on 8 January."""
    words, told = explain(small, BEN)
    unmet = rule(told, "two-days")
    assert unmet["nearest_miss"] == {"more": 1, "elsewhere": 0, "from": "2026-11-13", "by": "2027-01-08"}
    assert unmet["because"] == (
        "not met on any of the days recalled; 1 more not brought by 8 January 2027 would reach review "
        "(so far: Not brought on 1 day, 10 November 2026, at 1 organisation)"
    )
    assert "1 more not brought by 8 January 2027 would reach review" in words
    assert "3 September 2027 would reach review if nobody sees the child before" in str(rule(told, "unseen")["because"])


def test_where_nothing_counts_it_says_what_there_would_have_to_be(small: Small) -> None:
    words, told = explain(small, CHIDI)
    assert told["on"] == []
    assert f"{told['child_id']} is on no list" in words
    assert rule(told, "two-days")["because"] == (
        "not met on any of the days recalled; 2 more not brought, on different days, within 60 days would reach review"
    )


def test_a_rule_that_is_not_in_force_yet_says_from_when(small: Small) -> None:
    _, told = explain(small, AMARA)
    assert rule(told, "later")["because"] == "not in force before 2027-01-01"


def test_a_child_without_an_nhs_number_is_asked_for_by_the_agencys_own(small: Small) -> None:
    words, told = explain(small, "school/L004")
    assert rule(told, "two-days")["met"] is True
    assert "By School nursing's own number, on 2 records" in words


def test_a_closed_case_says_by_whom_and_why(small: Small, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(small.root, tmp_path / "copy")
    copy = Small(tmp_path / "copy")
    child_id = copy.row(AMARA, NIGHT)["child_id"]
    close(copy.configuration, child_id, "needs-met", "A. Lead", "", None, at_noon(NIGHT))
    words, told = explain(copy, child_id)
    assert told["on"] == ["clinic"]
    assert "closed by A. Lead (needs-met)" in words


def test_a_chronology_is_in_the_order_of_days_over_all_agencies_with_what_became_of_each(small: Small) -> None:
    told = chronology_of(small.configuration, f"nhs:{AMARA.number}", "A. Lead", at_noon(NIGHT))
    events = [(e["at"][5:10], e["agency"], e["outcome"], e["state"]) for e in told.document["events"]]
    assert events == [
        ("10-23", "clinic", "entered_in_error", "entered in error"),
        ("10-31", "school", "attended", "held"),
        ("11-03", "clinic", "was_not_brought", "held"),
        ("11-09", "clinic", "was_not_brought", "held"),
        ("11-18", "clinic", "booked", "held"),
    ]
    assert (
        "2026-11-09 09:30  was not brought (N)  Marsh clinic, Speech  clinic/C1-1109  clinic_2026-11-12.csv:2"
        in told.words
    )


def test_a_withdrawn_appointment_is_told_as_withdrawn(tmp_path: Path) -> None:
    from tests.small import agency_yaml

    small = Small.begin(tmp_path, ["clinic"])
    covers = ", snapshot_covers: everything, withdrawn_limit_percent: 100, largest_drop_percent: 100"
    small.configure("agencies/clinic.yaml", agency_yaml("clinic", delivers="snapshot", more=covers))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    small.send("clinic", NIGHT + timedelta(days=1), missed(AMARA, 3))
    small.night(NIGHT + timedelta(days=1))
    told = chronology_of(small.configuration, "clinic/L001", "A. Lead", at_noon(NIGHT))
    assert [(e["at"][5:10], e["state"]) for e in told.document["events"]] == [("11-03", "withdrawn"), ("11-09", "held")]


def test_every_look_is_in_the_audit_and_the_audit_holds(small: Small) -> None:
    with opened(small.configuration, at_noon(NIGHT)) as casebook:
        before = len(casebook.audit())
    explain(small, AMARA)
    chronology_of(small.configuration, "clinic/L003", "B. Lead", at_noon(NIGHT))
    with opened(small.configuration, at_noon(NIGHT)) as casebook:
        looks = casebook.audit()[before:]
        assert [(look.what, look.actor) for look in looks] == [("looked", "A. Lead"), ("looked", "B. Lead")]
        assert casebook.verify_audit().holds


def test_before_the_first_night_there_is_nothing_to_explain(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no night has been done yet"):
        explain(Small.begin(tmp_path), AMARA)
