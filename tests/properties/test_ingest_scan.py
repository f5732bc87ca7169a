"""The two scanners: every byte in exactly one record, whatever the bytes, and one answer where both may be asked."""

import csv
import io
import itertools
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wnb.ingest.scan import BROKEN, UNCLOSED, Block, scan

SLOTS = np.array([0, -1, 1, 2], np.int16)
PLAIN = st.lists(st.sampled_from([b",", b"\n", b"\r", b"\r\n", b" ", b"a", b"bcdefgh", b"\xc3\xab"]), max_size=60).map(
    b"".join
)
ANY = st.lists(
    st.sampled_from([b",", b"\n", b"\r", b'"', b'""', b'",', b',"', b" ", b"a", b"bcdefgh"]), max_size=60
).map(b"".join)


def fields(block: Block) -> list[object]:
    """Everything that a block says."""
    chosen = np.arange(len(block))
    columns = [tuple(part.tobytes() for part in block.column(slot, chosen)) for slot in range(3)]
    about = [block.start, block.stop, block.follows, block.lines, block.fields, block.flags]
    return [block.consumed, columns, *(part.tolist() for part in about)]


@given(PLAIN, st.booleans())
@example(b"a,b\r", False)
@example(b"a,b\r\n", True)
@example(b"a\n\r\nb", True)
@example(b"x" * 8_191 + b"\r\n" + b"y" * 20 + b"\n", True)  # a newline across two stretches of the plain scanner
def test_on_plain_bytes_both_scanners_say_the_same(data: bytes, final: bool) -> None:
    plain, careful = (fields(scan(data, 0, final, ord(","), SLOTS, careful)) for careful in (False, True))
    assert plain == careful


@pytest.fixture(scope="module")
def whole_file() -> bytes:
    """Two megabytes without a quote: fields of every length, line ends of every kind, blank lines, other letters."""
    rng = Random(7)
    pieces = [b",", b",", b",", b"\n", b"\r\n", b"\r", b" ", b"", b"a", b"2026-03-02 09:30", b"\xc3\xab", b"x" * 70]
    return b"".join(rng.choices(pieces, k=250_000))


@pytest.mark.parametrize("final", [True, False])
def test_a_whole_plain_file_is_read_alike_by_both_scanners(whole_file: bytes, final: bool) -> None:
    ends = range(len(whole_file) - 40, len(whole_file) + 1)
    for end in ends:
        plain, careful = (fields_of_all(whole_file[:end], final, careful) for careful in (False, True))
        assert plain == careful


def fields_of_all(data: bytes, final: bool, careful: bool) -> list[bytes]:
    """Everything that the blocks of a file say, as bytes, however often there was no room for more records."""
    told: list[bytes] = []
    at = 0
    while True:
        block = scan(data, at, final, ord(","), SLOTS, careful)
        chosen = np.arange(len(block))
        told += [part.tobytes() for slot in range(3) for part in block.column(slot, chosen)]
        told += [getattr(block, name).tobytes() for name in ("start", "stop", "follows", "lines", "fields", "flags")]
        at = block.consumed
        if not block.full:
            return [*told, str(at).encode()]


@pytest.mark.parametrize("careful", [False, True])
def test_a_block_may_end_at_any_byte_of_a_plain_file(whole_file: bytes, careful: bool) -> None:
    data = whole_file[:20_000]
    whole = scan(data, 0, True, ord(","), SLOTS, careful)
    for border in (*range(0, 400), *range(8_192 - 200, 8_192 + 200), *range(len(data) - 200, len(data) + 1)):
        first = scan(data[:border], 0, False, ord(","), SLOTS, careful)
        rest = scan(data, first.consumed, True, ord(","), SLOTS, careful)
        for part in ("start", "stop", "follows", "lines", "fields", "flags"):
            both = np.concatenate([getattr(first, part), getattr(rest, part)])
            assert np.array_equal(both, getattr(whole, part)), (border, part)


@given(ANY, st.booleans())
def test_records_tile_whatever_the_bytes(data: bytes, final: bool) -> None:
    block = scan(data, 0, final, ord(","), SLOTS)
    spans = [(int(start), int(end)) for start, end in zip(block.start, block.follows, strict=True)]
    assert [start for start, _ in spans] == [0, *(end for _, end in spans)][: len(spans)]
    assert (spans[-1][1] if spans else 0) == block.consumed
    assert block.consumed == len(data) or not final
    assert sum(int(n) for n in block.lines) >= len(block)


@given(ANY, st.integers(0, 100))
@settings(max_examples=300)
def test_where_a_block_ends_changes_nothing(data: bytes, cut: int) -> None:
    whole = scan(data, 0, True, ord(","), SLOTS)
    first = scan(data[:cut], 0, False, ord(","), SLOTS, careful=True)
    rest = scan(data, first.consumed, True, ord(","), SLOTS, careful=True)
    for part in ("start", "stop", "follows", "lines", "fields", "flags"):
        both = [*getattr(first, part).tolist(), *getattr(rest, part).tolist()]
        assert both == getattr(scan(data, 0, True, ord(","), SLOTS, careful=True), part).tolist() or data.find(b'"') < 0
    assert len(first) + len(rest) == len(whole)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=8)


@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(",;|\t"),
)
def test_a_well_formed_file_is_read_as_the_csv_module_reads_it(
    rows: list[tuple[str, ...]], newline: str, delimiter: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(rows)
    block = scan(written.getvalue().encode(), 0, True, ord(delimiter), np.arange(4, dtype=np.int16))
    assert not (block.flags & (BROKEN | UNCLOSED)).any()
    assert (block.fields == 4).all()
    for slot in range(4):
        offsets, data = block.column(slot, np.arange(len(block)))
        texts = [data[a:b].tobytes().decode() for a, b in itertools.pairwise(offsets)]
        assert texts == [row[slot] for row in rows]
