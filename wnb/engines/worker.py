"""What one worker of a cluster does: appointments of whole households in, findings out. It knows nothing of Spark.

Rows come as Arrow batches in the order of (household, child); a batch may end in the middle of a household, and then
its rows wait for the next. Histories and findings are made by the same functions as on one machine: `histories.build`
settles the order within a child, `detect` says what is found. Nothing here compares a text, a zone or a calendar.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.ages import UNKNOWN_DATE, birthday
from wnb.detect import Findings, detect
from wnb.errors import SafetyStop
from wnb.histories import FROM_THE_FIRST, Histories, Spells, build
from wnb.patterns import Rule

TOGETHER: Final = 250_000
"""Appointments are gathered to about so many (some 20 MB) before they are judged together."""

ROW: Final = pa.schema(
    [
        pa.field("household", pa.int64(), nullable=False),  # whom any pass joins; or binary: any key of one order
        pa.field("child", pa.int64(), nullable=False),  # or binary
        pa.field("appointment_at", pa.timestamp("us"), nullable=False),  # local time, of no zone
        pa.field("agency", pa.string(), nullable=False),
        pa.field("appointment_id", pa.string(), nullable=False),
        pa.field("service", pa.string()),
        pa.field("outcome", pa.int16(), nullable=False),  # terms.Outcome, after the recode
        pa.field("date_of_birth", pa.date32()),  # the child's only verified one; the same on each of a child's rows
        pa.field("known_on", pa.date32()),  # the night since which it is known as it is; empty: from the first
        pa.field("statuses", pa.int32(), nullable=False),  # bits of terms.Status that belong to this row
        pa.field("row", pa.int64(), nullable=False),  # its place among the held rows, where they have places
    ]
)
"""One appointment at which somebody was a child, on its way to the worker of its household; beside it its slots."""


def row(slots: int) -> pa.Schema:
    """`ROW` with so many slots.

    Each slot names one pass that may count the row, `pass_0`, and the child's household in that pass, `home_0`: empty
    where no pass may, or no rule of it asks. Passes that share no row share a slot, so that there are few.
    """
    each = ((pa.field(f"pass_{s}", pa.int32()), pa.field(f"home_{s}", pa.int64())) for s in range(slots))
    return pa.schema([*ROW, *(field for pair in each for field in pair)])


PROOF: Final = pa.struct([pa.field("row", pa.int64()), pa.field("reference", pa.string())])
READ: Final = ("appointments_read", "households_read", "children_read", "households_set_aside")
NUMBERS: Final = ("first", "last", "count", "offered", "not_brought", "last_seen")


def answer(child: pa.DataType) -> pa.Schema:
    """A row of what a worker says: a finding, or (where `pass` is empty) what it has read, for the count at the end.

    `scope_agency` and `scope_service` name a finding's scope; both are empty where the rule looks anywhere. Days are
    days since 1970-01-01.
    """
    return pa.schema(
        [
            pa.field("pass", pa.int32()),
            pa.field("child", child),
            pa.field("rule", pa.int32()),
            pa.field("scope_agency", pa.string()),
            pa.field("scope_service", pa.string()),
            pa.field("chosen", pa.bool_()),
            pa.field("late", pa.bool_()),
            *(pa.field(name, pa.int32()) for name in NUMBERS),
            pa.field("evidence", pa.list_(PROOF)),
            *(pa.field(name, pa.int64()) for name in READ),
        ]
    )


@dataclass(frozen=True)
class Orders:
    """What every worker is sent: small, and the same for all."""

    night: date
    recall_days: int
    passes: tuple[tuple[Rule, ...], ...]
    organisations: dict[str, str]
    spells: Spells | None = None  # in the order of `child`, which are the numbers in the rows


Made = Callable[[pa.Table], tuple[pa.Table, int]]


def found(
    batches: Iterable[pa.RecordBatch], orders: Orders, made: Made | None = None, together: int = TOGETHER
) -> Iterator[pa.RecordBatch]:
    """Judge every household of one partition.

    Args:
        batches: rows of `row` in the order of their `household` and `child`, cut anywhere.
        made: makes rows of `row` of the rows of whole households, and says how many households it set aside; it may
            leave rows out, and keeps the order.
        together: about how many rows are judged at once; the answer does not depend on it.

    Raises:
        SafetyStop: rows out of that order, so that a child's history might be judged in two halves.
    """
    for table in whole_households(batches, together):
        children = runs(table["household"], table["child"])
        rows, set_aside = made(table) if made else (table, 0)
        read = (table.num_rows, len(runs(table["household"])), len(children), set_aside)
        yield pa.RecordBatch.from_pylist([dict(zip(READ, read, strict=True))], schema=answer(table["child"].type))
        if rows.num_rows:
            yield from _judged(rows, orders)


def whole_households(batches: Iterable[pa.RecordBatch], together: int) -> Iterator[pa.Table]:
    """The same rows, cut only where a household ends: the last household of each lot waits until it is whole."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) < together:
            continue
        table = pa.Table.from_batches(waiting)
        begins = runs(table["household"])[-1]
        if begins:
            yield table.slice(0, begins)
        waiting = table.slice(begins).combine_chunks().to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting)


def runs(*keys: pa.ChunkedArray) -> np.ndarray:
    """Where each run of equal keys begins; there is at least one row.

    Raises:
        SafetyStop: the runs are not in order.
    """
    differs = np.zeros(len(keys[0]) - 1, bool)
    for key in keys:
        after, before = key[1:], key[:-1]
        descends = pc.fill_null(pc.less(after, before), False).to_numpy()
        if np.any(descends & ~differs):
            raise SafetyStop("an engine gave appointments out of order: a child's history might be judged in halves")
        differs |= pc.fill_null(pc.not_equal(after, before), True).to_numpy()
    return np.concatenate([[0], np.flatnonzero(differs) + 1])


def _judged(table: pa.Table, orders: Orders) -> Iterator[pa.RecordBatch]:
    begins = runs(table["household"], table["child"])
    child = np.repeat(np.arange(len(begins), dtype=np.int32), np.diff([*begins, table.num_rows]))
    slots = sum(name.startswith("pass_") for name in table.column_names)
    for slot in range(slots):
        chosen = pc.fill_null(table[f"pass_{slot}"], -1).to_numpy()
        for k in np.unique(chosen[chosen >= 0]).tolist():
            rows = np.flatnonzero(chosen == k)
            home = _home(table[f"home_{slot}"], child, rows, len(begins))
            histories = _histories(table, child, begins, rows, home, orders)
            rules = orders.passes[k]
            findings = detect(histories, rules, orders.night, recall_days=orders.recall_days, threads=1)
            if len(findings):
                yield _told(k, rules, findings, histories, table, begins)


def _home(told: pa.ChunkedArray, child: np.ndarray, rows: np.ndarray, children: int) -> np.ndarray | None:
    """The household of each child, numbered from 0; None where no rule asks. Who has no row is in none with anybody."""
    homes = told.take(pa.array(rows))
    if homes.null_count:
        return None
    _, number = np.unique(homes.to_numpy(), return_inverse=True)
    home = np.arange(children) + len(rows)
    home[child[rows]] = number
    return np.unique(home, return_inverse=True)[1].astype(np.int32)


def _histories(
    table: pa.Table, child: np.ndarray, begins: np.ndarray, rows: np.ndarray, home: np.ndarray | None, orders: Orders
) -> Histories:
    born = _days(table["date_of_birth"], UNKNOWN_DATE)[begins]
    chosen = table if len(rows) == table.num_rows else table.take(pa.array(rows))
    return build(
        child=child[rows],
        at=pc.cast(pc.cast(chosen["appointment_at"], pa.timestamp("s")), pa.int64()).to_numpy(),
        agency=chosen["agency"],
        appointment_id=chosen["appointment_id"],
        service=chosen["service"],
        outcome=chosen["outcome"].to_numpy().astype(np.uint8),
        known=_days(chosen["known_on"], FROM_THE_FIRST),
        row=rows,
        organisations=orders.organisations,
        adult_from=birthday(born, 18),
        row_statuses=chosen["statuses"].to_numpy().astype(np.uint16),
        spells=None if orders.spells is None else _spells_of(orders.spells, table["child"].to_numpy()[begins]),
        born=born,
        household=home,
    )


def _spells_of(spells: Spells, children: np.ndarray) -> Spells:
    """The spells of these children, who become number 0, 1, …"""
    order = np.argsort(children)
    place = np.searchsorted(children[order], spells.child)
    place[place == len(children)] = 0
    number = order[place]
    mine = children[number] == spells.child
    return Spells(number[mine].astype(np.int32), spells.bit[mine], spells.first[mine], spells.last[mine])


def _days(column: pa.ChunkedArray, missing: int) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.cast(column, pa.int32()), missing).to_numpy())


def _told(
    k: int, rules: tuple[Rule, ...], f: Findings, h: Histories, table: pa.Table, begins: np.ndarray
) -> pa.RecordBatch:
    scopes = [_scope(rules[rule], scope, h) for rule, scope in zip(f.rule.tolist(), f.scope.tolist(), strict=True)]
    places = pa.array(h.row[f.evidence])
    proofs = table.select(["row", "agency", "appointment_id"]).take(places)
    references = pc.binary_join_element_wise(proofs["agency"], proofs["appointment_id"], "/")
    evidence = pa.StructArray.from_arrays(
        [proofs["row"].combine_chunks(), references.combine_chunks()], fields=list(PROOF)
    )
    columns = {
        "pass": pa.repeat(pa.scalar(k, pa.int32()), len(f)),
        "child": table["child"].take(pa.array(begins[f.child])).combine_chunks(),
        "rule": pa.array(f.rule, pa.int32()),
        "scope_agency": pa.array([agency for agency, _ in scopes], pa.string()),
        "scope_service": pa.array([service for _, service in scopes], pa.string()),
        "chosen": pa.array(f.chosen),
        "late": pa.array(f.late),
        **{name: pa.array(getattr(f, name), pa.int32()) for name in NUMBERS},
        "evidence": pa.ListArray.from_arrays(pa.array(f.evidence_starts.astype(np.int32)), evidence),
        **{name: pa.nulls(len(f), pa.int64()) for name in READ},
    }
    return pa.RecordBatch.from_pydict(columns, schema=answer(table["child"].type))


def _scope(rule: Rule, number: int, h: Histories) -> tuple[str | None, str | None]:
    if rule.scope == "anywhere":
        return None, None
    return (h.agencies[number], None) if rule.scope == "agency" else h.services[number]
