"""What the XML of a sheet says and calamine does not: error cells, formulas never calculated, hidden rows.

The XML is only parsed where a search of its bytes finds any of them. Where two cells or rows claim one place, calamine
keeps the last, and a record would be gone without a word: such a sheet is refused. Document types were refused before
(`archive`).
"""

import re
import zipfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from xml.parsers import expat

from wnb.ingest.reasons import refused


@dataclass
class Hidden:
    """What the XML of a sheet says and calamine does not. Places are (row, column), from 1."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved: set[tuple[int, int]] = field(default_factory=set)
    hidden: bool = False


WORTH_READING = re.compile(
    rb"""<f[\s/>]|:f[\s/>]|\bt\s*=\s*["']e["']|(?:hidden|zeroHeight)\s*=\s*["'](?:1|true)|\b(?:ht|width)\s*=\s*["']0["'.]"""
)
ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["'](\d+)""")
CELL = re.compile(rb"""<c\s[^>]*?\br\s*=\s*["']([A-Z]+)(\d+)""")
PREFIXED = re.compile(
    rb"""<\w+:c\s[^>]*?\br\s*=\s*["']([A-Z]+)(\d+)"""
)  # apart: to allow for both takes four times as long
TABLE = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
TWO_VALUES = re.compile(rb"</(?:\w+:)?v>\s*<(?:\w+:)?v[\s/>]")
PIECE = 1 << 20
YES = ("1", "true")
REFERENCE = re.compile(r"([A-Z]+)(\d+)")


def hidden_in(content: Path, sheet: str) -> Hidden:
    """What the sheet's XML says of errors, formulas and hidden rows."""
    told = Hidden()
    with zipfile.ZipFile(content) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return told
        if not _worth_reading(archive, part, sheet):
            return told
        reader = _SheetReader(told)
        with archive.open(part) as opened:
            try:
                reader.parser.ParseFile(opened)
            except expat.ExpatError:
                raise refused("content_type", f'sheet "{sheet}" is not well-formed XML') from None
    return told


def _worth_reading(archive: zipfile.ZipFile, part: str, sheet: str) -> bool:
    """Whether the sheet holds anything that only its XML tells.

    Raises:
        Refused: two cells of it, or two rows, stand in one place; or one reader would pass over what another reads.
    """
    worth, last, held, tables = False, 0, b"", 0
    with archive.open(part) as opened:
        while True:
            piece = opened.read(PIECE)
            text = held + piece
            cut = max(text.rfind(b"<row"), text.rfind(b"<", 0, max(0, text.rfind(b":row"))), 0) if piece else len(text)
            whole, held = text[:cut], text[cut:]
            worth = worth or WORTH_READING.search(whole) is not None
            tables += len(TABLE.findall(whole))
            if tables > 1 or TWO_VALUES.search(whole):
                raise refused("content_type", f'sheet "{sheet}" holds two tables, or two values in one cell')
            rows = [int(number) for number in ROW.findall(whole)]
            cells = CELL.findall(whole) or PREFIXED.findall(whole)
            numbers = {int(number) for number in {number for _, number in cells}}
            in_order = all(before < after for before, after in pairwise([last, *(rows or sorted(numbers))]))
            if not in_order or len(set(cells)) != len(cells) or (rows and not numbers <= set(rows)):
                raise refused("content_type", f'sheet "{sheet}": two of its rows or cells stand in one place')
            last = max(last, *rows, *numbers) if rows or numbers else last
            if not piece:
                return worth


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the archive's part that holds a sheet: by the workbook's list and its relations."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def listed(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            found = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            ids[attributes.get("name", "")] = found[0] if found else ""

    def related(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part, handler in (("xl/workbook.xml", listed), ("xl/_rels/workbook.xml.rels", related)):
        if part not in archive.namelist():
            return None
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        try:
            parser.Parse(archive.read(part), True)
        except expat.ExpatError:
            return None
    target = targets.get(ids.get(sheet, ""), "")
    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return path if path in archive.namelist() else None


class _SheetReader:
    """Collects into a `Hidden` while expat reads a sheet."""

    def __init__(self, told: Hidden) -> None:
        self.told = told
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words
        self._row = self._column = 0
        self._error = self._formula = self._may_be_empty = self._in_value = False
        self._text = ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
                self.told.hidden |= _not_shown(attributes, "ht")
            case "col":
                self.told.hidden |= _not_shown(attributes, "width")
            case "sheetFormatPr":
                self.told.hidden |= attributes.get("zeroHeight") in YES
            case "c":
                reference = REFERENCE.fullmatch(attributes.get("r", ""))
                self._column = _column_number(reference[1]) if reference else self._column + 1
                self._error = attributes.get("t") == "e"
                self._formula = False
                self._may_be_empty = attributes.get("t") == "str"  # a formula whose result is an empty text
                self._text = ""
            case "f":
                self._formula = True
            case "v" | "t":
                self._in_value = True

    def _words(self, words: str) -> None:
        if self._in_value:
            self._text += words

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v" | "t":
                self._in_value = False
            case "c":
                place = (self._row, self._column)
                if self._error:
                    self.told.errors[place] = self._text or "#ERROR!"
                elif self._formula and not self._text and not self._may_be_empty:
                    self.told.unsaved.add(place)


def _not_shown(attributes: dict[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or so small that nobody sees it."""
    try:
        return attributes.get("hidden") in YES or float(attributes.get(size, "1")) == 0
    except ValueError:
        return False


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
