"""One slot told more than once within a file: the same again, a correction, or a contradiction.

A slot is an id and a time; one id at two times is two slots. Where two records of a slot differ, the later
`recorded_at` holds; where nothing says which is later, nobody may choose: all of them are set aside.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import int32, int64, types, uint8, uint64

from wnb.machine import compiled, inlined

_Bytes = types.Array(uint8, 1, "C", readonly=True)
_Offsets = types.Array(int32, 1, "C", readonly=True)
_Times = types.Array(int64, 1, "C", readonly=True)


@inlined
def _digest(data, start, end, at):  # type: ignore[no-untyped-def]
    """64 bits of a key and a time: FNV-1a, stirred at the end."""
    digest = np.uint64(14_695_981_039_346_656_037) ^ np.uint64(at)
    for byte in data[start:end]:
        digest = (digest ^ np.uint64(byte)) * np.uint64(1_099_511_628_211)
    return digest ^ (digest >> np.uint64(29))


@compiled(types.void(_Offsets, _Bytes, _Times, uint64[::1]))
def _digests(offsets, data, at, found):  # type: ignore[no-untyped-def]
    for row in range(len(found)):
        found[row] = _digest(data, offsets[row], offsets[row + 1], at[row])


@compiled(types.void(_Offsets, _Bytes, _Times, int32[::1], int64[::1]))
def _firsts(offsets, data, at, table, first):  # type: ignore[no-untyped-def]
    mask = len(table) - 1
    for row in range(len(first)):
        start, end = offsets[row], offsets[row + 1]
        slot = np.int64(_digest(data, start, end, at[row]) & np.uint64(mask))
        while True:
            other = table[slot]
            if other < 0:
                table[slot] = row
                first[row] = row
                break
            begin, length = offsets[other], offsets[other + 1] - offsets[other]
            same = at[other] == at[row] and length == end - start
            if same:
                for step in range(length):
                    if data[begin + step] != data[start + step]:
                        same = False
                        break
            if same:
                first[row] = other
                break
            slot = (slot + 1) & mask


def digests(keys: pa.Array, at: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """64 bits for each of n rows, the same where key and `at` are the same (and, once in ages, where they are not)."""
    found = np.empty(len(keys), np.uint64)
    if len(keys):
        _digests(*_buffers(keys), at, found)
    return found


def _buffers(keys: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    _, offsets, data = keys.buffers()
    return (
        np.frombuffer(offsets, np.int32)[keys.offset : keys.offset + len(keys) + 1],
        np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8),
    )


def firsts(keys: pa.Array, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each of n rows the first row with the same key (exactly the same text) and the same `at`; itself where it
    is the first.
    """
    rows = len(keys)
    table = np.full(1 << max(4, (2 * rows - 1).bit_length()), -1, np.int32)
    first = np.empty(rows, np.int64)
    if rows:
        _firsts(*_buffers(keys), at, table, first)
    return first


@dataclass(frozen=True)
class Settled:
    """What becomes of each row: kept, superseded (`exact` of them the same again), or in conflict."""

    kept: npt.NDArray[np.bool_]
    conflicting: npt.NDArray[np.bool_]
    exact: int


def settle(rows: pa.Table, key: str, time: str | None) -> Settled:
    """Let one record of each slot stand, or none."""
    count = rows.num_rows
    kept, conflicting = np.ones(count, np.bool_), np.zeros(count, np.bool_)
    keys = rows[key].combine_chunks() if count else pa.array([], pa.string())
    at = rows[time].cast(pa.int64()).to_numpy() if time else np.zeros(count, np.int64)
    first = firsts(keys, np.ascontiguousarray(at))
    again = first != np.arange(count)
    if not again.any():
        return Settled(kept, conflicting, 0)
    members = np.flatnonzero(again | np.isin(np.arange(count), first[again]))
    few = rows.take(pa.array(members)).combine_chunks()
    contents = _contents(few)
    recorded = few["recorded_at"].cast(pa.int64())
    when = recorded.fill_null(np.iinfo(np.int64).min).to_numpy()
    order = np.lexsort((members, first[members]))  # slot by slot, each in file order
    starts = np.flatnonzero(np.append(True, np.diff(first[members][order]) != 0))
    sizes = np.diff(np.append(starts, len(order)))
    contents, when = contents[order], when[order]
    same = _one(contents, starts)
    latest = when == np.repeat(np.maximum.reduceat(when, starts), sizes)
    untold = np.minimum.reduceat(when, starts) == np.iinfo(np.int64).min
    of_latest = np.where(latest, contents, np.repeat(contents[_first(latest, starts)], sizes))
    contradicted = ~same & (untold | ~_one(of_latest, starts))
    stands = np.where(same, starts, _first(latest, starts))
    kept[members] = False
    kept[members[order[stands[~contradicted]]]] = True
    conflicting[members[order]] = np.repeat(contradicted, sizes)
    return Settled(kept, conflicting, int((sizes[same] - 1).sum()))


def _one(numbers: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Of each group, whether its numbers are all the same."""
    result: npt.NDArray[np.bool_] = np.minimum.reduceat(numbers, starts) == np.maximum.reduceat(numbers, starts)
    return result


def _first(mask: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Of each group, the first place that is marked; there is one."""
    places = np.where(mask, np.arange(len(mask)), len(mask))
    result: npt.NDArray[np.int64] = np.minimum.reduceat(places, starts)
    return result


def _contents(rows: pa.Table) -> npt.NDArray[np.int64]:
    """A number for each row, the same for rows that say the same (wherever in the file they stand)."""
    number = np.zeros(rows.num_rows, np.int64)
    for name in rows.column_names:
        if name in ("line", "place"):
            continue
        codes = (
            pc.dictionary_encode(rows[name].combine_chunks(), null_encoding="encode")
            .indices.to_numpy()
            .astype(np.int64)
        )
        _, number = np.unique(number * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    return number
