"""Faults of an agency that holds statuses or people: what would be right is of such an extract, and is said once."""

from pathlib import Path

import pytest

from tests.unit.test_config import changed, faults, folder, load, only

STATUSES = """agency: clinic
name: Social care
kind: social-care
sharing: partnership
holds: statuses
extract:
  files: "*.csv"
  delivers: changes
columns:
  child_local_id: Kid Ref
  status: What
  status_from: {column: From Dt, format: "%d/%m/%Y"}
  status_to: {column: Until Dt, format: "%d/%m/%Y"}
  status_detail: Detail
statuses:
  CPP: child-protection-plan
"""
PEOPLE = """agency: clinic
name: The school
kind: school
sharing: partnership
holds: people
extract:
  files: "*.csv"
  delivers: changes
columns:
  child_local_id: Adm No
  father_asked_on: {column: Dad asked, format: "%d/%m/%Y"}
  address_sealed: {column: Protected, yes: ["Y"]}
"""


@pytest.mark.parametrize(
    ("right", "old", "new", "place", "reason", "remedy", "example"),
    [
        (
            STATUSES, "CPP: child-protection-plan", "CPP: [disability, ehc-plan]", "16:3",
            "one code, one word", "ask the agency for a row of each", "CPP: child-protection-plan",
        ),
        (
            STATUSES, "CPP: child-protection-plan", "CPP: {status: section-47}", "16:3",
            "one code, one word", "ask the agency for a row of each", "CPP: child-protection-plan",
        ),
        (
            STATUSES, "CPP: child-protection-plan", "CPP: under-one", "16:3",
            "'under-one' is not told as a status", "", "CPP: child-protection-plan",
        ),
        (
            STATUSES, "CPP: child-protection-plan", "CPP: critical-appointment", "16:3",
            "appointment_types", "", "CPP: child-protection-plan",
        ),
        (
            STATUSES, "statuses:\n", "outcomes:\n", "15:1", "these are words of statuses; write statuses:", "", "",
        ),
        (
            STATUSES, "holds: statuses", "holds: status", "5:1", "holds: must be one of", "", "holds: statuses",
        ),
        (
            PEOPLE, "holds: people", "holds: persons", "5:1", "holds: must be one of", "", "holds: people",
        ),
        (
            PEOPLE, "  delivers: changes\n", "  delivers: changes\n  gone_means: ended\n", "6:1",
            "gone_means ended is for a snapshot of statuses; who is gone from a list of people is still who it was",
            "", "gone_means: withdrawn",
        ),
        (
            PEOPLE, "columns:\n", "outcomes: {A: attended}\ncolumns:\n", "9:1",
            "outcomes: belongs to an extract of appointments; this holds people", "Take it out", "",
        ),
        (
            PEOPLE, "columns:\n", "statuses: {EH: early-help}\ncolumns:\n", "9:1",
            "statuses: belongs to an extract of statuses; this holds people", "Take it out", "",
        ),
        (
            STATUSES, '{column: From Dt, format: "%d/%m/%Y"}', "From Dt", "12:3",
            "a column of dates is given with its format", "", 'status_from: {column: From Dt, format: "%d/%m/%Y"}',
        ),
        (
            PEOPLE, '{column: Dad asked, format: "%d/%m/%Y"}', "Dad asked", "11:3",
            "a column of dates is given with its format", "",
            'father_asked_on: {column: Dad asked, format: "%d/%m/%Y"}',
        ),
        (
            PEOPLE, '{column: Protected, yes: ["Y"]}', "Protected", "12:3",
            "which words mean yes", "", 'address_sealed: {column: Protected, yes: ["Y"]}',
        ),
        (
            PEOPLE, '{column: Protected, yes: ["Y"]}', "{column: Protected}", "12:3",
            "which words mean yes", "", 'address_sealed: {column: Protected, yes: ["Y"]}',
        ),
        (
            STATUSES, '{column: From Dt, format: "%d/%m/%Y"}', '{column: From Dt, format: "%d/%m/%y"}', "12:34",
            "%y is a year of two digits", "", 'format: "%d/%m/%Y"',
        ),
        (
            STATUSES, '{column: From Dt, format: "%d/%m/%Y"}', "{column: From Dt}", "12:3",
            "a column of dates is given with its format", "", 'status_from: {column: From Dt, format: "%d/%m/%Y"}',
        ),
        (
            STATUSES, "  delivers: changes\n", "  delivers: changes\n  snapshot_covers: everything\n", "9:3",
            "only a snapshot covers anything", "", "delivers: snapshot",
        ),
    ],
)  # fmt: skip
def test_one_fault_with_what_would_be_right_of_such_an_extract(
    tmp_path: Path, right: str, old: str, new: str, place: str, reason: str, remedy: str, example: str
) -> None:
    fault = only(folder(tmp_path, agency=changed(right, old, new)))
    assert (fault.place.removeprefix(f"{tmp_path}/config/agencies/clinic.yaml:"), fault.example) == (place, example)
    assert reason in fault.reason
    assert remedy in fault.remedy


def test_what_an_extract_of_statuses_cannot_tell_is_not_offered_for_it(tmp_path: Path) -> None:
    fault = only(folder(tmp_path, agency=changed(STATUSES, "CPP: child-protection-plan", "CPP: child protection")))
    assert "domestic-abuse" in fault.reason
    assert not [word for word in ("under-one", "critical-appointment", "post-discharge") if word in fault.reason]


def test_what_is_still_to_be_decided_of_holds_hides_nothing_of_the_parts(tmp_path: Path) -> None:
    """Whose columns are strange cannot be said before it is; a code without quotes can."""
    text = changed(changed(STATUSES, "holds: statuses", "holds: DECIDE"), "CPP: child", "5: child")
    assert [fault.place.rsplit(":", 2)[-2] for fault in faults(folder(tmp_path, agency=text))] == ["5", "16"]


def test_both_are_right_as_they_stand(tmp_path: Path) -> None:
    for place, text in (("a", STATUSES), ("b", PEOPLE)):
        assert load(folder(tmp_path / place, agency=text)).agencies["clinic"]
