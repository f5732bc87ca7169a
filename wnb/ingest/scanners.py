"""The compiled loops over bytes: the two scanners for records and fields.

Both scanners take the bytes from `begin` to `end`, whether the file ends there, the delimiter, and for each column of
the header the row of `spans` that keeps it (-1: none). They fill in, record by record: where it starts, where its
text stops, where the next one follows, its physical lines, its fields, its flags (see `scan`), and the spans of the
kept columns, each as begin << 32 | end. They return how many records there are and where the first byte stands that
is in none of them.
"""

from typing import Any

import numpy as np
from numba import boolean, int32, int64, types, uint8
from numba.cpython.unsafe import numbers as bits
from numba.extending import intrinsic

from wnb.machine import compiled, inlined

STRETCH = 1 << 13  # bytes marked at once; a multiple of eight

_Bytes = types.Array(uint8, 1, "C", readonly=True)
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
def plain(  # type: ignore[no-untyped-def]
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
def careful(  # type: ignore[no-untyped-def]
    data, begin, end, final, delimiter, slots, start, stop, follows, lines, fields, flags, spans
):
    """One byte after another, quotes honoured where a field begins with one."""
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
                    if byte == delimiter:
                        flag |= 128
                    elif byte == 10:
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
