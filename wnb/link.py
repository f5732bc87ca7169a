"""Which records are one child, and why: the certain part.

One child is one valid NHS number; a record without one is placed by the agency's own number within that agency. Two
different valid NHS numbers never join: a local number under which two of them stand links nothing, and its records
without an NHS number are a child of their own until a person has looked. A record with neither stands alone, with the
other times of its own appointment: a slot that moved under its old id is the same person's.
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
class _Nodes:
    """One agency's records as nodes: an NHS number, a number of its own, or neither (-1)."""

    agency: str
    by_number: np.ndarray  # by record: the node of its NHS number
    by_own: np.ndarray  # by record: the node of the agency's own number
    names: pa.Array  # the agency's own numbers,
    own: np.ndarray  # and their nodes
    row_id: pa.ChunkedArray
    live: np.ndarray


def link(parts: Sequence[Records], known: pa.Table, night: int) -> Linked:
    """Number the children behind all records.

    Args:
        parts: the records of every agency, those that hold statuses too.
        known: columns `key` (string) and `first_night` (int32), every identity key known before tonight.
        night: tonight, in days since 1970: the first night of a key that is new.
    """
    numbers, records, nodes = _as_nodes(parts)
    low, high = _numbers_behind(records, nodes)
    placed: list[np.ndarray] = []
    for part in records:
        node, nodes = _placed(part, low, high, nodes)
        placed.append(node)
    keys, owner_node = _keys(numbers, records, placed, low, high)
    used = np.zeros(nodes, bool)
    for node in placed:
        used[node] = True
    number_of = np.cumsum(used) - 1
    in_use = used[owner_node]  # a local number all of whose records state an NHS number may own nothing
    keys, owner = keys.filter(pa.array(in_use)), number_of[owner_node[in_use]].astype(np.int32)
    first = _first_nights(keys, known, night)
    return Linked(
        child=tuple(number_of[node].astype(np.int32) for node in placed),
        key=_earliest(keys, owner, first),
        keys=keys,
        owner=owner,
        first_night=first,
        conflicting=_conflicting(records, low, high),
    )


def nhs_key(number: int) -> str:
    """The identity key of a valid NHS number."""
    return f"nhs:{number:010d}"


def _as_nodes(parts: Sequence[Records]) -> tuple[pa.Array, list[_Nodes], int]:
    """Every NHS number, each agency's records as nodes, and how many nodes there are."""
    told = pa.chunked_array([chunk for part in parts for chunk in part.nhs_number.chunks], pa.int64())
    numbers = told.combine_chunks().dictionary_encode()
    by_number = np.split(_codes(numbers), np.cumsum([len(part.nhs_number) for part in parts])[:-1])
    nodes = len(numbers.dictionary)
    records = []
    for part, mine in zip(parts, by_number if parts else [], strict=True):
        own = part.child_local_id.combine_chunks().dictionary_encode()
        codes, names = _codes(own), own.dictionary
        by_own = np.where(codes >= 0, codes + nodes, -1)
        records.append(
            _Nodes(part.agency, mine, by_own, names, np.arange(nodes, nodes + len(names)), part.row_id, part.live)
        )
        nodes += len(names)
    return numbers.dictionary, records, nodes


def _codes(encoded: pa.DictionaryArray) -> np.ndarray:
    return np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _numbers_behind(records: Sequence[_Nodes], nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """By local number: the lowest and the highest node of an NHS number that stands beside it in a live record."""
    low, high = np.full(nodes, np.iinfo(np.int64).max), np.full(nodes, -1)
    for part in records:
        both = (part.by_number >= 0) & (part.by_own >= 0) & part.live
        np.minimum.at(low, part.by_own[both], part.by_number[both])
        np.maximum.at(high, part.by_own[both], part.by_number[both])
    return low, high


def _placed(part: _Nodes, low: np.ndarray, high: np.ndarray, nodes: int) -> tuple[np.ndarray, int]:
    """Each record's node: its NHS number, else the only number behind its local one, else that, else its own id."""
    node = np.where(part.by_number >= 0, part.by_number, _owner(part.by_own, low, high))
    alone = np.flatnonzero(node < 0)
    ids = part.row_id.combine_chunks().take(pa.array(alone)).dictionary_encode()
    node[alone] = nodes + _codes(ids)
    return node, nodes + len(ids.dictionary)


def _owner(codes: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    safe = np.maximum(codes, 0)
    if not len(low):
        return codes.copy()
    return np.where((codes >= 0) & (low[safe] == high[safe]), high[safe], codes)


def _keys(
    numbers: pa.Array, records: Sequence[_Nodes], placed: Sequence[np.ndarray], low: np.ndarray, high: np.ndarray
) -> tuple[pa.Array, np.ndarray]:
    """Every identity key and the node it belongs to."""
    texts = [pc.binary_join_element_wise("nhs:", pc.utf8_lpad(numbers.cast(pa.string()), 10, "0"), "")]
    owners = [np.arange(len(numbers))]
    for part, node in zip(records, placed, strict=True):
        texts.append(pc.binary_join_element_wise(part.agency, part.names, "/"))
        owners.append(_owner(part.own, low, high))
        alone = np.flatnonzero((part.by_number < 0) & (part.by_own < 0))
        of_nobody, first = np.unique(node[alone], return_index=True)
        own_ids = part.row_id.combine_chunks().take(pa.array(alone[first]))
        texts.append(pc.binary_join_element_wise(part.agency, own_ids, "#"))
        owners.append(of_nobody)
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


def _conflicting(records: Sequence[_Nodes], low: np.ndarray, high: np.ndarray) -> pa.Array:
    found = [pa.array([], pa.string())]
    for part in records:
        clash = (high[part.own] >= 0) & (low[part.own] < high[part.own])
        names = part.names.filter(pa.array(clash))
        found.append(pc.binary_join_element_wise(part.agency, names, "/").cast(pa.string()))
    return pa.concat_arrays(found)
