"""Every golden pair: an extract in an agency's own form, and what should come of it; differences by line and column.

A folder here is an agency: one extract, `expected.csv`, and the agency's YAML, unless `config/agencies/` has it. A new
pair is found by itself (docs/agencies.md, step 4).
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wnb.config import Agency
from wnb.date_forms import extract_date_in
from wnb.errors import Fault
from wnb.ingest.reading import read
from wnb.placing import read_model
from wnb.terms import Outcome

HERE = Path(__file__).parent
PAIRS = sorted(folder for folder in HERE.iterdir() if folder.is_dir() and not folder.name.startswith("_"))


def contract_of(folder: Path) -> Agency:
    """The agency's YAML: the partnership's own, or the one that lies beside the pair."""
    configured = HERE.parents[1] / "config" / "agencies" / f"{folder.name}.yaml"
    path = configured if configured.is_file() else folder / f"{folder.name}.yaml"
    faults: list[Fault] = []
    agency = read_model(path, path.name, Agency, {}, faults)
    assert agency is not None, "\n".join(map(str, faults))
    return agency


def extract_in(folder: Path) -> Path:
    """The one file that is neither YAML nor what is expected."""
    [path] = [each for each in folder.iterdir() if each.suffix != ".yaml" and each.name != "expected.csv"]
    return path


def told(folder: Path) -> dict[int, dict[str, str]]:
    """What comes of each record of the extract, by its line, as text."""
    path, agency = extract_in(folder), contract_of(folder)
    form = agency.extract.extract_date
    night = (extract_date_in(path.name, form) if form else None) or date(2026, 11, 15)
    reading = read(path, path.name, agency.as_of(night), ZoneInfo("Europe/London"), night)
    assert not reading.rejected, reading.note
    found = {row["line"]: {key: as_text(key, value) for key, value in row.items()} for row in reading.rows.to_pylist()}
    aside = {row["line"]: {"set_aside": row["reason"]} for row in reading.quarantined.to_pylist()}
    assert not set(found) & set(aside)
    assert len(found) + len(aside) + reading.superseded == reading.records
    return found | aside


def as_text(name: str, value: Any) -> str:
    """A value as a person writes it in a spreadsheet."""
    if value is None:
        return ""
    if name == "nhs_number":
        return f"{value:010}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def differences(folder: Path) -> Iterator[str]:
    """Each difference between what is expected and what comes of the extract, by line and column."""
    found = told(folder)
    with (folder / "expected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {int(row["line"]): row for row in rows}
    if len(expected) < len(rows):
        yield "expected.csv says one line twice"
    for line in sorted(set(found) - set(expected)):
        yield f"line {line} of the extract: not in expected.csv"
    for line, row in sorted(expected.items()):
        if line not in found:
            yield f"line {line}: no record of the extract begins there"
            continue
        got = found[line]
        if "told" in got:
            got["outcome"] = Outcome(int(got["told"])).word
        aside = row.get("set_aside") or ""
        for column in ["set_aside"] if aside else row:
            if column != "line" and got.get(column, "") != (row[column] or ""):
                yield f"line {line}, {column}: expected {row[column]!r}, and it is {got.get(column, '')!r}"


@pytest.mark.parametrize("folder", PAIRS, ids=lambda folder: folder.name)
def test_what_comes_of_the_extract_is_what_was_expected(folder: Path) -> None:
    assert list(differences(folder)) == []


def test_there_are_pairs() -> None:
    assert len(PAIRS) >= 3
