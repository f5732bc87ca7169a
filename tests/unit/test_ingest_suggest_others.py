"""A YAML proposed for statuses and people: what the rows are is weighed, said with what speaks against it, or told."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.extracts import LONDON
from tests.small import nhs_number
from tests.unit.test_ingest_suggest import DECIDED, faults, loaded, written
from wnb.ingest.reading import read
from wnb.ingest.suggest import Suggestion, suggest

CODES = ("CPP", "CIN", "LAC", "S47", "EH", "EHCP", "DISAB", "DA")
NAMES = ("Amara", "Ben", "Chidi", "Dara", "Efe", "Farah", "Goran", "Hana", "Idris", "Jana", "Kofi", "Lena")
SURNAMES = ("Okoro", "Carvalho", "Nwosu", "Lindqvist", "Adeyemi", "Haddad", "Petrov", "Sato", "Khan", "Novak", "Mensah")


def plans(rows: int = 40, odd: str = "", outcome: bool = False) -> bytes:
    """Statuses under headers of nobody's making; a last day in one row of four. `odd`: a code of its own."""
    header = "Kid Ref|NHS|Fore|Sur|Born|What|From Dt|Until Dt|Detail"
    lines = [header + ("|When|Outcome" if outcome else "")]
    for at in range(rows):
        since = date(2026, 1 + at % 9, 13 + at % 16)
        until = f"{since + timedelta(days=28):%d/%m/%Y}" if at % 4 == 0 else ""
        born = date(2010 + at % 12, 1 + at % 12, 13 + at % 15)
        code = odd if odd and at % 9 == 0 else CODES[at % len(CODES)]
        cells = [f"K{at:04}", nhs_number(at), NAMES[at % 12], SURNAMES[at % 11], f"{born:%d/%m/%Y}", code,
                 f"{since:%d/%m/%Y}", until, "see file" if at % 5 == 0 else ""]  # fmt: skip
        cells += [f"{since:%d/%m/%Y} 09:30", "Did Not Attend" if at % 2 else "Attended"] if outcome else []
        lines.append("|".join(cells))
    return "\n".join([*lines, ""]).encode()


def upn(at: int) -> str:
    bare = f"8012000{at:05}"
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[sum(int(d) * n for n, d in enumerate(bare, 2)) % 23] + bare


def roll(rows: int = 40, own: str = "Adm No,") -> bytes:
    """A school's register: one row a child, its UPN, its parents."""
    lines = [f"{own}UPN,Forename,Surname,DOB,Mum,Dad,Dad asked,Sibs,Addr,Pcode,GP"]
    for at in range(rows):
        born = date(2010 + at % 9, 1 + at % 12, 13 + at % 15)
        asked = f"{date(2026, 9, 13) + timedelta(days=at % 16):%d/%m/%Y}" if at % 3 == 0 else ""
        lines.append(
            ",".join([*([f"{5000 + at}"] if own else []), upn(at), NAMES[at % 12], SURNAMES[at % 11],
                      f"{born:%d/%m/%Y}", f"Ada {SURNAMES[at % 11]}", "" if at % 3 else f"Emeka {SURNAMES[at % 11]}",
                      asked, f"{5001 + at}" if at % 2 else "", f"{at} High Street", f"E{at % 9 + 1} 5AA",
                      f"Practice {at % 4}"])
        )  # fmt: skip
    return "\n".join([*lines, ""]).encode()


def proposed(folder: Path, content: bytes, **told: str) -> tuple[Suggestion, dict[str, Any]]:
    found = suggest(written(folder, content), "extract_2026-11-10.csv", {**DECIDED, **told})
    return found, YAML(typ="safe").load(found.yaml)


def column(told: object) -> object:
    return told["column"] if isinstance(told, dict) else told


STATUS_COLUMNS = {
    "child_local_id": "Kid Ref", "nhs_number": "NHS", "given_name": "Fore", "family_name": "Sur",
    "date_of_birth": "Born", "status": "What", "status_from": "From Dt", "status_to": "Until Dt",
    "status_detail": "Detail",
}  # fmt: skip
ROLL_COLUMNS = {
    "child_local_id": "Adm No", "school_upn": "UPN", "given_name": "Forename", "family_name": "Surname",
    "date_of_birth": "DOB", "mother": "Mum", "father": "Dad", "father_asked_on": "Dad asked",
    "sibling_local_ids": "Sibs", "address": "Addr", "postcode": "Pcode", "gp_practice": "GP",
}  # fmt: skip


@pytest.mark.parametrize("rows", [12, 40, 400])
def test_an_extract_of_statuses_is_known_by_its_codes_and_its_two_days(tmp_path: Path, rows: int) -> None:
    told, yaml = proposed(tmp_path, plans(rows))
    assert yaml["holds"] == "statuses"
    assert {ours: column(theirs) for ours, theirs in yaml["columns"].items()} == STATUS_COLUMNS
    assert yaml["statuses"] == {
        "CPP": "child-protection-plan", "CIN": "child-in-need", "LAC": "looked-after", "S47": "section-47",
        "EH": "early-help", "EHCP": "ehc-plan", "DISAB": "disability", "DA": "domestic-abuse",
    }  # fmt: skip
    assert [words for words in told.doubts if words.startswith("holds: ")]
    assert "last day" in told.yaml.partition("extract:")[0]
    assert faults(tmp_path, told.yaml) == []
    found = read(tmp_path / "content", "e.csv", loaded(told.yaml), LONDON, date(2026, 11, 10))
    assert (found.rows.num_rows, found.quarantined.num_rows) == (rows, 0)


def test_a_code_of_statuses_that_nobody_knows_is_for_a_person(tmp_path: Path) -> None:
    told, yaml = proposed(tmp_path, plans(200, odd="ZQ9"))
    assert yaml["statuses"]["ZQ9"] == "DECIDE"
    assert told.undecided == ("ZQ9",)


def test_a_plan_beside_each_appointment_makes_no_extract_of_statuses(tmp_path: Path) -> None:
    _, yaml = proposed(tmp_path, plans(outcome=True))
    assert yaml.get("holds", "appointments") == "appointments"
    assert (column(yaml["columns"]["appointment_at"]), yaml["columns"]["outcome"]) == ("When", "Outcome")


@pytest.mark.parametrize("rows", [12, 40, 400])
def test_a_schools_register_is_people(tmp_path: Path, rows: int) -> None:
    told, yaml = proposed(tmp_path, roll(rows))
    assert yaml["holds"] == "people"
    assert {ours: column(theirs) for ours, theirs in yaml["columns"].items()} == ROLL_COLUMNS
    assert [words for words in told.doubts if words.startswith("holds: ")]
    assert "outcomes" not in yaml
    assert faults(tmp_path, told.yaml) == []
    found = read(tmp_path / "content", "e.csv", loaded(told.yaml), LONDON, date(2026, 11, 10))
    assert found.rows.num_rows == rows


def test_a_upn_that_is_the_only_number_says_both_which_child_and_which_pupil(tmp_path: Path) -> None:
    told, yaml = proposed(tmp_path, roll(own=""))
    assert (yaml["columns"]["child_local_id"], yaml["columns"]["school_upn"]) == ("UPN", "UPN")
    found = read(tmp_path / "content", "e.csv", loaded(told.yaml), LONDON, date(2026, 11, 10))
    assert found.rows["school_upn"].to_pylist() == found.rows["child_local_id"].to_pylist()


@pytest.mark.parametrize("holds", ["appointments", "statuses", "people"])
def test_what_a_person_says_that_it_holds_is_taken(tmp_path: Path, holds: str) -> None:
    told, yaml = proposed(tmp_path, roll(), holds=holds)
    assert yaml.get("holds", "appointments") == holds
    assert not [words for words in told.doubts if words.startswith("holds: ")]


def test_another_word_for_what_it_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="appointments, statuses or people"):
        proposed(tmp_path, roll(), holds="pupils")


def test_no_name_of_anybody_stands_in_either_proposal(tmp_path: Path) -> None:
    for content in (plans(), roll()):
        told, _ = proposed(tmp_path, content)
        assert not [name for name in (*NAMES, *SURNAMES, "Emeka", "High Street", "Practice 1") if name in told.yaml]


@pytest.mark.parametrize("header", ["Protected", "Address flag", "SEALED"])
def test_a_column_of_protected_addresses_is_never_passed_over(tmp_path: Path, header: str) -> None:
    header_line, *rows = roll().decode().strip().split("\n")
    flags = ["Y" if at == 7 else "N" for at in range(len(rows))]
    lines = [f"{header_line},{header}", *(f"{row},{flag}" for row, flag in zip(rows, flags, strict=True)), ""]
    found, told = proposed(tmp_path, "\n".join(lines).encode())
    assert told["holds"] == "people"
    assert told["columns"]["address_sealed"] == {"column": header, "yes": ["DECIDE"]}
    assert "a family's safety hangs on it" in found.yaml
