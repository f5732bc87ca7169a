"""Files packed by gzip, of whatever container: cut, damaged, swollen ones refused, and those that only say so.

A name that ends in `.gz` and bytes that are gzip go together: one without the other is a file that is not what it says.
Any number of members is one file, as gzip has it; what stands behind the last one is damage.
"""

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from wnb.ingest.container import kind_of, not_what_it_says
from wnb.ingest.reasons import refused

PIECE = 4 << 20
RATIO, FREE = 200, 64 << 20
"""A packed file may unpack to RATIO times its size; below FREE bytes nobody counts."""

GZIP = b"\x1f\x8b"


def packed(content: Path, name: str) -> bool:
    """Whether the name says gzip and the bytes agree."""
    with content.open("rb") as file:
        return name.lower().endswith(".gz") and file.read(2) == GZIP


def pieces(content: Path, name: str, size: int) -> Iterator[bytes]:
    """The bytes of a file, unpacked where it is packed, at most `size` at a time.

    Raises:
        Refused: cut, damaged, of more bytes than a file may unpack to, or not gzip though its name says so.
    """
    with content.open("rb") as file:
        if not packed(content, name):
            head = file.read(512)
            if head and name.lower().endswith(".gz"):
                raise not_what_it_says(kind_of(head) or "not gzip", name)
            file.seek(0)
            while piece := file.read(size):
                yield piece
            return
        most = max(FREE, RATIO * content.stat().st_size)
        total = 0
        try:
            with cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb")) as opened:
                while piece := opened.read(size):
                    total += len(piece)
                    if total > most:
                        raise refused("expansion_ratio", f"{name} unpacks to more than {most:,} bytes")
                    yield piece
        except EOFError:
            raise refused("truncated", f"{name} ends before its gzip stream does") from None
        except (gzip.BadGzipFile, zlib.error):
            raise refused("checksum", f"{name} is damaged") from None


@contextmanager
def unpacked(content: Path, name: str) -> Iterator[Path]:
    """The file itself, or where it is packed a passing one with what was in it: for readers that go to and fro in it.

    Raises:
        Refused: as `pieces`.
        OSError: there is no room for it.
    """
    if not name.lower().endswith(".gz"):
        yield content
        return
    with tempfile.TemporaryDirectory(prefix="wnb-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "unpacked"
        with path.open("wb") as file:
            file.writelines(pieces(content, name, PIECE))
        yield path
