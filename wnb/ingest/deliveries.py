"""A delivery laid over what is held of its agency: corrections, rebooked slots, withdrawals.

What is held is one row a *slot*: an appointment id and a time. A later row (by extract date, `recorded_at`, order of
receipt) replaces the slot of its own time. Another time under the same id does not erase an outcome already told for
the earlier time, because many systems move a missed slot under its old id; a mere booking that moved is gone. A
snapshot withdraws what it covers and no longer holds; withdrawn slots stay, marked, so that a list can say so.

The result depends on the set of deliveries and their order of dates, never on the order in which they arrived.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.config import Agency, CoversColumn, DaysBack
from wnb.terms import APPOINTMENT, NO_OUTCOME_YET, STATUS_ROW

LATEST = np.iinfo(np.int64).max
PLACE = [
    pa.field("extract_date", pa.date32(), nullable=False),
    pa.field("receipt", pa.int32(), nullable=False),
    pa.field("file", pa.string(), nullable=False),
    pa.field("group", pa.string()),  # the value a snapshot of whole groups covers
    pa.field("withdrawn_on", pa.date32()),  # extract date of the snapshot that no longer held it
    pa.field("withdrawn_by", pa.int32()),  # and its receipt
]
HELD = {
    "appointments": pa.schema([*APPOINTMENT, *PLACE]),
    "statuses": pa.schema([*STATUS_ROW, *PLACE]),
}
KEY = {"appointments": ("appointment_id", "appointment_at"), "statuses": ("status_id", None)}


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that was taken in: what it can withdraw, also from an older file that arrives after it."""

    extract_date: date
    receipt: int
    records: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """The accepted rows of one file, with its place in the order of the agency's deliveries."""

    rows: pa.Table
    extract_date: date
    receipt: int
    file: str
    groups: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()  # ids of rows that were set aside: they are not gone
    unreadable: bool = False  # some row set aside does not even say its id: nothing can be called gone


@dataclass(frozen=True)
class Laid:
    """What is held after a delivery, and what the delivery did."""

    held: pa.Table
    origin: np.ndarray  # int64, by held row: the row that held this slot before; -1 where it is new
    accepted: int
    superseded: int
    replaced: int
    withdrawn: int
    status_changed: int
    withdrawals_kept_for_a_person: int


def empty(holds: str) -> pa.Table:
    """What is held of an agency that has never delivered."""
    return HELD[holds].empty_table()


def lay(held: pa.Table, delivery: Delivery, agency: Agency, snapshots: tuple[Snapshot, ...]) -> Laid:
    """Lay one delivery over what is held. `snapshots`: those of this agency taken in before."""
    key, time = KEY[agency.holds]
    new = _placed(delivery, HELD[agency.holds])
    ids = pc.unique(new[key])
    touched = pc.is_in(held[key], value_set=ids) if held.num_rows else pa.array([], pa.bool_())
    before, untouched = held.filter(touched), held.filter(pc.invert(touched))
    both = pa.concat_tables([before, new])
    if before.num_rows or len(ids) < new.num_rows:
        kept, slot_before = _winners(both, before.num_rows, _order(both), key, time)
    else:  # every id is new and stands once: nothing is beaten
        kept, slot_before = np.ones(new.num_rows, bool), np.full(new.num_rows, -1)
    new_kept = kept[before.num_rows :]
    laid = both.filter(pa.array(kept))
    places = np.append(np.flatnonzero(touched.to_numpy(zero_copy_only=False)), -1)
    origin = np.concatenate([np.flatnonzero(~touched.to_numpy(zero_copy_only=False)), places[slot_before[kept]]])
    late = _withdrawn_before_they_came(laid, held, delivery, agency, snapshots, key)
    after = pa.concat_tables([untouched, late])
    withdrawn = kept_for_a_person = 0
    if agency.extract.delivers == "snapshot":
        after, withdrawn, kept_for_a_person = _withdraw(after, delivery, agency, key)
    return Laid(
        held=after.combine_chunks(),
        origin=origin,
        accepted=int(new_kept.sum()),
        superseded=int((~new_kept).sum()),
        replaced=int((~kept[: before.num_rows]).sum()),
        withdrawn=withdrawn,
        status_changed=_changed(before, new, new_kept, key, time),
        withdrawals_kept_for_a_person=kept_for_a_person,
    )


def _placed(delivery: Delivery, schema: pa.Schema) -> pa.Table:
    rows = delivery.rows.num_rows
    fixed = {
        "extract_date": pa.repeat(pa.scalar(delivery.extract_date, pa.date32()), rows),
        "receipt": pa.repeat(pa.scalar(delivery.receipt, pa.int32()), rows),
        "file": pa.repeat(delivery.file, rows),
    }
    columns = []
    for field in schema:
        if field.name in fixed:
            columns.append(fixed[field.name])
        elif field.name in delivery.rows.column_names:
            columns.append(delivery.rows[field.name])
        else:
            columns.append(pa.nulls(rows, field.type))
    return pa.table(columns, schema=schema)


def _order(table: pa.Table) -> np.ndarray:
    """Each row's rank in the order of the agency's word: a higher rank is a later word. Withdrawals count as words."""
    gone = pc.is_valid(table["withdrawn_by"]).to_numpy(zero_copy_only=False)
    day = _ints(pc.coalesce(table["withdrawn_on"], table["extract_date"]), pa.int32())
    receipt = _ints(pc.coalesce(table["withdrawn_by"], table["receipt"]), pa.int32())
    recorded = np.where(gone, LATEST, _ints(table["recorded_at"], pa.int64(), missing=np.iinfo(np.int64).min))
    line = np.where(gone, LATEST, _ints(table["line"], pa.int64()))
    rank = np.empty(table.num_rows, np.int64)
    rank[np.lexsort((line, receipt, recorded, day))] = np.arange(table.num_rows)
    return rank


def _winners(
    both: pa.Table, before: int, rank: np.ndarray, key: str, time: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """By row: whether it is its slot's last word (and no booking that was moved), and the slot's row among the first `before`."""
    codes = _codes(both[key])
    at = _ints(both[time], pa.int64()) if time else np.zeros(both.num_rows, np.int64)
    order = np.lexsort((rank, at, codes))
    last = np.ones(len(order), bool)
    last[:-1] = (codes[order][1:] != codes[order][:-1]) | (at[order][1:] != at[order][:-1])
    slot = np.empty(len(order), np.int64)
    slot[order] = np.cumsum(np.append(0, last[:-1]))
    held_before = np.full(len(order), -1)
    held_before[slot[:before]] = np.arange(before)
    kept = np.zeros(len(order), bool)
    kept[order[last]] = True
    if time and len(order):
        latest = np.zeros(codes.max() + 1, np.int64)
        np.maximum.at(latest, codes, rank)
        moved = np.isin(both["told"].to_numpy(), [int(o) for o in NO_OUTCOME_YET]) & (latest[codes] > rank)
        kept &= ~moved
    return kept, held_before[slot]


def _withdrawn_before_they_came(
    laid: pa.Table, held: pa.Table, delivery: Delivery, agency: Agency, snapshots: tuple[Snapshot, ...], key: str
) -> pa.Table:
    """Mark rows of an older file whose id a later snapshot, taken in before, covered and did not hold."""
    later = [s for s in snapshots if (s.extract_date, s.receipt) > (delivery.extract_date, delivery.receipt)]
    if not later or not laid.num_rows:
        return laid
    new_ids = pc.and_(pc.equal(laid["receipt"], delivery.receipt), pc.invert(pc.is_in(laid[key], value_set=held[key])))
    for snapshot in sorted(later, key=lambda s: (s.extract_date, s.receipt)):
        gone = pc.and_(new_ids, _covered(laid, agency, snapshot.extract_date, frozenset(snapshot.groups)))
        laid = _marked(laid, gone, snapshot.extract_date, snapshot.receipt)
    return laid


def _withdraw(after: pa.Table, delivery: Delivery, agency: Agency, key: str) -> tuple[pa.Table, int, int]:
    """Withdraw what the snapshot covers and does not hold, unless that is more than a person has allowed."""
    ids = pa.chunked_array([*delivery.rows[key].chunks, pa.array(sorted(delivery.present), pa.string())], pa.string())
    live = pc.is_null(after["withdrawn_by"])
    earlier = pc.less(after["extract_date"], pa.scalar(delivery.extract_date, pa.date32()))
    same_day = pc.and_(
        pc.equal(after["extract_date"], pa.scalar(delivery.extract_date, pa.date32())),
        pc.less(after["receipt"], delivery.receipt),
    )
    before = pc.or_(earlier, same_day)
    covered = pc.and_(pc.and_(live, before), _covered(after, agency, delivery.extract_date, delivery.groups))
    held_still = pc.or_(covered, pc.and_(live, pc.equal(after["receipt"], delivery.receipt)))
    gone = pc.and_(covered, pc.invert(pc.is_in(after[key], value_set=ids)))
    number, of = pc.sum(gone).as_py() or 0, pc.sum(held_still).as_py() or 0
    if number and (delivery.unreadable or 100 * number > agency.extract.withdrawn_limit_percent * of):
        return after, 0, number
    return _marked(after, gone, delivery.extract_date, delivery.receipt), number, 0


def _covered(table: pa.Table, agency: Agency, extract_date: date, groups: frozenset[str]) -> pa.Array:
    match agency.extract.snapshot_covers:
        case DaysBack(days_back=days):
            first = pa.scalar(extract_date - timedelta(days=days), pa.date32())
            return pc.greater_equal(pc.cast(table["appointment_at"], pa.date32()), first)
        case CoversColumn():
            return pc.fill_null(pc.is_in(table["group"], value_set=pa.array(sorted(groups), pa.string())), False)
        case _:
            return pa.repeat(True, table.num_rows)


def _marked(table: pa.Table, gone: pa.Array, on: date, by: int) -> pa.Table:
    for name, value in (("withdrawn_on", pa.scalar(on, pa.date32())), ("withdrawn_by", pa.scalar(by, pa.int32()))):
        fresh = pc.and_(gone, pc.is_null(table[name]))
        table = table.set_column(
            table.schema.get_field_index(name), table.schema.field(name), pc.if_else(fresh, value, table[name])
        )
    return table


def _changed(before: pa.Table, new: pa.Table, new_kept: np.ndarray, key: str, time: str | None) -> int:
    """How many slots had one outcome and now have another."""
    if time is None or not before.num_rows:
        return 0
    left = pa.table({"k": before[key], "t": before[time], "old": before["told"]})
    right = pa.table({"k": new[key], "t": new[time], "new": new["told"]}).filter(pa.array(new_kept))
    pairs = left.join(right, ["k", "t"], join_type="inner")
    settled = pc.invert(pc.is_in(pairs["old"], value_set=pa.array([int(o) for o in NO_OUTCOME_YET], pa.uint8())))
    return int(pc.sum(pc.and_(settled, pc.not_equal(pairs["old"], pairs["new"]))).as_py() or 0)


def _ints(column: pa.ChunkedArray, kind: pa.DataType, missing: int = 0) -> np.ndarray:
    return pc.fill_null(column.cast(kind), missing).to_numpy()


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64)
