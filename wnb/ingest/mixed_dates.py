"""Dates and texts in one column of a workbook: a stray cell, or a column of which nobody can say what its dates mean.

A spreadsheet of the other order of day and month makes a date of 03/04/2026, a wrong one, and leaves 16/04/2026 as it
is, for there is no sixteenth month: such a leaving behind speaks against every date beside it. Other texts among dates,
and one leaving beside dates that a swap could not have made, speak against their own row alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from wnb.ingest.moments import SERIAL

Cell = str | float | int | bool | date | datetime | time | timedelta

FEW = 2
"""So many cells may have been typed by hand; more of them are how a column came to be."""
SWAPS_MAKE_NONE = 12
"""Dates that a swap made lie on no later day of a month than this; of true ones three in five do."""
DATE, TEXT, NUMBER, OTHER = "date", "text", "number", ""
TWO_NUMBERS = re.compile(r"\D*(\d{1,2})[/.\- ](\d{1,2})[/.\- ]\d{2}(\d{2})?(?!\d)", re.ASCII)


def kind_of_cell(cell: Cell, text: Callable[[Cell], str]) -> str:
    """What a cell of a column of dates is: a date; a text that could be one; a number; or nothing of these."""
    if isinstance(cell, date):
        return DATE
    told = text(cell).strip()
    if SERIAL.fullmatch(told):
        return NUMBER
    return TEXT if re.search(r"\d", told) else OTHER


@dataclass
class Mixture:
    """What one column of dates holds. `rows`: of the cells of each kind, the first few."""

    dates: int = 0
    late: int = 0  # dates that no swap has made
    texts: int = 0
    left: int = 0  # texts that a spreadsheet of the other order leaves as they are
    numbers: int = 0
    rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, row: int, kind: str, cell: Cell, text: Callable[[Cell], str]) -> None:
        """Count one cell."""
        match kind:
            case "date":
                self.dates += 1
                self.late += isinstance(cell, date) and cell.day > SWAPS_MAKE_NONE
            case "text":
                self.texts += 1
                parts = TWO_NUMBERS.match(text(cell))
                self.left += parts is not None and max(int(parts[1]), int(parts[2])) > SWAPS_MAKE_NONE
            case "number":
                self.numbers += 1
            case _:
                return
        if len(first := self.rows.setdefault(kind, [])) <= FEW:
            first.append(row)

    @property
    def mixed(self) -> bool:
        """Whether it holds dates, and something else that could be one."""
        return bool(self.dates and self.texts + self.numbers)

    @property
    def strays(self) -> frozenset[str]:
        """The kinds of cell that are not the column's own, each of which speaks against its own row."""
        if not self.mixed:
            return frozenset()
        return frozenset({TEXT, NUMBER}) if self._of_dates else frozenset({DATE})

    @property
    def _of_dates(self) -> bool:
        return self.dates >= self.texts + self.numbers

    @property
    def in_doubt(self) -> bool:
        """Whether nobody can say what the dates of the column mean."""
        if not self.mixed:
            return False
        if not self._of_dates:
            return self.dates > FEW
        return self.left > FEW or bool(self.left and 3 * self.late < self.dates)

    @property
    def words(self) -> str:
        """How many of its cells are of which kind, and what that costs; to be followed by `places`."""
        others = self.texts + self.numbers
        costs = (
            "nobody can say what its dates mean, and the file is refused"
            if self.in_doubt
            else ("each leaves its row without this date, or sets it aside")
        )
        return f"{self.dates} of its cells are dates and {others} are texts or numbers: {costs}"

    def places(self, letter: str, kinds: Sequence[str] = (TEXT, NUMBER, DATE)) -> str:
        """The first cells that are not of the column's kind, in words: `D17`, `D17 and D20`, `D17, D20 and others`."""
        strange = [kind for kind in kinds if kind in self.strays]
        rows = sorted(row for kind in strange for row in self.rows.get(kind, ()))
        many = {DATE: self.dates, TEXT: self.texts, NUMBER: self.numbers}
        cells = [f"{letter}{row}" for row in rows[:FEW]]
        if sum(many[kind] for kind in strange) > len(cells):
            return ", ".join(cells) + " and others"
        return " and ".join(cells)


def letters(column: int) -> str:
    """What a spreadsheet calls a column, counted from 1: `A`, `Z`, `AA`."""
    told = ""
    while column:
        column, letter = divmod(column - 1, 26)
        told = chr(65 + letter) + told
    return told
