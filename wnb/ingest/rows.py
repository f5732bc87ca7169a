"""Rows of text, whatever container they came in: what the containers hand to the contract."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wnb.ingest.scan import only


@dataclass(frozen=True)
class Text:
    """A column of n texts as Arrow keeps it: UTF-8 `data`, cut at n+1 `offsets`. An empty text: a field left empty."""

    offsets: npt.NDArray[np.int32]
    data: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[str | None]) -> "Text":
        """From Python strings; None is an empty field."""
        encoded = [(text or "").encode() for text in texts]
        offsets = np.zeros(len(encoded) + 1, np.int32)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return cls(offsets, np.frombuffer(b"".join(encoded), np.uint8))

    @classmethod
    def from_arrow(cls, column: pa.Array) -> "Text":
        """From an Arrow string array; null is an empty field."""
        column = column.fill_null("")
        if column.offset:
            column = pa.concat_arrays([column, pa.array([], column.type)])
        _, offsets, data = column.buffers()
        cut = np.frombuffer(offsets, np.int32)[: len(column) + 1]
        return cls(cut, np.frombuffer(data, np.uint8)[: cut[-1]] if data else np.empty(0, np.uint8))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str:
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes().decode()

    @property
    def given(self) -> npt.NDArray[np.bool_]:
        """Which are not empty."""
        result: npt.NDArray[np.bool_] = self.offsets[1:] > self.offsets[:-1]
        return result

    def only(self, chosen: npt.NDArray[np.int64]) -> "Text":
        """Some of the texts."""
        return Text(*only(self.offsets, self.data, chosen))

    def stretch(self, first: int, past: int) -> pa.StringArray:
        """Some texts that follow one another as an Arrow array without nulls; nothing is copied."""
        offsets = pa.py_buffer(self.offsets[first : past + 1])
        return pa.StringArray.from_buffers(past - first, offsets, pa.py_buffer(self.data), None, 0)

    def arrow(self) -> pa.StringArray:
        """As an Arrow array, null where empty."""
        given = self.given
        missing = len(given) - int(given.sum())
        validity = pa.py_buffer(np.packbits(given, bitorder="little")) if missing else None
        return pa.StringArray.from_buffers(
            len(given), pa.py_buffer(self.offsets), pa.py_buffer(self.data), validity, missing
        )


@dataclass(frozen=True)
class Moments:
    """A column of dates that its container types: seconds from 1970 as the partnership's clocks say, and where there
    is one. `strays`: row -> reason, of values that are of another kind than the column's.
    """

    seconds: npt.NDArray[np.int64]
    given: npt.NDArray[np.bool_]
    strays: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """Some records of a file, in its order."""

    line: npt.NDArray[np.int32]  # first line of the record, or row of the sheet
    place: npt.NDArray[np.int64]  # by which the container finds the record again
    text: Mapping[str, Text]  # by our name of the column
    raw: Callable[[Sequence[int]], list[str]]  # the records of some rows as they were delivered
    typed: Mapping[str, Moments] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)  # of a workbook: the agency's name of a column -> `D`

    def __len__(self) -> int:
        return len(self.line)


@dataclass(frozen=True)
class SetAside:
    """A record set aside, whole. `column`: the agency's own name of the offending one; empty: the record itself.

    `key`: the id of the appointment or status that it would have been; empty where that cannot be read. `cell`: of a
    workbook the offending one, like `D17`, with its sheet before it where the agency declares one.
    """

    line: int
    column: str
    reason: str
    raw: str
    key: str = ""
    cell: str = ""
