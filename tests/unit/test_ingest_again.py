"""Records found again where they stand, columns copied to the last byte, slots settled as one would by hand."""

import gzip
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wnb.ingest import source
from wnb.ingest.duplicates import settle
from wnb.ingest.scan import scan
from wnb.ingest.source import Source

TEXT = "id,name\n" + "".join(f"{number},Zoë {'x' * (number % 40)}\n" for number in range(300))
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO"
STRETCHES = [(0, 7), (3, 50), (2_000, 1), (2_000, 900), (2_500, 0), (5_000, 40)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_stretch_of_a_file_is_the_same_when_it_is_read_again(
    tmp_path: Path, encoding: str, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size, small in (("BLOCK", 700), ("SHORT", 50)):
        monkeypatch.setattr(source, size, small)
    content = TEXT.encode(encoding)
    (tmp_path / "content").write_bytes(gzip.compress(content) if packed else content)
    told = Source(tmp_path / "content", "x.csv.gz" if packed else "x.csv", encoding)
    whole = b"".join(piece for piece, _ in told.blocks())
    assert whole == TEXT.encode()
    assert list(told.stretches(STRETCHES)) == [whole[start : start + size] for start, size in STRETCHES]


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2), min_size=1, max_size=12), st.booleans())
def test_a_column_is_copied_byte_by_byte_whatever_its_fields_are_long(sizes: list[tuple[int, int]], end: bool) -> None:
    rows = [(LETTERS[:one], LETTERS[-other:] if other else "") for one, other in sizes]
    data = "\n".join(",".join(row) for row in rows).encode() + (b"\n" if end else b"")
    block = scan(data, 0, True, ord(","), np.arange(2, dtype=np.int16))
    chosen = np.arange(len(block))
    for slot in range(2):
        offsets, out = block.column(slot, chosen)
        told = [out[a:b].tobytes().decode() for a, b in pairwise(offsets.tolist())]
        assert told == [row[slot] for row in rows][: len(block)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([None, 5, 6])), max_size=12))
def test_one_record_of_a_slot_stands_or_none(rows: list[tuple[int, int, int | None]]) -> None:
    table = pa.table(
        {
            "line": pa.array(range(len(rows)), pa.int32()),
            "key": pa.array([f"K{key}" for key, _, _ in rows], pa.string()),
            "said": pa.array([said for _, said, _ in rows], pa.int64()),
            "recorded_at": pa.array([recorded for _, _, recorded in rows], pa.timestamp("s")),
        }
    )
    told = settle(table, "key", None)
    kept, conflicting, exact = by_hand(rows)
    assert (told.kept.tolist(), told.conflicting.tolist(), told.exact) == (kept, conflicting, exact)


def by_hand(rows: Sequence[tuple[int, int, int | None]]) -> tuple[list[bool], list[bool], int]:
    kept, conflicting, exact = [True] * len(rows), [False] * len(rows), 0
    for key in {key for key, _, _ in rows}:
        slot = [at for at, row in enumerate(rows) if row[0] == key]
        if len(slot) == 1:
            continue
        contents, recorded = {rows[at][1:] for at in slot}, [rows[at][2] for at in slot]
        last = max((moment for moment in recorded if moment), default=None)
        latest = [at for at in slot if rows[at][2] == last]
        for at in slot:
            kept[at] = False
        if len(contents) == 1:
            exact += len(slot) - 1
            kept[slot[0]] = True
        elif None in recorded or len({rows[at][1:] for at in latest}) > 1:
            for at in slot:
                conflicting[at] = True
        else:
            kept[latest[0]] = True
    return kept, conflicting, exact
