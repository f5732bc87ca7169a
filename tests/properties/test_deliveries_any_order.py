"""What is held depends on what was delivered, never on the order in which it came; and no record is lost on the way."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.slots import ATTENDED, BOOKED, FIRST, NOT_ATTENDED, Row, Told, changes, day, laid, noon, snapshots
from wnb.agency import Agency
from wnb.terms import Outcome

Slot = tuple[str, int]
Word = tuple[int, int, int, int]

ROWS = st.builds(
    Row,
    id=st.sampled_from(["A1", "A2", "A3"]),
    at=st.integers(1, 4),
    told=st.sampled_from([ATTENDED, NOT_ATTENDED, BOOKED]),
    recorded=st.sampled_from([None, None, noon(1), noon(2)]),
    group=st.sampled_from(["east", "west"]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """A few deliveries of one agency in the order in which they arrive, whatever days they are of."""
    arrived = []
    for receipt in range(1, draw(st.integers(2, 6)) + 1):
        rows = draw(st.lists(ROWS, max_size=4, unique_by=lambda row: (row.id, row.at)))
        aside = draw(st.frozensets(st.sampled_from(["A1", "A2", "A3"]), max_size=1))
        unreadable = draw(st.sampled_from([False, False, False, True]))
        arrived.append(Told(draw(st.integers(1, 5)), receipt, tuple(rows), aside, unreadable))
    return arrived


AGENCIES = st.sampled_from(
    [changes(), snapshots(), snapshots({"days_back": 1}), snapshots({"column": "clinic"})]
)  # fmt: skip


@dataclass
class Reading:
    """The plain reading: what a person would hold who goes through the deliveries in the order of their dates."""

    rows: dict[Slot, tuple[Word, Row]]
    withdrawn: dict[Slot, tuple[int, int]]
    turned_back: set[Slot]  # an outcome became a booking again, and the booking moved: the corner of the docstring


def word(delivery: Told, line: int, row: Row) -> Word:
    """Where a row stands among the agency's words: extract date, recorded_at, order of receipt; then its line."""
    return (delivery.on, int(row.recorded.timestamp()) if row.recorded else -1, delivery.receipt, line)


def read_plainly(by: Agency, deliveries: list[Told]) -> Reading:
    found = Reading({}, {}, set())
    outcomes: set[Slot] = set()
    for delivery in sorted(deliveries, key=lambda d: (d.on, d.receipt)):
        place = (delivery.on, delivery.receipt)
        names = {row.id for row in delivery.rows} | delivery.set_aside
        for line, row in enumerate(delivery.rows):
            slot, said = (row.id, row.at), word(delivery, line, row)
            if row.told is not BOOKED:
                outcomes.add(slot)
            if slot not in found.rows or found.rows[slot][0] < said:
                found.rows[slot] = (said, row)
        for slot, (said, row) in list(found.rows.items()):
            moved = any(other[0] == slot[0] and w[:3] > said[:3] for other, (w, _) in found.rows.items())
            if row.told is BOOKED and moved:
                del found.rows[slot]
                found.turned_back |= {slot} & outcomes
        found.withdrawn = {slot: on for slot, on in found.withdrawn.items() if slot[0] not in names}
        if by.extract.delivers == "snapshot" and names and not delivery.unreadable:
            for slot, (_, row) in found.rows.items():
                if slot[0] not in names and covers(by, delivery, row):
                    found.withdrawn.setdefault(slot, place)
    return found


def covers(by: Agency, snapshot: Told, row: Row) -> bool:
    match by.extract.model_dump(exclude_none=True)["snapshot_covers"]:
        case {"days_back": days}:
            return noon(row.at).date() >= day(snapshot.on) - timedelta(days=days)
        case {"column": _}:
            return row.group in {other.group for other in snapshot.rows}
    return True


def as_read(held: pa.Table) -> dict[Slot, tuple[object, ...]]:
    """Everything that makes a held row what it is (who last named its id decides nothing but withdrawals)."""
    return {
        (row["appointment_id"], (row["appointment_at"].date() - FIRST).days + 1): (
            Outcome(row["told"]), row["recorded_at"], row["group"], row["extract_date"], row["receipt"], row["line"],
            (row["withdrawn_on"], row["withdrawn_by"]),
        )
        for row in held.to_pylist()
    }  # fmt: skip


def expected(reading: Reading) -> dict[Slot, tuple[object, ...]]:
    def place(told: tuple[int, int] | None) -> tuple[object, object]:
        return (day(told[0]), told[1]) if told else (None, None)

    return {
        slot: (
            row.told, row.recorded, row.group, day(said[0]), said[2], said[3] + 2,
            place(reading.withdrawn.get(slot)),
        )
        for slot, (said, row) in reading.rows.items()
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(histories(), AGENCIES)
def test_in_the_order_of_dates_it_is_the_plain_reading(arrived: list[Told], by: Agency) -> None:
    in_order = sorted(arrived, key=lambda d: (d.on, d.receipt))
    assert as_read(laid(by, in_order)[-1].held) == expected(read_plainly(by, in_order))


@settings(max_examples=100, deadline=None)
@given(histories(), AGENCIES)
def test_in_whatever_order_they_arrive_the_same_is_held(arrived: list[Told], by: Agency) -> None:
    """But for the corner: an outcome that was turned back into a booking, which then moved, may stay."""
    plain = read_plainly(by, arrived)
    found, wanted = as_read(laid(by, arrived)[-1].held), expected(plain)
    stayed = {slot for slot in found.keys() - wanted.keys() if slot in plain.turned_back}
    assert {slot: row for slot, row in found.items() if slot not in stayed} == wanted
    assert all(found[slot][0] in (ATTENDED, NOT_ATTENDED) for slot in stayed)


@settings(max_examples=100, deadline=None)
@given(histories(), AGENCIES)
def test_a_row_knows_which_row_held_its_slot_before(arrived: list[Told], by: Agency) -> None:
    before: list[Slot] = []
    for after in laid(by, arrived):
        slots = list(as_read(after.held))
        origin = [before.index(slot) if slot in before else -1 for slot in slots]
        assert after.origin.tolist() == origin
        assert after.origin.dtype == np.int64
        before = slots


@settings(max_examples=100, deadline=None)
@given(histories(), st.sampled_from([0, 10, 34, 50]))
def test_more_is_never_withdrawn_than_the_limit_allows(arrived: list[Told], limit: int) -> None:
    """Of all that would live but for it: what was held, what it brings, and what it names again."""
    in_order = sorted(arrived, key=lambda d: (d.on, d.receipt))
    for after in laid(snapshots(limit=limit), in_order):
        assert 100 * after.withdrawn <= limit * (after.held["withdrawn_by"].null_count + after.withdrawn)


@settings(max_examples=100, deadline=None)
@given(histories(), AGENCIES)
def test_the_same_delivery_laid_again_changes_nothing_but_its_receipt(arrived: list[Told], by: Agency) -> None:
    """The rows of the last day, received once more."""
    arrived = sorted(arrived, key=lambda d: (d.on, d.receipt))
    again = replace(arrived[-1], receipt=len(arrived) + 1)
    corner = read_plainly(by, arrived).turned_back
    once, twice = (
        {
            slot: (row[0], row[-1] != (None, None))
            for slot, row in as_read(laid(by, told)[-1].held).items()
            if slot not in corner
        }
        for told in (arrived, [*arrived, again])
    )
    assert once == twice
