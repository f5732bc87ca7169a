"""The header of a delimited file: found where the agency says it is, taken apart by itself, its names compared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wnb.agency import Agency
from wnb.ingest.container import holds_every, match, tidy, wanted
from wnb.ingest.reasons import Refused, refused

NEWLINES = re.compile(rb"\r\n|\n|\r")
HINT = re.compile(rb'"?sep=.?.?"?[ \t,;|]*(?:\r\n|\n|\r)', re.IGNORECASE)
MOST_LINES_BEFORE = 200


@dataclass(frozen=True)
class Header:
    """The names of the columns, where ours stand among them, and where and on which line the records begin."""

    cells: list[str]
    found: Mapping[str, int]
    end: int
    line_after: int


def find_header(data: bytes, name: str, agency: Agency, final: bool) -> Header:
    """The header in the first bytes of a file. `final`: the file ends with them.

    Raises:
        Refused: there is none, or it lacks a declared column, or has one twice, or the bytes are no text.
    """
    columns = wanted(agency)
    delimiter = agency.extract.delimiter.encode()
    after = agency.extract.header_after
    at, line = 0, 1
    if after in (0, "auto") and (hint := HINT.match(data)):
        at, line = hint.end(), 2
    first = NEWLINES.search(data)
    if b"\0" in data[: first.end() if first else len(data)]:
        raise refused("encoding", f"{name}: bytes of UTF-16 or of no text at all, and no byte-order mark")
    best: tuple[int, list[str]] = (-1, [])
    before: list[list[str]] = []
    for number in range(MOST_LINES_BEFORE + (after if isinstance(after, int) else 0)):
        if at >= len(data):
            break
        if isinstance(after, int) and number < after:
            found = NEWLINES.search(data, at)
            end = found.end() if found else len(data)
            before.append(header_cells(data[at:end], 0, delimiter)[0])
            at, line = end, line + 1
            continue
        cells, end, lines = header_cells(data, at, delimiter)
        if not any(tidy(cell) for cell in cells):
            at, line = end, line + lines
            continue
        if isinstance(after, int) or holds_every(cells, columns):
            try:
                places = match(cells, columns, f"{name}, line {line}")
            except Refused as fault:
                if final and end == len(data):
                    fault.reasons["truncated"] = 1
                raise
            if any(_like_a_record(other, cells, places) for other in before):
                raise refused("header", f"{name}, line {line}: records stand before the header")
            return Header([tidy(cell) for cell in cells], places, end, line + lines)
        hits = sum(holds_every(cells, {ours: names}) for ours, names in columns.items())
        before.append(cells)
        best = max(best, (hits, cells), key=lambda pair: pair[0])
        at, line = end, line + lines
    if not data.strip():
        raise refused("empty_file", f"{name} has {len(data)} bytes")
    match(best[1], columns, f"{name}, the likeliest of its first lines")
    raise refused("header", f"{name}: no line holds every declared column", {"missing_column": 1})


def _like_a_record(cells: list[str], header: list[str], places: Mapping[str, int]) -> bool:
    """Whether a line before the header is no title: as many fields, most of them filled, and a time in its place."""
    at = places.get("appointment_at", places.get("status_from", -1))
    return (
        len(cells) == len(header)
        and 2 * sum(bool(tidy(cell)) for cell in cells) > len(cells)
        and any(character.isdigit() for character in cells[at])
    )


def header_cells(data: bytes, at: int, delimiter: bytes) -> tuple[list[str], int, int]:
    """The cells of one line, where the next line begins, and how many physical lines it took. For headers: one at a
    time.
    """
    cells: list[str] = []
    begin = at
    while True:
        if data[at : at + 1] == b'"':
            cell, at = bytearray(), at + 1
            while True:
                close = data.find(b'"', at)
                if close < 0:
                    cell, at = cell + data[at:], len(data)
                    break
                cell += data[at:close]
                at = close + 1
                if data[at : at + 1] != b'"':
                    break
                cell += b'"'
                at += 1
        else:
            cell = bytearray()
        stops = [stop for stop in (data.find(mark, at) for mark in (delimiter, b"\n", b"\r")) if stop >= 0]
        stop = min(stops, default=len(data))
        cell += data[at:stop]
        cells.append(cell.decode("utf-8", "backslashreplace"))
        at = stop
        if data[at : at + 1] != delimiter:
            break
        at += 1
    newline = NEWLINES.match(data, at)
    end = newline.end() if newline else len(data)
    return cells, end, max(1, len(NEWLINES.findall(data, begin, end)))
