"""What the XML of a sheet says and calamine does not: error cells, formulas never calculated, hidden rows.

The XML is only parsed where a search of its bytes finds any of them. Document types were refused before (`archive`).
"""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from wnb.ingest.reasons import refused


@dataclass
class Hidden:
    """What the XML of a sheet says and calamine does not. Places are (row, column), from 1."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved: set[tuple[int, int]] = field(default_factory=set)
    hidden: bool = False


WORTH_READING = re.compile(rb"""<f[\s/>]|:f[\s/>]|\bt\s*=\s*["']e["']|hidden\s*=\s*["'](?:1|true)""")
REFERENCE = re.compile(r"([A-Z]+)(\d+)")


def hidden_in(content: Path, sheet: str) -> Hidden:
    """What the sheet's XML says of errors, formulas and hidden rows."""
    told = Hidden()
    with zipfile.ZipFile(content) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return told
        with archive.open(part) as opened:
            before = b""
            while piece := opened.read(1 << 20):
                if WORTH_READING.search(before[-64:] + piece):
                    break
                before = piece
            else:
                return told
        reader = _SheetReader(told)
        with archive.open(part) as opened:
            try:
                reader.parser.ParseFile(opened)
            except expat.ExpatError:
                raise refused("content_type", f'sheet "{sheet}" is not well-formed XML') from None
    return told


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
                self.told.hidden |= attributes.get("hidden") in ("1", "true")
            case "col":
                self.told.hidden |= attributes.get("hidden") in ("1", "true")
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


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
