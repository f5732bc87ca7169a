"""What people wrote in the workbook, taken back into the casebook (`wnb actions import`).

A row is taken when it is about the case as it stands; one whose case has moved on is refused with who moved it, so that
nobody's decision is laid over another's unseen. The same row twice is one. Nothing of a child is said in a message.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from wnb.cases import MOVES, Case, Decision, Move
from wnb.errors import UsageFault
from wnb.publish.words import day
from wnb.publish.write_in import CASE, CASE_VERSION, CHILD_ID, STEP_CHOSEN, WRITE_IN, WriteIn, header_row
from wnb.store.casebook import Casebook

LARGEST = 200_000_000  # bytes that a workbook may unpack to
DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d")  # of a date that a spreadsheet kept as text


@dataclass(frozen=True)
class Refused:
    """A row that was not taken, and why."""

    sheet: str
    row: int  # as the spreadsheet numbers it
    reason: str


@dataclass(frozen=True)
class ActionsReport:
    """What became of the rows of a workbook. Empty ones are not counted."""

    taken: int
    known: int  # taken before, the very same
    refused: tuple[Refused, ...]

    @property
    def complete(self) -> bool:
        """Whether every row that was written in is in the casebook."""
        return not self.refused

    @property
    def words(self) -> str:
        """The report for a person."""
        lines = [f"Rows taken in: {self.taken}. Taken in before: {self.known}. Refused: {len(self.refused)}."]
        lines += [f"  {one.sheet}, row {one.row}: {one.reason}" for one in self.refused]
        return "\n".join(lines) + "\n"

    @property
    def document(self) -> dict[str, Any]:
        """The report for a program."""
        refused = [{"sheet": one.sheet, "row": one.row, "reason": one.reason} for one in self.refused]
        return {"schema": "wnb.actions/1", "taken": self.taken, "known": self.known, "refused": refused}


@dataclass(frozen=True)
class _Row:
    """A row in which something was written."""

    sheet: str
    number: int
    case: object
    version: object
    child_id: object
    written: dict[str, object]  # key of the column -> its cell


class NotTakenError(Exception):
    """Why a row cannot be taken, in words."""


def import_actions(casebook: Casebook, workbook: bytes, when: datetime, by: str) -> ActionsReport:
    """Take in every row of a returned workbook in which a person wrote something.

    Args:
        casebook: the partnership's.
        workbook: the bytes of an `.xlsx` that `wnb` published and people filled in.
        when: now, aware; nothing can have been done after its day.
        by: who takes it in; who did the work stands in the row.

    Raises:
        UsageFault: it is no workbook, or none that `wnb` published.
    """
    taken, known, refused = 0, 0, []
    for row in _rows(workbook):
        try:
            if _take(casebook, row, when, by):
                taken += 1
            else:
                known += 1
        except (NotTakenError, UsageFault) as why:
            refused.append(Refused(row.sheet, row.number, str(why)))
    return ActionsReport(taken, known, tuple(refused))


def _rows(workbook: bytes) -> Iterator[_Row]:
    """Every row with something written in it, sheet by sheet."""
    ours = False
    for name, cells in _sheets(workbook):
        header = header_row(cells)
        if header is None:
            continue
        ours = True
        place = {heading: at for at, heading in enumerate(cells[header]) if heading != ""}
        for number, row in enumerate(cells[header + 1 :], start=header + 2):
            written = {box.key: row[place[box.heading]] for box in WRITE_IN if not _blank(row[place[box.heading]])}
            if written:
                yield _Row(name, number, row[place[CASE]], row[place[CASE_VERSION]], row[place[CHILD_ID]], written)
    if not ours:
        raise UsageFault("no sheet of this workbook has the columns that wnb published; give it back as it was saved")


def _sheets(workbook: bytes) -> Iterator[tuple[str, Sequence[Sequence[object]]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST:
                raise UsageFault(
                    f"this workbook would unpack to more than {LARGEST:,} bytes; wnb published none so large"
                )
        book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    except (zipfile.BadZipFile, CalamineError):
        raise UsageFault("this is not an .xlsx workbook; save it as .xlsx and try again") from None
    for name in book.sheet_names:
        yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _take(casebook: Casebook, row: _Row, when: datetime, by: str) -> bool:
    """Take one row in; False when the very same was taken in before."""
    number, version = _whole(row.case), _whole(row.version)
    if number is None or version is None:
        raise NotTakenError("its hidden columns Case and Case version are gone; write it in a fresh copy of the list")
    written = {box.key: _cell(box, row.written[box.key], when) for box in WRITE_IN if box.key in row.written}
    told = [number, version, str(row.child_id), written]
    digest = sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if casebook.has_action(digest):
        return False
    case = casebook.case(number)
    if case is None or row.child_id not in {case.child_id, *casebook.former_ids(case.child_id)}:
        raise NotTakenError(
            f"case {number} is not this child's; the rows were mixed up, perhaps by sorting some columns only"
        )
    if case.version != version or not case.live:
        raise NotTakenError(_moved_on(casebook, case))
    what = ", ".join(box.heading.lower() for box in WRITE_IN if box.key in written)
    details: dict[str, Any] = {"what": what, "sha256": digest, "case_version": version, "written": written}
    if "move_to" in written:
        details["move_to"] = STEP_CHOSEN[written["move_to"]].value
    casebook.decide(Decision(Move.ACTED, number, by, when, details))
    return True


def _whole(cell: object) -> int | None:
    return int(cell) if isinstance(cell, int | float) and cell == int(cell) else None


def _cell(box: WriteIn, cell: object, when: datetime) -> str:
    """What was written, as text; a date as year-month-day."""
    if box.kind == "date":
        day_written = _date(cell)
        if day_written is None:
            raise NotTakenError(f"{box.heading}: not a date; write it like 21/11/2026")
        if box.key == "done_on" and day_written > when.date():
            raise NotTakenError(f"{box.heading}: {day(day_written)} is still to come")
        return day_written.isoformat()
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if box.strict and text not in box.choices:
        raise NotTakenError(f"{box.heading}: write one of {', '.join(box.choices)}")
    return text


def _date(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell.strip() if isinstance(cell, str) else ""
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _moved_on(casebook: Casebook, case: Case) -> str:
    """Who moved the case on, when and how: what a person must read before they decide again."""
    moving = {move.value for move, rule in MOVES.items() if rule.moves_on}
    last = [entry for entry in casebook.audit(case=case.id) if entry.what in moving][-1]
    who = f"wnb on the night of {day(last.night)}" if last.night else f"{last.actor} on {day(last.at.date())}"
    return f"case {case.id} was moved on by {who} ({last.phrase}); read tonight's list and write it there"
