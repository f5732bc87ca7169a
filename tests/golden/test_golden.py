"""Every golden pair: an extract in an agency's own form, and what should come of it; differences by line and column.

A folder here is an agency: one extract, `expected.csv`, and the agency's YAML, unless `config/agencies/` has it. A new
pair is found by itself (docs/agencies.md, step 5). Who made it need not read Python: what is wrong is a sentence.
"""

import csv
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wnb.agency import Agency
from wnb.date_forms import extract_date_in
from wnb.errors import Fault
from wnb.ingest.reading import read
from wnb.placing import read_model
from wnb.terms import Outcome

HERE = Path(__file__).parent
PAIRS = sorted(folder for folder in HERE.iterdir() if folder.is_dir() and not folder.name.startswith("_"))

AS_A_SPREADSHEET_HAS_IT = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}( .*)?")
REWRITTEN = "a spreadsheet rewrites dates when it saves: write them in a text editor, like 2026-11-02 09:30"


class NotAPair(Exception):
    """What is amiss with a pair as a whole, in words for whoever made it."""


def contract_of(folder: Path) -> Agency:
    """The agency's YAML: the partnership's own, or the one that lies beside the pair."""
    configured = HERE.parents[1] / "config" / "agencies" / f"{folder.name}.yaml"
    path = configured if configured.is_file() else folder / configured.name
    if not path.is_file():
        raise NotAPair(f"{folder.name}: there is no YAML of this agency; copy it to config/agencies/{configured.name}")
    faults: list[Fault] = []
    agency = read_model(path, path.name, Agency, {}, faults)
    if agency is None:
        raise NotAPair("\n".join(map(str, faults)))
    return agency


def extract_in(folder: Path) -> Path:
    """The one file that is neither YAML nor what is expected."""
    not_it = ("expected.csv", "~$", ".")  # a spreadsheet that has a file open leaves a lock beside it
    found = [each for each in sorted(folder.iterdir()) if each.suffix != ".yaml" and not each.name.startswith(not_it)]
    if len(found) != 1:
        there = f"{len(found)} files: {', '.join(each.name for each in found)}" if found else "none"
        raise NotAPair(f"{folder.name}: one extract lies beside expected.csv, and there is {there}")
    return found[0]


def told(folder: Path) -> dict[int, dict[str, str]]:
    """What comes of each record of the extract, by its line, as text."""
    path, agency = extract_in(folder), contract_of(folder)
    form = agency.extract.extract_date
    night = (extract_date_in(path.name, form) if form else None) or date(2026, 11, 15)
    reading = read(path, path.name, agency.as_of(night), ZoneInfo("Europe/London"), night)
    if reading.rejected:
        raise NotAPair(f"{path.name} is refused as a whole: {reading.note}")
    found = {row["line"]: {key: as_text(key, value) for key, value in row.items()} for row in reading.rows.to_pylist()}
    aside = {row["line"]: {"set_aside": row["reason"]} for row in reading.quarantined.to_pylist()}
    assert not set(found) & set(aside)
    assert len(found) + len(aside) + reading.superseded == reading.records
    return found | aside


def written_down(path: Path) -> list[dict[str, str]]:
    """The rows of expected.csv, each with the line of the extract that it is about."""
    if not path.is_file():
        raise NotAPair(f"{path.parent.name}: there is no {path.name} beside the extract")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not all((row.get("line") or "").isdecimal() for row in rows):
        words = "needs a column line, with a whole number in each row, and commas between"
        raise NotAPair(f"{path.parent.name}: {path.name} {words}")
    return rows


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
    rows = written_down(folder / "expected.csv")
    expected = {int(row["line"]): row for row in rows}
    if len(expected) < len(rows):
        yield "expected.csv says one line twice"
    for line in sorted(set(found) - set(expected)):
        yield f"line {line} of the extract: not in expected.csv"
    rewritten = False
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
                rewritten |= bool(AS_A_SPREADSHEET_HAS_IT.fullmatch(row[column] or ""))
                yield f"line {line}, {column}: expected {row[column]!r}, and it is {got.get(column, '')!r}"
    if rewritten:
        yield REWRITTEN


def said_of(folder: Path) -> list[str]:
    """All that is to be said of a pair, one a line; nothing where it is right."""
    try:
        return list(differences(folder))
    except NotAPair as wrong:
        return [str(wrong)]


@pytest.mark.parametrize("folder", PAIRS, ids=lambda folder: folder.name)
def test_what_comes_of_the_extract_is_what_was_expected(folder: Path) -> None:
    if said := said_of(folder):
        pytest.fail("\n".join([f"tests/golden/{folder.name}", *said]), pytrace=False)


def test_there_are_pairs() -> None:
    assert len(PAIRS) >= 3


# ---------------------------------------------------------------- what is said of a pair that is not right


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A copy of a pair that is right."""
    return shutil.copytree(HERE / "riverside-dental", tmp_path / "riverside-dental")


def test_of_an_agency_without_its_yaml_a_sentence_says_where_to_put_it(pair: Path) -> None:
    (pair / "riverside-dental.yaml").unlink()
    assert said_of(pair) == [
        "riverside-dental: there is no YAML of this agency; copy it to config/agencies/riverside-dental.yaml"
    ]


def test_a_pair_without_its_extract_or_its_expectation_is_said_in_a_sentence(pair: Path) -> None:
    (pair / "expected.csv").unlink()
    assert said_of(pair) == ["riverside-dental: there is no expected.csv beside the extract"]
    extract_in(pair).unlink()
    assert said_of(pair) == ["riverside-dental: one extract lies beside expected.csv, and there is none"]


def test_each_difference_is_a_line_and_a_date_that_a_spreadsheet_wrote_anew_is_told_from_a_wrong_one(
    pair: Path,
) -> None:
    path = pair / "expected.csv"
    [first] = [row for row in written_down(path) if row["line"] == "6"]
    there = first["appointment_at"]
    again = f"{datetime.fromisoformat(there):%d/%m/%Y %H:%M}"
    path.write_text(path.read_text("utf-8").replace(there, again, 1), "utf-8")
    assert said_of(pair) == [
        f"line 6, appointment_at: expected '{again}', and it is '{there}'",
        REWRITTEN,
    ]


def test_an_expectation_whose_lines_are_no_numbers_is_said_in_a_sentence(pair: Path) -> None:
    (pair / "expected.csv").write_text("line;outcome\n6;attended\n", "utf-8")
    assert said_of(pair) == [
        "riverside-dental: expected.csv needs a column line, with a whole number in each row, and commas between"
    ]
