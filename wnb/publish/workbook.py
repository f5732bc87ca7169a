"""The workbook that a lead works in: tonight at a glance, a sheet a step, and columns to write in.

What was found is protected, without a password: it keeps a slip of the hand from changing evidence, and stops nobody
who means to. Text is always written as text, so nothing in a name can run. The same page gives the same bytes.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from wnb.publish import heading
from wnb.publish.rows import ListedChild, ListPage
from wnb.publish.sharing import own_only
from wnb.publish.tonight import Sheet, how_to_use, tonight
from wnb.publish.words import (
    STEP_WORDS,
    age_of,
    brought,
    children,
    marks,
    name_of,
    unrepeated,
    what_next,
    whom,
    why,
)
from wnb.publish.write_in import CASE, CASE_VERSION, CHILD_ID, WRITE_IN, WriteIn

BEFORE_WE_BEGAN = "Before we began"
HELD = "Held"
LONGEST_CELL = 32_000  # a sheet holds 32,767 characters in a cell
A3 = 8
LINE_HEIGHT, TALLEST = 15, 409  # points; a sheet knows no higher row

Value = str | date | int | None


@dataclass(frozen=True)
class Column:
    """One column of what was found. `hidden` ones are for `wnb actions import`."""

    heading: str
    width: int  # in characters
    value: Callable[[ListedChild, ListPage], Value]
    look: str = "text"  # a name of LOOKS
    hidden: bool = False


def _lines(words: Sequence[str]) -> str:
    return "\n".join(words)


HELD_UNTIL = Column("On the list by", 12, lambda child, _: child.held_until, "date")
QUEUE_NUMBER = Column("No.", 6, lambda child, _: child.number_before_we_began, "number")
EVIDENCE: tuple[Column, ...] = (
    Column("Name", 18, lambda child, _: name_of(child), "name"),
    Column("Date of birth", 12, lambda child, _: child.date_of_birth, "date"),
    Column("Tonight", 12, lambda child, _: _lines(marks(child)), "strong"),
    Column("Due", 12, lambda child, _: child.due, "date"),
    Column("Why", 40, lambda child, _: _lines([why(reason) for reason in unrepeated(child)])),
    Column("What to do next", 34, lambda child, _: _lines(what_next(child))),
    Column("Who to contact", 25, lambda child, _: _lines(whom(child))),
    Column("NHS number", 12, lambda child, _: child.nhs_number),
    Column("Not brought, of appointments in 12 months", 12, lambda child, _: brought(child)),
    Column("Last seen on", 12, lambda child, _: child.last_seen_on, "date"),
    Column("About the data", 26, lambda child, _: _lines(child.data_notes)),
)
"""What was found, before the columns to write in: on paper with them."""

MORE: tuple[Column, ...] = (
    Column("Age", 11, lambda child, page: age_of(child, page.night)),
    Column("Agencies", 22, lambda child, _: _lines(child.agencies)),
    Column("Last not brought on", 12, lambda child, _: child.last_not_brought_on, "date"),
    Column("On the list since", 12, lambda child, _: child.since, "date"),
    Column("Rules", 24, lambda child, _: _lines([reason.title for reason in child.reasons])),
    Column("Local numbers", 22, lambda child, _: _lines(child.local_ids)),
    Column("Why one child", 30, lambda child, _: _lines(child.links)),
    Column(CHILD_ID, 16, lambda child, _: child.child_id),
    Column(CASE, 6, lambda child, _: child.case, "number", hidden=True),
    Column(CASE_VERSION, 6, lambda child, _: child.case_version, "number", hidden=True),
)
"""What was found, after them: on the screen only, so that paper stays legible."""

TOP: dict[str, Any] = {"valign": "top", "text_wrap": True, "font_name": "Calibri", "font_size": 11}
LINE: dict[str, Any] = {"border": 1, "border_color": "#c9c9c4"}
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_name": "Calibri"},
    "says": {**TOP},
    "warning": {**TOP, "bold": True, "font_color": "#7a2e0b", "bg_color": "#fdf1e7"},
    "header": {**TOP, **LINE, "bold": True, "font_color": "#ffffff", "bg_color": "#23404f"},
    "header_write": {**TOP, **LINE, "bold": True, "bg_color": "#f6e7b4"},
    "text": {**TOP, **LINE, "bg_color": "#f7f7f4"},
    "name": {**TOP, **LINE, "bg_color": "#f7f7f4", "bold": True},
    "strong": {**TOP, **LINE, "bg_color": "#f7f7f4", "bold": True, "font_color": "#7a2e0b"},
    "number": {**TOP, **LINE, "bg_color": "#f7f7f4", "num_format": "0"},
    "date": {**TOP, **LINE, "bg_color": "#f7f7f4", "num_format": "d mmm yyyy", "align": "left"},
    "write": {**TOP, **LINE, "locked": False, "num_format": "@"},
    "write_date": {**TOP, **LINE, "locked": False, "num_format": "d mmm yyyy", "align": "left"},
    "not_asked": {**TOP, **LINE, "pattern": 14, "fg_color": "#c9c9c4"},
}
"""How a cell looks; evidence is locked (the default of a protected sheet), a cell to write in is not."""

MAY_STILL: dict[str, bool] = {
    "format_cells": False, "format_columns": True, "format_rows": True, "sort": True, "autofilter": True,
    "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip
CHOICES = "Choices"  # a hidden sheet: what the drop-downs offer


def workbook(page: ListPage) -> bytes:
    """`escalation-list.xlsx`, or an agency's own: Tonight, a sheet a step, before we began, how to use.

    Raises:
        SafetyStop: it is an agency's own list, and something of another agency stands on it.
    """
    own_only(page)
    held = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(held, options)
    book.set_properties(
        {
            "title": heading.title(page),
            "subject": heading.as_at(page),
            "comments": heading.standing(page),
            "created": datetime(page.night.year, page.night.month, page.night.day),  # not the clock: same in, same out
        }
    )
    looks = {name: book.add_format(look) for name, look in LOOKS.items()}
    book_of = _Book(book, looks, page)
    book_of.says(tonight(page))
    for step, words in STEP_WORDS.items():
        book_of.rows(words, page.at_step(step), EVIDENCE)
    if page.before_we_began:
        book_of.rows(BEFORE_WE_BEGAN, page.before_we_began, (QUEUE_NUMBER, *EVIDENCE))
    if page.held:
        book_of.rows(HELD, page.held, (HELD_UNTIL, *EVIDENCE))
    book_of.says(how_to_use(page))
    book_of.choices()
    book.close()
    return held.getvalue()


class _Book:
    """One workbook being written: the open book, its looks and the page they show."""

    def __init__(self, book: xlsxwriter.Workbook, looks: Mapping[str, Any], page: ListPage) -> None:
        self.book, self.looks, self.page = book, looks, page

    def says(self, sheet: Sheet) -> None:
        """A sheet of words and numbers, from top to bottom."""
        on = self.book.add_worksheet(sheet.name)
        last = len(sheet.widths) - 1
        for number, width in enumerate(sheet.widths):
            on.set_column(number, number, width)
        on.hide_gridlines(2)
        for at, line in enumerate(sheet.lines):
            look = self.looks[line.look]
            if line.across:
                on.merge_range(at, 0, at, last, "", look)
            for column, cell in enumerate(line.cells):
                _write(on, at, column, cell, look)
            widths = (sum(sheet.widths),) if line.across else sheet.widths
            on.set_row(at, 22 if line.look == "title" else _height(line.cells, widths))
        on.protect("", MAY_STILL)
        self._prints(on, portrait=True)

    def rows(self, name: str, listed: Sequence[ListedChild], first: tuple[Column, ...]) -> None:
        """A sheet with a row a child: the heading, what was found, the columns to write in, the rest of what was found.

        `first`: the columns before those to write in.
        """
        on = self.book.add_worksheet(name)
        header = self._heading(on, name, len(listed), first)
        last = header + max(len(listed), 1)
        found = {**dict(enumerate(first)), **dict(enumerate(MORE, start=len(first) + len(WRITE_IN)))}
        boxes = dict(enumerate(WRITE_IN, start=len(first)))
        for at, column in found.items():
            on.set_column(at, at, column.width, None, {"hidden": column.hidden})
            on.write_string(header, at, column.heading, self.looks["header"])
        for at, box in boxes.items():
            on.set_column(at, at, box.width)
            on.write_string(header, at, box.heading, self.looks["header_write"])
            on.data_validation(header + 1, at, last, at, self._offers(box))
        on.set_row(header, 62)
        for row, child in enumerate(listed, start=header + 1):
            values = {at: column.value(child, self.page) for at, column in found.items()}
            for at, column in found.items():
                _write(on, row, at, values[at], self.looks[column.look])
            for at, box in boxes.items():
                open_look = "write_date" if box.kind == "date" else "write"
                asked = box.after_a_death or not child.death_reported
                on.write_blank(row, at, None, self.looks[open_look if asked else "not_asked"])
            on.set_row(row, _height(values.values(), [column.width for column in found.values()]))
        if not listed:
            nobody = heading.why_empty(self.page) if not self.page.children else ""
            on.write_string(header + 1, 0, f"Nobody is at this step tonight. {nobody}".strip())
        on.autofilter(header, 0, last, len(found) + len(boxes) - 1)
        on.freeze_panes(header + 1, len(first) - len(EVIDENCE) + 2)
        on.ignore_errors({"number_stored_as_text": f"A{header + 2}:XFD{last + 1}"})
        on.protect("", MAY_STILL)
        on.repeat_rows(header)
        on.print_area(0, 0, last, len(first) + len(boxes) - 1)
        self._prints(on, portrait=False)

    def _heading(self, on: Any, name: str, number: int, first: tuple[Column, ...]) -> int:
        """The lines above the table; gives the row where its header goes."""
        lines = [
            (f"{name}: {children(number)}. {heading.title(self.page)}", "title"),
            (heading.as_at(self.page), "says"),
            *((warning, "warning") for warning in heading.warnings(self.page)),
            (heading.silence(self.page), "says"),
            (heading.standing(self.page), "says"),
            ("Numbers to call: " + "; ".join(heading.numbers_to_call(self.page)), "says"),
        ]
        wide = [column.width for column in first[:7]]
        for row, (line, look) in enumerate(lines):
            on.merge_range(row, 0, row, len(wide) - 1, "", self.looks[look])
            on.write_string(row, 0, _fits(line), self.looks[look])
            on.set_row(row, 22 if look == "title" else _height([line], [sum(wide)]))
        return len(lines)

    def _offers(self, box: WriteIn) -> dict[str, Any]:
        """The check of a column to write in, with the words shown when its cell is chosen."""
        says = {"input_title": box.heading, "input_message": box.about, "ignore_blank": True}
        if box.kind == "date":
            wrong = {"error_title": "A date", "error_message": "Write a day, like 21/11/2026."}
            return {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1), **says, **wrong}
        if offered := self._choices_of(box):
            at = [box for box in WRITE_IN if box.choices].index(box)
            letter = chr(ord("A") + at)
            return {
                "validate": "list",
                "source": f"={CHOICES}!${letter}$2:${letter}${len(offered) + 1}",
                "error_type": "stop" if box.strict else "information",
                "error_title": box.heading,
                "error_message": "Pick from the list." if box.strict else "Not on the list; keep it if you mean it.",
                **says,
            }
        return {"validate": "any", **says}

    def _choices_of(self, box: WriteIn) -> tuple[str, ...]:
        return self.page.barriers if box.choices == "barriers" else box.choices

    def choices(self) -> None:
        """The hidden sheet of what the drop-downs offer: a validation's own list may hold 255 characters at most."""
        on = self.book.add_worksheet(CHOICES)
        for at, box in enumerate([box for box in WRITE_IN if box.choices]):
            for row, cell in enumerate((box.heading, *self._choices_of(box))):
                on.write_string(row, at, _fits(cell))
        on.protect()
        on.hide()

    def _prints(self, on: Any, portrait: bool) -> None:
        """A4 to read, A3 across for the wide sheets; each paper says whose list, which night, how to handle."""
        if portrait:
            on.set_portrait()
            on.set_paper(9)
        else:
            on.set_landscape()
            on.set_paper(A3)
        on.fit_to_pages(1, 0)
        on.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        whose = (self.page.agency_name or self.page.partnership).replace("&", "&&")[:120]
        on.set_header(f"&L{whose}&CNight of {self.page.night:%d/%m/%Y}&R{heading.HANDLING}")
        on.set_footer(f"&L{heading.HANDLING}&CEach service keeps its own duty to follow up&RPage &P of &N")


def _height(values: Iterable[Value], widths: Iterable[int]) -> float:
    """Points that a row needs for its longest cell: not every program makes a row as high as its wrapped text."""
    lines = [
        sum(1 + int(len(part) / (width * 1.1)) for part in value.split("\n"))
        for value, width in zip(values, widths, strict=False)
        if isinstance(value, str)
    ]
    return min(LINE_HEIGHT * max(lines, default=1) + 2, TALLEST)


def _fits(text: str) -> str:
    """The text, or as much of it as a cell holds, saying so."""
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} … (the rest is on the page)"


def _write(on: Any, row: int, column: int, value: Value, look: Any) -> None:
    """One cell by the type of its value: text always as text, a date as a date, nothing as an empty cell."""
    if value is None or value == "":
        on.write_blank(row, column, None, look)
    elif isinstance(value, date):
        on.write_datetime(row, column, value, look)
    elif isinstance(value, int):
        on.write_number(row, column, value, look)
    else:
        on.write_string(row, column, _fits(value), look)
