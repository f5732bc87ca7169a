"""Where the records and fields of a block of bytes are: the two compiled scanners, and the copying of columns out of
it.

`scan` splits at delimiters and newlines (LF, CRLF, CR, in any mixture). The plain scanner is taken where the block
holds no quote at all; the careful one honours quotes, only where a field begins with one. On a plain block both give
the same answer. Every byte of the block is in exactly one record, blank lines among them, or behind `consumed`, where
the next block begins.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wnb.ingest import scanners
from wnb.ingest import spans as spans_of_bytes

BROKEN, NEWLINE, UNCLOSED, ESCAPED, NO_NEWLINE, BLANK, LAST_EMPTY, HOLDS = (1 << bit for bit in range(8))
"""Of a record. BROKEN: a quote stands where none may. NEWLINE: a quoted field holds a line break. UNCLOSED: a quoted
field runs to the end of the file. ESCAPED: a quoted field holds a doubled quote. NO_NEWLINE: the file ends with this
record, and not with a newline. BLANK: nothing but spaces and delimiters. LAST_EMPTY: its last field is empty. HOLDS: a
quoted field holds a delimiter.
"""


def as_text(record: bytes) -> str:
    """A record's bytes as text; a byte that is none is written out."""
    return record.decode("utf-8", "backslashreplace")


def only(
    offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8], chosen: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Some of n texts, in the order chosen (as the offsets and bytes of an Arrow string array)."""
    cut = np.empty(len(chosen) + 1, np.int32)
    out = np.empty(int((offsets[1:] - offsets[:-1])[chosen].sum()), np.uint8)
    spans_of_bytes.runs(offsets, data, chosen, cut, out)
    return cut, out


@dataclass(frozen=True)
class Block:
    """The records of some bytes. `spans` is (declared column, record): where its field begins (high 32 bits) and
    ends.
    """

    data: npt.NDArray[np.uint8]
    consumed: int
    full: bool  # there was no room for more records
    careful: bool  # read by the careful scanner
    start: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]  # of its text, without the newline
    follows: npt.NDArray[np.int64]  # where the next record begins
    lines: npt.NDArray[np.int32]  # physical lines that it takes
    fields: npt.NDArray[np.int32]
    flags: npt.NDArray[np.uint8]
    spans: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)

    def column(self, slot: int, chosen: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
        """One declared column of the `chosen` records, as the offsets and bytes of an Arrow string array."""
        offsets = np.empty(len(chosen) + 1, np.int32)
        if not len(chosen):
            offsets[0] = 0
            return offsets, np.empty(0, np.uint8)
        spans = self.spans[slot]
        out = np.empty(spans_of_bytes.size(spans, chosen) + spans_of_bytes.SLACK, np.uint8)
        size = spans_of_bytes.gather(self.data, spans, self.flags, chosen, offsets, out)
        return offsets, out[:size]

    def bytes_of(self, at: int) -> bytes:
        """One record as it came, without the newline behind it."""
        return self.data[self.start[at] : self.stop[at]].tobytes()

    def raw(self, at: int) -> str:
        """The same `as_text`."""
        return as_text(self.bytes_of(at))

    def holding(self, slot: int, text: bytes) -> npt.NDArray[np.int64]:
        """The records that hold just this text in a declared column, with or without spaces around it."""
        found = np.zeros(len(self), np.uint8)
        if len(self):
            spans_of_bytes.same(self.data, self.spans[slot], np.frombuffer(text, np.uint8), found)
        return np.flatnonzero(found)

    def marked(self) -> npt.NDArray[np.int64]:
        """The broken records that begin with the byte-order mark of UTF-8: it stands before a quote, and is no text."""
        broken = np.flatnonzero((self.flags & BROKEN) != 0)
        return broken[[self.bytes_of(at)[:3] == b"\xef\xbb\xbf" for at in broken.tolist()]] if len(broken) else broken

    def keys_inside(self, slot: int, delimiter: int) -> npt.NDArray[np.int64]:
        """The records in which a quoted field holds, behind a delimiter or a newline, what looks like another record's
        key: the shape of this one's own (of at least four characters), which stands in a declared column.
        """
        found = np.zeros(len(self), np.uint8)
        if ((self.flags & (NEWLINE | HOLDS)) != 0).any():
            spans_of_bytes.keys_inside(self.data, self.start, self.stop, self.flags, self.spans[slot], delimiter, found)
        return np.flatnonzero(found)

    def tiles(self) -> bool:
        """Whether each record begins where the one before it ends."""
        return bool((self.start[1:] == self.follows[:-1]).all())

    def is_ascii(self) -> bool:
        """Whether the bytes of all records together are ASCII. What lies behind them is the next block's to say."""
        eights = self.data[: self.consumed & ~7].view(np.uint64)
        high = np.uint64(0x8080808080808080)
        return not (
            np.bitwise_or.reduce(eights, initial=np.uint64(0)) & high
            or (self.data[len(eights) << 3 : self.consumed] > 127).any()
        )

    def is_utf8(self) -> bool:
        """Whether the bytes of all records together are UTF-8: no record cuts a character, so each of them is then."""
        size = np.array([0, self.consumed], np.int32)
        whole = pa.StringArray.from_buffers(1, pa.py_buffer(size), pa.py_buffer(self.data))
        try:
            whole.validate(full=True)
        except pa.ArrowInvalid:
            return False
        return True

    def encodings(self) -> npt.NDArray[np.uint8]:
        """0 ASCII, 1 UTF-8 with more than ASCII, 2 not UTF-8, of each record."""
        found = np.zeros(len(self), np.uint8)
        if len(self):
            spans_of_bytes.utf8(self.data, self.start, self.stop, len(self), found)
        return found


def scan(
    data: bytes, begin: int, final: bool, delimiter: int, slots: npt.NDArray[np.int16], careful: bool | None = None
) -> Block:
    """The records of `data` from `begin` on. `final`: the file ends with these bytes; else a record cut by their end
    is left.

    `slots`: for each column of the header the row of `spans` that keeps it, or -1. `careful`: None lets the bytes
    decide; the plain scanner is only right where they hold no quote.
    """
    seen = np.frombuffer(data, np.uint8)
    if careful is None:
        careful = data.find(b'"', begin) >= 0
    kept = int(slots.max()) + 1 if len(slots) else 0
    room = max(1_024, (len(data) - begin) // 64)
    start, stop, follows = (np.empty(room, np.int64) for _ in range(3))
    lines, fields = (np.empty(room, np.int32) for _ in range(2))
    flags = np.empty(room, np.uint8)
    spans = np.empty((kept, room), np.int64)
    records, consumed = (scanners.careful if careful else scanners.plain)(
        seen, begin, len(data), final, delimiter, slots, start, stop, follows, lines, fields, flags, spans
    )
    return Block(
        seen,
        consumed,
        records == room,
        careful,
        start[:records],
        stop[:records],
        follows[:records],
        lines[:records],
        fields[:records],
        flags[:records],
        spans[:, :records],
    )
