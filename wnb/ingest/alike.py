"""Which rows of a file may share a slot, or an NHS number with another person, found in level memory.

Sixteen bytes a row are laid down as the rows come, in a passing file once they are many: 64 bits that stand for the
slot, and the number with the date of birth. A share of them at a time is then sorted. Two rows of one slot are always
found; now and then a row is that is alone in its own, which costs a second look and nothing else.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wnb.ingest.duplicates import digests

BITS = 18
DAYS = 1 << (BITS - 1)  # more days than there are between any date of birth and 1970
IN_MEMORY = 16 << 20  # bytes
AT_ONCE = 1 << 20  # of numbers read at once
SORTED_AT_ONCE = 1 << 21  # of numbers, in a file of up to MOST_SHARES times as many rows
MOST_SHARES = 16
COARSE = 20  # bits of a number by which most are ruled out

Numbers = npt.NDArray[np.int64]


class Alike:
    """Rows added in file order; `rows` says which of them must be looked at again. A context manager."""

    def __init__(self, key: str, time: str | None) -> None:
        self._key, self._time = key, time
        self._count = 0
        self._files = ExitStack()

    def __enter__(self) -> Self:
        self._slots = self._files.enter_context(SpooledTemporaryFile(IN_MEMORY))
        self._people = self._files.enter_context(SpooledTemporaryFile(IN_MEMORY))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, table: pa.Table) -> None:
        """The next accepted rows of the file."""
        self._count += table.num_rows
        self._slots.write(_slots(table, self._key, self._time).data)
        self._people.write(_people(table).data)

    def rows(self) -> Numbers:
        """The numbers of the rows, ascending."""
        twice = np.unique(np.concatenate([_twice(share) for share in self._shares(self._slots, 0)]))
        shared = np.unique(np.concatenate([_of_two_people(share) for share in self._shares(self._people, BITS)]))
        mine = (_where(self._slots, twice, 0), _where(self._people, shared, BITS))
        return np.unique(np.concatenate(mine))

    def _shares(self, file: "SpooledTemporaryFile[bytes]", shift: int) -> Iterator[Numbers]:
        """All numbers, a share of them at a time, ascending: numbers equal but for their last `shift` bits together."""
        shares = 1
        while shares < MOST_SHARES and self._count > shares * SORTED_AT_ONCE:
            shares *= 2
        for share in range(shares):
            pieces = [
                piece if shares == 1 else piece[(piece >> shift) & (shares - 1) == share] for piece in _numbers(file)
            ]
            together = np.concatenate([np.zeros(0, np.int64), *pieces])
            together.sort()
            yield together


def _numbers(file: "SpooledTemporaryFile[bytes]") -> Iterator[Numbers]:
    file.seek(0)
    while read := file.read(8 * AT_ONCE):
        yield np.frombuffer(read, np.int64)


def _twice(ascending: Numbers) -> Numbers:
    result: Numbers = ascending[1:][ascending[1:] == ascending[:-1]]
    return result


def _of_two_people(ascending: Numbers) -> Numbers:
    """The NHS numbers that stand beside two dates of birth."""
    before, after = ascending[:-1], ascending[1:]
    another = (before != after) & (before >> BITS == after >> BITS)
    another[another] = (before[another] >= 0) & (before[another] & (2 * DAYS - 1) != 0)  # one that is known
    result: Numbers = after[another] >> BITS
    return result


def _where(file: "SpooledTemporaryFile[bytes]", few: Numbers, shift: int) -> Numbers:
    """The places of the numbers that are, but for their last `shift` bits, among a few in ascending order."""
    found = [np.zeros(0, np.int64)]
    if not len(few):
        return found[0]
    mask = (1 << COARSE) - 1
    coarse = np.zeros(1 << COARSE, np.bool_)
    coarse[few & mask] = True
    begin = 0
    for numbers in _numbers(file):
        likely = np.flatnonzero(coarse[(numbers >> shift) & mask])
        found.append(begin + likely[_among(numbers[likely] >> shift, few)])
        begin += len(numbers)
    return np.concatenate(found)


def _among(values: Numbers, few: Numbers) -> npt.NDArray[np.bool_]:
    result: npt.NDArray[np.bool_] = few[np.minimum(np.searchsorted(few, values), len(few) - 1)] == values
    return result


def _slots(table: pa.Table, key: str, time: str | None) -> npt.NDArray[Any]:
    keys = table[key].combine_chunks() if table.num_rows else pa.array([], pa.string())
    at = table[time].cast(pa.int64()).to_numpy() if time else np.zeros(table.num_rows, np.int64)
    return digests(keys, np.ascontiguousarray(at))


def _people(table: pa.Table) -> Numbers:
    """An NHS number and a date of birth as one number, the number alone first of its own; -1 where there is none."""
    if not {"nhs_number", "date_of_birth"} <= set(table.column_names):
        return np.full(table.num_rows, -1)
    number = table["nhs_number"].fill_null(-1).to_numpy()
    born = table["date_of_birth"].cast(pa.int32()).fill_null(-DAYS).to_numpy().astype(np.int64)
    result: Numbers = np.where(number >= 0, (number << BITS) + born + DAYS, -1)
    return result
