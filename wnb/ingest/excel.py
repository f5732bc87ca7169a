"""An Excel workbook (.xlsx) through calamine, and what calamine cannot say through the sheet's own XML.

Error cells, formulas whose result was never saved, hidden rows: calamine shows them as blank or not at all. They are
read from the XML, and only where it holds any. A second sheet with rows is worth a word; half of its dates typed is
not a column.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import python_calamine

from wnb.agency import Agency
from wnb.ingest.archive import look_over
from wnb.ingest.container import LAST_ROWS, holds_every, match, tidy, wanted
from wnb.ingest.ids import IDS
from wnb.ingest.mixed_dates import DATE, NUMBER, TEXT, Cell, Mixture, kind_of_cell, letters
from wnb.ingest.moments import Form
from wnb.ingest.reasons import refused
from wnb.ingest.rows import Moments, Rows, SetAside, Text
from wnb.ingest.sheet import Hidden, hidden_in

MOST_LINES_BEFORE = 200
BLOCK = 50_000
DIGITS = 1e15
EPOCH = datetime(1970, 1, 1)
KEYS = ("appointment_id", "appointment_at", "outcome", "status", "status_from")


@dataclass
class Workbook:
    """An opened workbook. See `container.Container`."""

    content: Path
    name: str
    agency: Agency
    names: dict[str, str] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    forms: Mapping[str, Form] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        look_over(self.content, self.name)
        try:
            with self.content.open("rb") as file:
                self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
            self._sheet_name = self._choose()
            self._sheet = self._book.get_sheet_by_name(self._sheet_name)
        except python_calamine.CalamineError as wrong:
            raise refused(
                "content_type", f"{self.name} is not a workbook that can be read ({type(wrong).__name__})"
            ) from None

    def _choose(self) -> str:
        """The declared sheet, or the first that can be seen. Others are counted, unless known to hold nothing."""
        sheets = [s for s in self._book.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet]
        seen = [s.name for s in sheets if s.visible == python_calamine.SheetVisibleEnum.Visible]
        asked = self.agency.extract.sheet
        if asked is not None and asked not in [s.name for s in sheets]:
            raise refused("header", f'{self.name} has no sheet "{asked}"', {"missing_column": 1})
        known = set(self.agency.extract.other_sheets)
        likely = [name for name in seen if name not in known]
        if not likely and asked is None:
            raise refused("header", f"{self.name} has no sheet that can be seen", {"extra_sheet": 1})
        chosen = asked if asked is not None else likely[0]
        if chosen not in seen:
            self.warnings["extra_sheet"] += 1
        for other in (sheet.name for sheet in sheets if sheet.name != chosen):
            if self._holds_records(other) if other in known else self._book.get_sheet_by_name(other).end is not None:
                self.warnings["extra_sheet"] += 1
        return chosen

    def _holds_records(self, sheet: str) -> bool:
        """Whether a sheet that is known to hold no records has the declared header all the same."""
        first = islice(self._book.get_sheet_by_name(sheet).iter_rows(), MOST_LINES_BEFORE)
        columns = wanted(self.agency)
        return any(holds_every([_text(cell) for cell in row], columns) for row in first)

    def blocks(self) -> Iterator[tuple[Rows, list[SetAside]]]:
        """See `container.Container`."""
        told = hidden_in(self.content, self._sheet_name)
        if told.hidden and not self.warnings["extra_sheet"]:
            self.warnings["extra_sheet"] = 1
        if self._sheet.end is None:
            raise refused("empty_file", f'{self.name}, sheet "{self._sheet_name}" is empty')
        if self._sheet.end[0] + 1 in LAST_ROWS:
            raise refused("truncated", f"{self.name} is full to its last row, {self._sheet.end[0] + 1:,}")
        left = self._sheet.start[1] if self._sheet.start else 0
        rows = enumerate(self._sheet.iter_rows(), 1)
        found, cells = self._find_header(rows, left)
        self.names = {ours: cells[at] for ours, at in found.items()}
        before = f"{quoted_sheet(self._sheet_name)}!" if self.agency.extract.sheet else ""
        self._letters = {cells[at]: f"{before}{letters(left + at + 1)}" for at in found.values()}
        self._look_at_merged(found, left)
        self._look_at_dates(found, cells)
        records = 0
        block: list[tuple[int, list[Cell]]] = []
        for number, row in rows:
            if all(cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in row) and not any(
                (number, left + at + 1) in told.errors or (number, left + at + 1) in told.unsaved
                for at in range(len(row))
            ):
                continue
            texts = [tidy(_text(cell)) for cell in row]
            if texts == cells:
                self.warnings["repeated_header"] += 1
                continue
            block.append((number, row))
            if len(block) == BLOCK:
                records += len(block)
                yield self._sort(block, found, left, told)
                block = []
        if block:
            records += len(block)
            yield self._sort(block, found, left, told)
        if not records:
            self.warnings["zero_rows"] += 1

    def _find_header(self, rows: Iterator[tuple[int, list[Cell]]], left: int) -> tuple[dict[str, int], list[str]]:
        columns = wanted(self.agency)
        after = self.agency.extract.header_after
        best: tuple[int, list[str]] = (-1, [])
        for number, row in rows:
            cells = [tidy(_text(cell)) for cell in row]
            if (isinstance(after, int) and number <= after) or not any(cells):
                continue
            if isinstance(after, int) or holds_every(cells, columns):
                self._header_row = number
                return match(cells, columns, f"{self.name}, row {number}"), cells
            hits = sum(holds_every(cells, {ours: names}) for ours, names in columns.items())
            best = max(best, (hits, cells), key=lambda pair: pair[0])
            if number > MOST_LINES_BEFORE:
                break
        match(best[1], columns, f"{self.name}, the likeliest of its first rows")
        raise refused("header", f"{self.name}: no row holds every declared column", {"missing_column": 1})

    def _sort(
        self, block: list[tuple[int, list[Cell]]], found: dict[str, int], left: int, told: Hidden
    ) -> tuple[Rows, list[SetAside]]:
        aside: list[SetAside] = []
        sound: list[tuple[int, list[Cell]]] = []
        for number, row in block:
            if changed := self._changed(number, row, found):
                aside.append(changed)
                continue
            unsaved = [ours for ours, at in found.items() if (number, left + at + 1) in told.unsaved]
            if key := next((ours for ours in unsaved if ours in KEYS), None):
                at = found.get("appointment_id", found.get("status_id", -1))
                ident = _text(row[at]).strip() if at >= 0 else ""
                name = self.names[key]
                cell = f"{self._letters[name]}{number}"
                aside.append(SetAside(number, name, "formula_without_value", _line(row), ident, cell))
                continue
            if unsaved:
                self.warnings["formula_without_value"] += 1
            sound.append((number, row))
        text: dict[str, Text] = {}
        typed: dict[str, Moments] = {}
        for ours, at in found.items():
            cells = [row[at] for _, row in sound]
            errors = {
                index: told.errors[place]
                for index, (number, _) in enumerate(sound)
                if told.errors and (place := (number, left + at + 1)) in told.errors
            }
            if hasattr(getattr(self.agency.columns, ours, None), "format"):
                typed[ours], text[ours] = self._dates(ours, cells, errors)
            else:
                text[ours] = Text.of([_text(cell) for cell in cells])
        numbers = np.array([number for number, _ in sound], np.int32)
        return Rows(numbers, numbers.astype(np.int64), text, partial(_lines, sound), typed, self._letters), aside

    def _changed(self, number: int, row: list[Cell], found: Mapping[str, int]) -> SetAside | None:
        """The row set aside where a cell of it is covered by a merged one, or an id has become a date."""
        where = found.get("appointment_id", found.get("status_id", -1))
        for ours, at in found.items():
            name = self.names[ours]
            reason = ""
            if number < len(self._covered.get(ours, ())) and self._covered[ours][number]:
                reason = "missing_column"
            elif ours in IDS and isinstance(row[at], date | time | timedelta):
                if ours == "child_local_id":  # who it is may be known otherwise
                    row[at] = ""
                    self.warnings["excel_serial"] += 1
                else:
                    reason = "excel_serial"
            if reason:
                ident = "" if ours in IDS or where < 0 else _text(row[where]).strip()
                return SetAside(number, name, reason, _line(row), ident, f"{self._letters[name]}{number}")
        return None

    def _look_at_merged(self, found: Mapping[str, int], left: int) -> None:
        """Which cells of our columns are covered by a merged one: what stands in it is said of its first cell alone."""
        self._covered: dict[str, npt.NDArray[np.bool_]] = {}
        last = self._sheet.end[0] if self._sheet.end else 0
        for (top, first), (bottom, past) in self._sheet.merged_cell_ranges or ():
            for ours, at in found.items():
                if first <= left + at <= past:
                    mask = self._covered.setdefault(ours, np.zeros(last + 2, np.bool_))
                    mask[top + 1 + (first == left + at) : bottom + 2] = True

    def _dates(self, ours: str, cells: list[Cell], errors: dict[int, str]) -> tuple[Moments, Text]:
        strays = self._mixtures[ours].strays
        reasons = {TEXT: "mixed_date_types", DATE: "mixed_date_types", NUMBER: "excel_serial"}
        kinds = [kind_of_cell(cell, _text) for cell in cells]
        stray = {row: reasons[kind] for row, kind in enumerate(kinds) if kind in strays and row not in errors}
        given = np.array([kind == DATE and row not in stray for row, kind in enumerate(kinds)], np.bool_)
        seconds = np.array([_seconds(cell) if isinstance(cell, date) else 0 for cell in cells], np.int64)
        texts = [
            errors.get(row, "" if isinstance(cell, date) or row in stray else _text(cell))
            for row, cell in enumerate(cells)
        ]
        return Moments(seconds, given, stray), Text.of(texts)

    def _look_at_dates(self, found: Mapping[str, int], header: list[str]) -> None:
        """Look over the whole columns of dates: what is strange in one depends on what else it holds.

        Raises:
            Refused: the dates of one may have day and month swapped.
        """
        timed = {ours: at for ours, at in found.items() if hasattr(getattr(self.agency.columns, ours, None), "format")}
        self._mixtures = {ours: Mixture() for ours in timed}
        for number, row in enumerate(self._sheet.iter_rows(), 1):
            if number <= self._header_row:
                continue
            for ours, at in timed.items():
                if isinstance(row[at], date) or tidy(_text(row[at])) != header[at]:  # which may stand there again
                    self._mixtures[ours].add(number, kind_of_cell(row[at], _text), row[at], _text)
        for ours, held in self._mixtures.items():
            if held.in_doubt:
                name = self.names[ours]
                place = f'{self.name}, column "{name}", {held.places(self._letters[name])}'
                fewer = min(held.dates, held.texts + held.numbers)
                raise refused("mixed_date_types", place, {"date_format_drift": fewer}, fewer)

    def raws(self, places: Sequence[int]) -> list[str]:
        """See `container.Container`."""
        asked = set(places)
        return [_line(row) for number, row in enumerate(self._sheet.iter_rows(), 1) if number in asked]


def quoted_sheet(name: str) -> str:
    """The name of a sheet as a spreadsheet writes it before a cell: in quotation marks, unless it is one plain word."""
    return name if name.isidentifier() else "'" + name.replace("'", "''") + "'"


def _seconds(cell: Any) -> int:
    moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
    return round((moment - EPOCH).total_seconds())


def _text(cell: Cell) -> str:
    """A cell as text: whole numbers without the `.0` that a spreadsheet gives them, dates as ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        if abs(cell) >= DIGITS:
            return f"{cell:E}"  # a spreadsheet has kept no more digits than that, and shows it like this
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _line(row: Sequence[Cell]) -> str:
    """A row as one line of CSV, for people who look at what was set aside."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([_text(cell) for cell in row])
    return written.getvalue()


def _lines(sound: list[tuple[int, list[Cell]]], rows: Sequence[int]) -> list[str]:
    return [_line(sound[row][1]) for row in rows]
