"""The compiled loops over spans: columns copied out of a block, looked through, cut down to some rows."""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import int32, int64, types, uint8
from numba.extending import intrinsic

from wnb.machine import compiled, inlined

_Bytes = types.Array(uint8, 1, "C", readonly=True)
_Spans = types.Array(int64, 1, "C", readonly=True)
_Flags = types.Array(uint8, 1, "C", readonly=True)
SLACK = 16  # bytes by which `gather` may write behind what it has to


@intrinsic
def _sixteen(typing_context, to, at, source, begin):  # type: ignore[no-untyped-def]
    """Copy sixteen bytes: one instruction to load them and one to store, however many of them are wanted."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        to, at, source, begin = arguments
        wide = ir.VectorType(ir.IntType(8), 16).as_pointer()
        into = context.make_array(signature.args[0])(context, builder, to).data
        out_of = context.make_array(signature.args[2])(context, builder, source).data
        value = builder.load(builder.bitcast(builder.gep(out_of, [begin]), wide), align=1)
        builder.store(value, builder.bitcast(builder.gep(into, [at]), wide), align=1)
        return context.get_dummy_value()

    return types.void(to, at, source, begin), build


sixteen: Any = _sixteen


@compiled(int64(_Spans, _Spans))
def size(spans, chosen):  # type: ignore[no-untyped-def]
    """How many bytes one column of chosen records has."""
    total = 0
    for record in chosen:
        total += (spans[record] & 0xFFFFFFFF) - (spans[record] >> 32)
    return total


@compiled(int64(_Bytes, _Spans, _Bytes, _Spans, int32[::1], uint8[::1]))
def gather(data, spans, flags, chosen, offsets, out):  # type: ignore[no-untyped-def]
    """Copy one column of chosen records, doubled quotes of quoted fields made one; how many bytes that is.

    `out` has room for `SLACK` bytes more than the column has.
    """
    safe = len(data) - 16
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
        elif end - begin <= 16 and begin <= safe:
            sixteen(out, at, data, begin)
            at += end - begin
        else:
            for here in range(begin, end):
                out[at] = data[here]
                at += 1
    offsets[len(chosen)] = at
    return at


@compiled(types.void(_Bytes, int64[::1], int64[::1], int64, uint8[::1]))
def utf8(data, start, stop, records, found):  # type: ignore[no-untyped-def]
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
def same(data, spans, wanted, found):  # type: ignore[no-untyped-def]
    """Mark the records whose field is `wanted`, with or without spaces around it."""
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


@inlined
def _kind(byte):  # type: ignore[no-untyped-def]
    """A digit, a letter, or the byte itself."""
    if 48 <= byte <= 57:
        return 1
    if 65 <= byte <= 90 or 97 <= byte <= 122 or byte > 127:
        return 2
    return int64(byte)


@inlined
def _alike(data, begin, end, other, past):  # type: ignore[no-untyped-def]
    """Whether two texts are about as long and have the same runs of digits and letters: A1009 and A1010."""
    if end - begin < 4 or abs((end - begin) - (past - other)) > 1:
        return False
    while begin < end and other < past:
        kind = _kind(data[begin])
        if _kind(data[other]) != kind:
            return False
        if kind > 2:
            begin += 1
            other += 1
            continue
        while begin < end and _kind(data[begin]) == kind:
            begin += 1
        while other < past and _kind(data[other]) == kind:
            other += 1
    return begin == end and other == past


@compiled(types.void(_Bytes, int64[::1], int64[::1], _Flags, _Spans, uint8, uint8[::1]))
def keys_inside(data, start, stop, flags, keys, delimiter, found):  # type: ignore[no-untyped-def]
    """Mark the sound records in which a quoted field holds, behind a delimiter or a newline, a text like its key."""
    for record in range(len(found)):
        if flags[record] & 130 == 0 or flags[record] & 5:
            continue
        begin, end = keys[record] >> 32, keys[record] & 0xFFFFFFFF
        while begin < end and data[begin] == 32:
            begin += 1
        while end > begin and data[end - 1] == 32:
            end -= 1
        inside = False
        for at in range(start[record], stop[record]):
            byte = data[at]
            if byte == 34:
                inside = not inside
            elif inside and (byte == delimiter or byte == 10 or byte == 13):
                first = at + 1
                while first < stop[record] and data[first] == 32:
                    first += 1
                past = first
                while past < stop[record] and data[past] != delimiter and data[past] != 10 and data[past] != 13:
                    if data[past] == 34:
                        break
                    past += 1
                while past > first and data[past - 1] == 32:
                    past -= 1
                if _alike(data, begin, end, first, past):
                    found[record] = 1
                    break


@compiled(int64(types.Array(int32, 1, "C", readonly=True), _Bytes, _Spans, int32[::1], uint8[::1]))
def runs(offsets, data, chosen, cut, out):  # type: ignore[no-untyped-def]
    """Copy chosen texts, whole stretches of neighbours at a time."""
    at = 0
    row = 0
    while row < len(chosen):
        until = row + 1
        while until < len(chosen) and chosen[until] == chosen[until - 1] + 1:
            until += 1
        begin, end = offsets[chosen[row]], offsets[chosen[until - 1] + 1]
        for step in range(until - row):
            cut[row + step] = offsets[chosen[row] + step] - begin + at
        stretch, room = data[begin:end], out[at : at + end - begin]
        for step in range(len(stretch)):
            room[step] = stretch[step]
        at += end - begin
        row = until
    cut[len(chosen)] = at
    return at
