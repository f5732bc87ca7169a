"""Every agency's records as far as they say whose they are, and as nodes: each number in them once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.arrays import end_to_end, ints
from wnb.identity import is_temporary, upn_in
from wnb.sides import UNKNOWN_DAY, Told

NO_NUMBER = -1


@dataclass(frozen=True)
class Records:
    """One agency's records, row by row, as far as they say whose they are."""

    agency: str
    nhs_number: pa.ChunkedArray  # int64, only numbers that verify; CHI and H&C numbers too
    child_local_id: pa.ChunkedArray  # string
    row_id: pa.ChunkedArray  # string: what a record without any identity is known by
    live: np.ndarray  # bool: withdrawn records and entries in error link nothing
    given_name: pa.ChunkedArray | None = None
    family_name: pa.ChunkedArray | None = None
    date_of_birth: pa.ChunkedArray | None = None  # date32, only dates that verify
    upn: pa.ChunkedArray | None = None  # string; None where UPNs may not link
    earlier: pa.DictionaryArray | None = None  # string: the key of the child whose it was last night; null: it is new
    before: pa.Table | None = None  # last night's `row_id` and `child_local_id`, all of them


@dataclass(frozen=True)
class Nodes:
    """One agency's records as nodes: a number of the health service, one of its own, a UPN, or none (-1)."""

    agency: str
    by_number: np.ndarray  # by record: the node of its NHS, CHI or H&C number, or of its side of one
    by_own: np.ndarray  # by record: the node of the agency's own number, or of its side of one
    by_upn: np.ndarray
    names: pa.Array  # the agency's own numbers,
    own: np.ndarray  # and their nodes
    row_id: pa.ChunkedArray
    live: np.ndarray
    earlier: pa.DictionaryArray | None
    before: pa.Table | None


def as_nodes(parts: Sequence[Records]) -> tuple[pa.Array, pa.Array, list[Nodes], int]:
    """Every number, every UPN that may link, each agency's records as nodes, and how many nodes there are.

    Numbers come first among the nodes, then UPNs, then each agency's own numbers.
    """
    told = end_to_end([ints(part.nhs_number, pa.int64(), NO_NUMBER) for part in parts], np.int64)
    numbers, places = np.unique(told, return_inverse=True)
    if len(numbers) and numbers[0] == NO_NUMBER:
        numbers, places = numbers[1:], places - 1
    by_number = np.split(places, np.cumsum([len(part.nhs_number) for part in parts])[:-1])
    nodes = len(numbers)
    upns, by_upn = _upns(parts, nodes)
    nodes += len(upns)
    records = []
    for part, mine, theirs in zip(parts, by_number if parts else [], by_upn, strict=True):
        own = part.child_local_id.combine_chunks().dictionary_encode()
        own_codes, names = codes(own), own.dictionary
        by_own = np.where(own_codes >= 0, own_codes + nodes, -1)
        places = np.arange(nodes, nodes + len(names))
        records.append(
            Nodes(part.agency, mine, by_own, theirs, names, places, part.row_id, part.live, part.earlier, part.before)
        )
        nodes += len(names)
    return pa.array(numbers, pa.int64()), upns, records, nodes


def codes(encoded: pa.DictionaryArray) -> np.ndarray:
    """int64, by text: its place in the dictionary; -1 where there is none."""
    return np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)


def bounds(records: Sequence[Nodes]) -> np.ndarray:
    """Where each agency's records begin, all of them one after another, and where the last one's end."""
    return np.concatenate([[0], np.cumsum([len(part.live) for part in records])]).astype(np.int64)


def told_by(parts: Sequence[Records], records: Sequence[Nodes]) -> Told:
    """What all records say of people, one after another."""
    return Told(
        number=end_to_end([part.by_number for part in records], np.int64),
        own=end_to_end([part.by_own for part in records], np.int64),
        live=end_to_end([part.live for part in records], bool),
        born=end_to_end([_born(part) for part in parts], np.int32),
        given=[_names(part.given_name, len(part.live)) for part in parts],
        family=[_names(part.family_name, len(part.live)) for part in parts],
    )


def _upns(parts: Sequence[Records], first: int) -> tuple[pa.Array, list[np.ndarray]]:
    """The UPNs whose check letter is right and that are no temporary ones, and by record the node of its own."""
    found: dict[str, int] = {}
    by_upn = []
    for part in parts:
        if part.upn is None or part.upn.null_count == len(part.upn):
            by_upn.append(np.full(len(part.live), -1, np.int64))
            continue
        encoded = part.upn.combine_chunks().dictionary_encode()
        nodes = np.full(len(encoded.dictionary) + 1, -1, np.int64)
        for place, text in enumerate(encoded.dictionary.to_pylist()):
            upn = upn_in(text)
            if upn and not is_temporary(upn):
                nodes[place] = first + found.setdefault(upn, len(found))
        by_upn.append(nodes[codes(encoded)])
    return pa.array(list(found), pa.string()), by_upn


def _born(part: Records) -> np.ndarray:
    if part.date_of_birth is None:
        return np.full(len(part.live), UNKNOWN_DAY, np.int32)
    return np.asarray(pc.fill_null(part.date_of_birth.cast(pa.int32()), UNKNOWN_DAY).to_numpy(), np.int32)


def _names(column: pa.ChunkedArray | None, rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows, pa.string())]) if column is None else column
