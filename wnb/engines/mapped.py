"""A table that lies elsewhere, on one machine: its histories on disk, a hundred million appointments of them and more.

A table is a list of Parquet files. The first holds everything. Each later one tells all rows of every child of whom
anything changed since, as they are now, and of a child of whom nothing is left one row with the `child_id` alone. So a
correction, a withdrawal, two children who turn out to be one are all the same: these children, whole, instead of what
stood there.

Histories are columns in a generation (`store.columns`), named by the hash of what they were made from: the files, the
configuration of agencies, this program. Where the generation of an earlier list is there, what came since is laid into
it; else all is built. Both give the same columns to the byte, and findings are a function of (files, configuration,
night) alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from wnb.config import Configuration
from wnb.detect import Findings, days_of, detect
from wnb.engines.elsewhere import Told, passes, published
from wnb.engines.files import Table, asking, children_of, ids_as_text, ids_of
from wnb.engines.gathering import BY_ROW, Named, Part, parts
from wnb.errors import LockHeld
from wnb.histories import Histories
from wnb.households import households
from wnb.patterns import Rule
from wnb.patterns.family import LARGEST_HOUSEHOLD
from wnb.store.columns import Columns, Generations, Writing
from wnb.terms import Outcome

LAY_IN_AT_MOST: Final = 0.2
"""Of the rows of the first file. When more came since, building is as fast, and needs no memory for what came."""
CHILDREN_AT_A_TIME: Final = 100_000


def findings(configuration: Configuration, appointments: Sequence[Path], folder: Path, night: date) -> Told:
    """Every finding of a table, as of `night`, in the order of child and rule.

    Args:
        appointments: the table's Parquet files, in the order in which they were made: everything, then changes.
        folder: where histories are kept for the next night; it may be removed at any time.

    Raises:
        UsageFault: the table is not as `elsewhere` says, or an agency of it is not configured.
        LockHeld: another process is at work on the folder.
    """
    table = Table(configuration, tuple(appointments))
    rules = passes(configuration, table.kinds)
    columns = kept(table, Generations(folder))
    return _told(table, columns, rules, night)


def kept(table: "Table", generations: Generations) -> Columns:
    """The table's columns: as they lie there, or with what came since laid in, or built."""
    generations.folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(generations.folder / "lock", timeout=0):
            keys = table.keys
            there = next((k for k in range(len(keys), 0, -1) if generations.open(keys[k - 1], check=False)), 0)
            base = generations.open(keys[there - 1]) if there else None
            if base is None or there < len(keys):
                with generations.writing(keys[-1]) as into:
                    if base is not None and table.rows(there) <= LAY_IN_AT_MOST * table.rows(0, 1):
                        lay_in(base, table, there, into, generations.folder)
                    else:
                        build(table, into, generations.folder)
                base = generations.open(keys[-1], check=False)
            generations.keep_only(keys[-1])
    except Timeout:
        raise LockHeld(f"another process is at work on {generations.folder}; wait for it to end") from None
    assert base is not None
    return base


# ------------------------------------------------------------------ a generation


def build(table: Table, into: Writing, folder: Path) -> None:
    """Every column from every file, in whatever order their rows are, and however many."""
    with asking(folder) as connection:
        named = Named.of(table, 0, connection)
        add = _adding(into, named)
        for part in parts(table, 0, named, connection):
            add(part)


def lay_in(base: Columns, table: Table, first: int, into: Writing, folder: Path) -> None:
    """The same columns from those of the files before `first`, with what came since instead of what stood there."""
    with asking(folder) as connection:
        before = Named(tuple((agency, service) for agency, service in base.told["services"]), *base.told["widths"])
        named = before.with_(Named.of(table, first, connection))
        came = list(parts(table, first, named, connection))
        asked = f"SELECT DISTINCT child FROM ({children_of(table, first)}) ORDER BY child"
        changed = ids_of(connection.sql(asked).to_arrow_table()["child"])
    new = {name: np.concatenate([np.empty(0, kind), *(p[name] for p in came)]) for name, kind in named.types.items()}
    place = {service: k for k, service in enumerate(named.services)}
    renumbered = np.array([place[service] for service in before.services], np.int32)
    add = _adding(into, named)
    for piece in _woven(base.of, new, changed, renumbered):
        add(piece)


def _adding(into: Writing, named: Named) -> Callable[[Part], None]:
    """Begin a generation; the answer adds children to it."""
    into.told = {"services": named.services, "widths": [named.width, named.household_width]}
    for name, kind in named.types.items():
        into.add(name, np.empty(0, kind))

    def add(part: Part) -> None:
        for name, kind in named.types.items():
            into.add(name, part[name].astype(kind, copy=False))

    return add


def _woven(base: Mapping[str, np.ndarray], new: Part, changed: np.ndarray, renumbered: np.ndarray) -> Iterator[Part]:
    """Child by child in the order of ids: of a child that changed what is new, of any other what was there.

    `changed` are the ids of all children who changed, in order; those of them who are not in `new` are gone.
    """
    ids = base["child_id"]
    at = np.searchsorted(ids, changed)
    there = np.zeros(len(changed), bool)
    there[at < len(ids)] = ids[at[at < len(ids)]] == changed[at < len(ids)]
    present = np.isin(changed, new["child_id"], assume_unique=True)
    cuts = np.arange(0, max(len(ids), 1), CHILDREN_AT_A_TIME)
    begins = np.searchsorted(at, cuts)
    at, there, present = (np.insert(c, begins, w) for c, w in ((at, cuts), (there, False), (present, False)))
    # before each entry a run of children who stayed, then at most one who is new; the last run has no entry
    run = np.append(0, at + there), np.append(at, len(ids))
    came = np.append(0, np.cumsum(present))
    fresh = came, np.append(came[1:], came[-1])
    base_row, new_row = _starts(base["length"]), _starts(new["length"])
    bounds = {False: (*run, *fresh), True: (*(base_row[c] for c in run), *(new_row[c] for c in fresh))}
    for low, high in pairwise([*(begins + np.arange(len(cuts))).tolist(), len(at) + 1]):
        mine = {by_row: [each[low:high].tolist() for each in of] for by_row, of in bounds.items()}
        yield {
            name: _spliced(base[name], new[name], mine[name in BY_ROW], renumbered if name == "service" else None)
            for name in new
        }


def _spliced(
    base: np.ndarray, new: np.ndarray, bounds: Sequence[list[int]], renumbered: np.ndarray | None
) -> np.ndarray:
    """Runs of `base` and of `new`, by turns."""
    first, end = bounds[0][0], bounds[1][-1]
    there = base[first:end] if renumbered is None else renumbered[base[first:end]]
    runs_of = zip(*bounds, strict=True)
    return np.concatenate([each for a, b, c, d in runs_of for each in (there[a - first : b - first], new[c:d])])


def _starts(length: np.ndarray) -> np.ndarray:
    return np.append(0, np.cumsum(length, dtype=np.int64))


# ------------------------------------------------------------------ findings


def histories(table: Table, columns: Columns) -> Histories:
    """The histories of a generation, mapped: everything that is held, days ahead of the night too."""
    of = columns.of
    return Histories(
        starts=_starts(of["length"]),
        **{name: of[name] for name in BY_ROW if name != "shared"},
        adult_from=of["adult_from"],
        agencies=table.agencies,
        services=tuple((agency, service) for agency, service in columns.told["services"]),
        organisations=tuple(sorted(set(table.organisations.values()))),
    )


def _told(table: Table, columns: Columns, rules: tuple[tuple[Rule, ...], ...], night: date) -> Told:
    every = histories(table, columns)
    shared, set_aside = every, 0
    if not columns.of["shared"].all():  # what may not be shared means nothing to the partnership's rules
        outcome = np.where(columns.of["shared"], every.outcome, np.uint8(Outcome.SERVICE_FAULT))
        shared = replace(shared, outcome=outcome)
    if any(rule.others for rule in rules[0]):
        home, set_aside = _homes(columns, every, night)
        shared = replace(shared, household=home)
    every_rule = rules[0] + rules[1]
    asked = [(every, every_rule)] if shared is every else [(shared, rules[0]), (every, rules[1])]
    recall_days = table.configuration.rules.recall_days
    found, begins = [], 0
    for read, these in asked:
        found.append(_Found.of(detect(read, these, night, recall_days=recall_days), begins))
        begins += len(these)
    whole = _Found.joined(found)
    children = ids_as_text(columns.of["child_id"][whole.child])
    return Told(
        published(
            table.configuration, every_rule, night, child_id=children, rule=whole.rule, first=whole.first,
            last=whole.last, count=whole.count, late=whole.late, evidence=_references(table, every, whole),
        ),
        int(columns.of["told_rows"].sum(dtype=np.int64)),
        every.children,
        set_aside,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Found:
    """The chosen findings of one or more passes; `proofs` are positions in the histories, `many` of each finding."""

    child: np.ndarray
    rule: np.ndarray
    first: np.ndarray
    last: np.ndarray
    count: np.ndarray
    late: np.ndarray
    many: np.ndarray
    proofs: np.ndarray

    @classmethod
    def joined(cls, found: Sequence["_Found"]) -> "_Found":
        """One pass's findings after the other."""
        return cls(**{each.name: np.concatenate([getattr(one, each.name) for one in found]) for each in fields(cls)})

    @classmethod
    def of(cls, f: Findings, begins: int) -> "_Found":
        many = np.diff(f.evidence_starts)
        mine = f.chosen
        return cls(
            f.child[mine], f.rule[mine] + begins, f.first[mine], f.last[mine], f.count[mine], f.late[mine], many[mine],
            f.evidence[np.repeat(mine, many)],
        )  # fmt: skip


def _references(table: Table, h: Histories, found: _Found) -> pa.Array:
    """The evidence of each finding as agency/appointment_id, the ids read from the files."""
    rows, place = np.unique(h.row[found.proofs], return_inverse=True)
    ids = pc.take(table.appointment_ids(rows), pa.array(place))
    agency = pa.array(table.agencies, pa.string()).take(pa.array(h.agency[found.proofs]))
    return pa.ListArray.from_arrays(
        pa.array(_starts(found.many).astype(np.int32)), pc.binary_join_element_wise(agency, ids, "/")
    )


def _homes(columns: Columns, every: Histories, night: date) -> tuple[np.ndarray, int]:
    """The household of each child, as what may be shared tells it; how many were too large for one."""
    alone = np.arange(every.children, dtype=np.int32)
    if "household_id" not in columns.of:
        return alone, 0
    child = np.repeat(alone, columns.of["length"])
    of_home = np.unique(child[columns.of["shared"] & (every.day <= days_of(night))])
    of_home = of_home[columns.of["household_id"][of_home] != b""]
    _, told = np.unique(columns.of["household_id"][of_home], return_inverse=True)
    return households(of_home, told.astype(np.int64), every.children, LARGEST_HOUSEHOLD)
