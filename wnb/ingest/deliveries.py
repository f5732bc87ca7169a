"""A delivery laid over what is held of its agency: corrections, rebooked slots, withdrawals.

What is held is one row a *slot*: an appointment id and a time (of a status: its id, and whether it says that what that
id began is over). A later row (by extract date, `recorded_at`, order of
receipt) replaces the slot of its own time. Another time under the same id does not erase an outcome already told for
the earlier time, because many systems move a missed slot under its old id; a mere booking that moved is gone, and only
a later word moves it: two times told in one breath are two bookings.

A snapshot withdraws every slot that it covers and whose id no delivery since has named. Withdrawn slots stay, marked by
the first snapshot that missed them, so that a list can say so; whoever names the id again brings them back, for an
outcome that was told is never lost by a gap. A row that was set aside names its id too.

The result depends on the set of deliveries and their order of dates, never on the order in which they arrived, but for
two corners, in which a child's record stays rather than goes:

- a limit (`withdrawn_limit_percent`) is judged when a delivery comes, against what is held then;
- an outcome that was turned back into a booking, which then moved, stays when it is told only after both.

Longer than most because these rules hold only together: each can be read against the others here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.arrays import ints
from wnb.extract_form import CoversColumn, DaysBack
from wnb.terms import KEY, NO_OUTCOME_YET, ROWS, SLOT

PLACE = [
    pa.field("extract_date", pa.date32(), nullable=False),
    pa.field("receipt", pa.int32(), nullable=False),
    pa.field("file", pa.string(), nullable=False),
    pa.field("group", pa.string()),  # the value a snapshot of whole groups covers
    pa.field("named_on", pa.date32(), nullable=False),  # extract date of the last delivery that named this id
    pa.field("named_by", pa.int32(), nullable=False),  # and its receipt
    pa.field("withdrawn_on", pa.date32()),  # extract date of the first snapshot since that did not
    pa.field("withdrawn_by", pa.int32()),  # and its receipt
]
HELD = {holds: pa.schema([*rows, *PLACE]) for holds, rows in ROWS.items()}
NEVER = np.iinfo(np.int64).max
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that was taken in: what it can withdraw, also from an older file that arrives after it."""

    extract_date: date
    receipt: int
    records: int
    groups: tuple[str, ...] | None = None  # it covers these groups; None: groups are nothing to it
    first_day: date | None = None  # it covers appointments from this day on; None: of every day
    set_aside: tuple[str, ...] = ()  # ids that it named in rows that were set aside
    withdraws: bool = True  # False: what it no longer held is kept, for a person to look at


@dataclass(frozen=True)
class Delivery:
    """The accepted rows of one file, with its place in the order of the agency's deliveries."""

    rows: pa.Table
    extract_date: date
    receipt: int
    file: str
    groups: frozenset[str] = frozenset()
    set_aside: frozenset[str] = frozenset()  # ids of rows that were set aside: they are not gone
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
    ended: int  # what a snapshot no longer holds, where that means that it is over: statuses, people
    status_changed: int
    withdrawals_kept_for_a_person: int
    snapshot: Snapshot | None  # what to remember of it, where it was one


def empty(holds: str) -> pa.Table:
    """What is held of an agency that has never delivered."""
    return HELD[holds].empty_table()


def lay(held: pa.Table, delivery: Delivery, agency: Agency, snapshots: tuple[Snapshot, ...]) -> Laid:
    """Lay one delivery over what is held. `snapshots`: those of this agency taken in before."""
    key, slot = KEY[agency.holds], SLOT[agency.holds]
    new = _placed(delivery, HELD[agency.holds])
    ids = pc.unique(new[key])
    named = pa.concat_arrays([ids, pa.array(sorted(delivery.set_aside), pa.string())])
    touched = pc.is_in(held[key], value_set=named) if held.num_rows else pa.array([], pa.bool_())
    before, untouched = held.filter(touched), held.filter(pc.invert(touched))
    both = pa.concat_tables([before, new])
    if before.num_rows or len(ids) < new.num_rows:
        kept, slot_before = _winners(both, before.num_rows, key, slot)
    else:  # every id is new and stands once: nothing is beaten
        kept, slot_before = np.ones(new.num_rows, bool), np.full(new.num_rows, -1)
    new_kept = kept[before.num_rows :]
    places = np.append(np.flatnonzero(touched.to_numpy(zero_copy_only=False)), -1)
    origin = np.concatenate([np.flatnonzero(~touched.to_numpy(zero_copy_only=False)), places[slot_before[kept]]])
    later = sorted((s for s in snapshots if _place(s) > _place(delivery)), key=_place)
    laid, gone, kept_for_a_person = both, 0, 0
    if before.num_rows or later:
        laid = _named(both, delivery, later, key).filter(pa.array(kept))
        new_slots = origin[untouched.num_rows :] < 0
        laid, gone, kept_for_a_person = _withdrawn_before_they_came(laid, new_slots, later, agency, untouched)
    elif not kept.all():
        laid = both.filter(pa.array(kept))
    after = pa.concat_tables([untouched, laid])
    snapshot = None
    if agency.extract.delivers == "snapshot":
        after, snapshot, gone, kept_for_a_person = _withdraw(
            after, _snapshot(delivery, agency), delivery, (gone, kept_for_a_person), agency
        )
    over = agency.extract.gone_means == "ended" or agency.holds == "people"
    return Laid(
        held=after.combine_chunks() if held.num_rows else after,  # a first delivery stays in the pieces it was read in
        origin=origin,
        accepted=int(new_kept.sum()),
        superseded=int((~new_kept).sum()),
        replaced=int((~kept[: before.num_rows]).sum()),
        withdrawn=0 if over else gone,
        ended=gone if over else 0,
        status_changed=_changed(before, new, new_kept, key, slot),
        withdrawals_kept_for_a_person=kept_for_a_person,
        snapshot=snapshot,
    )


def _placed(delivery: Delivery, schema: pa.Schema) -> pa.Table:
    rows = delivery.rows.num_rows
    fixed = {
        "extract_date": pa.repeat(pa.scalar(delivery.extract_date, pa.date32()), rows),
        "receipt": pa.repeat(pa.scalar(delivery.receipt, pa.int32()), rows),
        "file": pa.repeat(delivery.file, rows),
        "named_on": pa.repeat(pa.scalar(delivery.extract_date, pa.date32()), rows),
        "named_by": pa.repeat(pa.scalar(delivery.receipt, pa.int32()), rows),
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


def _winners(both: pa.Table, before: int, key: str, time: str | None) -> tuple[np.ndarray, np.ndarray]:
    """By row: whether it is its slot's last word, and no moved booking; its slot's row among the first `before`."""
    codes = _codes(both[key])
    at = ints(both[time], pa.int64(), 0) if time else np.zeros(both.num_rows, np.int64)
    line, word = ints(both["line"], pa.int64(), 0), order_of_words(both)
    order = np.lexsort((line, word, at, codes))
    last = np.ones(len(order), bool)
    last[:-1] = (codes[order][1:] != codes[order][:-1]) | (at[order][1:] != at[order][:-1])
    slot = np.empty(len(order), np.int64)
    slot[order] = np.cumsum(np.append(0, last[:-1]))
    held_before = np.full(len(order), -1)
    held_before[slot[:before]] = np.arange(before)
    kept = np.zeros(len(order), bool)
    kept[order[last]] = True
    if "told" in both.column_names and len(order):
        latest = np.zeros(codes.max() + 1, np.int64)
        np.maximum.at(latest, codes, word)
        moved = np.isin(both["told"].to_numpy(), [int(o) for o in NO_OUTCOME_YET]) & (latest[codes] > word)
        kept &= ~moved
    return kept, held_before[slot]


def order_of_words(table: pa.Table) -> np.ndarray:
    """Each row's place in the order of extract date, `recorded_at`, order of receipt; equal where they tie."""
    when = (
        ints(table["extract_date"], pa.int32(), 0).astype(np.int64),
        ints(table["recorded_at"], pa.int64(), np.iinfo(np.int64).min),
        ints(table["receipt"], pa.int32(), 0).astype(np.int64),
    )
    order = np.lexsort(when[::-1])
    later = np.zeros(len(order), bool)
    for part in when:
        later[1:] |= part[order][1:] != part[order][:-1]
    word = np.empty(len(order), np.int64)
    word[order] = np.cumsum(later)
    return word


def _named(both: pa.Table, delivery: Delivery, later: list[Snapshot], key: str) -> pa.Table:
    """Every row knows the last delivery that named its id: with a row of any time, or in one that was set aside."""
    last = _places(both, "named_on", "named_by")
    for place, ids in [(_place(delivery), delivery.set_aside), *((_place(s), s.set_aside) for s in later)]:
        if ids:
            again = pc.is_in(both[key], value_set=pa.array(sorted(ids), pa.string())).to_numpy(zero_copy_only=False)
            last[again] = np.maximum(last[again], place)
    codes = _codes(both[key])
    of_id = np.full(codes.max(initial=-1) + 1, np.iinfo(np.int64).min)
    np.maximum.at(of_id, codes, last)
    return _with_places(both, "named_on", "named_by", of_id[codes])


def _withdrawn_before_they_came(
    laid: pa.Table, new: np.ndarray, later: list[Snapshot], agency: Agency, untouched: pa.Table
) -> tuple[pa.Table, int, int]:
    """Mark what was laid by the first snapshot, taken in before, that covers it and comes after its id's last naming.

    Also gives how many slots that are `new` are gone at once, and how many of them are kept for a person instead,
    because they are more than the agency's limit.
    """
    named = _places(laid, "named_on", "named_by")
    marks = np.full(laid.num_rows, NEVER)
    for snapshot in later:
        if snapshot.withdraws:
            gone = _covered(laid, snapshot) & (named < _place(snapshot)) & (marks == NEVER)
            marks[gone] = _place(snapshot)
    fresh = new & (marks != NEVER)
    number, of = int(fresh.sum()), int((marks == NEVER).sum()) + untouched["withdrawn_by"].null_count
    kept_for_a_person = 0
    if _too_many(number, of + number, agency):
        marks[fresh] = NEVER
        number, kept_for_a_person = 0, number
    return _with_places(laid, "withdrawn_on", "withdrawn_by", marks), number, kept_for_a_person


def _snapshot(delivery: Delivery, agency: Agency) -> Snapshot:
    covers = agency.extract.snapshot_covers
    return Snapshot(
        extract_date=delivery.extract_date,
        receipt=delivery.receipt,
        records=delivery.rows.num_rows,
        groups=tuple(sorted(delivery.groups)) if isinstance(covers, CoversColumn) else None,
        first_day=delivery.extract_date - timedelta(days=covers.days_back) if isinstance(covers, DaysBack) else None,
        set_aside=tuple(sorted(delivery.set_aside)),
    )


def _withdraw(
    after: pa.Table, snapshot: Snapshot, delivery: Delivery, laid: tuple[int, int], agency: Agency
) -> tuple[pa.Table, Snapshot, int, int]:
    """Withdraw what the snapshot covers and does not name, unless that is more than a person has allowed."""
    place = _place(snapshot)
    marks, named = _places(after, "withdrawn_on", "withdrawn_by"), _places(after, "named_on", "named_by")
    covered = _covered(after, snapshot)
    gone = covered & (named < place)
    number, of = int((gone & (marks == NEVER)).sum()), int((covered & (named <= place) & (marks == NEVER)).sum())
    names_none = not delivery.rows.num_rows and not delivery.set_aside
    if delivery.unreadable or names_none or _too_many(number, of, agency):
        return after, replace(snapshot, withdraws=False), laid[0], laid[1] + number
    earlier = gone & (place < marks)
    if earlier.any():
        after = _with_places(after, "withdrawn_on", "withdrawn_by", np.where(earlier, place, marks))
    return after, snapshot, laid[0] + number, laid[1]


def _too_many(number: int, of: int, agency: Agency) -> bool:
    return 100 * number > agency.extract.withdrawn_limit_percent * of


def _covered(table: pa.Table, snapshot: Snapshot) -> np.ndarray:
    """bool, by row: whether the snapshot would have held it."""
    if snapshot.groups is not None:
        inside = pc.is_in(table["group"], value_set=pa.array(snapshot.groups, pa.string()))
    elif snapshot.first_day is not None:
        day = pc.cast(table["appointment_at"], pa.date32())
        inside = pc.greater_equal(day, pa.scalar(snapshot.first_day, pa.date32()))
    else:
        return np.ones(table.num_rows, bool)
    return np.asarray(inside.to_numpy(zero_copy_only=False), bool)


def _place(told: Snapshot | Delivery) -> int:
    """Where a delivery stands in the order of extract date and receipt, as one number."""
    return ((told.extract_date - EPOCH).days << 32) + told.receipt


def _places(table: pa.Table, on: str, by: str) -> np.ndarray:
    """int64, by row: the delivery that two columns name, as `_place` numbers it; NEVER where they name none."""
    days, receipts = (ints(table[each], pa.int32(), 0).astype(np.int64) for each in (on, by))
    none = pc.is_null(table[by]).to_numpy(zero_copy_only=False)
    return np.where(none, NEVER, (days << 32) + receipts)


def _with_places(table: pa.Table, on: str, by: str, places: np.ndarray) -> pa.Table:
    """The table with two of its columns naming other deliveries."""
    none = places == NEVER
    for name, numbers, kind in ((on, places >> 32, pa.date32()), (by, places & 0xFFFFFFFF, pa.int32())):
        at = table.schema.get_field_index(name)
        plain = np.where(none, 0, numbers).astype(np.int32)
        table = table.set_column(at, table.schema.field(at), pa.array(plain, pa.int32(), mask=none).cast(kind))
    return table


def _changed(before: pa.Table, new: pa.Table, new_kept: np.ndarray, key: str, time: str | None) -> int:
    """How many slots had one outcome and now have another."""
    if "told" not in before.column_names or not before.num_rows:
        return 0
    left = pa.table({"k": before[key], "t": before[time], "old": before["told"]})
    right = pa.table({"k": new[key], "t": new[time], "new": new["told"]}).filter(pa.array(new_kept))
    pairs = left.join(right, ["k", "t"], join_type="inner")
    settled = pc.invert(pc.is_in(pairs["old"], value_set=pa.array([int(o) for o in NO_OUTCOME_YET], pa.uint8())))
    return int(pc.sum(pc.and_(settled, pc.not_equal(pairs["old"], pairs["new"]))).as_py() or 0)


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices.to_numpy(), np.int64)
