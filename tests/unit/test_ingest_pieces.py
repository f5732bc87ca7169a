"""A file read in pieces, in level memory, says what the same file says when it is read at once."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extracts import LONDON, NIGHT, ROWS, agency, lines, row
from wnb.ingest import alike, quarantine, source, spool
from wnb.ingest.duplicates import firsts
from wnb.ingest.reading import in_pieces, read

MANY = [row(1 + number % 6, appt_id=f"B{number}") for number in range(200)]
DIFFERENT = [row(1 + number % 6, appt_id=f"B{number}", status="DNA") for number in range(0, 200, 3)]
FAULTY = [row(1, appt_id=f"D{number}", status="X9") for number in range(60)]
FILES = {
    "sound": lines(*MANY),
    "faulty": lines(*MANY, row(1, appt_id="C1", status="X9"), ROWS[0] + ",x", row(2, nhs_number="")),
    "the same again": lines(*MANY, *MANY[:7]),
    "contradicted": lines(*MANY, row(2, appt_id="B1", status="DNA"), row(2, appt_id="B7", nhs_number="", status="DNA")),
    "contradicted all over": lines(*MANY, *FAULTY, *DIFFERENT, *FAULTY),
    "one number of two": lines(
        *MANY, row(2, appt_id="C2", nhs_number="9990001006", dob="2011-01-01"), row(1, appt_id="C3", dob="")
    ),
    "a number twice without a birth": lines(*MANY, row(2, appt_id="C2", nhs_number="9990001006", dob="")),
    "no row": lines(*[])[: len(lines()) - len("".join(ROWS)) - 6],
    "refused": b"%PDF",
}

SMALL = (
    (source, "BLOCK", 2_000), (source, "SHORT", 100), (alike, "IN_MEMORY", 100), (alike, "AT_ONCE", 30),
    (alike, "SORTED_AT_ONCE", 50), (spool, "MAPPED", 3), (quarantine, "AT_ONCE", 7),
)  # fmt: skip
"""Every size by which a large file is taken in parts, so small that these files are large."""


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("in_memory", [0, 1 << 30])
def test_a_file_read_in_pieces_says_what_it_says_read_at_once(
    tmp_path: Path, name: str, in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = tmp_path / "content"
    content.write_bytes(FILES[name])
    whole = read(content, "extract.csv", agency(), LONDON, NIGHT)
    for module, size, value in SMALL:
        monkeypatch.setattr(module, size, value)
    with in_pieces(content, "extract.csv", agency(), LONDON, NIGHT, in_memory) as told:
        rows = pa.concat_tables([told.reading.rows, *told.rows()])
        aside = pa.concat_tables([told.reading.quarantined, *told.set_aside()])
        again = list(told.rows())
    assert rows.combine_chunks().equals(whole.rows.combine_chunks())
    assert pa.concat_tables([told.reading.rows, *again]).equals(rows)
    assert aside.combine_chunks().equals(whole.quarantined.combine_chunks())
    assert (told.accepted, told.quarantined) == (rows.num_rows, aside.num_rows)
    assert replace(told.reading, rows=None, quarantined=None) == replace(whole, rows=None, quarantined=None)


def test_a_file_read_in_pieces_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "passing"))
    (tmp_path / "passing").mkdir()
    (tmp_path / "content").write_bytes(FILES["contradicted"])
    with in_pieces(tmp_path / "content", "extract.csv", agency(), LONDON, NIGHT, in_memory=0) as told:
        assert list((tmp_path / "passing").iterdir())
        next(told.rows())
    assert not list((tmp_path / "passing").iterdir())


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 3)), max_size=40))
def test_the_first_row_of_a_slot_is_the_first_row_of_it(slots: list[tuple[str, int]]) -> None:
    keys, at = pa.array([key for key, _ in slots], pa.string()), np.array([at for _, at in slots], np.int64)
    assert firsts(keys, at).tolist() == [slots.index(slot) for slot in slots]
