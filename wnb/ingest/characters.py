"""What a text holds besides text: control characters, invisible ones, the marks of a wrong decoding, formulas, markup.

One compiled pass over the bytes of a column; nothing is changed here, everything is said.
"""

import numpy as np
import numpy.typing as npt
from numba import int64, types, uint8

from wnb.machine import compiled, inlined

CONTROL, INVISIBLE, MOJIBAKE, FORMULA, MARKUP, LONG, NEWLINE, EDGE = (1 << bit for bit in range(8))
"""CONTROL: C0 but tab and line breaks, DEL, C1. INVISIBLE: zero-width, soft hyphen, direction marks. MOJIBAKE: UTF-8
that was once decoded as something else, or U+FFFD. FORMULA: a spreadsheet would run it. MARKUP: a tag. LONG: more
characters than the limit. NEWLINE: a line break. EDGE: at either end perhaps a space, of any kind, or an invisible one.
"""

_Bytes = types.Array(uint8, 1, "C", readonly=True)
_Offsets = types.Array(types.int32, 1, "C", readonly=True)


@inlined
def _bent(data, at, end):  # type: ignore[no-untyped-def]
    """Whether a letter of U+00C2 to U+00F4 stands before a mark and not before a letter: once bytes of UTF-8.

    A capital before a curly quote may be true, but for the two that begin nearly every Western letter.
    """
    second = data[at + 1] if at + 1 < end else 0
    third = data[at + 2] if at + 2 < end else 0
    fourth = data[at + 3] if at + 3 < end else 0
    fifth = data[at + 4] if at + 4 < end else 0
    if second == 130 or second == 131:
        return third == 194 or third == 226
    if second == 162:
        return third == 226
    if second == 160:  # of three bytes: Hindi, Bengali, Gujarati
        return third == 194 and fourth > 160
    if not 132 <= second <= 159:
        return False
    if third == 194:
        return 160 < fourth < 192 and (fourth != 187 or second != 137)  # CAFÉ in French quotes
    if third == 226:
        quote = 147 <= fifth <= 157 and fifth != 154
        return fourth == 130 or fourth == 132 or (fourth == 128 and not quote)
    if third == 197:  # the letters that Windows has among its marks
        return fourth == 146 or fourth == 147 or fourth == 160 or fourth == 161 or fourth >= 184
    return third == 198 or third == 203


@compiled(uint8(_Offsets, _Bytes, int64, uint8[::1]))
def _look(offsets, data, limit, found):  # type: ignore[no-untyped-def]
    unusual = np.zeros(256, np.bool_)
    unusual[:32] = True
    unusual[127:] = True
    unusual[60] = True
    every = 0
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if start == end:
            continue
        flag = 0
        byte = data[start]
        last = data[end - 1]
        if byte <= 32 or last <= 32 or last > 127 or byte == 194 or 225 <= byte <= 227 or byte == 239:
            flag |= 128
        if byte == 61 or byte == 43 or byte == 45 or byte == 64 or byte == 9 or byte == 13:  # = + - @ tab CR
            if end - start > 1:
                flag |= 8
        elif byte == 239 and end - start > 3 and data[start + 1] == 188:  # the same, full-width
            wide = data[start + 2]
            if wide == 157 or wide == 139 or wide == 141 or wide == 160:
                flag |= 8
        characters = end - start
        for at in range(start, end):
            byte = data[at]
            if not unusual[byte]:
                continue
            if byte < 32:
                if byte == 10 or byte == 13:
                    flag |= 64
                elif byte != 9:
                    flag |= 1
            elif byte == 127:
                flag |= 1
            elif byte == 60:
                if at + 1 < end:
                    follow = data[at + 1]
                    if follow == 47 or follow == 33 or follow == 63 or 97 <= (follow | 32) <= 122:
                        flag |= 16
            elif byte < 192:
                characters -= 1
            else:
                second = data[at + 1] if at + 1 < end else 0
                third = data[at + 2] if at + 2 < end else 0
                if byte == 194:
                    if second < 160:
                        flag |= 1  # U+0080 to U+009F
                    elif second == 173:
                        flag |= 2  # soft hyphen
                elif byte == 195:
                    if _bent(data, at, end):
                        flag |= 4
                elif byte == 216:
                    if second == 156:
                        flag |= 2  # the Arabic letter mark
                elif byte == 225:
                    if second == 160 and third == 142:
                        flag |= 2  # the Mongolian vowel separator
                elif byte == 227:
                    if second == 133 and third == 164:
                        flag |= 2  # the Hangul filler
                elif byte == 243:
                    if second == 160 and (third == 128 or third == 129):
                        flag |= 2  # tags
                elif byte == 226:
                    if (second == 128 and (139 <= third <= 143 or 168 <= third <= 174)) or (
                        second == 129 and 160 <= third <= 175
                    ):
                        flag |= 2
                elif byte == 239:
                    if second == 187 and third == 191:
                        flag |= 2  # a byte-order mark inside the text
                    elif second == 191 and third == 189:
                        flag |= 4  # U+FFFD: somebody's decoder gave up
                    elif second == 191 and 185 <= third <= 187:
                        flag |= 2  # annotations
        if characters > limit:
            flag |= 32
        found[row] = flag
        every |= flag
    return every


def look(offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8], limit: int) -> tuple[npt.NDArray[np.uint8], int]:
    """The marks of each of n texts, and of all together. `limit`: characters of which a field may hold so many."""
    found = np.zeros(len(offsets) - 1, np.uint8)
    every = int(_look(offsets, data, limit, found)) if len(found) else 0
    return found, every
