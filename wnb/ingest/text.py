"""A delimited file, from its bytes to rows of text: structure told apart from records, and every byte accounted for.

Structure: a `sep=` hint, lines before the header, the header, blank lines, a repeated header, the declared trailer. All
else is a record: handed on, or set aside whole. The spans of both tile the file; a byte in neither stops the night.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from wnb.agency import Agency
from wnb.errors import SafetyStop
from wnb.ingest.archive import refuse_archive
from wnb.ingest.container import LAST_ROWS, kind_of, not_what_it_says, tidy
from wnb.ingest.header import find_header, header_cells
from wnb.ingest.moments import Form
from wnb.ingest.reasons import refused
from wnb.ingest.rows import Rows, SetAside, Text
from wnb.ingest.scan import BLANK, BROKEN, LAST_EMPTY, NEWLINE, NO_NEWLINE, UNCLOSED, Block, as_text, scan
from wnb.ingest.second_opinion import LineCount, SecondOpinion, disagreement
from wnb.ingest.source import Source
from wnb.ingest.suspects import KEYS, LONGEST_RECORD, Suspects

LENGTH = LONGEST_RECORD.bit_length()  # bits of a place that say how long its record is; above them: where it begins
LEAST_FOR_A_HABIT, MOSTLY = 3, 0.8
"""In fewer records a delimiter too many could as well stand in a name, before a last field that is empty."""


@dataclass
class DelimitedFile:
    """An opened CSV. See `container.Container`."""

    source: Source
    agency: Agency
    names: dict[str, str] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    forms: Mapping[str, Form] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    records: int = 0

    def __post_init__(self) -> None:
        self.delimiter = self.agency.extract.delimiter.encode()
        if len(self.delimiter) != 1:
            raise refused(
                "header",
                f"{self.source.name}: the delimiter {self.agency.extract.delimiter!r} is not one byte of ASCII",
            )
        head = self.source.head()
        if head.startswith(b"PK"):
            refuse_archive(self.source.content, self.source.name)
        if words := kind_of(head):
            raise not_what_it_says(words, self.source.name)
        trailer = self.agency.extract.trailer
        self._trailer = re.compile(trailer) if trailer else None
        self._stated: int | None = None
        self._encodings: Counter[int] = Counter()
        self._cells: list[str] = []
        self._slots: dict[str, int] = {}

    def _begin(self, data: bytes, final: bool) -> tuple[int, int]:
        """Take the header; where the records begin, and on which line."""
        header = find_header(data, self.source.name, self.agency, final)
        self._cells = header.cells
        self.names = {ours: header.cells[at] for ours, at in header.found.items()}
        self._suspects = Suspects(self.source.name, self.agency, header.cells, self.names, len(header.cells))
        delimiter, size = self.agency.extract.delimiter, self.source.content.stat().st_size
        self._second = SecondOpinion(self.source.name, delimiter, len(header.cells), header.found, size)
        places = sorted(set(header.found.values()))
        self._slots = {ours: places.index(at) for ours, at in header.found.items()}
        self._key_slot = self._slots.get(KEYS[self.agency.holds], 0)
        self._slot_of = np.full(len(header.cells), -1, np.int16)
        self._slot_of[places] = np.arange(len(places))
        return header.end, header.line_after

    def blocks(self) -> Iterator[tuple[Rows, list[SetAside]]]:
        """See `container.Container`."""
        held, began, line, header = b"", 0, 0, True
        counted = LineCount()
        for piece, final in self.source.blocks():
            counted.add(piece)
            data = held + piece if held else piece
            at = 0
            if header:
                at, line = self._begin(data, final)
                header = False
            while True:
                block = scan(data, at, final, self.delimiter[0], self._slot_of)
                last = final and block.consumed == len(data)
                if len(block):
                    if int(block.start[0]) != at or int(block.follows[-1]) != block.consumed or not block.tiles():
                        raise SafetyStop(f"{self.source.name}: bytes in no record and no structure")
                    yield self._sort(block, began, line, last)
                    line += int(block.lines.sum())
                at = block.consumed
                if last or not (block.full or (final and len(block))):
                    break
            held = data[at:]
            began += at
            if len(held) > LONGEST_RECORD and not final:
                raise refused(
                    "quoting", f"{self.source.name}, line {line}: a record that does not end", {"field_too_long": 1}
                )
        if held:
            raise SafetyStop(f"{self.source.name}: {len(held)} bytes at the end are in no record and no structure")
        if counted.total != line - 1:
            raise disagreement(self.source.name, "the number of its lines")
        if counted.total in LAST_ROWS:
            self.warnings["truncated"] += 1
        self._close()

    def _sort(self, block: Block, began: int, line: int, last: bool) -> tuple[Rows, list[SetAside]]:
        """Tell structure from records and sound records from broken ones, in one block."""
        lines = line + np.cumsum(block.lines) - block.lines
        flags = block.flags
        structure = (flags & BLANK) != 0
        if last:
            self._take_trailer(block, structure)
        self._take_repeated_headers(block, structure)
        if self.records == 0:
            self._learn_habit(block, structure)
        if last and flags[-1] & NO_NEWLINE:
            self._no_newline(block, int(lines[-1]))
        set_aside: list[SetAside] = []
        unsound = np.zeros(len(block), np.bool_)
        self._check_encoding(block, structure, unsound, lines, set_aside)
        suspects = (flags & (BROKEN | NEWLINE | UNCLOSED)) != 0
        suspects |= block.fields != self._suspects.expected
        suspects |= block.stop - block.start > LONGEST_RECORD
        if self._last_is_empty:
            suspects |= (flags & LAST_EMPTY) == 0
        keys_inside = frozenset(block.keys_inside(self._key_slot, self.delimiter[0]).tolist())
        suspects[list(keys_inside)] = True
        suspects &= ~structure & ~unsound
        for at in np.flatnonzero(suspects).tolist():
            why = self._suspects.why(block, at, int(lines[at]), at in keys_inside, self._last_is_empty)
            unsound[at] = bool(why)
            set_aside += why
        if self._habit:
            self.warnings["trailing_delimiter"] += int((~structure & ~unsound).sum())
        sound = np.flatnonzero(~structure & ~unsound)
        self.records += len(sound) + len(set_aside)
        raw = partial(_raws, block, sound)
        text = {ours: Text(*block.column(slot, sound)) for ours, slot in self._slots.items()}
        self._second.fields = self._suspects.expected
        self._second.ask(block, sound, text)
        place = block.start[sound] + began << LENGTH | block.stop[sound] - block.start[sound]
        return Rows(lines[sound].astype(np.int32), place, text, raw), set_aside

    def _no_newline(self, block: Block, line: int) -> None:
        """The file's last record does not end with a newline: cut short it condemns the file, else it is worth a
        word.
        """
        flags, name = int(block.flags[-1]), self.source.name
        if flags & UNCLOSED:
            if int(block.lines[-1]) == 1:
                raise refused("truncated", f"{name}, line {line}", {"quoting": 1})
            raise refused("quoting", f"{name}, line {line}: a quoted field that never ends", {"truncated": 1})
        if flags & BLANK or self._trailer:
            return
        if (not flags & BROKEN and block.fields[-1] < self._suspects.expected) or block.encodings()[-1] == 2:
            raise refused("truncated", f"{name}, line {line}", {"field_count": 1})
        self.warnings["no_final_newline"] += 1

    def _take_trailer(self, block: Block, structure: npt.NDArray[np.bool_]) -> None:
        if self._trailer is None:
            return
        written = np.flatnonzero(~structure)
        if not len(written):
            return
        at = int(written[-1])
        if block.lines[at] > 1:
            return  # a stray quote before it has swallowed what stands between
        text = block.raw(at)
        said = self._trailer.search(text) or self._trailer.search(text.rstrip(self.agency.extract.delimiter + " "))
        if said:
            self._stated = int(re.sub(r"\D", "", said["rows"]) or -1)
            structure[at] = True

    def _take_repeated_headers(self, block: Block, structure: npt.NDArray[np.bool_]) -> None:
        ours = max(self._slots, key=lambda name: self._slots[name])
        found = {*block.holding(self._slots[ours], self.names[ours].encode()).tolist(), *block.marked().tolist()}
        for at in sorted(found):
            cells, _, _ = header_cells(block.bytes_of(at).removeprefix(codecs.BOM_UTF8), 0, self.delimiter)
            if [tidy(cell) for cell in cells] == self._cells:
                structure[at] = True
                self.warnings["repeated_header"] += 1

    _habit = False
    _last_is_empty = False  # the last field of every record belongs to no column

    def _learn_habit(self, block: Block, structure: npt.NDArray[np.bool_]) -> None:
        """Nearly every record of the first block has one delimiter more, or one less, at its end than the header."""
        plain = ~structure & ((block.flags & BROKEN) == 0)
        fields, empty = block.fields[plain], (block.flags[plain] & LAST_EMPTY) != 0
        if not len(fields):
            return
        nameless = self._cells[-1] == ""
        more, less = empty & (fields == self._suspects.expected + 1), fields == self._suspects.expected - 1
        if more.sum() >= LEAST_FOR_A_HABIT and more.mean() >= MOSTLY:
            self._habit = self._last_is_empty = True
            self._suspects.expected += 1
        elif nameless and less.mean() >= MOSTLY:
            self._habit = True
            self._suspects.expected -= 1
        else:
            self._last_is_empty = bool(nameless and empty.mean() >= MOSTLY)

    def _check_encoding(
        self,
        block: Block,
        structure: npt.NDArray[np.bool_],
        unsound: npt.NDArray[np.bool_],
        lines: npt.NDArray[np.int64],
        set_aside: list[SetAside],
    ) -> None:
        if block.is_utf8():
            self._encodings[1] += not block.is_ascii()
            return
        found = block.encodings()
        self._encodings.update({kind: int((found == kind).sum()) for kind in (1, 2)})
        for at in np.flatnonzero((found == 2) & ~structure).tolist():
            unsound[at] = True
            set_aside.append(
                SetAside(int(lines[at]), "", "encoding", block.raw(at), self._suspects.key_of(block.bytes_of(at)))
            )

    def _close(self) -> None:
        """What can only be said when all was read."""
        name = self.source.name
        if self._encodings[2] and not self._encodings[1]:
            raise refused("encoding", f"{name} is not written in {self.source.encoding}", count=self._encodings[2])
        if self._trailer is not None:
            if self._stated is None:
                raise refused("control_total", f"{name}: the declared trailer is not its last line", {"truncated": 1})
            if self._stated != self.records:
                raise refused(
                    "control_total", f"{name}: its trailer says {self._stated}, and {self.records} records are there"
                )
        if not self.records:
            self.warnings["zero_rows"] += 1

    def raws(self, places: Sequence[int]) -> Iterator[str]:
        """See `container.Container`."""
        spans = ((place >> LENGTH, place & (1 << LENGTH) - 1) for place in places)
        return map(as_text, self.source.stretches(spans))


def _raws(block: Block, sound: npt.NDArray[np.int64], rows: Sequence[int]) -> list[str]:
    whole, chosen = block.data.data, sound[list(rows)]
    return [
        as_text(bytes(whole[start:stop]))
        for start, stop in zip(block.start[chosen].tolist(), block.stop[chosen].tolist(), strict=True)
    ]
