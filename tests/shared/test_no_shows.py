"""Half of a real hospital's appointments: every count, day and piece of evidence, against answers made elsewhere."""

import csv
import gzip
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.partnership import Partnership

pytestmark = pytest.mark.shared


def vitoria(root: Path, data: Path) -> Partnership:
    (root / "config" / "agencies").mkdir(parents=True)
    shutil.copyfile(data / "histories" / "config" / "wnb.yaml", root / "config" / "wnb.yaml")
    shutil.copyfile(data / "no-shows" / "rules.yaml", root / "config" / "rules.yaml")
    shutil.copyfile(data / "no-shows" / "vitoria.yaml", root / "config" / "agencies" / "vitoria.yaml")
    return Partnership(root)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Partnership:
    partnership = vitoria(tmp_path_factory.mktemp("vitoria"), shared_data)
    partnership.deliver("vitoria", shared_data / "no-shows" / "appointments.csv.gz")
    partnership.night(date(2016, 6, 8))
    return partnership


def test_every_number_of_the_night_is_as_expected(at_once: Partnership, shared_data: Path) -> None:
    expected = json.loads((shared_data / "no-shows" / "expected.json").read_text("utf-8"))
    told = at_once.document(date(2016, 6, 8))
    assert told["recoded"]["was_not_brought"] + told["recoded"]["young_person_did_not_attend"] == expected["recoded"]
    assert {name: told[name] for name in ("appointments", "children", "findings")} == {
        name: expected[name] for name in ("appointments", "children", "findings")
    }
    (extract,) = told["extracts"]
    assert extract["outcome"] == "accepted"
    assert extract["records"] == extract["accepted"] == expected["rows"]


def test_every_child_has_the_days_count_and_evidence_expected(at_once: Partnership, shared_data: Path) -> None:
    night = date(2016, 6, 8)
    patient = {row["child_id"]: row["local_ids"].removeprefix("vitoria/") for row in at_once.listed(night)}
    found = {
        (
            patient[f["child_id"]],
            f["rule_id"],
            f["first_met_on"].isoformat(),
            f["last_met_on"].isoformat(),
            f["count"],
            " ".join(reference.removeprefix("vitoria/") for reference in f["evidence"]),
        )
        for f in at_once.findings(night)
    }
    with (shared_data / "no-shows" / "expected_children.csv").open(encoding="utf-8", newline="") as rows:
        expected = {
            (r["child_local_id"], r["rule_id"], r["first_met_on"], r["last_met_on"], int(r["count"]), r["evidence"])
            for r in csv.DictReader(rows)
        }
    assert found == expected


def test_a_day_a_night_gives_the_same_numbers_as_each_day_is_told(tmp_path: Path, shared_data: Path) -> None:
    expected = json.loads((shared_data / "no-shows" / "expected.json").read_text("utf-8"))["a_day_a_night"]
    with gzip.open(shared_data / "no-shows" / "appointments.csv.gz", "rt", encoding="utf-8", newline="") as file:
        header, *lines = file.read().split("\n")
    by_day: dict[str, list[str]] = {}
    for line in filter(None, lines):
        by_day.setdefault(line.split(",")[4][:10], []).append(line)
    partnership = vitoria(tmp_path, shared_data)
    told = {}
    for day, of_the_day in sorted(by_day.items()):
        file = tmp_path / f"{day}.csv"
        file.write_text("\n".join([header, *of_the_day, ""]), "utf-8")
        partnership.deliver("vitoria", file)
        partnership.night(date.fromisoformat(day))
        told[day] = partnership.document(date.fromisoformat(day))
    for day, numbers in expected.items():
        assert sum(told[day]["recoded"].values()) == numbers["recoded"]
        assert {name: told[day][name] for name in ("appointments", "children", "findings")} == {
            name: numbers[name] for name in ("appointments", "children", "findings")
        }
