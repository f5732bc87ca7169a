"""How a text never seen is laid out: what cuts its fields, which line names the columns, what stands around the
records. For proposals to a person.

A file whose first line is a record has no header, and is refused: its first row must never be shown as if it were
names of columns.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wnb import identity
from wnb.ingest.container import tidy
from wnb.ingest.header import HINT, NEWLINES, header_cells
from wnb.ingest.profile import POSTCODE, UPN

DELIMITERS = (",", "\t", ";", "|", "^", "~")
FIRST_LINES, MOST_ROWS = 400, 20_000
MOST_CANDIDATES = 30
DATE = re.compile(r"\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{1,4}([T ,].*)?|\d{4,}")
COUNTED = re.compile(r"(?i)\b(total|rows?|records?|count|end of|number|lines?)\b")


@dataclass(frozen=True)
class Line:
    """One line of a text, its fields cut apart; `line`: its number in the file, from 1; `raw`: as it stands."""

    line: int
    cells: list[str]
    raw: str


@dataclass(frozen=True)
class Layout:
    """What was found. `before`: physical lines before the header, as `header_after` counts them."""

    delimiter: str
    header: list[str]
    rows: list[list[str]]
    before: int
    evidence: str
    trailer: str = ""
    doubts: tuple[str, ...] = ()


def laid_out(data: bytes, whole: bool) -> Layout:
    """The layout of a text in UTF-8, without byte-order mark. `whole`: the file ends with these bytes.

    Raises:
        ValueError: no delimiter cuts it into columns, or no line names them; said in words.
    """
    hint = HINT.match(data)
    start, first = (hint.end(), 2) if hint else (0, 1)
    scores: dict[str, int] = {}
    for delimiter in DELIMITERS:
        widths = Counter(len(line.cells) for line in _lines(data, start, first, delimiter, FIRST_LINES, whole))
        scores[delimiter] = max((many * (width - 1) for width, many in widths.items()), default=0)
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    if not scores[best]:
        raise ValueError("nothing cuts its lines into columns: ask the agency for a delimited file")
    lines = [
        line
        for line in _lines(data, start, first, best, MOST_ROWS, whole)
        if any(tidy(cell) for cell in line.cells) or len(line.cells) > 1
    ]
    at = header_at([line.cells for line in lines])
    header = [tidy(cell) for cell in lines[at].cells]
    body = lines[at + 1 :]
    width = _width(body, header)
    rows = [line for line in body if len(line.cells) == width and [tidy(cell) for cell in line.cells] != header]
    doubts, trailer = _others(body, rows, width, header, whole)
    before = lines[at].line - 1
    blank = all(line.line >= lines[at].line for line in lines) if before else True
    cut = [[cell for _, cell in zip(header, row.cells, strict=False)] for row in rows]
    return Layout(
        delimiter=best,
        header=header[: len(cut[0])] if cut else header,
        rows=cut,
        before=0 if blank else before,
        evidence=f"cuts {len(rows) + 1} of {len(lines) - at} lines into {len(header)} fields",
        trailer=trailer,
        doubts=tuple(doubts),
    )


def _lines(data: bytes, at: int, number: int, delimiter: str, most: int, whole: bool) -> list[Line]:
    found: list[Line] = []
    while at < len(data) and len(found) < most:
        cells, end, taken = header_cells(data, at, delimiter.encode())
        if end == len(data) and not whole:
            break  # cut by us, not by the agency
        found.append(Line(number, cells, NEWLINES.sub(b"", data[at:end]).decode("utf-8", "replace")))
        at, number = end, number + taken
    return found


def header_at(lines: Sequence[Sequence[str]]) -> int:
    """The place of the line that names the columns: the first that is as wide as the records and holds no data.

    Raises:
        ValueError: there is none.
    """
    widths = Counter(len(cells) for cells in lines if sum(1 for cell in cells if tidy(cell)) > 1)
    if not widths:
        raise ValueError("no line has more than one field: ask the agency for a table")
    width = max(widths, key=lambda width: (widths[width] * (width - 1), width))
    alike = [at for at, cells in enumerate(lines) if len(cells) == width]
    beside = alike[0] - 1  # a delimiter at the end of every record, or of the header alone
    if beside >= 0 and abs(len(lines[beside]) - width) == 1 and _names(lines[beside]):
        return beside
    for at in alike[:MOST_CANDIDATES]:
        if _names(lines[at]):
            return at
        if any(_is_data(cell) for cell in lines[at]):
            break
    raise ValueError(
        "no line of column names is found: the first of its records stands where the names should be. wnb compares "
        "names, never positions: ask the agency for a header"
    )


def _names(cells: Sequence[str]) -> bool:
    told = [tidy(cell) for cell in cells if tidy(cell)]
    return 2 * len(told) > len(cells) and len(told) > 1 and not any(_is_data(cell) for cell in told)


def _is_data(cell: str) -> bool:
    """Whether a cell is surely no column's name: a date, a number of a person, a postcode."""
    bare = tidy(cell)
    return bool(DATE.fullmatch(bare) or POSTCODE.fullmatch(bare) or UPN.fullmatch(bare)) or (
        identity.number_in(bare)[1] == identity.VERIFIED
    )


def _width(body: Sequence[Line], header: Sequence[str]) -> int:
    widths = Counter(len(line.cells) for line in body)
    return max(widths, key=lambda width: (widths[width], width == len(header)), default=len(header))


def _others(
    body: Sequence[Line], rows: Sequence[Line], width: int, header: Sequence[str], whole: bool
) -> tuple[list[str], str]:
    """What is to be said of the lines that are no records, and the last one as `trailer` would have it."""
    doubts, trailer = [], ""
    strange = [line for line in body if len(line.cells) != width]
    if whole and strange and strange[-1] is body[-1]:
        last = strange.pop()
        numbers = re.findall(r"\d+", last.raw)
        if numbers == [str(len(rows))] and (COUNTED.search(last.raw) or not re.search(r"[^\W\d_]{2}", last.raw)):
            before, _, after = last.raw.strip().strip('"').partition(numbers[0])
            trailer = re.escape(before).replace("\\ ", " ") + r"(?P<rows>\d+)" + re.escape(after).replace("\\ ", " ")
        else:
            doubts.append(
                f"line {last.line}, the last, has other fields than the records: where it states their number, declare "
                "it as trailer"
            )
    repeated = len(body) - len(rows) - len(strange) - (1 if trailer or doubts else 0)
    if strange:
        some = ", ".join(str(line.line) for line in strange[:5]) + (" …" if len(strange) > 5 else "")
        doubts.append(f"{len(strange)} lines have other fields than the header ({some}): they would be set aside")
    if repeated > 0:
        doubts.append(f"the header stands {repeated} more times among the records: nothing need be done")
    if width != len(header):
        doubts.append(f"its records have {width} fields and its header {len(header)}")
    return doubts, trailer
