"""A file turned to Parquet in level memory says what the file read whole says."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extracts import LONDON, NIGHT, ROWS, agency, lines, row
from wnb.ingest import convert as module
from wnb.ingest import source
from wnb.ingest.convert import convert
from wnb.ingest.duplicates import firsts
from wnb.ingest.reading import read

MANY = [row(1 + number % 6, appt_id=f"B{number}") for number in range(200)]
FILES = {
    "sound": lines(*MANY),
    "faulty": lines(*MANY, row(1, appt_id="C1", status="X9"), ROWS[0] + ",x", row(2, nhs_number="")),
    "the same again": lines(*MANY, *MANY[:7]),
    "contradicted": lines(*MANY, row(2, appt_id="B1", status="DNA"), row(2, appt_id="B7", nhs_number="", status="DNA")),
    "one number of two": lines(
        *MANY, row(2, appt_id="C2", nhs_number="9990001006", dob="2011-01-01"), row(1, appt_id="C3", dob="")
    ),
    "a number twice without a birth": lines(*MANY, row(2, appt_id="C2", nhs_number="9990001006", dob="")),
    "no row": lines(*[])[: len(lines()) - len("".join(ROWS)) - 6],
    "refused": b"%PDF",
}


@pytest.mark.parametrize("name", FILES)
def test_both_ways_say_the_same(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BLOCK", 2_000)
    monkeypatch.setattr(source, "SHORT", 100)
    monkeypatch.setattr(module, "ROWS", 30)
    content, accepted, aside = tmp_path / "content", tmp_path / "accepted", tmp_path / "aside"
    content.write_bytes(FILES[name])
    whole = read(content, "extract.csv", agency(), LONDON, NIGHT)
    told = convert(content, "extract.csv", agency(), LONDON, NIGHT, accepted, aside)
    assert pq.read_table(accepted).cast(whole.rows.schema).equals(whole.rows.combine_chunks())
    assert pq.read_table(aside).sort_by("line").equals(whole.quarantined.combine_chunks())
    for part in ("records", "superseded", "reasons", "rejected", "ids_set_aside", "unreadable", "unverified", "note"):
        assert getattr(told.reading, part) == getattr(whole, part), part
    assert (told.accepted, told.quarantined) == (whole.rows.num_rows, whole.quarantined.num_rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["accepted", "aside", "content"]


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 3)), max_size=40))
def test_the_first_row_of_a_slot_is_the_first_row_of_it(slots: list[tuple[str, int]]) -> None:
    keys, at = pa.array([key for key, _ in slots], pa.string()), np.array([at for _, at in slots], np.int64)
    assert firsts(keys, at).tolist() == [slots.index(slot) for slot in slots]
