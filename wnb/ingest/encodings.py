"""In which encoding a text never seen is written, with the evidence. For proposals to a person: the nightly reading
guesses nothing.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from wnb.ingest.source import MARKS

RIVALS = ("cp1252", "mac_roman", "cp850", "cp1250", "iso8859-2", "cp1254")
"""Encodings of one byte a character that are met in extracts; the commonest here first, which wins where they tie."""
BEYOND = re.compile(rb"[\x80-\xff]+")
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class Encoded:
    """An encoding, why it is proposed, and what speaks against it (both in words; no value of the file)."""

    encoding: str
    evidence: str
    doubt: str = ""
    as_likely: tuple[str, ...] = ()  # encodings that would read it as well


def encoded(data: bytes, whole: bool) -> Encoded:
    """The likeliest encoding of these bytes. `whole`: the file ends with them."""
    for mark, by in MARKS:
        if data.startswith(mark):
            plain = by.removesuffix("-sig")
            return Encoded(plain, f"its byte-order mark says {plain}")
    for name, zeros in (("utf-16-le", data[1:200:2]), ("utf-16-be", data[0:200:2])):
        if len(zeros) > 8 and 2 * zeros.count(0) > len(zeros):
            return Encoded(name, "every second byte is zero", "it has no byte-order mark: ask for one, or for UTF-8")
    beyond = sum(len(found) for found in BEYOND.findall(data))
    if not beyond:
        return Encoded("utf-8", f"{len(data)} bytes, all ASCII: every encoding reads them alike")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(data, final=whole)
    except UnicodeDecodeError as wrong:
        return _of_one_byte(data, beyond, data.count(b"\n", 0, wrong.start) + 1)
    return Encoded("utf-8", f"{beyond} bytes beyond ASCII, all of them valid UTF-8")


def _of_one_byte(data: bytes, beyond: int, line: int) -> Encoded:
    scores = {name: _likelihood(data, name) for name in RIVALS}
    best = max(RIVALS, key=lambda name: scores[name])
    near = [name for name in RIVALS if name != best and scores[name] >= scores[best] - 0.02]
    words = f"{beyond} bytes beyond ASCII, not UTF-8 (first on line {line})"
    doubt = f"read as {best}, {scores[best]:.0%} of them are letters within words" + (
        f"; {', '.join(near)} would be as likely" if near else ""
    )
    return Encoded(best, words, f"{doubt}; look at a name with an accent, and ask the agency", tuple(near))


def _likelihood(data: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that are letters beside letters of their own case, as they are in names."""
    text = data.decode(encoding, "replace")
    good = total = 0
    for found in re.finditer(r"[^\x00-\x7f]", text):
        at, mark = found.start(), found[0]
        total += 1
        if total > MOST_LOOKED_AT:
            break
        if mark in "\u2018\u2019\u2013\u201c\u201d\u00a0\u00a3":
            good += 1
        elif unicodedata.category(mark) in ("Ll", "Lu") and ord(mark) < 0x250:
            before, after = text[at - 1 : at], text[at + 1 : at + 2]
            good += (before.isalpha() or after.isalpha()) and (mark.islower() or not before.islower())
    return good / total if total else 0.0
