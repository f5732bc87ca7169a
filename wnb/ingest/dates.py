"""Columns of dates and times over a whole file: each text by its declared form, and what the column as a whole says.

One two-digit year, one Excel serial, one month that only exists when day and month change places: the dates that still
look right may be wrong as well, and the file is refused. So is one whose dates mostly have another form than declared.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from wnb.ingest import moments
from wnb.ingest.clocks import Clocks
from wnb.ingest.findings import Findings, Mask, Numbers, Values
from wnb.ingest.forms import Forms
from wnb.ingest.moments import DAY, GOOD
from wnb.ingest.reasons import refused

STRAYS = frozenset({"mixed_date_types", "excel_serial"})  # of one cell among many of the column's own kind
CONDEMNING = frozenset({"two_digit_year", "excel_serial", "date_format_drift"})
MOST_MISFITS = 3
"""Where at least so many, and more than half of what is given, do not have the declared form, the form has drifted."""

SPARED_SHARE = 4
"""Of a column on which nothing hangs: more than one in so many, and `MOST_MISFITS`, must be wrong to condemn the file.
"""
LINES_NAMED = 5

FIRST_SECOND, LAST_SECOND = (moments.seconds_of(date(year, 1, 1)) for year in (moments.EARLIEST, moments.LATEST + 1))


@dataclass(frozen=True)
class Read:
    """A column of dates: seconds of the partnership's clocks where `good`; elsewhere why not, by row."""

    seconds: Numbers
    good: Mask
    faults: Mapping[int, str]  # row -> reason; an empty field has none
    by_clock: Mask  # a time told by the partnership's own clocks, which may have been skipped or come twice

    @property
    def days(self) -> Numbers:
        """Days from 1970-01-01."""
        result: Numbers = self.seconds // DAY
        return result

    def faulty(self, reason: str = "") -> Mask:
        """The rows with this fault, or with any."""
        mask = np.zeros(len(self.good), np.bool_)
        mask[[row for row, fault in self.faults.items() if fault == reason or not reason]] = True
        return mask


@dataclass
class Dates:
    """Reads the columns of dates of one file, block by block; `close` says whether they can be trusted."""

    names: Mapping[str, str]
    forms: Mapping[str, Forms]
    clocks: Clocks
    _condemned: dict[str, Counter[str]] = field(default_factory=dict)
    _given: Counter[str] = field(default_factory=Counter)
    _misfits: Counter[str] = field(default_factory=Counter)
    _lines: dict[str, list[int]] = field(default_factory=dict)  # of each column the first that are wrong
    _spared: set[str] = field(default_factory=set)

    def given(self, found: Findings, ours: str) -> Mask:
        """The rows in which the column is not empty."""
        mask = found.rows.text[ours].given if ours in found.rows.text else np.zeros(len(found.rows), np.bool_)
        if ours in found.rows.typed:
            mask = mask | found.rows.typed[ours].given
            mask[list(found.rows.typed[ours].strays)] = True
        return mask

    def read(self, found: Findings, ours: str) -> Read:
        """One column of a block, by its form or as its container typed it."""
        rows = found.rows
        faults: dict[int, str] = {}
        seconds, good = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
        by_clock = np.zeros(len(rows), np.bool_)
        if ours in rows.text and ours in self.forms:
            forms, column = self.forms[ours], rows.text[ours]
            seconds, standing, by_clock = forms.read(column, self.clocks)
            good = standing == GOOD
            known: dict[str, str] = {}
            for row in np.flatnonzero(standing > moments.EMPTY).tolist():
                told = column[row]
                if told not in known:
                    known[told] = forms.why(told)
                faults[row] = known[told]
            if len(known_at := self._lines.setdefault(ours, [])) <= LINES_NAMED:
                known_at += rows.line[[*faults][: LINES_NAMED + 1]].tolist()
            self._given[ours] += int(column.given.sum())
            self._misfits[ours] += int((standing == moments.MISFIT).sum())
            for reason, number in Counter(faults.values()).items():
                if reason in CONDEMNING:
                    self._condemned.setdefault(reason, Counter())[ours] += number
        if ours in rows.typed:
            typed = rows.typed[ours]
            seconds, good = np.where(typed.given, typed.seconds, seconds), good | typed.given
            self._given[ours] += int(typed.given.sum())
            for row, reason in typed.strays.items():
                faults[row], good[row] = reason, False
            if ours in self.forms and self.forms[ours].local:
                by_clock = by_clock | typed.given
            strange = typed.given & ((seconds < FIRST_SECOND) | (seconds >= LAST_SECOND))
            timed = typed.given & (seconds % DAY != 0) if ours == "date_of_birth" else strange
            for mask, reason in ((timed, "dob_has_time"), (strange, "invalid_date")):
                for row in np.flatnonzero(mask).tolist():
                    faults[row], good[row] = reason, False
        return Read(seconds, good, faults, by_clock)

    def must_hold(self, found: Findings, ours: str, may_be_empty: bool = False) -> Read:
        """A column without which the row cannot be placed in time: where it does not hold, the row is set aside."""
        read = self.read(found, ours)
        for reason in sorted(STRAYS & set(read.faults.values())):
            found.set_aside(read.faulty(reason), reason, ours)
        found.set_aside(read.faulty() if may_be_empty else ~read.good, "invalid_date", ours)
        return read

    def by_the_way(self, found: Findings, ours: str) -> Read:
        """A column that nothing depends on: where it does not hold it is left empty, with a word."""
        read = self.read(found, ours)
        found.warn(read.faulty(), "invalid_date")
        return read

    def day(self, found: Findings, ours: str, spared: bool = False) -> Values:
        """The column `by_the_way`, as days. `spared`: what is wrong with a few of them is held against no other row."""
        if spared:
            self._spared.add(ours)
        read = self.by_the_way(found, ours)
        return Values(read.days.astype(np.int32), ~read.good)

    def close(self) -> None:
        """What condemns the file now that every row was seen.

        Raises:
            Refused: its dates cannot be trusted.
        """
        condemned = self._held_against_all()
        if condemned:
            totals = {reason: columns.total() for reason, columns in condemned.items()}
            worst = max(totals, key=lambda reason: totals[reason])
            raise refused(worst, self._columns(condemned[worst]), totals, totals[worst])
        drifted = [
            ours for ours, many in self._misfits.items() if many >= MOST_MISFITS and 2 * many > self._given[ours]
        ]
        if drifted:
            misfits = sum(self._misfits[ours] for ours in drifted)
            raise refused("date_format_drift", self._columns(drifted), {"invalid_date": misfits}, misfits)

    def _held_against_all(self) -> dict[str, Counter[str]]:
        """Reason -> columns and how many of each, without the few of a column that is spared."""
        wrong = sum(self._condemned.values(), Counter[str]())
        few = {
            ours
            for ours in self._spared
            if wrong[ours] < MOST_MISFITS or SPARED_SHARE * wrong[ours] <= self._given[ours]
        }
        kept = {
            reason: Counter({ours: number for ours, number in columns.items() if ours not in few})
            for reason, columns in self._condemned.items()
        }
        return {reason: columns for reason, columns in kept.items() if columns}

    def _columns(self, ours: Counter[str] | list[str]) -> str:
        return "column " + ", ".join(f'"{self.names[name]}"{self._places(name)}' for name in ours)

    def _places(self, ours: str) -> str:
        lines = sorted(set(self._lines.get(ours, ())))
        if not lines:
            return ""
        some = ", ".join(map(str, lines[:LINES_NAMED])) + (" …" if len(lines) > LINES_NAMED else "")
        return f" (line{'s' if len(lines) > 1 else ''} {some})"
