"""Which records are one child, and why: the certain part.

One child is one valid NHS number; a record without one is placed by the agency's own number within that agency. Two
different valid NHS numbers never join: a local number under which two of them stand links nothing, and its records
without an NHS number are a child of their own until a person has looked. A record with neither stands alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Records:
    """One agency's records, row by row, as far as they say whose they are."""

    agency: str
    nhs_number: pa.ChunkedArray  # int64, only numbers that verify
    child_local_id: pa.ChunkedArray  # string
    row_id: pa.ChunkedArray  # string: what a record without any identity is known by
    live: np.ndarray  # bool: withdrawn records and entries in error link nothing


@dataclass(frozen=True)
class Linked:
    """Who each record's child is. Children are numbered from 0, in no order that means anything."""

    child: tuple[np.ndarray, ...]  # int32, one array for each `Records`, row by row
    key: pa.Array  # string, by child: the earliest identity key, which gives the child its id
    keys: pa.Array  # string: every identity key known tonight
    owner: np.ndarray  # int32, by key: the child it belongs to
    first_night: np.ndarray  # int32, by key: the night on which it was first known, in days since 1970
    conflicting: pa.Array  # string: local keys under which two valid NHS numbers stand

    @property
    def children(self) -> int:
        """How many children there are."""
        return len(self.key)

    def keys_of(self, children: np.ndarray) -> dict[int, list[str]]:
        """The identity keys of some children, in text order."""
        wanted = np.flatnonzero(np.isin(self.owner, children))
        found: dict[int, list[str]] = {int(child): [] for child in children}
        for owner, key in sorted(zip(self.owner[wanted].tolist(), self.keys.take(wanted).to_pylist(), strict=True)):
            found[owner].append(key)
        return found


@dataclass(frozen=True)
class _LocalNumbers:
    """One agency's own numbers as nodes: `node` by record (-1: none), `names` and `nodes` by number."""

    node: np.ndarray
    names: pa.Array
    nodes: np.ndarray


def link(parts: Sequence[Records], known: pa.Table, night: int) -> Linked:
    """Number the children behind all records.

    Args:
        parts: the records of every agency, those that hold statuses too.
        known: columns `key` (string) and `first_night` (int32), every identity key known before tonight.
        night: tonight, in days since 1970: the first night of a key that is new.
    """
    numbers = np.unique(
        np.concatenate([_numbers(part)[_numbers(part) >= 0] for part in parts] or [np.empty(0, np.int64)])
    )
    own: list[_LocalNumbers] = []
    offset = len(numbers)
    for part in parts:
        own.append(_local_numbers(part.child_local_id, offset))
        offset += len(own[-1].names)
    low, high = _numbers_behind(parts, numbers, own, offset)
    nodes: list[np.ndarray] = []
    for part, mine in zip(parts, own, strict=True):
        node, offset = _node(part, numbers, mine.node, low, high, offset)
        nodes.append(node)
    used, child = np.unique(np.concatenate(nodes or [np.empty(0, np.int64)]), return_inverse=True)
    bounds = np.cumsum([len(node) for node in nodes])[:-1]
    keys, owner_node = _keys(parts, numbers, own, nodes, low, high)
    in_use = np.isin(owner_node, used)  # a local number all of whose records state an NHS number may own nothing
    keys, owner = keys.filter(pa.array(in_use)), np.searchsorted(used, owner_node[in_use]).astype(np.int32)
    first = _first_nights(keys, known, night)
    return Linked(
        child=tuple(part.astype(np.int32) for part in np.split(child, bounds)) if nodes else (),
        key=_earliest(keys, owner, first),
        keys=keys,
        owner=owner,
        first_night=first,
        conflicting=_conflicting(parts, own, low, high),
    )


def nhs_key(number: int) -> str:
    """The identity key of a valid NHS number."""
    return f"nhs:{number:010d}"


def _numbers(part: Records) -> np.ndarray:
    return np.asarray(pc.fill_null(part.nhs_number, -1).to_numpy(), np.int64)


def _local_numbers(column: pa.ChunkedArray, start: int) -> _LocalNumbers:
    encoded = column.combine_chunks().dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    names = encoded.dictionary
    return _LocalNumbers(np.where(codes >= 0, codes + start, -1), names, np.arange(start, start + len(names)))


def _numbers_behind(
    parts: Sequence[Records], numbers: np.ndarray, own: Sequence[_LocalNumbers], nodes: int
) -> tuple[np.ndarray, np.ndarray]:
    """By local number: the lowest and the highest position of an NHS number that stands beside it in a live record."""
    low, high = np.full(nodes, np.iinfo(np.int64).max), np.full(nodes, -1)
    for part, mine in zip(parts, own, strict=True):
        told = _numbers(part)
        both = (told >= 0) & (mine.node >= 0) & part.live
        position = np.searchsorted(numbers, told[both])
        np.minimum.at(low, mine.node[both], position)
        np.maximum.at(high, mine.node[both], position)
    return low, high


def _node(
    part: Records, numbers: np.ndarray, codes: np.ndarray, low: np.ndarray, high: np.ndarray, offset: int
) -> tuple[np.ndarray, int]:
    """Each record's node: its NHS number, else the only number behind its local one, else that, else itself."""
    told = _numbers(part)
    node = np.where(told >= 0, np.searchsorted(numbers, told), _owner(codes, low, high))
    alone = np.flatnonzero(node < 0)
    node[alone] = offset + np.arange(len(alone))
    return node, offset + len(alone)


def _owner(codes: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    safe = np.maximum(codes, 0)
    if not len(low):
        return codes.copy()
    return np.where((codes >= 0) & (low[safe] == high[safe]), high[safe], codes)


def _keys(
    parts: Sequence[Records],
    numbers: np.ndarray,
    own: Sequence[_LocalNumbers],
    nodes: list[np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
) -> tuple[pa.Array, np.ndarray]:
    """Every identity key and the node it belongs to."""
    texts = [pc.binary_join_element_wise("nhs:", pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 10, "0"), "")]
    owners = [np.arange(len(numbers))]
    for part, mine, node in zip(parts, own, nodes, strict=True):
        texts.append(pc.binary_join_element_wise(part.agency, mine.names, "/"))
        owners.append(_owner(mine.nodes, low, high))
        alone = (_numbers(part) < 0) & (mine.node < 0)
        texts.append(
            pc.binary_join_element_wise(part.agency, part.row_id.combine_chunks().filter(pa.array(alone)), "#")
        )
        owners.append(node[alone])
    return pa.concat_arrays([text.cast(pa.string()) for text in texts]), np.concatenate(owners)


def _first_nights(keys: pa.Array, known: pa.Table, night: int) -> np.ndarray:
    position = pc.index_in(keys, value_set=known["key"].combine_chunks())
    nights = pc.take(known["first_night"].combine_chunks(), position)
    return np.asarray(pc.fill_null(nights, night).to_numpy(zero_copy_only=False), np.int32)


def _earliest(keys: pa.Array, owner: np.ndarray, first: np.ndarray) -> pa.Array:
    """By child: the key that was known first; on one night an NHS number before a local one, then by text."""
    local = pc.invert(pc.starts_with(keys, "nhs:"))
    table = pa.table({"owner": owner, "first": first, "local": local, "key": keys})
    order = pc.sort_indices(table, [(name, "ascending") for name in ("owner", "first", "local", "key")]).to_numpy()
    lead = np.ones(len(order), bool)
    lead[1:] = owner[order][1:] != owner[order][:-1]
    return keys.take(pa.array(order[lead]))


def _conflicting(parts: Sequence[Records], own: Sequence[_LocalNumbers], low: np.ndarray, high: np.ndarray) -> pa.Array:
    found = [pa.array([], pa.string())]
    for part, mine in zip(parts, own, strict=True):
        clash = (high[mine.nodes] >= 0) & (low[mine.nodes] < high[mine.nodes])
        found.append(
            pc.binary_join_element_wise(part.agency, mine.names.filter(pa.array(clash)), "/").cast(pa.string())
        )
    return pa.concat_arrays(found)
