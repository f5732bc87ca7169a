"""`wnb check --sample`: what a night would make of a file, in counts, with nothing of a child and nothing kept."""

import json
import re
import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.partnership import at_noon
from tests.small import NIGHT
from wnb import cli
from wnb.errors import UsageFault

PROJECT = Path(__file__).parents[2]
CLINIC = """agency: clinic
name: Clinic
kind: community
sharing: partnership
extract: {files: "clinic_*.csv", extract_date: "%Y-%m-%d", quarantine_limit_percent: 10}
columns:
  appointment_id: appt_id
  appointment_at: {column: appt_start, format: "%Y-%m-%d %H:%M"}
  outcome: status
  nhs_number: nhs_number
  family_name: surname
  date_of_birth: {column: dob, format: "%Y-%m-%d"}
outcomes: {ATT: attended, DNA: not_attended}
"""
HEADER = "appt_id,nhs_number,surname,dob,appt_start,status\n"
ROW = "A{:03},9990001006,SMITH,2012-01-13,2026-11-{:02} 09:30,{}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cli, "_clock", lambda: at_noon(NIGHT))
    for name in ("wnb.yaml", "rules.yaml"):
        (tmp_path / "config" / "agencies").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / "config" / name, tmp_path / "config" / name)
    (tmp_path / "config" / "agencies" / "clinic.yaml").write_text(CLINIC, "utf-8")
    return tmp_path


def sampled(root: Path, *bodies: str, name: str = "clinic_2026-11-10.csv", header: str = HEADER) -> Result:
    file = root / name
    file.write_text(header + "".join(bodies), "utf-8")
    config = str(root / "config")
    return CliRunner().invoke(
        cli.app, ["check", "--sample", str(file), "--agency", "clinic", "--config", config, "--json"]
    )


def test_a_stray_cell_of_a_workbook_is_told_with_its_place(root: Path) -> None:
    (root / "config" / "agencies" / "clinic.yaml").write_text(
        CLINIC.replace("clinic_*.csv", "clinic_*.xlsx").replace("extract: {", "extract: {format: excel, "), "utf-8"
    )
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    for at in range(20):
        book.active.append([f"A{at}", "9990001006", "SMITH", date(2012, 1, 13), datetime(2026, 10, 1 + at), "ATT"])
    book.active["E17"] = "16/10/2026 09:30"
    file = root / "clinic_2026-11-10.xlsx"
    book.save(file)
    asked = ["check", "--sample", str(file), "--agency", "clinic", "--config", str(root / "config")]
    words = CliRunner().invoke(cli.app, asked).stdout
    assert re.search(r"\n +17  E17   appt_start  mixed_date_types\n", words)
    [first] = json.loads(CliRunner().invoke(cli.app, [*asked, "--json"]).stdout)["first_set_aside"]
    assert (first["line"], first["cell"], first["column"]) == (17, "E17", "appt_start")
    said = CliRunner().invoke(cli.app, ["agency", "diff", *asked[2:]]).stdout
    assert '"appt_start" (appointment_at): 19 of its cells are dates and 1 are texts or numbers: ' in said
    assert said.count("E17") == 1
    assert "16/10" not in words + said


def good(count: int) -> str:
    return "".join(ROW.format(at, 1 + at % 9, "DNA" if at % 5 == 0 else "ATT") for at in range(count))


def test_a_file_that_keeps_its_contract_ends_well(root: Path) -> None:
    result = sampled(root, good(20))
    told = json.loads(result.stdout)
    assert (result.exit_code, told["outcome"], told["records"], told["accepted"]) == (0, "accepted", 20, 20)
    assert told["outcomes"] == {"attended": 16, "not_attended": 4}


def test_every_record_is_accounted_for_and_each_reason_says_what_to_do(root: Path) -> None:
    told = json.loads(sampled(root, good(30), ROW.format(90, 3, "WNB"), good(1)).stdout)
    assert told["accepted"] + told["superseded"] + told["quarantined"] == told["records"] == 32
    [unknown] = [each for each in told["reasons"] if each["reason"] == "unknown_status"]
    assert unknown["rows"] == 1
    assert "add it under outcomes" in unknown["remedy"]
    assert told["new_codes"] == [{"code": "WNB", "rows": 1, "children": 1}]
    [first] = told["first_set_aside"]
    assert (first["line"], first["column"], first["reason"]) == (32, "status", "unknown_status")


def test_the_exit_says_whether_a_night_would_take_it(root: Path) -> None:
    assert sampled(root, good(20), ROW.format(90, 3, "WNB")).exit_code == 0  # within the limit
    assert sampled(root, good(5), ROW.format(90, 3, "WNB")).exit_code == 3
    assert sampled(root, good(5), header=HEADER.replace("status", "state")).exit_code == 4


def test_a_name_that_a_night_would_never_look_at_is_said(root: Path) -> None:
    for name in ("other_2026-11-10.csv", "clinic_today.csv"):
        result = sampled(root, good(5), name=name)
        assert result.exit_code == 4
        assert "a night would not take it" in json.loads(result.stdout)["not_taken"]


def test_nothing_of_a_child_is_shown_and_nothing_is_kept(root: Path) -> None:
    before = sorted(root.rglob("*"))
    file = root / "clinic_2026-11-10.csv"
    file.write_text(HEADER + good(9) + ROW.format(90, 31, "ATT") + ROW.format(91, 3, "saw SMITH"), "utf-8")
    config = str(root / "config")
    for extra in ([], ["--json"]):
        said = CliRunner().invoke(
            cli.app, ["check", "--sample", str(file), "--agency", "clinic", "--config", config, *extra]
        )
        assert said.stdout
        for value in ("SMITH", "9990001006", "2012-01-13", "A090", "2026-11-31"):
            assert value not in said.stdout
    assert sorted(path for path in root.rglob("*") if path != file) == before


def test_a_sample_is_judged_by_the_version_of_its_date(root: Path) -> None:
    path = root / "config" / "agencies" / "clinic.yaml"
    path.write_text(CLINIC + "versions: [{from: 2026-11-10, columns: {outcome: state}}]\n", "utf-8")
    header = HEADER.replace("status", "state")
    assert sampled(root, good(5), header=header).exit_code == 0
    assert sampled(root, good(5), header=header, name="clinic_2026-11-09.csv").exit_code == 4


def test_whose_a_sample_is_must_be_known(root: Path) -> None:
    config = str(root / "config")
    said = CliRunner().invoke(cli.app, ["check", "--agency", "clinic", "--config", config])
    assert said.exit_code == 2
    (root / "x.csv").write_text(HEADER, "utf-8")
    said = CliRunner().invoke(cli.app, ["check", "--sample", str(root / "x.csv"), "--config", config])
    assert isinstance(said.exception, UsageFault)


def test_a_configuration_that_says_decide_is_refused(root: Path) -> None:
    path = root / "config" / "agencies" / "clinic.yaml"
    path.write_text(CLINIC.replace("DNA: not_attended", "DNA: DECIDE"), "utf-8")
    assert "outcomes.DNA: DECIDE stands where a person has to decide" in str(sampled(root, good(5)).exception)
