"""A configuration is right, or each of its faults is said at once: where, why, what to do, what would be right."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.extracts import BASE
from wnb.agency import Agency
from wnb.config import Configuration, load
from wnb.config_schemas import texts
from wnb.errors import ConfigurationFaults, Fault
from wnb.terms import Outcome

WNB = """partnership: City and Hackney
nightly_at: "03:15"
"""
RULES = """version: "2026-11-01"
rules:
  - id: three-days
    title: Three missed days
    pattern: repeated
    at_least: 3
    within_days: 180
    step: review
    in_force_from: 2026-11-01
    source: a proposal
"""
AGENCY = """agency: clinic
name: The clinic
kind: community
sharing: partnership
extract:
  files: "*.csv"
  delivers: changes
columns:
  appointment_id: Appt ID
  appointment_at: {column: When, format: "%d/%m/%Y %H:%M"}
  outcome: [Status, Outcome]
  nhs_number: NHS no
outcomes:
  "5": attended
  "3": not_attended
"""


def folder(root: Path, wnb: str = WNB, rules: str = RULES, agency: str = AGENCY, name: str = "clinic.yaml") -> Path:
    """A `config/` of three files."""
    (root / "config" / "agencies").mkdir(parents=True)
    (root / "config" / "wnb.yaml").write_text(wnb)
    (root / "config" / "rules.yaml").write_text(rules)
    (root / "config" / "agencies" / name).write_text(agency)
    return root / "config"


def faults(config: Path) -> list[Fault]:
    with pytest.raises(ConfigurationFaults) as wrong:
        load(config)
    return wrong.value.faults


def places(config: Path) -> list[str]:
    """Where the faults are: file:line:column, from the folder on."""
    return [fault.place.removeprefix(f"{config}/") for fault in faults(config)]


def changed(text: str, old: str, new: str) -> str:
    """The text with one of its lines changed."""
    assert text.count(old) == 1
    return text.replace(old, new)


def test_what_would_be_right_of_an_extract_of_statuses_is_not_what_is_refused_of_one(tmp_path: Path) -> None:
    told = changed(AGENCY, "sharing: partnership", "sharing: partnership\nholds: statuses")
    config = folder(tmp_path, agency=changed(told, "delivers: changes", "delivers: snapshot"))
    [fault] = [fault for fault in faults(config) if "snapshot_covers" in fault.reason]
    assert fault.example == "snapshot_covers: everything"


def only(config: Path) -> Fault:
    (fault,) = faults(config)
    return fault


# ---------------------------------------------------------------- what is right


def test_the_least_that_is_right(tmp_path: Path) -> None:
    found = load(folder(tmp_path))
    assert list(found.agencies) == ["clinic"]
    assert found.partnership.settle_seconds == 60
    assert found.casework.steps
    assert found.agencies["clinic"].organisation_id == "clinic"
    assert found.path("lists") == tmp_path.resolve() / "var/lists"


def test_our_own_configuration_is_right() -> None:
    assert len(load(PROJECT / "config").agencies) == 7


@pytest.mark.parametrize("example", sorted(path.name for path in (PROJECT / "config" / "examples").glob("rules*.yaml")))
def test_the_examples_are_right(tmp_path: Path, example: str) -> None:
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    shutil.copyfile(PROJECT / "config" / "examples" / example, tmp_path / "config" / "rules.yaml")
    assert load(tmp_path / "config").rules.rules


@pytest.mark.parametrize("name", sorted(texts()))
def test_the_json_schemas_are_current(name: str) -> None:
    """When this fails: `make schema`."""
    assert (PROJECT / "config" / "schema" / name).read_text("utf-8") == texts()[name]
    json.loads(texts()[name])


def test_the_hash_is_of_every_files_text_and_of_nothing_else(tmp_path: Path) -> None:
    one, same, other = (
        load(folder(tmp_path / name, wnb=text)) for name, text in (("a", WNB), ("b", WNB), ("c", WNB + "# a word\n"))
    )
    assert one.sha256 == same.sha256 != other.sha256
    assert set(json.loads(one.as_json())) == {
        "wnb.yaml", "rules.yaml", "agencies/clinic.yaml", "linkage.json"
    }  # fmt: skip


# ---------------------------------------------------------------- one fault, in its place


AGENCY_FAULTS = [
    # what is changed, into what: line and column, reason, example
    ("kind: community", "kind: clinic", "3:1", "kind: must be one of 'hospital'", ""),
    ("sharing: partnership\n", "", "1:1", "sharing: must be given", ""),
    ("name: The clinic", "name: The clinic\ncolour: blue", "3:1", "colour: no such key", ""),
    ("  delivers: changes", "  delivers: changes\n  deliver: all", "8:3", "extract.deliver: no such key", ""),
    ('"%d/%m/%Y %H:%M"', '"%d/%m/%y"', "10:34", "%y is a year of two digits", 'format: "%d/%m/%Y %H:%M"'),
    ('"%d/%m/%Y %H:%M"', '"%d/%Q/%Y"', "10:34", "%Q is not a part of a date", 'format: "%d/%m/%Y %H:%M"'),
    ('"%d/%m/%Y %H:%M"', '"%m/%Y"', "10:34", "names year, month and day", 'format: "%Y-%m-%d"'),
    ('  "3": not_attended', "  03: not_attended", "15:3", "must be in quotes", '"03": not_attended'),
    ('  "3": not_attended', '  "3": dna', "15:3", "'dna' is not an outcome", '"5": attended'),
    ('  "3": not_attended', '  "3": did_not_attend', "15:3", "'did_not_attend' is not an outcome", '"5": attended'),
    (
        "delivers: changes", "delivers: snapshot", "5:1", "snapshot_covers: must be said",
        "snapshot_covers: {days_back: 90}",
    ),
    (
        "  delivers: changes", "  delivers: changes\n  snapshot_covers: everything", "8:3",
        "only a snapshot covers anything", "delivers: snapshot",
    ),
    (
        "  delivers: changes", "  delivers: changes\n  trailer: 'Total (.*)'", "8:3", "needs a group called rows",
        r"trailer: 'Total records,(?P<rows>\d+)'",
    ),
    (
        "  delivers: changes", "  delivers: changes\n  trailer: 'Total ('", "8:3", "not a regular expression",
        r"trailer: 'Total records,(?P<rows>\d+)'",
    ),
    ("  nhs_number: NHS no\n", "", "8:1", "give nhs_number or child_local_id", "nhs_number: NHS no"),
    ("  outcome: [Status, Outcome]\n", "", "8:1", "outcome must be given", "appointment_id: Appt ID"),
    ("  nhs_number: NHS no", "  nhs_number: X\n  status_id: X", "8:1", "status_id belongs to an extract of", ""),
    ("sharing: partnership", "sharing: fact-only\nsharing_by_service: {Eyes: partnership}", "5:1", "never wider", ""),
    (
        'outcomes:\n  "5": attended\n  "3": not_attended\n', "outcomes: {}\n", "13:1", "map at least one code",
        '"5": attended',
    ),
    ("agency: clinic", "agency: Clinic 2", "1:1", "agency", "three-days-two-organisations"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "reason", "example"), AGENCY_FAULTS)
def test_a_fault_of_an_agency_is_said_with_its_place_and_what_would_be_right(
    tmp_path: Path, old: str, new: str, place: str, reason: str, example: str
) -> None:
    fault = only(folder(tmp_path, agency=changed(AGENCY, old, new)))
    assert fault.place.endswith(f"agencies/clinic.yaml:{place}")
    assert reason in fault.reason
    assert fault.remedy
    assert fault.example == example


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('nightly_at: "01:30"', "does not exist once a year"),
        ('nightly_at: "3:15"', "in four digits"),
        ('nightly_at: "25:00"', "in four digits"),
        ("timezone: Europe/Hackney", "not a time zone"),
        ("settle_seconds: -1", "greater than or equal to 0"),
        ("engine: local2", "must be one of 'local'"),
        ("start: {backlog_a_week: 0}", "greater than or equal to 1"),
        ("paths: {inbox: a, ouput: b}", "paths.ouput: no such key"),
    ],
)
def test_a_fault_of_the_partnership(tmp_path: Path, line: str, reason: str) -> None:
    text = WNB.replace('nightly_at: "03:15"\n', "") + line + "\n"
    fault = only(folder(tmp_path, wnb=text))
    assert reason in fault.reason
    assert fault.place.startswith(f"{tmp_path}/config/wnb.yaml:2:")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("pattern: repeated", "pattern: repeatedly", "pattern"),
        ("step: review", "step: escalate", "a count alone never goes to social care"),
        ("at_least: 3", "at_least: 0", "greater than or equal to 1"),
        ("    source: a proposal\n", "", "source: must be given"),
        ("in_force_from: 2026-11-01", "in_force_from: soon", "in_force_from"),
    ],
)
def test_a_fault_of_a_rule(tmp_path: Path, old: str, new: str, reason: str) -> None:
    fault = only(folder(tmp_path, rules=changed(RULES, old, new)))
    assert reason in fault.reason
    assert re.search(r"rules\.yaml:\d+:\d+$", fault.place)


def test_a_rules_id_is_never_used_twice(tmp_path: Path) -> None:
    again = RULES + RULES.partition("rules:\n")[2]
    fault = only(folder(tmp_path, rules=again))
    assert (fault.place.endswith("rules.yaml:2:1"), "'three-days' is used twice" in fault.reason) == (True, True)


# ---------------------------------------------------------------- all faults at once


def test_every_fault_of_every_file_is_said_at_once_and_in_order(tmp_path: Path) -> None:
    agency = AGENCY
    for old, new in (
        ("kind: community", "kind: clinic"),
        ("  delivers: changes", "  delivers: snapshot\n  trailer: 'Total'"),
        ("%Y %H:%M", "%y %H:%M"),
        ('"5": attended', "5: attended"),
        ('"3": not_attended', '"3": missed'),
        ("  nhs_number: NHS no\n", ""),
    ):
        agency = changed(agency, old, new)
    config = folder(
        tmp_path, wnb='partnerschip: X\nnightly_at: "01:30"\n', rules=RULES.replace("source", "sauce"), agency=agency
    )
    assert places(config) == [
        "agencies/clinic.yaml:3:1",  # kind
        "agencies/clinic.yaml:5:1",  # snapshot_covers
        "agencies/clinic.yaml:8:3",  # trailer
        "agencies/clinic.yaml:9:1",  # neither nhs_number nor child_local_id
        "agencies/clinic.yaml:11:34",  # %y
        "agencies/clinic.yaml:14:3",  # a code without quotes
        "agencies/clinic.yaml:15:3",  # no outcome
        "rules.yaml:3:5",  # no source
        "rules.yaml:10:5",  # sauce
        "wnb.yaml:1:1",  # no partnership
        "wnb.yaml:1:1",  # partnerschip
        "wnb.yaml:2:1",  # nightly_at
    ]


def test_a_fault_is_said_once(tmp_path: Path) -> None:
    found = faults(
        folder(tmp_path, agency=changed(AGENCY, '"%d/%m/%Y %H:%M"', '"%y"').replace("kind: community\n", ""))
    )
    assert len(found) == len(set(found)) == 2


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("agency: a\nagency: b\n", "2:1", "duplicate key"),
        ("agency: [a\n", "2:1", "not YAML"),
        ("a: b: c\n", "1:5", "not YAML"),
        ("- a\n", "1:1", "holds no settings"),
        ("", "1:1", "holds no settings"),
        ("agency: a\nname: \x07\n", "1:1", "not YAML"),
        (AGENCY + "versions: [{from: 2026-02-30}]\n", "16:19", "2026-02-30 is no day of the calendar"),
    ],
)
def test_what_is_no_yaml(tmp_path: Path, text: str, place: str, reason: str) -> None:
    found = faults(folder(tmp_path, agency=text))
    assert found[0].place.endswith(f"clinic.yaml:{place}")
    assert reason in found[0].reason


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    config = folder(tmp_path)
    (config / "agencies" / "clinic.yaml").write_bytes(AGENCY.replace("The clinic", "Zoë").encode("cp1252"))
    fault = only(config)
    assert "is not UTF-8" in fault.reason


@pytest.mark.parametrize("name", ["wnb.yaml", "rules.yaml"])
def test_a_file_that_is_missing(tmp_path: Path, name: str) -> None:
    config = folder(tmp_path)
    (config / name).unlink()
    fault = only(config)
    assert (fault.place, fault.reason) == (f"{config}/{name}", "this file is missing")


def test_no_agency_at_all(tmp_path: Path) -> None:
    config = folder(tmp_path)
    (config / "agencies" / "clinic.yaml").unlink()
    assert only(config).reason == "no agency is configured"


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert only(tmp_path / "none").reason == "there is no such folder"


def test_an_agencys_file_has_its_name(tmp_path: Path) -> None:
    fault = only(folder(tmp_path, name="hospital.yaml"))
    assert (fault.reason, fault.example) == (
        "the file is called hospital.yaml, and its agency is clinic",
        "clinic.yaml",
    )


@pytest.mark.parametrize("name", ["school.yml", "school.YAML"])
def test_an_agencys_file_that_would_not_be_read_is_not_passed_over(tmp_path: Path, name: str) -> None:
    config = folder(tmp_path)
    (config / "agencies" / name).write_text(AGENCY)
    assert "would be forgotten" in only(config).reason


# ---------------------------------------------------------------- versions of a layout


def versioned(tmp_path: Path, versions: str) -> Agency:
    found: Configuration = load(folder(tmp_path, agency=f"{AGENCY}versions:\n{versions}"))
    return found.agencies["clinic"]


def test_one_word_cannot_say_that_an_address_is_sealed_and_that_it_is_not(tmp_path: Path) -> None:
    people = """agency: clinic
name: The clinic
kind: school
sharing: partnership
holds: people
extract: {delivers: changes}
columns:
  nhs_number: NHS no
  address_sealed: {column: Protected, yes: ["Y"], no: ["y "]}
"""
    [fault] = faults(folder(tmp_path, agency=people))
    assert "cannot say yes and no" in fault.reason


def test_a_delivery_is_read_by_the_version_of_its_extract_date(tmp_path: Path) -> None:
    by = versioned(
        tmp_path,
        '  - {from: 2026-06-01, outcomes: {"7": no_access}}\n'
        '  - {from: 2026-01-01, columns: {outcome: Result}, outcomes: {"3": null, "9": attended},\n'
        '     extract: {delimiter: ";"}}\n',
    )
    told = {
        day: (by.as_of(day).columns.outcome, sorted(by.as_of(day).outcomes), by.as_of(day).extract.delimiter)
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1))
    }
    assert told == {
        date(2025, 12, 31): (("Status", "Outcome"), ["3", "5"], ","),
        date(2026, 1, 1): (("Result",), ["5", "9"], ";"),
        date(2026, 5, 31): (("Result",), ["5", "9"], ";"),
        date(2026, 6, 1): (("Result",), ["5", "7", "9"], ";"),
    }


def test_what_a_version_does_not_name_stays(tmp_path: Path) -> None:
    by = versioned(tmp_path, '  - {from: 2026-01-01, outcomes: {"3": attended}}\n')
    now = by.as_of(date(2026, 1, 1))
    assert (now.columns, now.extract, now.outcomes["3"]) == (by.columns, by.extract, Outcome.ATTENDED)


def test_null_takes_a_column_away(tmp_path: Path) -> None:
    by = versioned(tmp_path, "  - {from: 2026-01-01, columns: {nhs_number: null, child_local_id: MRN}}\n")
    assert set(by.as_of(date(2026, 1, 1)).columns.declared()) == {
        "appointment_id", "appointment_at", "outcome", "child_local_id",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("versions", "reason"),
    [
        ("  - {from: 2026-01-01, columns: {outcome: null}}\n", "from 2026-01-01: columns: outcome must be given"),
        ("  - {from: 2026-01-01, columns: {colour: Blue}}\n", "from 2026-01-01: columns.colour"),
        ('  - {from: 2026-01-01, outcomes: {"3": dna}}\n', "'dna' is not an outcome"),
        ("  - {from: 2026-01-01, extract: {expected_every_days: 7}}\n", "cannot change by version"),
        ("  - {from: 2026-01-01, outcomes: {3: attended}}\n", "must be in quotes"),
        (
            "  - {from: 2026-01-01, columns: {nhs_number: null, child_local_id: MRN}}\n"
            "  - {from: 2026-02-01, columns: {child_local_id: null}}\n",
            "from 2026-02-01: columns: give nhs_number or child_local_id",
        ),
    ],
)
def test_a_version_that_could_not_be_read_by_is_a_fault_today(tmp_path: Path, versions: str, reason: str) -> None:
    fault = only(folder(tmp_path, agency=f"{AGENCY}versions:\n{versions}"))
    assert reason in fault.reason
    assert int(fault.place.split(":")[-2]) >= 16


@pytest.mark.parametrize("encoding", ["base64", "rot13", "unicode_escape", "utf-7", "idna", "utf-9"])
def test_an_encoding_is_of_text_and_keeps_it_as_it_is(tmp_path: Path, encoding: str) -> None:
    said = AGENCY.replace("delivers: changes", f"delivers: changes\n  encoding: {encoding}")
    wrong = faults(folder(tmp_path, agency=said))
    assert len(wrong) == 1
    assert "encoding" in str(wrong[0])
    for known in ("UTF8", "cp1252", "latin-1", "utf_16", "mac_roman"):
        assert Agency.model_validate(of(known)).extract.encoding == known


def of(encoding: str) -> dict[str, object]:
    """The contract of a clinic with this encoding."""
    return {**BASE, "extract": {"encoding": encoding}}
