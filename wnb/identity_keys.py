"""The identity keys of children: by what a child is known from one night to the next, and who owns each tonight.

A number that a record states is a key of its child. One that no record states any more (an agency changed its own
numbers, a record was given one that had none) goes with the records that had it, where they are all one child's.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.identity import Kind, kind_of
from wnb.records import Nodes, bounds
from wnb.sides import Sides

OF_REGISTERS = tuple(f"{kind}:" for kind in Kind)


def nhs_key(number: int) -> str:
    """The identity key of a valid NHS number (or of a CHI or H&C number, by its kind)."""
    return f"{kind_of(number)}:{number:010d}"


@dataclass(frozen=True)
class Keys:
    """Every identity key known tonight, the node that owns it, and the night on which it was first known."""

    text: pa.Array
    owner: np.ndarray  # int64
    first_night: np.ndarray  # int32, in days since 1970
    gone: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))  # known before, and nobody's tonight


@dataclass(frozen=True)
class Parted:
    """Numbers that two people have: on which side each of their records is."""

    numbers: Sides  # of the health service
    number_of: Mapping[int, int]  # by node of a side: the number
    own: Sides = field(default_factory=Sides.none)  # agencies' own
    own_of: Mapping[int, int] = field(default_factory=dict)  # by node of a side: the node of the own number


def keys_of(
    numbers: pa.Array,
    of_number: np.ndarray,
    upns: pa.Array,
    records: Sequence[Nodes],
    placed: Sequence[np.ndarray],
    root: np.ndarray,
    parted: Parted,
    known: pa.Table,
    night: int,
) -> Keys:
    """Every identity key and the node it belongs to.

    A number of two people is no key; each side has one by its agencies' own numbers, or by its records' ids. An own
    number of two people stays the key of those who had it before.

    Args:
        numbers: the numbers of the health service, in the order of their nodes, and
        of_number: the place of each in `Kind`.
        upns: the UPNs, whose nodes come after.
        records: each agency's records, and
        placed: by record, its node.
        root: by node, the one that leads it.
        parted: numbers of two people.
        known: every key known before tonight, as `link.link` has it.
        night: tonight.
    """
    prefix = pa.array(OF_REGISTERS, pa.string()).take(pa.array(of_number))
    texts = [
        pc.binary_join_element_wise(prefix, pc.utf8_lpad(numbers.cast(pa.string()), 10, "0"), ""),
        pc.binary_join_element_wise("upn:", upns, "") if len(upns) else upns,
    ]
    owners = [root[: len(numbers) + len(upns)]]
    if parted.number_of:
        whole = np.ones(len(numbers), bool)
        whole[sorted(set(parted.number_of.values()))] = False
        texts[0] = texts[0].filter(pa.array(whole))
        owners = [root[: len(numbers)][whole], root[len(numbers) : len(numbers) + len(upns)]]
    heir, of_others = _own_sides(records, parted)
    for part, node in zip(records, placed, strict=True):
        texts.append(pc.binary_join_element_wise(part.agency, part.names, "/"))
        owners.append(root[_redirected(part.own, heir)])
        alone = np.flatnonzero((part.by_number < 0) & (part.by_own < 0) & (part.by_upn < 0))
        of_nobody, first = np.unique(node[alone], return_index=True)
        own_ids = part.row_id.combine_chunks().take(pa.array(alone[first]))
        texts.append(pc.binary_join_element_wise(part.agency, own_ids, "#"))
        owners.append(of_nobody)
    of_sides = _side_keys(records, numbers, parted) | of_others
    texts.append(pa.array(of_sides.keys(), pa.string()))
    owners.append(root[np.fromiter(of_sides.values(), np.int64, len(of_sides))])
    text, owner = pa.concat_arrays([each.cast(pa.string()) for each in texts]), np.concatenate(owners)
    return _with_carried(text, owner, records, placed, root, known, night)


def _redirected(own: np.ndarray, heir: Mapping[int, int]) -> np.ndarray:
    if not heir:
        return own
    whole = own.copy()
    for node, side in heir.items():
        whole[own == node] = side
    return whole


def _record(records: Sequence[Nodes], ends: np.ndarray, row: int) -> tuple[Nodes, int]:
    place = int(np.searchsorted(ends, row, side="right") - 1)
    return records[place], row - int(ends[place])


def _own_name(part: Nodes, node: int) -> str:
    return f"{part.agency}/{part.names[node - int(part.own[0])].as_py()}"


def _side_keys(records: Sequence[Nodes], numbers: pa.Array, parted: Parted) -> dict[str, int]:
    """The keys of sides, and their nodes: the number with each own number on it, or with a record's id where there is
    none; where two sides would have the same one, a mark of the person is added.
    """
    ends = bounds(records)
    found: dict[str, dict[int, str]] = defaultdict(dict)
    split = parted.numbers
    for row, person in zip(split.rows.tolist(), split.person, strict=True):
        part, at = _record(records, ends, row)
        side, own = int(part.by_number[at]), int(part.by_own[at])
        own = parted.own_of.get(own, own)
        of = _own_name(part, own) if own >= 0 else f"{part.agency}#{part.row_id[at].as_py()}"
        sides_here = found[f"{nhs_key(numbers[parted.number_of[side]].as_py())}@{of}"]
        sides_here[side] = min(person, sides_here.get(side, person))
    return {
        key if len(sides_here) == 1 else f"{key}~{person}": side
        for key, sides_here in found.items()
        for side, person in sides_here.items()
    }


def _own_sides(records: Sequence[Nodes], parted: Parted) -> tuple[dict[int, int], dict[str, int]]:
    """Of each own number of two people the side whose key it stays, and the other sides' keys.

    It stays with the records that were held under it before; a stranger's record that came with it does not take over
    the other child's id.
    """
    if not parted.own_of:
        return {}, {}
    ends = bounds(records)
    marks: dict[int, str] = {}
    held: dict[int, tuple[int, int, int]] = {}
    names: dict[int, str] = {}
    for row, person in zip(parted.own.rows.tolist(), parted.own.person, strict=True):
        part, at = _record(records, ends, row)
        side = int(part.by_own[at])
        name = names.setdefault(side, _own_name(part, parted.own_of[side]))
        before = part.earlier[at].as_py() if part.earlier is not None else None
        marks[side] = min(person, marks.get(side, person))
        same, known, many = held.get(side, (0, 0, 0))
        known_before = before is not None and not before.startswith(f"{name}~")
        held[side] = same + (before == name), known + known_before, many + 1
    of_own: dict[int, list[int]] = defaultdict(list)
    for side, own in parted.own_of.items():
        of_own[own].append(side)
    heir = {own: max(on, key=lambda side: (*held[side], marks[side])) for own, on in of_own.items()}
    others = {f"{names[side]}~{marks[side]}": side for side, own in parted.own_of.items() if heir[own] != side}
    return heir, others


def _with_carried(
    text: pa.Array,
    owner: np.ndarray,
    records: Sequence[Nodes],
    placed: Sequence[np.ndarray],
    root: np.ndarray,
    known: pa.Table,
    night: int,
) -> Keys:
    before, nights = known["key"].combine_chunks(), known["first_night"].combine_chunks()
    position = pc.index_in(text, value_set=before)
    first = np.asarray(pc.fill_null(pc.take(nights, position), night).to_numpy(zero_copy_only=False), np.int32)
    gone = np.ones(len(before), bool)
    gone[position.drop_null().to_numpy()] = False
    if not gone.any():
        return Keys(text, owner, first)
    lost = before.filter(pa.array(gone))
    goes = _goes_with(lost.to_pylist(), records, placed)
    carried = pa.array(goes.keys(), pa.string())
    since = pc.take(nights, pc.index_in(carried, value_set=before)).to_numpy(zero_copy_only=False)
    return Keys(
        pa.concat_arrays([text, carried]),
        np.concatenate([owner, np.fromiter(goes.values(), np.int64, len(goes))]),
        np.concatenate([first, since]).astype(np.int32),
        lost.filter(pc.invert(pc.is_in(lost, value_set=carried))),
    )


def _goes_with(lost: Sequence[str], records: Sequence[Nodes], placed: Sequence[np.ndarray]) -> dict[str, int]:
    """Keys that no record states any more -> the node on which all of the records are that had them.

    A number of a register goes with nobody: whoever states it next has it.
    """
    found: dict[str, set[int]] = defaultdict(set)
    for part, node in zip(records, placed, strict=True):
        keys_of_row = _had(part, lost)
        if keys_of_row:
            asked = pa.array(sorted(keys_of_row), pa.string())
            rows = np.flatnonzero(pc.is_in(part.row_id, value_set=asked).to_numpy(zero_copy_only=False))
            for row_id, of in zip(part.row_id.take(pa.array(rows)).to_pylist(), node[rows].tolist(), strict=True):
                for key in keys_of_row[row_id]:
                    found[key].add(of)
    return {key: nodes.pop() for key, nodes in sorted(found.items()) if len(nodes) == 1}


def _had(part: Nodes, lost: Sequence[str]) -> dict[str, set[str]]:
    """By the id of a record of an agency, the lost keys that it had last night."""
    had: dict[str, set[str]] = defaultdict(set)
    by_own: dict[str, str] = {}
    for key in lost:
        own = key.partition("@")[2] or key
        if own.startswith(f"{part.agency}#"):
            had[own.removeprefix(f"{part.agency}#")].add(key)
        elif own.startswith(f"{part.agency}/") and own == key:
            by_own[own.removeprefix(f"{part.agency}/")] = key
    if by_own and part.before is not None:
        names = pa.array(sorted(by_own), pa.string())
        rows = part.before.filter(pc.fill_null(pc.is_in(part.before["child_local_id"], value_set=names), False))
        for row_id, own in zip(rows["row_id"].to_pylist(), rows["child_local_id"].to_pylist(), strict=True):
            had[row_id].add(by_own[own])
    return had


def earliest(keys: pa.Array, owner: np.ndarray, first: np.ndarray) -> pa.Array:
    """By child: the key that was known first; on one night an NHS number before a local one, then by text."""
    local = pc.invert(pc.starts_with(keys, "nhs:")).to_numpy(zero_copy_only=False)
    rank = first.astype(np.int64) * 2 + local
    children = int(owner.max()) + 1 if len(owner) else 0
    best = np.full(children, np.iinfo(np.int64).max)
    np.minimum.at(best, owner, rank)
    among = np.flatnonzero(rank == best[owner])
    lead = np.zeros(children, np.int64)
    lead[owner[among]] = among
    several = among[
        np.bincount(owner[among], minlength=children)[owner[among]] > 1
    ]  # by text, where nothing else tells
    table = pa.table({"owner": owner[several], "key": keys.take(pa.array(several))})
    order = several[pc.sort_indices(table, [("owner", "descending"), ("key", "descending")]).to_numpy()]
    lead[owner[order]] = order  # the last one written is the first by text
    return keys.take(pa.array(lead))


def places_of(keys: Collection[str], among: pa.Array) -> dict[str, int]:
    """Where each of some keys stands; one that is not there is left out."""
    asked = sorted(set(keys))
    if not asked:
        return {}
    found = pc.index_in(pa.array(asked, pa.string()), value_set=among).to_pylist()
    return {key: place for key, place in zip(asked, found, strict=True) if place is not None}
