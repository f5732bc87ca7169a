"""Records that are not what they should be: broken by a quote, of other fields than the header, or two in one.

A quoted field that holds a whole line of fields, or what looks like another record's id, is a stray quote that found a
partner further down: what stands between is set aside line by line, since each line is a child's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wnb.agency import Agency
from wnb.ingest.container import tidy, wanted
from wnb.ingest.header import NEWLINES, header_cells
from wnb.ingest.layouts import names_columns
from wnb.ingest.reasons import refused
from wnb.ingest.rows import SetAside
from wnb.ingest.scan import BROKEN, LAST_EMPTY, NEWLINE, Block

LONGEST_RECORD = 1 << 20
KEYS = {"appointments": "appointment_id", "statuses": "status_id", "people": "child_local_id"}


@dataclass
class Suspects:
    """Judges the suspicious records of one file. `expected`: the fields that a record must have."""

    name: str
    agency: Agency
    cells: list[str]  # of the header
    names: Mapping[str, str]  # ours -> the agency's own
    expected: int

    def __post_init__(self) -> None:
        self.delimiter = self.agency.extract.delimiter.encode()

    def why(self, block: Block, at: int, line: int, key_inside: bool, last_is_empty: bool) -> list[SetAside]:
        """The record set aside, for whatever is wrong with it; nothing where it is sound after all.

        `key_inside`: a quoted field holds what looks like an id. `last_is_empty`: the last field belongs to no column.

        Raises:
            Refused: it is the header of another layout.
        """
        flags, raw = int(block.flags[at]), block.bytes_of(at)
        lines = NEWLINES.split(raw) if flags & NEWLINE else [raw]
        key_inside &= not self.agency.extract.fields_hold_newlines
        if len(lines) > 1 and self.expected > 1:
            whole = any(piece.count(self.delimiter) >= self.expected - 1 for piece in lines[1:])
            if whole or key_inside:
                return [
                    SetAside(line + step, "", "quoting", piece.decode("utf-8", "backslashreplace"), self.key_of(piece))
                    for step, piece in enumerate(lines)
                    if piece.strip(self.delimiter + b" ")
                ]
        reason, key = "", self.key_of(raw)
        if key_inside or (flags & BROKEN and len(lines) > 1):
            reason, key = "quoting", ""  # it may be two records, and only one of them says its id
        elif flags & BROKEN:
            reason = "quoting"
        elif len(raw) > LONGEST_RECORD:
            reason = "field_too_long"
        elif block.fields[at] != self.expected or (last_is_empty and not flags & LAST_EMPTY):
            reason = "field_count"
            self._refuse_another_header(raw, line)
        if raw.count(self.delimiter) >= self.expected:
            key = ""  # it may be a record and another, whole or cut, whose line end was lost
        return [SetAside(line, "", reason, block.raw(at), key)] if reason else []

    def _refuse_another_header(self, raw: bytes, line: int) -> None:
        """A header of another layout, even behind what is left of a record: nobody knows what stands below it."""
        cells, _, _ = header_cells(raw, 0, self.delimiter)
        if len(cells) < len(self.cells) or self.cells[1:] == [tidy(cell) for cell in cells[1 - len(self.cells) :]]:
            return
        if names_columns(cells, wanted(self.agency)):
            raise refused("header", f"{self.name}, line {line}: another header among the records")

    def key_of(self, record: bytes) -> str:
        """The id in a broken record: trusted only where it stands before anything that is broken, in the first
        column.
        """
        ours = KEYS[self.agency.holds]
        if ours not in self.names or self.cells[0] != self.names[ours]:
            return ""
        first = record.split(self.delimiter, 1)[0]
        if b'"' in first or not first.isascii() or len(first) == len(record):
            return ""
        return first.decode().strip()
