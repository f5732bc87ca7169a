"""Dates and times by the one form that was declared, digit for digit: `%d` is two digits, and nothing is ever
guessed.

A form of digits only is compiled; names of months, fractions, offsets and the twelve-hour clock are read one distinct
text at a time. What does not fit is named (`why`): a two-digit year and an Excel serial condemn a file, a blank does
not.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
from numba import int64, types, uint8

from wnb.machine import compiled, inlined

GOOD, EMPTY, MISFIT, IMPOSSIBLE = range(4)
"""Of a text: as declared; nothing there; another shape; the shape of a date that no calendar has."""

EARLIEST, LATEST = 1900, 2199
DAY = 86_400
FURTHEST = 14 * 3_600  # no clock on earth is further from UTC (Kiribati's)

_Bytes = types.Array(uint8, 1, "C", readonly=True)
_Offsets = types.Array(types.int32, 1, "C", readonly=True)
_Places = types.Array(int64, 1, "C", readonly=True)

WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
PARTS = {
    "Y": r"(?P<Y>\d{4})", "m": r"(?P<m>\d{2})", "d": r"(?P<d>\d{2})", "H": r"(?P<H>\d{2})", "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})", "f": r"(?P<f>\d{1,6})", "z": r"(?P<z>Z|[+-]\d{2}:?\d{2})", "I": r"(?P<I>\d{2})",
    "p": r"(?P<p>[AaPp][Mm])", "j": r"(?P<j>\d{3})", "%": "%",
    "b": "(?P<b>" + "|".join(calendar.month_abbr[1:]) + ")", "B": "(?P<B>" + "|".join(calendar.month_name[1:]) + ")",
}  # fmt: skip


@inlined
def _days(year, month, day):  # type: ignore[no-untyped-def]
    """Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant's days_from_civil)."""
    if month <= 2:
        year -= 1
        month += 9
    else:
        month -= 3
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * month + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled(types.void(_Offsets, _Bytes, int64, _Places, _Places, _Bytes, int64[::1], uint8[::1]))
def _fixed(offsets, data, width, places, literal_at, literal, seconds, standing):  # type: ignore[no-untyped-def]
    months = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    value = np.zeros(6, np.int64)
    for row in range(len(offsets) - 1):
        start = offsets[row]
        length = offsets[row + 1] - start
        if length == 0:
            standing[row] = 1
            continue
        if length != width:
            standing[row] = 2
            continue
        fits = True
        for at in range(len(literal_at)):
            fits = fits and data[start + literal_at[at]] == literal[at]
        for part in range(6):
            place = places[part]
            if place < 0:
                continue
            number = 0
            for at in range(4 if part == 0 else 2):
                digit = int64(data[start + place + at]) - 48
                fits = fits and 0 <= digit <= 9
                number = number * 10 + digit
            value[part] = number
        if not fits:
            standing[row] = 2
            continue
        year, month, day = value[0], value[1], value[2]
        good = (
            1900 <= year <= 2199 and 1 <= month <= 12 and day >= 1 and value[3] < 24 and value[4] < 60 and value[5] < 60
        )
        if good:
            last = months[month - 1]
            if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
                last = 29
            good = day <= last
        if not good:
            standing[row] = 3
            continue
        standing[row] = 0
        seconds[row] = _days(year, month, day) * 86_400 + value[3] * 3_600 + value[4] * 60 + value[5]


@dataclass(frozen=True)
class Form:
    """A declared form, like `%d/%m/%Y %H:%M`."""

    text: str

    @cached_property
    def pieces(self) -> list[tuple[str, str]]:
        """(part, "") or ("", literal character), in order."""
        return [
            (found[1], "") if found[1] else ("", found[0]) for found in re.finditer(r"%(.)|.", self.text, re.DOTALL)
        ]

    @cached_property
    def parts(self) -> list[str]:
        """The letters of its directives, in order."""
        return [part for part, _ in self.pieces if part not in ("", "%")]

    @property
    def has_time(self) -> bool:
        """Whether it says an hour."""
        return bool({"H", "I"} & set(self.parts))

    @property
    def zoned(self) -> bool:
        """Whether what it says is an instant (an offset, or the Z of UTC) rather than a local time."""
        return "z" in self.parts or (self.has_time and self.text.endswith("Z"))

    @property
    def swappable(self) -> bool:
        """Whether day and month could change places and still look like it: the year comes last, and both are
        numbers.
        """
        return {"m", "d"} <= set(self.parts) and self.parts.index("Y") > min(
            self.parts.index("m"), self.parts.index("d")
        )

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The shape of a text that fits."""
        return re.compile("".join(PARTS[part] if part else re.escape(mark) for part, mark in self.pieces), re.ASCII)

    @cached_property
    def _places(self) -> tuple[int, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]] | None:
        """Width, places of Y m d H M S (-1: not there), and the literals, where every part has one width."""
        at, places = 0, dict.fromkeys(WIDTHS, -1)
        literals: list[tuple[int, int]] = []
        for part, mark in self.pieces:
            if part in WIDTHS and places[part] < 0:
                places[part] = at
                at += WIDTHS[part]
            elif (part == "%" or not part) and (mark or part).isascii():
                literals.append((at, ord(mark or part)))
                at += 1
            else:
                return None
        if min(places["Y"], places["m"], places["d"]) < 0:
            return None
        return (
            at,
            np.array([places[part] for part in "YmdHMS"]),
            np.array([place for place, _ in literals], np.int64),
            np.array([mark for _, mark in literals], np.uint8),
        )

    def read(
        self, offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        """Of n texts: seconds from 1970-01-01T00:00 (of UTC where the form is `zoned`, else as the clock said) and
        the standing.
        """
        rows = len(offsets) - 1
        seconds, standing = np.zeros(rows, np.int64), np.zeros(rows, np.uint8)
        if rows and self._places is not None:
            width, places, literal_at, literal = self._places
            _fixed(offsets, data, width, places, literal_at, literal, seconds, standing)
        elif rows:
            told: dict[bytes, tuple[int, int]] = {}
            whole = data.tobytes()
            for row in range(rows):
                text = whole[offsets[row] : offsets[row + 1]]
                if text not in told:
                    told[text] = self.read_one(text.decode())
                seconds[row], standing[row] = told[text]
        return seconds, standing

    def read_one(self, text: str) -> tuple[int, int]:
        """The same of one text, for any form."""
        if not text:
            return 0, EMPTY
        fits = self.pattern.fullmatch(text)
        if not fits:
            return 0, MISFIT
        said = fits.groupdict()
        year = int(said["Y"])
        if not EARLIEST <= year <= LATEST:
            return 0, IMPOSSIBLE
        hour = int(said.get("H") or 0)
        if "I" in said:
            hour = int(said["I"])
            if not 1 <= hour <= 12:
                return 0, IMPOSSIBLE
            hour = hour % 12 + (12 if said.get("p", "").upper() == "PM" else 0)
        month = int(said.get("m") or 0)
        for names, part in ((calendar.month_abbr, "b"), (calendar.month_name, "B")):
            if part in said:
                month = list(names).index(said[part])
        try:
            moment = datetime(year, month, int(said["d"]), hour, int(said.get("M") or 0), int(said.get("S") or 0))
        except ValueError:
            return 0, IMPOSSIBLE
        seconds = int((moment - datetime(1970, 1, 1)).total_seconds())
        zone = said.get("z") or "Z"
        if zone != "Z":
            ahead = int(zone[1:3]) * 3_600 + int(zone[-2:]) * 60
            if ahead > FURTHEST or int(zone[-2:]) > 59:
                return 0, IMPOSSIBLE
            seconds -= ahead if zone[0] == "+" else -ahead
        return seconds, GOOD


TWO_DIGIT_YEAR = re.compile(r"(\d{1,2}[/.\- ](\d{1,2}|[A-Za-z]{3,9})[/.\- ]\d{2}|\d{2}-\d{2}-\d{2})([ T].*)?", re.ASCII)
SERIAL = re.compile(r"[1-9]\d{4}([.,]\d+)?", re.ASCII)
PARTIAL = re.compile(
    r"\d{4}|\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}|[A-Za-z]{3,9}[ -]\d{4}"
    r"|(00|[Xx?]{1,2})[-/.](\d{2}|00|[Xx?]{1,2})[-/.]\d{4}|\d{2}[-/.](00|[Xx?]{1,2})[-/.]\d{4}"
    r"|\d{4}[-/.](00|[Xx?]{1,2})[-/.](\d{2}|00|[Xx?]{1,2})|\d{4}[-/.]\d{2}[-/.](00|[Xx?]{1,2})",
    re.ASCII,
)
CLOCK = re.compile(r"[ T](\d{2}):(\d{2})(:(\d{2})([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
PLACEHOLDERS = frozenset(
    date.fromisoformat(day)
    for day in (
        "1900-01-01",
        "1900-01-02",
        "1901-01-01",
        "1911-11-11",
        "1970-01-01",
        "2199-12-31",
        "2100-01-01",
        "2099-12-31",
    )
)
PLACEHOLDER_TEXTS = ("9999", "0001", "1111", "1753", "1800", "1899")
"""Dates that a system writes for "not known" (the first day of its calendar, or the last), never ordinary birthdays."""


def why(text: str, form: Form) -> str:
    """The reason code for a text that `form` does not read: what it is instead. `dob_…` where it could be most of a
    birthday.
    """
    fits = form.pattern.fullmatch(text)
    if fits:
        said = fits.groupdict()
        if form.swappable and int(said["m"]) > 12 and 1 <= int(said["d"]) <= 12:
            return "date_format_drift"
        if said["Y"] in PLACEHOLDER_TEXTS:
            return "dob_placeholder"
        return "dob_partial" if PARTIAL.fullmatch(text) else "invalid_date"
    bare = text.strip()
    if TWO_DIGIT_YEAR.fullmatch(bare):
        return "two_digit_year"
    if SERIAL.fullmatch(bare):
        return "excel_serial"
    if PARTIAL.fullmatch(bare):
        return "dob_partial"
    if not form.has_time and day_before_clock(text, form) is not None:
        return "dob_has_time"
    return "invalid_date"


def day_before_clock(text: str, form: Form) -> tuple[int, bool] | None:
    """Of a date with a time behind it: seconds of the date, and whether the time is midnight; None of anything else."""
    for cut in (text.rfind("T"), text.find(" ")):
        if cut > 0 and (clock := CLOCK.fullmatch(text[cut:])):
            seconds, standing = form.read_one(text[:cut])
            if standing == GOOD:
                midnight = not any(int(clock[n] or 0) for n in (1, 2, 4)) and (clock[6] or "Z") in (
                    "Z",
                    "+00:00",
                    "+0000",
                )
                return seconds, midnight
    return None


def seconds_of(day: date) -> int:
    """Seconds from 1970-01-01 to the beginning of a day."""
    return (day - date(1970, 1, 1)).days * DAY


PLACEHOLDER_SECONDS = np.array(sorted(seconds_of(day) for day in PLACEHOLDERS))
