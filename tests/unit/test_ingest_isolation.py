"""A file that takes too much, or takes its reader with it, costs itself and nothing else."""

import os
import signal
from pathlib import Path

import pytest

from tests.extracts import LONDON, NIGHT, ROWS, agency, ids, lines, row
from wnb.ingest.isolation import Limits, Reader
from wnb.ingest.reading import read


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good"
    path.write_bytes(lines(*ROWS, row(1, appt_id="A9", status="X9")))
    return path


def test_a_child_reads_what_we_would_have_read(good: Path) -> None:
    with Reader() as reader:
        theirs = reader.read(good, "good.csv", agency(), LONDON, NIGHT)
        again = reader.read(good, "good.csv", agency(), LONDON, NIGHT)
    ours = read(good, "good.csv", agency(), LONDON, NIGHT)
    for found in (theirs, again):
        assert found.rows.equals(ours.rows)
        assert found.quarantined.equals(ours.quarantined)
        assert (found.records, found.reasons, found.ids_set_aside) == (ours.records, ours.reasons, ours.ids_set_aside)


def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_is_read(good: Path, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(lines(*[row(1, appt_id=f"A{number}") for number in range(60_000)]))
    with Reader(Limits(memory=4 << 20, memory_a_byte=0)) as reader:
        found = reader.read(big, "big.csv", agency(), LONDON, NIGHT)
        assert (found.rejected, dict(found.reasons)) == (True, {"expansion_ratio": 1})
        reader.limits = Limits()
        assert len(ids(reader.read(good, "good.csv", agency(), LONDON, NIGHT))) == 6


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read(good: Path) -> None:
    with Reader(Limits(seconds=0, seconds_a_byte=0)) as reader:
        found = reader.read(good, "good.csv", agency(), LONDON, NIGHT)
        assert (found.rejected, dict(found.reasons)) == (True, {"expansion_ratio": 1})
        reader.limits = Limits()
        assert len(ids(reader.read(good, "good.csv", agency(), LONDON, NIGHT))) == 6


def test_a_reader_that_dies_costs_one_file(good: Path) -> None:
    with Reader() as reader:
        assert reader._process is not None
        os.kill(reader._process.pid or 0, signal.SIGSTOP)  # it lives, so that it is asked
        os.kill(reader._process.pid or 0, signal.SIGKILL)
        found = reader.read(good, "good.csv", agency(), LONDON, NIGHT)
        assert len(ids(found)) == 6 or dict(found.reasons) == {"content_type": 1}
        assert len(ids(reader.read(good, "good.csv", agency(), LONDON, NIGHT))) == 6
