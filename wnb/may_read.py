"""What each rule may read of everything held, as histories: what may be shared, whose household, one agency's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.ages import birthday
from wnb.arrays import end_to_end, ints
from wnb.config import Configuration
from wnb.histories import Histories, build
from wnb.households import households
from wnb.joining import Joined, day_number, shareable
from wnb.patterns import Rule
from wnb.patterns.family import LARGEST_HOUSEHOLD
from wnb.terms import Desk, Status


@dataclass(frozen=True)
class Asked:
    """One pass of detection to be done: its rules, which held rows (bool) they may count, households.

    `home`: the household of each child (int32) as these rows tell it, None where no rule asks.
    """

    rules: tuple[Rule, ...]
    allowed: np.ndarray
    home: np.ndarray | None = None
    households_set_aside: int = 0


@dataclass(frozen=True)
class Reading:
    """What some of the rules read, and nothing that they may not."""

    rules: tuple[Rule, ...]
    histories: Histories
    households_set_aside: int = 0


def asked(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    joined: Joined,
    night: date,
    shared_only: bool = False,
) -> Iterator[Asked]:
    """Each rule once with the rows that it may count; an own-agency rule about a household once for each agency.

    The partnership's rules read what may be shared; agencies' own rules read everything, each finding being told to the
    agency whose appointments made it alone. Such a rule about a household would tell an agency what another says of a
    brother or sister, or that there is one: it reads one agency's rows, and its households, at a time.

    `shared_only`: what may be shared, whatever the rule.
    """
    shared = shareable(configuration, facts, joined)
    everything = shared if shared_only else np.ones_like(shared)

    def one(rules: Sequence[Rule], allowed: np.ndarray, of_everybody: bool = False) -> Asked:
        home, set_aside = None, 0
        if any(rule.others for rule in rules):
            home, set_aside = homes(facts, joined, night, allowed, of_everybody)
        return Asked(tuple(rules), allowed, home, set_aside)

    of = {desk: [rule for rule in configuration.rules.rules if rule.desk is desk] for desk in Desk}
    yield one(of[Desk.PARTNERSHIP], shared, of_everybody=True)
    yield one([rule for rule in of[Desk.OWN_AGENCY] if not rule.others], everything)
    if family := [rule for rule in of[Desk.OWN_AGENCY] if rule.others]:
        for place, agency in enumerate(joined.agencies):
            if facts[agency]["household_id"].null_count < facts[agency].num_rows:
                own = np.zeros_like(shared)
                own[joined.bounds[place] : joined.bounds[place + 1]] = True
                yield one(family, own & everything)


def readings(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    joined: Joined,
    night: date,
    of_child: int | None = None,
) -> Iterator[Reading]:
    """What is `asked`, with the histories that it reads; they are made once where two read the same.

    `of_child`: for one child (number 0 there) and its household alone, by what may be shared whatever the rule.
    """
    last: tuple[np.ndarray, Histories] | None = None
    for one in asked(configuration, facts, joined, night, shared_only=of_child is not None):
        if of_child is not None:
            near = np.arange(joined.linked.children) == of_child if one.home is None else one.home == one.home[of_child]
            whole = cluster(configuration, facts, joined, night, one.allowed & near[joined.child], one.home)
            others = np.flatnonzero(near)
            last = one.allowed, whole.of(np.append(of_child, others[others != of_child]))
        elif last is None or one.home is not None or not np.array_equal(last[0], one.allowed):
            last = one.allowed, cluster(configuration, facts, joined, night, one.allowed, one.home)
        yield Reading(one.rules, last[1], one.households_set_aside)


def homes(
    facts: Mapping[str, pa.Table], joined: Joined, night: date, allowed: np.ndarray, of_everybody: bool = False
) -> tuple[np.ndarray, int]:
    """The household of each child, from the allowed rows of its history alone, and how many were too large for one.

    Of each agency the id on the child's latest appointment counts: a child who has moved has left the old household.
    `of_everybody`: for the partnership, which is told what people's addresses and brothers and sisters say as well.
    """
    rows = joined.in_history & (joined.day <= day_number(night)) & allowed
    children, told = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    numbered = 0
    for place, agency in enumerate(joined.agencies):
        table = facts[agency].select(["household_id", "appointment_at", "appointment_id"])
        ids = pc.utf8_trim_whitespace(table["household_id"])
        given = pc.fill_null(pc.not_equal(ids, ""), False).to_numpy(zero_copy_only=False)
        mine = np.flatnonzero(given & rows[joined.bounds[place] : joined.bounds[place + 1]])
        if not len(mine):
            continue
        child = joined.child[joined.bounds[place] + mine]
        latest = mine[_latest(child, table.take(pa.array(mine)))]
        codes = ids.take(pa.array(latest)).combine_chunks().dictionary_encode()
        children.append(joined.child[joined.bounds[place] + latest])
        told.append(codes.indices.to_numpy().astype(np.int64) + numbered)
        numbered += len(codes.dictionary)
    set_aside = 0
    if of_everybody:
        children.append(joined.kindred.child)
        told.append(joined.kindred.group + numbered)
        set_aside = joined.kindred.set_aside
    home, more = households(np.concatenate(children), np.concatenate(told), joined.linked.children, LARGEST_HOUSEHOLD)
    return home, set_aside + more


def _latest(child: np.ndarray, table: pa.Table) -> np.ndarray:
    """Where each child's last appointment stands, in the order of a history."""
    at = ints(table["appointment_at"], pa.int64(), 0)
    by_time = np.lexsort((at, child))
    ends = by_time[np.append(np.flatnonzero(np.diff(child[by_time])), len(by_time) - 1)]
    newest = np.zeros(int(child.max()) + 1, np.int64)
    newest[child[ends]] = at[ends]
    tied = np.flatnonzero(at == newest[child])
    keys = pa.table({"child": child[tied], "id": table["appointment_id"].take(pa.array(tied))})
    order = tied[pc.sort_indices(keys, [("child", "ascending"), ("id", "ascending")]).to_numpy()]
    return np.asarray(order[np.append(np.flatnonzero(np.diff(child[order])), len(order) - 1)])


def cluster(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    joined: Joined,
    night: date,
    allowed: np.ndarray,
    household: np.ndarray | None = None,
) -> Histories:
    """Every child's history as of `night`: the allowed appointments at which the person was a child, in order."""
    rows = np.flatnonzero(joined.in_history & (joined.day <= day_number(night)) & allowed)
    tables = [facts[agency] for agency in joined.agencies]
    whose = np.repeat(np.arange(len(tables), dtype=np.int32), np.diff(joined.bounds))[rows]
    at = end_to_end([ints(table["appointment_at"], pa.int64(), 0) for table in tables], np.int64)
    of_type = [asked_by_type(configuration.agencies[a], facts[a]) for a in joined.agencies]
    births = joined.date_of_birth
    return build(
        child=joined.child[rows],
        at=at[rows],
        agency=pa.DictionaryArray.from_arrays(pa.array(whose), pa.array(joined.agencies, pa.string())),
        appointment_id=_taken(tables, "appointment_id", rows),
        service=_taken(tables, "service", rows),
        outcome=joined.counted_outcome[rows],
        known=joined.known[rows],
        row=rows,
        organisations={a: configuration.agencies[a].organisation_id for a in joined.agencies},
        adult_from=birthday(births, 18),
        row_statuses=end_to_end(of_type, np.uint16)[rows],
        spells=joined.spells,
        born=births,
        household=household,
    )


def _taken(tables: list[pa.Table], column: str, rows: np.ndarray) -> pa.ChunkedArray:
    whole = pa.chunked_array([chunk for table in tables for chunk in table[column].chunks], pa.string())
    return whole if len(rows) == len(whole) else whole.take(pa.array(rows))


def asked_by_type(agency: Agency, table: pa.Table) -> np.ndarray:
    """uint16, by row: the statuses that the agency gives to this kind of appointment."""
    bits = np.zeros(table.num_rows, np.uint16)
    for status, codes in agency.appointment_types.items():
        of_type = pc.is_in(table["appointment_type"], value_set=pa.array(list(codes), pa.string()))
        bits[of_type.to_numpy(zero_copy_only=False)] |= np.uint16(Status(status).bit)
    return bits
