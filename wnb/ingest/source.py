"""A delivered file of text as blocks of UTF-8: unpacked, its byte-order mark honoured, strictly decoded, flat in
memory.
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wnb.ingest.packing import packed, pieces
from wnb.ingest.reasons import refused

BLOCK = 4 << 20
SHORT = 64 << 10
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UTF_8 = ("utf-8", "utf-8-sig", "ascii")
ESCAPES = ("cp", "latin", "iso8859", "mac", "koi8")


@dataclass(frozen=True)
class Source:
    """A file of the vault and how its text is encoded. It can be read again, with the same result."""

    content: Path
    name: str
    encoding: str

    @property
    def packed(self) -> bool:
        """Whether the name says gzip and the bytes agree."""
        return packed(self.content, self.name)

    def head(self, size: int = 512) -> bytes:
        """The first bytes, unpacked."""
        for piece in pieces(self.content, self.name, BLOCK):
            return piece[:size]
        return b""

    def blocks(self) -> Iterator[tuple[bytes, bool]]:
        """Blocks of UTF-8 without byte-order mark, each with whether the file ends there. The last one is never short.

        Bytes that are not text in a declared encoding of one byte a character come as bytes that are not UTF-8, so that
        the record that holds them can be set aside; in any other encoding they condemn the file.
        """
        held: bytes | None = None
        for piece in self._decoded():
            if held is not None and len(piece) < SHORT:
                held += piece
                continue
            if held is not None:
                yield held, False
            held = piece
        yield held or b"", True

    def stretches(self, spans: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """Some of the text of `blocks` again, by where each stretch begins, ascending, and how many bytes it has."""
        begins = self._as_it_is()
        if begins is not None:
            with self.content.open("rb") as file:
                for start, size in spans:
                    file.seek(begins + start)
                    yield file.read(size)
            return
        began, held = 0, b""
        blocks = (block for block, _ in self.blocks())
        for start, size in spans:
            while began + len(held) < start + size:
                cut = min(max(start - began, 0), len(held))
                held, began = held[cut:] + next(blocks), began + cut
            yield held[start - began : start - began + size]

    def _as_it_is(self) -> int | None:
        """Where the text begins, if the file's own bytes are the text; None of one that is packed or in other bytes."""
        head = self.head(len(codecs.BOM_UTF8))
        if self.packed or self._encoding(head) not in UTF_8:
            return None
        return len(head) - len(head.removeprefix(codecs.BOM_UTF8))

    def _encoding(self, head: bytes) -> str:
        """As declared, or as the byte-order mark says."""
        by_mark = (encoding for mark, encoding in MARKS if head.startswith(mark))
        return next(by_mark, codecs.lookup(self.encoding).name)

    def _decoded(self) -> Iterator[bytes]:
        rest = pieces(self.content, self.name, BLOCK)
        first = next(rest, b"")
        encoding = self._encoding(first)
        if encoding in UTF_8:
            yield first.removeprefix(codecs.BOM_UTF8)
            yield from rest
            return
        errors = "surrogateescape" if encoding.startswith(ESCAPES) else "strict"
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        try:
            yield decoder.decode(first).encode("utf-8", "surrogatepass")
            for piece in rest:
                yield decoder.decode(piece).encode("utf-8", "surrogatepass")
            yield decoder.decode(b"", True).encode("utf-8", "surrogatepass")
        except UnicodeError as wrong:  # not of decoding: UTF-16 or UTF-32 declared without a byte order, and no mark
            cut = isinstance(wrong, UnicodeDecodeError) and ("end" in wrong.reason or "truncated" in wrong.reason)
            raise refused("encoding", f"{self.name}, read as {encoding}", {"truncated": 1} if cut else None) from None
