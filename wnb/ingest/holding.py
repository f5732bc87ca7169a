"""What the rows of a file never seen are: appointments, statuses or people, weighed by what stands in them.

For proposals to a person, who is told what speaks for it and how to say otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from wnb.ingest.code_sets import STATUSES
from wnb.ingest.column_names import named
from wnb.ingest.judging import APPOINTMENTS, KNOWN_CODES, Table
from wnb.ingest.profile import UPN, Profile
from wnb.ingest.roles import cast

HOLDS = ("appointments", "statuses", "people")
OF_PEOPLE = (
    "mother", "father", "father_asked_on", "sibling_local_ids", "mother_nhs_number", "mother_local_id", "address",
    "uprn",
)  # fmt: skip
"""What only a register of people has a column for."""
PLAINLY = 0.8


@dataclass(frozen=True)
class Holds:
    """What the rows are, why, and what speaks against it; `doubt` also of appointments that could be something else."""

    what: str
    why: str = ""
    doubt: str = ""


def held_by(columns: Sequence[Profile]) -> Holds:
    """What the rows of a file are most likely."""
    seen = _Seen(columns)
    if seen.statuses and not seen.appointment:
        days = f"; {seen.open_ended}" if seen.open_ended else ""
        return Holds(
            "statuses",
            f"{seen.statuses}{days}",
            "if its rows are appointments, say --holds appointments",
        )
    if not seen.appointment and not seen.outcomes and (why := seen.people):
        return Holds("people", why, "if its rows are appointments or statuses, say --holds appointments or statuses")
    if seen.open_ended and not seen.appointment:
        return Holds(
            "appointments",
            "nothing says that it is anything else",
            f"{seen.open_ended}, and no code is known as a status: if its rows are plans and the like, say --holds "
            "statuses",
        )
    return Holds("appointments")


@dataclass(frozen=True)
class _Seen:
    """The evidence, each in words where it is there, and empty where it is not."""

    columns: Sequence[Profile]

    @cached_property
    def statuses(self) -> str:
        """A column of social care's words."""
        for column in self.columns:
            known = 0.0 if column.dates.is_dates else column.share(lambda value: value.casefold() in STATUSES)
            if known > 0.5:
                return f'{known:.0%} of the rows of "{column.name}" hold a status as social care names it'
        return ""

    @cached_property
    def outcomes(self) -> str:
        """A column of codes that outcomes of appointments have."""
        table = Table(self.columns)
        for column in self.columns:
            if APPOINTMENTS["outcome"](table, column).score >= KNOWN_CODES:
                return f'"{column.name}" holds outcomes'
        return ""

    @cached_property
    def appointment(self) -> str:
        """A time of day, or a name that says appointment."""
        for column in self.columns:
            if column.clocks > PLAINLY or (column.dates.is_dates and column.dates.has_time and self.outcomes):
                return f'"{column.name}" has a time of day'
            for ours in ("appointment_id", "appointment_at"):
                if column.name and named(ours, column.name) >= PLAINLY and self._is_it(ours, column):
                    return f'"{column.name}" is named like an appointment'
        return ""

    def _is_it(self, ours: str, column: Profile) -> bool:
        """A name that statuses have as well says nothing."""
        other = max(named(name, column.name) for name in ("status_from", "status_to", "status_id"))
        return other < PLAINLY and (ours != "appointment_at" or column.dates.is_dates)

    @cached_property
    def open_ended(self) -> str:
        """Two columns of days of which the later is often empty and never before the other."""
        dates = [column for column in self.columns if column.dates.is_dates and not column.dates.has_time]
        days = [column for column in dates if named("date_of_birth", column.name) < PLAINLY]
        for last in days:
            empty = len(last.cells) - last.given
            if 10 * last.given > 9 * len(last.cells):
                continue
            for first in days:
                both = [(a, b) for a, b in zip(first.days, last.days, strict=True) if a and b]
                if first is not last and 10 * first.given > 9 * len(first.cells) and all(a <= b for a, b in both):
                    return f'"{last.name}" could be a last day: it is empty in {empty} of {len(last.cells)} rows'
        return ""

    @cached_property
    def people(self) -> str:
        """Who somebody is, and nothing that happened: one row a child, with what only a register has."""
        given = {taken.at for taken in cast(self.columns, "people").values()}
        born = any(c.dates.is_dates and named("date_of_birth", c.name) > 0 for c in self.columns)
        upns = [c for c in self.columns if c.share(lambda value: UPN.fullmatch(value) is not None) > 0.5]
        if not born and not upns:
            return ""
        own = [c.name for c in self.columns if c.name and any(named(ours, c.name) >= PLAINLY for ours in OF_PEOPLE)]
        own += [c.name for c in upns if c.name not in own]
        once = next((c.name for c in self.columns if _is_once(c)), "")
        dates = [c.name for at, c in enumerate(self.columns) if c.dates.is_dates and at not in given]
        if own and once:
            also = f"; dates that are not known: {_listed(dates)}" if dates else ""
            return f'one row for each "{once}"; of people alone: {_listed(own)}{also}'
        vaguely = any(named(ours, c.name) > 0 for ours in ("appointment_id", "outcome") for c in self.columns if c.name)
        when = any(named("appointment_at", c.name) > 0 for c in self.columns if c.name and c.dates.is_dates)
        return "" if dates or vaguely or when else "no column is named like an appointment's time or outcome"


def _is_once(column: Profile) -> bool:
    """Whether it could be a number of which each row has its own."""
    return column.digits > 0.9 and column.variety > 0.98 and not column.dates.is_dates and _mostly(column)


def _mostly(column: Profile) -> bool:
    return 10 * column.given > 9 * len(column.cells)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
