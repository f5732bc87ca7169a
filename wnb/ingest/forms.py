"""A column of dates and times that may be written in one declared form, or in several.

Each text is read by the one form that it fits, digit for digit; an instant (an offset, or the Z of UTC) becomes what
the partnership's clocks said. That no text fits two forms with two meanings is seen to before any file is read
(`wnb.date_forms`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from wnb.ingest import moments
from wnb.ingest.clocks import Clocks
from wnb.ingest.findings import Mask, Numbers
from wnb.ingest.moments import EMPTY, GOOD, IMPOSSIBLE, MISFIT, Form
from wnb.ingest.rows import Text


@dataclass(frozen=True)
class Forms:
    """The forms of one column, in the order in which they are declared."""

    each: tuple[Form, ...]

    @classmethod
    def of(cls, *texts: str) -> "Forms":
        """The forms that these texts declare, like `%d/%m/%Y %H:%M`."""
        return cls(tuple(Form(text) for text in texts))

    @cached_property
    def has_time(self) -> bool:
        """Whether any says an hour."""
        return any(form.has_time for form in self.each)

    @cached_property
    def local(self) -> bool:
        """Whether any says times of the partnership's own clocks."""
        return any(form.has_time and not form.zoned for form in self.each)

    def read(self, column: Text, clocks: Clocks) -> tuple[Numbers, npt.NDArray[np.uint8], Mask]:
        """By text: seconds of the partnership's clocks, the standing, and whether those clocks are what it told."""
        rows = len(column)
        seconds, standing = np.zeros(rows, np.int64), np.full(rows, MISFIT, np.uint8)
        by_clock = np.zeros(rows, np.bool_)
        for form in self.each:
            said, how = form.read(column.offsets, column.data)
            good = how == GOOD
            seconds = np.where(good, clocks.local(said) if form.zoned else said, seconds)
            if form.has_time and not form.zoned:
                by_clock |= good
            standing = np.where(good | (how == EMPTY) | ((how == IMPOSSIBLE) & (standing == MISFIT)), how, standing)
        return seconds, standing, by_clock

    def why(self, text: str) -> str:
        """The reason code of a text that none of the forms reads."""
        fitting = [form for form in self.each if form.pattern.fullmatch(text)]
        reasons = [moments.why(text, form) for form in fitting or self.each]
        return next((reason for reason in reasons if reason != "invalid_date"), "invalid_date")

    def day_before_clock(self, text: str) -> tuple[int, bool] | None:
        """Of a date with a time behind it: seconds of the date, and whether the time is midnight; else None."""
        return next(filter(None, (moments.day_before_clock(text, form) for form in self.each)), None)
