"""What happens to extracts on their way: each way bends a draft, and says what may still be expected of it."""

import gzip
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random

from tests.fuzz.truth import COLUMNS, Draft, Line, header, line

Bend = Callable[[Draft, Random], None]
AT = {name: place for place, name in enumerate(COLUMNS)}


def records(draft: Draft) -> list[Line]:
    """The lines that are still just their record."""
    return [each for each in draft.lines if each.who is not None]


def some(draft: Draft, rng: Random) -> Line:
    """One record, from now on bent in itself."""
    each = rng.choice(records(draft))
    assert each.who is not None
    draft.dirty.add(each.who)
    return each


def text_of(each: Line) -> int:
    """How many bytes a line has without its line end."""
    return len(each.raw.rstrip(b"\r\n"))


# ------------------------------------------------------------ of cells


def cell(column: str, *instead: str) -> Bend:
    """A value that is not what it should be."""

    def bend(draft: Draft, rng: Random) -> None:
        who = rng.randrange(len(draft.cells))
        text = rng.choice(instead)
        was = draft.cells[who][AT[column]]
        draft.cells[who][AT[column]] = text.replace("*", was)
        draft.dirty.add(who)
        draft.harmless = False
        if column == "appt_id":
            draft.idless.add(who)

    return bend


def two_digit_year(draft: Draft, rng: Random) -> None:
    who, column = rng.randrange(len(draft.cells)), rng.choice(["dob", "appt_start"])
    told = draft.told[who]
    draft.cells[who][AT[column]] = (told.born if column == "dob" else told.at).strftime("%d/%m/%y")
    draft.harmless, draft.refuse = False, True


def serial(draft: Draft, rng: Random) -> None:
    who = rng.randrange(len(draft.cells))
    draft.cells[who][AT[rng.choice(["dob", "appt_start"])]] = rng.choice(["46083", "40921.5"])
    draft.harmless, draft.refuse = False, True


def other_form(draft: Draft, rng: Random) -> None:
    """A date of birth and a time in another form than declared: never a date, or refused."""
    who = rng.randrange(len(draft.cells))
    form = rng.choice([form for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d") if form != draft.by.day])
    draft.cells[who][AT["appt_start"]] = draft.told[who].at.strftime(form + " %H:%M")
    draft.never.add(who)
    draft.harmless = False


def lost_zero(draft: Draft, rng: Random) -> None:
    """Numbers as a spreadsheet leaves them: never a number, and never another."""
    who = rng.randrange(len(draft.cells))
    number = str(draft.told[who].number)
    wrong = [number[1:], "9.99E+09", f"{number}9", number[:-1], "9990001000", f"-{number}"]
    draft.cells[who][AT["nhs_number"]] = rng.choice(wrong)
    draft.dirty.add(who)
    draft.harmless = False


def ancient(draft: Draft, rng: Random) -> None:
    """A birth of two centuries ago: never an age."""
    who = rng.randrange(len(draft.cells))
    born = draft.told[who].born
    draft.cells[who][AT["dob"]] = born.replace(year=rng.randint(1900, 1904), day=1).strftime(draft.by.day)
    draft.dirty.add(who)
    draft.harmless = False


def beside(draft: Draft, rng: Random) -> None:
    """One delimiter too many in a record and one too few: as many fields as the header, some of them others'."""
    who = rng.randrange(len(draft.cells))
    order = draft.by.order
    first, last = sorted(rng.sample(range(len(order)), 2))
    cells = [draft.cells[who][at] for at in order]
    half = len(cells[first]) // 2
    moved = [*cells[:first], cells[first][:half], cells[first][half:], *cells[first + 1 : last], *cells[last + 1 :]]
    for at, text in zip(order, moved, strict=True):
        draft.cells[who][at] = text
    draft.dirty.add(who)
    draft.idless.add(who)
    was = order.index(AT["dob"])
    lands = COLUMNS[order[was + 1]] if first < was < last else ""
    if lands in ("family_name", "given_name", "postcode", "service") and draft.by.day != "%Y%m%d":
        draft.never.add(who)
    draft.harmless = False


# ------------------------------------------------------------ of bytes


def insert(*pieces: bytes) -> Bend:
    """Bytes put somewhere into a record."""

    def bend(draft: Draft, rng: Random) -> None:
        each = some(draft, rng)
        at = rng.randint(0, text_of(each))
        mark = rng.choice(pieces)
        _touch(draft, each, at)
        each.raw = each.raw[:at] + mark + each.raw[at:]
        draft.harmless = False

    return bend


def delimiter(draft: Draft, rng: Random) -> None:
    """A delimiter too many: where no field is quoted no such record may be taken."""
    each = some(draft, rng)
    at = rng.randint(0, text_of(each))
    if b'"' not in each.raw and not draft.by.habit and not _all_alike(draft):
        draft.never.add(each.who or 0)
    _touch(draft, each, at)
    each.raw = each.raw[:at] + draft.by.delimiter.encode() + each.raw[at:]
    draft.harmless = False


def _all_alike(draft: Draft) -> bool:
    """Whether every record may have been given one: then it is a habit of the file."""
    return len(draft.dirty) >= len(draft.told)


def newline(draft: Draft, rng: Random) -> None:
    """A line end in a record. In its first or last field what is left of the record has all its fields: the rest is
    set aside beside it, and nobody can know whose it is.
    """
    each = some(draft, rng)
    at = rng.randint(0, text_of(each))
    mark = draft.by.delimiter.encode()
    # a delimiter that ends every record is behind the last field; in a small file one such line end hides the habit
    last = each.raw.rfind(mark, 0, text_of(each) - len(mark) * draft.by.habit)
    if b'"' not in each.raw and each.raw.find(mark) < at <= last:
        draft.never.add(each.who or 0)
    _touch(draft, each, at)
    each.raw = each.raw[:at] + rng.choice([b"\n", b"\r\n", b"\r"]) + each.raw[at:]
    draft.harmless = False


def without(kind: str) -> Bend:
    """A mark of structure lost."""

    def bend(draft: Draft, rng: Random) -> None:
        mark = {"delimiter": draft.by.delimiter.encode(), "quote": b'"'}[kind]
        each = some(draft, rng)
        places = [at for at in range(len(each.raw)) if each.raw[at : at + 1] == mark]
        if places:
            at = rng.choice(places)
            if kind == "delimiter" and b'"' not in each.raw and not draft.by.habit:
                draft.never.add(each.who or 0)
            _touch(draft, each, at)
            each.raw = each.raw[:at] + each.raw[at + 1 :]
        draft.harmless = False

    return bend


def joined(draft: Draft, rng: Random) -> None:
    """A line end lost: two records on one line."""
    each = some(draft, rng)
    at = draft.lines.index(each)
    each.raw = each.raw.rstrip(b"\r\n")
    if at + 1 < len(draft.lines):
        after = draft.lines[at + 1].who
        if after is not None:
            draft.dirty.add(after)
            draft.idless.add(after)
            draft.never |= {each.who or 0, after}
    draft.harmless = False


def two_quotes(draft: Draft, rng: Random) -> None:
    for _ in range(2):
        insert(b'"')(draft, rng)


def flip(draft: Draft, rng: Random) -> None:
    each = some(draft, rng)
    at = rng.randrange(len(each.raw))
    draft.idless.add(each.who or 0)
    if at >= text_of(each) - 1:  # the line end: the next one may be bent as well
        following = draft.lines[draft.lines.index(each) + 1 :]
        draft.dirty |= {other.who for other in following[:1] if other.who is not None}
        draft.idless |= {other.who for other in following[:1] if other.who is not None}
    each.raw = each.raw[:at] + bytes([each.raw[at] ^ 1 << rng.randrange(8)]) + each.raw[at + 1 :]
    draft.harmless = False


def cut(draft: Draft, rng: Random) -> None:
    at = rng.randrange(len(draft.lines))
    each = draft.lines[at]
    for lost in draft.lines[at + 1 :]:
        if lost.who is not None:
            draft.gone.add(lost.who)
    draft.lines = draft.lines[: at + 1]
    if each.who is not None:
        draft.dirty.add(each.who)
        draft.idless.add(each.who)
    whole = each.raw.rstrip(b"\r\n")
    each.raw = each.raw[: rng.randint(0, len(each.raw))]
    trailer_is_whole = each.who is None and each.raw.startswith(whole)  # only its line end is gone: nothing is missing
    if not each.raw:
        draft.lines.remove(each)
        draft.gone |= {each.who} if each.who is not None else set()
    draft.harmless = False
    draft.refuse |= draft.by.trailer and not trailer_is_whole


def splice(draft: Draft, rng: Random) -> None:
    """A stretch of the file pasted somewhere else."""
    whole = [each for each in draft.lines if each.who is not None]
    first = rng.randrange(len(whole))
    last = min(len(whole) - 1, first + rng.randrange(3))
    stretch = b"".join(each.raw for each in whole[first : last + 1])
    begin, end = sorted((rng.randint(0, len(stretch)), rng.randint(0, len(stretch))))
    into = rng.choice(whole)
    at = rng.randint(0, len(into.raw))
    for each in (*whole[first : last + 1], into, *whole[whole.index(into) : whole.index(into) + 2]):
        draft.dirty.add(each.who or 0)
        draft.idless.add(each.who or 0)
    into.raw = into.raw[:at] + stretch[begin:end] + into.raw[at:]
    draft.harmless = False


def shifted(draft: Draft, rng: Random) -> None:
    """The cells of one record moved by one."""
    if b'"' in b"".join(each.raw for each in records(draft)):
        return
    each = some(draft, rng)
    mark = draft.by.delimiter.encode()
    cells = each.raw.rstrip(b"\r\n").split(mark)
    each.raw = mark.join(cells[1:] + cells[:1]) + each.raw[text_of(each) :]
    draft.idless.add(each.who or 0)
    draft.harmless = False


def other_order(draft: Draft, rng: Random) -> None:
    """The rest of the file is another one, with its columns in another order."""
    at = rng.randrange(len(draft.lines))
    kept, rest = draft.lines[: at + 1], [each for each in draft.lines[at + 1 :] if each.who is not None]
    if draft.by.trailer or not rest or not any(each.raw.startswith(b"") and each.who is None for each in kept):
        return
    if draft.damage[:-1] or len(kept) <= draft.by.before:
        return
    was = list(draft.by.order)
    while was == draft.by.order:
        rng.shuffle(draft.by.order)
    again = [Line(line(draft.cells[each.who or 0], draft.by, rng, False), each.who) for each in rest]
    between = header(draft, rng)
    draft.by.order = was
    if kept[-1].raw[-1:] not in (b"\n", b"\r"):
        kept[-1].raw += b"\n"
    draft.lines = [*kept, between, *again]
    draft.harmless = False


def furniture(draft: Draft, rng: Random) -> None:
    """A line that is no record: of a page, of a total, of whoever wrote the file."""
    mark = draft.by.delimiter
    said = rng.choice(
        ["Page 2 of 3", "(6 rows affected)", "\f", "\x1a", "\0" * 40, "-" * 20, mark.join(["---"] * 10),
         f"Subtotal{mark}3" + mark * 8, f"Total{mark * 9}", "# a remark", "Completion time: 2026-03-01T00:00:00+00:00"]
    )  # fmt: skip
    first = next((at for at, each in enumerate(draft.lines) if each.who is not None), len(draft.lines))
    if draft.by.last_newline:
        where = rng.randint(first, len(draft.lines))
        draft.lines.insert(where, Line((said + rng.choice(draft.by.newlines)).encode()))
    draft.harmless = False


def header_bent(draft: Draft, rng: Random) -> None:
    """A declared name twice, or the header broken off: no name may stand for another column."""
    at = next((at for at, each in enumerate(draft.lines) if b"appt_start" in each.raw), None)
    draft.harmless = False
    if at is None or draft.by.auto or draft.damage[:-1]:
        return
    each, mark = draft.lines[at], draft.by.delimiter.encode()
    if rng.random() < 0.5:
        each.raw = each.raw.replace(b"notes", rng.choice([b"dob", b"status", b"appt_id"]))
        draft.refuse = True
    elif b'"' not in each.raw:
        names = each.raw.rstrip(b"\r\n").split(mark)
        behind = rng.randint(1, len(names) - 1)
        each.raw = mark.join(names[:behind]) + mark + b"\n" + mark.join(names[behind:]) + each.raw[text_of(each) :]
        draft.refuse = bool(set(names[behind:]) - {b"notes"})


# ------------------------------------------------------------ what a file may have


def header_again(draft: Draft, rng: Random) -> None:
    first = next((at for at, each in enumerate(draft.lines) if each.who is not None), None)
    if first is None or draft.by.trailer or not draft.by.last_newline:
        return
    mark = b"\xef\xbb\xbf" if rng.random() < 0.3 and draft.by.encoding != "cp1252" else b""
    again = header(draft, rng)
    again.raw = mark + again.raw
    draft.lines.insert(rng.randint(first, len(draft.lines)), again)


def blank(draft: Draft, rng: Random) -> None:
    nothing = rng.choice([b"", b"  ", draft.by.delimiter.encode() * rng.randint(1, 12)])
    if draft.by.last_newline:
        draft.lines.insert(
            rng.randint(draft.by.before + 1, len(draft.lines)), Line(nothing + rng.choice(draft.by.newlines).encode())
        )


def again(draft: Draft, rng: Random) -> None:
    """A record told twice."""
    if draft.by.last_newline and not draft.by.trailer:
        each = rng.choice(records(draft))
        if each.who not in draft.dirty:
            draft.lines.append(Line(each.raw, each.who))


def shuffled(draft: Draft, rng: Random) -> None:
    if (
        draft.by.last_newline
        and not draft.by.trailer
        and not {"cut", "other_order", "header_again"} & set(draft.damage)
    ):
        first = next((at for at, each in enumerate(draft.lines) if each.who is not None), len(draft.lines))
        rest = draft.lines[first:]
        if b'"' not in b"".join(each.raw for each in rest):
            rng.shuffle(rest)
            draft.lines[first:] = rest


# ------------------------------------------------------------ of the whole file


def encoded(draft: Draft) -> bytes:
    """The file as bytes in its encoding."""
    by = draft.by
    whole = b"".join(each.raw for each in draft.lines)
    if by.encoding == "utf-8":
        return b"\xef\xbb\xbf" * by.mark + whole
    text = whole.decode("utf-8", "replace")
    if "\ufffd" in text:
        draft.nothing_certain = True
    if by.encoding == "cp1252":
        return text.encode("cp1252", "replace")
    return (("\ufeff" if by.encoding[-2:] in ("le", "be") else "") + text).encode(by.encoding)


def other_encoding(draft: Draft, rng: Random) -> None:
    draft.by.encoding, draft.by.mark = rng.choice(["cp1252", "utf-16-le", "utf-16-be"]), False
    text = b"".join(each.raw for each in draft.lines).decode("utf-8", "replace")
    draft.encoded = text.encode(draft.by.encoding, "replace")
    draft.by.encoding = "utf-8"
    draft.nothing_certain, draft.harmless = True, False


def any_bytes(draft: Draft, rng: Random) -> None:
    """Bytes of the encoded file flipped, lost, or told again."""
    whole = bytearray(encoded(draft))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(whole)) if whole else 0
        match rng.randrange(4):
            case 0 if whole:
                whole[at] ^= 1 << rng.randrange(8)
            case 1:
                del whole[at : at + rng.randint(1, 40)]
            case 2:
                whole[at:at] = whole[at : at + rng.randint(1, 200)]
            case _:
                whole[at:at] = rng.randbytes(rng.randint(1, 6))
    draft.encoded = bytes(whole)
    draft.nothing_certain, draft.harmless = True, False


def packed_badly(draft: Draft, rng: Random) -> None:
    """A gzip stream with a bit flipped or its end lost: the whole truth, or refused."""
    draft.by.packed = True
    whole = bytearray(gzip.compress(encoded(draft), mtime=0))
    if rng.random() < 0.5:
        del whole[rng.randrange(2, len(whole)) :]
    else:
        whole[rng.randrange(10, len(whole))] ^= 1 << rng.randrange(8)
    draft.encoded = bytes(whole)
    draft.harmless = False


def two_encodings(draft: Draft, rng: Random) -> None:
    """The rest of the file in another encoding: what it says otherwise is no text, and never another's."""
    if draft.by.encoding != "utf-8" or draft.by.mark or draft.damage[:-1]:
        return
    at = rng.randint(0, len(draft.lines))
    try:
        rest = b"".join(each.raw for each in draft.lines[at:]).decode().encode("cp1252")
    except UnicodeError:
        return
    draft.encoded = b"".join(each.raw for each in draft.lines[:at]) + rest
    draft.harmless = False


def members(draft: Draft, rng: Random) -> None:
    """A packed file of several members, as programs write them one behind the other; perhaps something behind them."""
    whole = encoded(draft)
    cuts = sorted({0, len(whole), *(rng.randint(0, len(whole)) for _ in range(rng.randint(1, 3)))})
    parts = [gzip.compress(whole[begin:end], mtime=0) for begin, end in pairwise(cuts)]
    draft.by.packed = True
    draft.encoded = b"".join(parts)
    if rng.random() < 0.4:
        draft.encoded += rng.choice([b"garbage", b"\x1f\x8b", parts[-1][:-3] if parts else b"x"])
        draft.harmless, draft.refuse = False, True


OF_CELLS: Mapping[str, Bend] = {
    "two_digit_year": two_digit_year,
    "serial": serial,
    "other_form": other_form,
    "lost_zero": lost_zero,
    "ancient": ancient,
    "beside": beside,
    "rounded": cell("appt_id", "1.23457E+15", "9E+12", "1.5e+16"),
    "formula": cell("family_name", "=1+1", "+44*", "@sum(*)", "-*"),
    "control": cell("given_name", "*\0", "\x1b[31m*", "\x85*", "*\x7f"),
    "invisible": cell("family_name", "\u202e*", "*\u200b*", "\u2066*\u2069", "\ufeff*"),
    "long": cell("service", "x" * 2_000, "y, " * 400),
    "a_line_in_it": cell("service", "*\n*", "*\r\nand", "\r"),
    "markup": cell("given_name", "<b>*</b>", "*<script>"),
    "code": cell("status", "dna", "X9", "", " DNA\t", "5"),
    "odd_id": cell("appt_id", "", " *", "*\u200b", "*x", "\ufeff*"),
    "odd_birth": cell("dob", "", "2012", "31/02/2012", "9999-12-31", "unknown", "00/00/2012"),
    "odd_time": cell("appt_start", "", "2026-02-30 10:00", "* ", "24:00", "2026-01-05T10:00:00Z"),
}
OF_BYTES: Mapping[str, Bend] = {
    "quote": insert(b'"', b'"', b'""', b'" '),
    "two_quotes": two_quotes,
    "delimiter": delimiter,
    "newline": newline,
    "nul": insert(b"\0", b"\0\0\0", b"\x1a"),
    "garbage": insert(b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    "mark": insert(b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b", b"\x0c"),
    "no_delimiter": without("delimiter"),
    "no_quote": without("quote"),
    "joined": joined,
    "flip": flip,
    "cut": cut,
    "splice": splice,
    "shifted": shifted,
    "other_order": other_order,
    "header_again": header_again,
    "furniture": furniture,
    "header_bent": header_bent,
    "blank": blank,
    "again": again,
    "shuffled": shuffled,
}
OF_FILES: Mapping[str, Bend] = {
    "other_encoding": other_encoding,
    "any_bytes": any_bytes,
    "packed_badly": packed_badly,
    "two_encodings": two_encodings,
    "members": members,
}


def _touch(draft: Draft, each: Line, at: int) -> None:
    """Something happens at a place of a record: perhaps within its id, or such that another cell stands for it."""
    marks = each.raw.split(draft.by.delimiter.encode())
    place = draft.by.order.index(AT["appt_id"])
    begin = sum(len(mark) + 1 for mark in marks[:place])
    within = begin <= at <= begin + len(marks[place] if place < len(marks) else b"")
    who = each.who or 0
    if b'"' in each.raw or within or who in draft.touched:
        draft.idless.add(who)
    draft.touched.add(who)
