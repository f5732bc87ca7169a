"""Deliveries drawn by hand: a row is an id, a time and an outcome; a delivery is a day and its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from tests.extracts import agency
from wnb.agency import Agency
from wnb.ingest.deliveries import Delivery, Laid, Snapshot, empty, lay
from wnb.terms import APPOINTMENT, Outcome

FIRST = date(2026, 3, 1)
ATTENDED, NOT_ATTENDED, BOOKED = Outcome.ATTENDED, Outcome.NOT_ATTENDED, Outcome.BOOKED


def day(number: int) -> date:
    """The so-many-th of March 2026."""
    return FIRST + timedelta(days=number - 1)


def noon(number: int) -> datetime:
    """Noon of the so-many-th of March 2026."""
    return datetime(2026, 3, 1, 12) + timedelta(days=number - 1)


@dataclass(frozen=True)
class Row:
    """One row of an extract: the appointment `id` on day `at` of March is told to be `told`."""

    id: str
    at: int
    told: Outcome
    recorded: datetime | None = None
    group: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """One delivery: extract date (day of March), receipt, rows, and what it says of rows that were set aside."""

    on: int
    receipt: int
    rows: tuple[Row, ...]
    set_aside: frozenset[str] = frozenset()
    unreadable: bool = False

    def delivered(self) -> Delivery:
        return Delivery(
            rows=table(self.rows),
            extract_date=day(self.on),
            receipt=self.receipt,
            file=f"{self.on}.csv",
            groups=frozenset(row.group for row in self.rows if row.group),
            set_aside=self.set_aside,
            unreadable=self.unreadable,
        )


def told(on: int, *rows: tuple[str, int, Outcome] | Row, receipt: int | None = None, **more: Any) -> Told:
    """A delivery of day `on` of March with these rows; its receipt is the day's number unless it is said."""
    made = tuple(row if isinstance(row, Row) else Row(*row) for row in rows)
    return Told(on, on if receipt is None else receipt, made, **more)


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows as ingest gives them, with the group that a snapshot of whole groups is of."""
    fixed = [
        {
            "line": line,
            "appointment_id": row.id,
            "appointment_at": noon(row.at),
            "original_code": row.told.word,
            "told": row.told,
            "recorded_at": row.recorded,
            "manages_own_appointments": False,
            "unverified": False,
            "group": row.group,
            **row.more,
        }
        for line, row in enumerate(rows, 2)
    ]
    return pa.Table.from_pylist(fixed, schema=pa.schema([*APPOINTMENT, pa.field("group", pa.string())]))


def changes(**extract: Any) -> Agency:
    """An agency that delivers changes."""
    return agency(**extract)


def snapshots(covers: object = "everything", limit: float = 100) -> Agency:
    """An agency that delivers snapshots, and allows this much to be withdrawn at once."""
    return agency(delivers="snapshot", snapshot_covers=covers, withdrawn_limit_percent=limit)


def laid(by: Agency, deliveries: Iterable[Told]) -> list[Laid]:
    """Each delivery laid over what was held, in this order; every record accounted for each time."""
    held, known, found = empty(by.holds), tuple[Snapshot, ...](), list[Laid]()
    for each in deliveries:
        after = lay(held, each.delivered(), by, known)
        assert after.accepted + after.superseded == len(each.rows)
        assert len(after.origin) == after.held.num_rows
        held, known = after.held, (*known, *([after.snapshot] if after.snapshot else []))
        found.append(after)
    return found


def held(by: Agency, deliveries: Iterable[Told]) -> dict[tuple[str, int], tuple[str, str]]:
    """What is held after all deliveries: (id, day of March) -> outcome, and whether it is `held` or `withdrawn`."""
    return as_drawn(laid(by, deliveries)[-1].held)


def as_drawn(rows: pa.Table) -> dict[tuple[str, int], tuple[str, str]]:
    """A held table as tests draw it."""
    return {
        (row["appointment_id"], (row["appointment_at"].date() - FIRST).days + 1): (
            Outcome(row["told"]).word,
            "held" if row["withdrawn_by"] is None else "withdrawn",
        )
        for row in rows.to_pylist()
    }
