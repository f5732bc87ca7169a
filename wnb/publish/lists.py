"""The lists as CSV, for programs and for spreadsheets, and the sheet of paper that lies beside them.

A CSV has no place for a heading that a program would not take for a child. So each row says as at when it is and which
agencies were silent, and `READ-ME-FIRST.txt` holds the whole heading.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import pyarrow as pa

from wnb.publish import heading
from wnb.publish.rows import ListedChild, ListPage
from wnb.publish.sharing import own_only
from wnb.publish.words import (
    PATTERN_WORDS,
    STANDING_WORDS,
    STEP_WORDS,
    children,
    marks,
    unrepeated,
    what_next,
    whom,
    why,
)
from wnb.terms import QUARANTINE, Step

RECODE_COLUMNS = ("appointment_id", "original_code", "outcome", "reason")

# What a spreadsheet runs: an operator, plain or full-width, that begins the cell, or stands behind characters which a
# program on the way may drop (space of any kind, control and zero-width characters, a percent sign, a percent-encoded
# space or line end, a quote).
_RUNNABLE = re.compile(
    r"(?:[\s\x00-\x20\x7f-\xa0\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\"%]|%(?:0[0-9a-f]|20|a0))*"
    r"[=+\-@|\t\r\u2212\u207a\u207b\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\uff5c]"
    r"|[\t\r\n]",
    re.IGNORECASE,
)


def as_text(cell: str) -> str:
    """The cell such that no spreadsheet runs it: one apostrophe before whatever could be run.

    A cell that begins with an apostrophe gets another, so that `as_given` always gives back exactly what was there.
    """
    if cell[:1].isalnum():  # nothing that runs begins with a letter or a digit; most cells do
        return cell
    return f"'{cell}" if cell.startswith("'") or _RUNNABLE.match(cell) else cell


def as_given(cell: str) -> str:
    """What stood in the cell before `as_text`: without its one leading apostrophe."""
    return cell.removeprefix("'")


def _iso(when: date | None) -> str:
    return when.isoformat() if when else ""


def _list(words: Iterable[str]) -> str:
    return "; ".join(words)


COLUMNS: dict[str, Callable[[ListedChild, ListPage], str]] = {
    "child_id": lambda child, _: child.child_id,
    "step": lambda child, _: child.step.value,
    "rules": lambda child, _: _list(reason.rule_id for reason in child.reasons),
    "since": lambda child, _: _iso(child.since),
    "due": lambda child, _: _iso(child.due),
    "why": lambda child, _: " ".join(why(reason) for reason in unrepeated(child)),
    "agencies": lambda child, _: _list(child.agencies),
    "nhs_number": lambda child, _: child.nhs_number,
    "local_ids": lambda child, _: _list(child.local_ids),
    "given_name": lambda child, _: child.given_name,
    "family_name": lambda child, _: child.family_name,
    "date_of_birth": lambda child, _: _iso(child.date_of_birth),
    "not_brought_12_months": lambda child, _: str(child.not_brought_12_months),
    "last_not_brought_on": lambda child, _: _iso(child.last_not_brought_on),
    "last_seen_on": lambda child, _: _iso(child.last_seen_on),
    "data_notes": lambda child, _: _list(child.data_notes),
    "what_next": lambda child, _: " ".join(what_next(child)),
    "who_to_contact": lambda child, _: _list(whom(child)),
    "new_tonight": lambda child, _: "yes" if child.new_tonight else "no",
    "overdue": lambda child, _: "yes" if child.overdue else "no",
    "marks": lambda child, _: _list(marks(child)),
    "offered_12_months": lambda child, _: str(child.offered_12_months),
    "case": lambda child, _: str(child.case),
    "case_version": lambda child, _: str(child.case_version),
    "as_at": lambda _, page: page.night.isoformat(),
    "silent_agencies": lambda _, page: _list(silent.name for silent in page.silent),
    "warnings": lambda _, page: " ".join(heading.warnings(page)),
    "standing_words": lambda _, page: f"{STANDING_WORDS}: {_list(heading.numbers_to_call(page))}",
    "why_one_child": lambda child, _: " ".join(child.links),
}
"""The columns of a list, in order; the first sixteen are the interface's and only ever grow at the end."""


LONGEST_CELL = 32_000
"""A spreadsheet's cell holds 32,767 characters."""


def escalation_csv(page: ListPage) -> bytes:
    """The partnership's list: one row a child, in the page's own order. UTF-8 with a byte-order mark, RFC 4180."""
    return _csv(tuple(COLUMNS), ([value(child, page) for value in COLUMNS.values()] for child in page.children))


def agency_csv(page: ListPage) -> bytes:
    """An agency's own list, in the same columns.

    Raises:
        SafetyStop: something of another agency stands on it.
    """
    return escalation_csv(own_only(page))


def recode_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """`recode/<agency>.csv`: rows of `appointment_id original_code outcome reason`, in the order given."""
    return _csv(RECODE_COLUMNS, rows)


def quarantine_csv(table: pa.Table) -> bytes:
    """`quarantine/<agency>.csv` from a table of `terms.QUARANTINE`: each row set aside, whole, and why.

    A row longer than a spreadsheet's cell is cut and says so: many programs would refuse the whole file for it. Its
    bytes are whole in the vault.
    """
    names = tuple(QUARANTINE.names)
    columns = [[_fitting(str(cell)) for cell in table.column(name).to_pylist()] for name in names]
    return _csv(names, zip(*columns, strict=True))


def _fitting(cell: str) -> str:
    if len(cell) <= LONGEST_CELL:
        return cell
    return f"{cell[:LONGEST_CELL]} … cut here: the row has {len(cell):,} characters; it is whole in the delivered file"


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The header plain; every other cell in quotes, so that what splits at `;` or a tab finds no new cell."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(header)
    quoted = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    quoted.writerows([as_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def read_me(page: ListPage) -> bytes:
    """`READ-ME-FIRST.txt`, for the folder that holds the CSV: the heading of the list, and how to read the files."""
    counts = [f"  {words}: {children(len(page.at_step(step)))}" for step, words in STEP_WORDS.items()]
    if page.before_we_began:
        counts.append(f"  Before we began (in the workbook and on the page): {children(len(page.before_we_began))}")
    if page.held:
        counts.append(f"  Held by a guard (in the workbook and on the page): {children(len(page.held))}")
        counts += [f"    {words}" for words in page.held_because]
    nobody = () if page.children else (f"Nobody is on this list. {heading.why_empty(page)}", "")
    parts = (
        heading.title(page), heading.as_at(page), HANDLING_WORDS, "",
        *heading.warnings(page), heading.silence(page), "",
        heading.standing(page), PATTERN_WORDS, "",
        "Numbers to call", *(f"  {line}" for line in heading.numbers_to_call(page)), "",
        "On this list tonight", *counts, "", *nobody,
        "About the CSV files",
        "  They are UTF-8. A cell that a spreadsheet would run as a formula begins with one apostrophe, which is not",
        "  part of the text; so does a cell whose text begins with an apostrophe. A program takes away exactly one.",
        f"  step is one of {', '.join(Step)}. Several values in one cell are separated by a semicolon and a space.",
    )  # fmt: skip
    return ("\r\n".join(parts) + "\r\n").encode("utf-8-sig")


HANDLING_WORDS = f"{heading.HANDLING}: it names children. Share it only with those who need it for their work."


def outstanding_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """`outstanding/<agency>.csv`: past appointments without an outcome, five working days on."""
    return _csv(("appointment_id", "appointment_at", "original_code"), rows)


def quality_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """`data-quality/<agency>.csv`: records whose identity or age could not be verified, and what would resolve it.

    `appointment_id` is the record's own id: of an agency that holds no appointments, that of its status or person.
    """
    return _csv(("appointment_id", "file", "line", "not_known", "what_resolves_it"), rows)
