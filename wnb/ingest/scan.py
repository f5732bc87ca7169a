"""Where the records and fields of a block of bytes are: the two compiled scanners, and the copying of columns out of
it.

`scan` splits at delimiters and newlines (LF, CRLF, CR, in any mixture). The plain scanner is taken where the block
holds no quote at all; the careful one honours quotes, only where a field begins with one. On a plain block both give
the same answer. Every byte of the block is in exactly one record, blank lines among them, or behind `consumed`, where
the next block begins.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import boolean, int32, int64, types, uint8
from numba.cpython.unsafe import numbers as bits
from numba.extending import intrinsic

from wnb.machine import compiled, inlined

QUOTE, LF, CR = 34, 10, 13

BROKEN, NEWLINE, UNCLOSED, ESCAPED, NO_NEWLINE, BLANK, LAST_EMPTY = (1 << bit for bit in range(7))
"""Of a record. BROKEN: a quote stands where none may. NEWLINE: a quoted field holds a line break. UNCLOSED: a quoted
field runs to the end of the file. ESCAPED: a quoted field holds a doubled quote. NO_NEWLINE: the file ends with this
record, and not with a newline. BLANK: nothing but spaces and delimiters. LAST_EMPTY: its last field is empty.
"""

STRETCH = 1 << 13  # bytes marked at once; a multiple of eight

_Bytes = types.Array(uint8, 1, "C", readonly=True)
_Spans = types.Array(int64, 1, "C", readonly=True)
_Slots = types.Array(types.int16, 1, "C", readonly=True)
_SCAN = types.Tuple((int64, int64))(  # type: ignore[no-untyped-call]
    _Bytes, int64, int64, boolean, uint8, _Slots,
    int64[::1], int64[::1], int64[::1], int32[::1], int32[::1], uint8[::1], int64[:, ::1],
)  # fmt: skip


@inlined
def _standing(data, opened, at, field_from, delimiter):  # type: ignore[no-untyped-def]
    """The flags BLANK and LAST_EMPTY of a record of a plain block."""
    flag = 64 if field_from == at else 0
    if opened == at:
        return flag | 32
    if data[opened] == 32 or data[opened] == delimiter:
        for byte in data[opened:at]:
            if byte != 32 and byte != delimiter:
                return flag
        flag |= 32
    return flag


@inlined
def _nowhere(slots, field, record, spans):  # type: ignore[no-untyped-def]
    """Fields that a short record does not have are empty, at the beginning of the block."""
    for missing in range(field, len(slots)):
        if slots[missing] >= 0:
            spans[slots[missing], record] = 0


@intrinsic
def _popcount(typing_context, word):  # type: ignore[no-untyped-def]
    """How many bits of a word are set: one instruction."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.ctpop(arguments[0])

    return word(word), build


popcount: Any = _popcount
trailing_zeros: Any = bits.trailing_zeros  # 64 of a word without bits


@compiled(_SCAN)
def _plain(  # type: ignore[no-untyped-def]
    data, begin, end, final, delimiter, slots, start, stop, follows, lines, fields, flags, spans
):
    """Delimiters and newlines are marked for a stretch of bytes at once, the marks packed into words of 64, the words
    into places: nothing branches on a byte until the places are walked.
    """
    columns = len(slots)
    room = len(start)
    marks = np.zeros(STRETCH, np.uint8)
    eights = marks.view(np.uint64)
    places = np.empty(STRETCH + 16, np.int64)
    pack = np.uint64(0x0102040810204080)
    one = np.uint64(1)
    record = 0
    opened = field_from = begin
    field = 0
    after_cr = int64(-1)
    for here in range(begin, end, STRETCH):
        size = min(STRETCH, end - here)
        stretch = data[here : here + size]
        for step in range(size):
            byte = stretch[step]
            marks[step] = uint8(byte == delimiter) | uint8(byte == 10) | uint8(byte == 13)
        for step in range(size, STRETCH):
            marks[step] = 0
        many = 0
        for group in range((size + 63) >> 6):
            word = np.uint64(0)
            for eight in range(8):
                word |= ((eights[(group << 3) + eight] * pack) >> np.uint64(56)) << np.uint64(eight << 3)
            base = here + (group << 6)
            write = many
            left = word
            for _ in range(8):
                places[write] = base + int64(trailing_zeros(left))
                write += 1
                left &= left - one
            while left != 0:
                places[write] = base + int64(trailing_zeros(left))
                write += 1
                left &= left - one
            many += int64(popcount(word))
        for index in range(many):
            at = places[index]
            byte = data[at]
            if byte == 10 and at == after_cr:  # the second half of CRLF
                follows[record - 1] = at + 1
                opened = field_from = at + 1
                continue
            if field == 0 and record == room:
                return record, opened
            if field < columns:
                slot = slots[field]
                if slot >= 0:
                    spans[slot, record] = field_from << 32 | at
            field += 1
            if byte == delimiter:
                field_from = at + 1
                continue
            if byte == 13:
                if at + 1 == end and not final:
                    return record, opened
                after_cr = at + 1
            if field < columns:
                _nowhere(slots, field, record, spans)
            flags[record] = _standing(data, opened, at, field_from, delimiter)
            start[record] = opened
            stop[record] = at
            follows[record] = at + 1
            lines[record] = 1
            fields[record] = field
            record += 1
            field = 0
            opened = field_from = at + 1
    if opened < end and final and record < room:
        if field < columns:
            slot = slots[field]
            if slot >= 0:
                spans[slot, record] = field_from << 32 | end
        field += 1
        if field < columns:
            _nowhere(slots, field, record, spans)
        flags[record] = 16 | _standing(data, opened, end, field_from, delimiter)
        start[record] = opened
        stop[record] = end
        follows[record] = end
        lines[record] = 1
        fields[record] = field
        return record + 1, end
    return record, opened


@compiled(_SCAN)
def _careful(  # type: ignore[no-untyped-def]
    data, begin, end, final, delimiter, slots, start, stop, follows, lines, fields, flags, spans
):
    columns = len(slots)
    room = len(start)
    kind = np.zeros(256, np.uint8)
    kind[delimiter] = 1
    kind[10] = 2
    kind[13] = 2
    record = 0
    at = begin
    while at < end and record < room:
        opened = at
        field = 0
        flag = 0
        line = 1
        blank = True
        while True:
            broken = False
            if at < end and data[at] == 34:
                blank = False
                at += 1
                field_from = at
                closed = False
                while at < end:
                    byte = data[at]
                    if byte == 34:
                        if at + 1 == end and not final:
                            return record, opened
                        if at + 1 < end and data[at + 1] == 34:
                            flag |= 8
                            at += 2
                            continue
                        closed = True
                        break
                    if byte == 10:
                        line += 1
                        flag |= 2
                    elif byte == 13:
                        if at + 1 == end and not final:
                            return record, opened
                        flag |= 2
                        if at + 1 == end or data[at + 1] != 10:
                            line += 1
                    at += 1
                field_past = at
                if closed:
                    at += 1
                    broken = at < end and kind[data[at]] == 0
                else:
                    if not final:
                        return record, opened
                    flag |= 4
            else:
                field_from = at
                while at < end and kind[data[at]] == 0:
                    broken = broken or data[at] == 34
                    blank = blank and data[at] == 32
                    at += 1
                field_past = at
            if field < columns:
                slot = slots[field]
                if slot >= 0:
                    spans[slot, record] = field_from << 32 | field_past
            field += 1
            if broken:  # quotes mean nothing any more: the record ends with its line
                flag |= 1
                while at < end and kind[data[at]] != 2:
                    at += 1
            if at < end and kind[data[at]] == 1:
                at += 1
                continue
            break
        if at == end:
            if not final:
                return record, opened
            flag |= 16
            after = at
        else:
            after = at + 1
            if data[at] == 13:
                if after == end and not final:
                    return record, opened
                if after < end and data[after] == 10:
                    after += 1
        if field_from == at:
            flag |= 64
        if blank and not flag & 5:
            flag |= 32
        if field < columns:
            _nowhere(slots, field, record, spans)
        start[record] = opened
        stop[record] = at
        follows[record] = after
        lines[record] = line
        fields[record] = field
        flags[record] = flag
        record += 1
        at = after
    return record, at


@compiled(int64(_Bytes, _Spans, _Bytes, _Spans, int32[::1], uint8[::1]))
def _gather(data, spans, flags, chosen, offsets, out):  # type: ignore[no-untyped-def]
    at = 0
    for row in range(len(chosen)):
        record = chosen[row]
        offsets[row] = at
        begin, end = spans[record] >> 32, spans[record] & 0xFFFFFFFF
        if flags[record] & 8 and begin > 0 and data[begin - 1] == 34:
            skip = False
            for byte in data[begin:end]:
                if byte == 34 and not skip:
                    skip = True
                    continue
                skip = False
                out[at] = byte
                at += 1
        else:
            for here in range(begin, end):
                out[at] = data[here]
                at += 1
    offsets[len(chosen)] = at
    return at


@compiled(types.void(_Bytes, int64[::1], int64[::1], int64, uint8[::1]))
def _utf8(data, start, stop, records, found):  # type: ignore[no-untyped-def]
    """0 ASCII, 1 UTF-8 with more than ASCII, 2 not UTF-8, of each record (RFC 3629: shortest forms, no surrogates)."""
    for record in range(records):
        at, end = start[record], stop[record]
        found[record] = 0
        while at < end:
            byte = data[at]
            if byte < 128:
                at += 1
                continue
            low, high = 128, 191
            if 194 <= byte <= 223:
                more = 1
            elif 224 <= byte <= 239:
                more = 2
                if byte == 224:
                    low = 160
                elif byte == 237:
                    high = 159
            elif 240 <= byte <= 244:
                more = 3
                if byte == 240:
                    low = 144
                elif byte == 244:
                    high = 143
            else:
                more = 0
            good = more > 0 and at + more < end
            if good:
                for step in range(1, more + 1):
                    follow = data[at + step]
                    if follow < low or follow > high:
                        good = False
                        break
                    low, high = 128, 191
            if not good:
                found[record] = 2
                break
            found[record] = 1
            at += more + 1


@compiled(types.void(_Bytes, _Spans, _Bytes, uint8[::1]))
def _same(data, spans, wanted, found):  # type: ignore[no-untyped-def]
    for record in range(len(spans)):
        begin, end = spans[record] >> 32, spans[record] & 0xFFFFFFFF
        if end - begin < len(wanted):
            continue
        while begin < end and data[begin] == 32:
            begin += 1
        while end > begin and data[end - 1] == 32:
            end -= 1
        if end - begin == len(wanted):
            same = True
            for step in range(len(wanted)):
                if data[begin + step] != wanted[step]:
                    same = False
                    break
            found[record] = same


def only(
    offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8], chosen: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Some of n texts, in the order chosen."""
    cut = np.empty(len(chosen) + 1, np.int32)
    out = np.empty(int(offsets[-1]), np.uint8)
    spans = offsets[:-1].astype(np.int64) << 32 | offsets[1:]
    size = _gather(data, spans, np.zeros(len(spans), np.uint8), chosen, cut, out)
    return cut, out[:size]


@dataclass(frozen=True)
class Block:
    """The records of some bytes. `spans` is (declared column, record): where its field begins (high 32 bits) and
    ends.
    """

    data: npt.NDArray[np.uint8]
    consumed: int
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
        out = np.empty(int(((spans & 0xFFFFFFFF) - (spans >> 32))[chosen].sum()), np.uint8)
        size = _gather(self.data, spans, self.flags, chosen, offsets, out)
        return offsets, out[:size]

    def holding(self, slot: int, text: bytes) -> npt.NDArray[np.int64]:
        """The records that hold just this text in a declared column, with or without spaces around it."""
        found = np.zeros(len(self), np.uint8)
        if len(self):
            _same(self.data, self.spans[slot], np.frombuffer(text, np.uint8), found)
        return np.flatnonzero(found)

    def tiles(self) -> bool:
        """Whether each record begins where the one before it ends."""
        return bool((self.start[1:] == self.follows[:-1]).all())

    def is_ascii(self) -> bool:
        """Whether no record holds anything but ASCII."""
        return not len(self) or bool((self.data[int(self.start[0]) : self.consumed] < 128).all())

    def encodings(self) -> npt.NDArray[np.uint8]:
        """0 ASCII, 1 UTF-8 with more than ASCII, 2 not UTF-8, of each record."""
        found = np.zeros(len(self), np.uint8)
        if len(self):
            _utf8(self.data, self.start, self.stop, len(self), found)
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
    room = max(1_024, (len(data) - begin) // 24)
    start, stop, follows = (np.empty(room, np.int64) for _ in range(3))
    lines, fields = (np.empty(room, np.int32) for _ in range(2))
    flags = np.empty(room, np.uint8)
    spans = np.empty((kept, room), np.int64)
    records, consumed = (_careful if careful else _plain)(
        seen, begin, len(data), final, delimiter, slots, start, stop, follows, lines, fields, flags, spans
    )
    return Block(
        seen, consumed, start[:records], stop[:records], follows[:records], lines[:records], fields[:records],
        flags[:records], spans[:, :records],
    )  # fmt: skip
