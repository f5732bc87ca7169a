"""A small invented partnership of twelve nights, each child's answer explained beside it: exactly those findings."""

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.partnership import Partnership

pytestmark = pytest.mark.shared

UNCOMPARED = {"unseen-six-weeks"}
"""For `unseen`, count and evidence say what counted since the last sighting, and are not compared."""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> tuple[Partnership, list[date]]:
    data = shared_data / "histories"
    root = tmp_path_factory.mktemp("histories")
    shutil.copytree(data / "config", root / "config", copy_function=shutil.copyfile)
    partnership = Partnership(root)
    done = []
    for delivered in sorted((data / "deliveries").iterdir()):
        for file in sorted(delivered.glob("*/*")):
            partnership.deliver(file.parent.name, file)
        done.append(date.fromisoformat(delivered.name))
        partnership.night(done[-1])
    return partnership, done


def test_every_night_finds_exactly_what_is_expected(nights: tuple[Partnership, list[date]], shared_data: Path) -> None:
    partnership, done = nights
    differences = {}
    for night in done:
        names = {row["child_id"]: row["nhs_number"] or row["local_ids"] for row in partnership.listed(night)}
        for agency in partnership.configuration.agencies:
            for row in partnership.listed(night, f"agencies/{agency}.csv"):
                names.setdefault(row["child_id"], row["nhs_number"] or row["local_ids"])
        found = {
            _row(
                names[f["child_id"]], f["rule_id"], f["first_met_on"], f["last_met_on"], f["count"],
                " ".join(f["evidence"]), f["late"],
            )
            for f in partnership.findings(night)
        }  # fmt: skip
        with (shared_data / "histories" / "expected" / f"{night}.csv").open(encoding="utf-8", newline="") as rows:
            expected = {
                _row(
                    r["child"], r["rule_id"], r["first_met_on"], r["last_met_on"], r["count"], r["evidence"],
                    r["late"] == "1",
                )
                for r in csv.DictReader(rows)
            }  # fmt: skip
        if found != expected:
            differences[str(night)] = {"too many": sorted(found - expected), "missing": sorted(expected - found)}
    assert differences == {}


def _row(
    child: str, rule: str, first: object, last: object, count: object, evidence: str, late: bool
) -> tuple[str, ...]:
    compared = ("", "") if rule in UNCOMPARED else (str(count), evidence)
    return (child, rule, str(first), str(last), *compared, str(late))
