"""A file that takes too much, or takes its reader with it, costs itself and nothing else."""

import io
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extracts import LONDON, NIGHT, ROWS, agency, ids, lines, row
from wnb.errors import ReaderFault
from wnb.ingest.isolation import Limits, Reader
from wnb.ingest.reading import read
from wnb.ingest.worker import Died, Worker, _Plain


@pytest.fixture(scope="module")
def one_reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture
def reader(one_reader: Reader) -> Iterator[Reader]:
    yield one_reader
    one_reader.limits = Limits()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good"
    path.write_bytes(lines(*ROWS, row(1, appt_id="A9", status="X9")))
    return path


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "long"
    path.write_bytes(lines(*[row(1, appt_id=f"A{number}") for number in range(120_000)]))
    return path


def left_in(reader: Reader) -> list[str]:
    """What lies in the folder in which children write."""
    return [path.name for path in Path(reader._folder.name).rglob("*")]


def lives(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "\nState:\tZ" not in status.read_text()


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    until = time.monotonic() + 10
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(pid)


def test_a_child_reads_what_we_would_have_read_and_one_child_reads_many_files(reader: Reader, good: Path) -> None:
    theirs = reader.read(good, "good.csv", agency(), LONDON, NIGHT)
    first = reader.worker.pid
    again = reader.read(good, "good.csv", agency(), LONDON, NIGHT)
    ours = read(good, "good.csv", agency(), LONDON, NIGHT)
    for found in (theirs, again):
        assert found.rows.equals(ours.rows)
        assert found.quarantined.equals(ours.quarantined)
        assert (found.records, found.reasons, found.ids_set_aside) == (ours.records, ours.reasons, ours.ids_set_aside)
    assert (reader.worker.pid, left_in(reader)) == (first, [])


def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_is_read(
    reader: Reader, good: Path, long: Path
) -> None:
    reader.limits = Limits(memory=4 << 20, memory_a_byte=0)
    found = reader.read(long, "long.csv", agency(), LONDON, NIGHT)
    assert (found.rejected, dict(found.reasons)) == (True, {"expansion_ratio": 1})
    assert "4 MiB of memory" in found.note
    reader.limits = Limits()
    assert len(ids(reader.read(good, "good.csv", agency(), LONDON, NIGHT))) == 6


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read(reader: Reader, good: Path, long: Path) -> None:
    reader.limits = Limits(seconds=0.01, seconds_a_byte=0)
    found = reader.read(long, "long.csv", agency(), LONDON, NIGHT)
    assert (found.rejected, dict(found.reasons)) == (True, {"expansion_ratio": 1})
    assert left_in(reader) == []
    reader.limits = Limits()
    assert len(ids(reader.read(good, "good.csv", agency(), LONDON, NIGHT))) == 6


def killed(reader: Reader, times: int) -> threading.Thread:
    """Kills the child as soon as it is at work, so many times."""

    def hunt() -> None:
        dead = set[int]()
        until = time.monotonic() + 60
        while len(dead) < times and time.monotonic() < until:
            pid = reader.worker.pid
            if pid and pid not in dead and reader.worker._ready and left_in(reader):
                dead.add(pid)
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.001)

    thread = threading.Thread(target=hunt)
    thread.start()
    return thread


def test_a_file_whose_reader_dies_twice_is_refused_and_the_next_is_read(reader: Reader, good: Path, long: Path) -> None:
    hunter = killed(reader, 2)
    found = reader.read(long, "long.csv", agency(), LONDON, NIGHT)
    hunter.join()
    assert (found.rejected, dict(found.reasons)) == (True, {"expansion_ratio": 1})
    assert left_in(reader) == []
    assert len(ids(reader.read(good, "good.csv", agency(), LONDON, NIGHT))) == 6


def test_a_file_whose_reader_was_killed_once_for_others_sake_is_read(reader: Reader, long: Path) -> None:
    hunter = killed(reader, 1)
    found = reader.read(long, "long.csv", agency(), LONDON, NIGHT)
    hunter.join()
    assert found.records == 120_000
    assert not found.rejected


def test_a_reader_that_died_while_nobody_asked_is_replaced(reader: Reader, good: Path) -> None:
    reader.start()
    assert reader.worker.pid is not None
    os.kill(reader.worker.pid, signal.SIGKILL)
    assert len(ids(reader.read(good, "good.csv", agency(), LONDON, NIGHT))) == 6


def test_a_vault_without_the_file_is_no_fault_of_a_file(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reader.read(tmp_path / "nothing", "a.csv", agency(), LONDON, NIGHT)


def test_a_fault_of_the_program_is_told_by_its_kind_and_place_alone(reader: Reader, good: Path) -> None:
    with pytest.raises(ReaderFault, match=r"KeyError at child\.py") as told:
        reader.worker.ask("Amara SMITH", (good,), good.parent, 1 << 30, 60)
    assert "SMITH" not in str(told.value)


def test_a_process_that_cannot_begin_is_told_and_is_no_fault_of_a_file(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wnb.ingest.worker.BEGIN", "raise SystemExit")
    with Reader() as reader, pytest.raises(ReaderFault, match="none could be started"):
        reader.read(good, "good.csv", agency(), LONDON, NIGHT)


def test_what_a_child_says_is_data_and_never_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        "wnb.ingest.worker.BEGIN",
        "import pickle, sys; pickle.load(sys.stdin.buffer); out = sys.stdout.buffer\n"
        "pickle.dump(('ready', None), out); out.flush(); pickle.load(sys.stdin.buffer)\n"
        "class Evil:\n  def __reduce__(self): return print, ('boo',)\n"
        "pickle.dump(('answer', Evil()), out); out.flush()",
    )
    worker = Worker()
    with pytest.raises(Died):
        worker.ask("read", (), tmp_path, 1 << 30, 60)
    evil = _Plain(io.BytesIO(pickle.dumps(Path("x"))))
    with pytest.raises(pickle.UnpicklingError):
        evil.load()


PARENT = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from tests.extracts import LONDON, NIGHT, agency
    from wnb.ingest.isolation import reader
    reader().read(Path(sys.argv[1]), "good.csv", agency(), LONDON, NIGHT)
    print(reader().worker.pid, reader()._folder.name, flush=True)
    {end}
""")


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)"])
def test_no_child_and_no_folder_outlive_whoever_asked(good: Path, end: str) -> None:
    """And a script needs no guard around what it does: the child is a fresh interpreter, and never runs it again."""
    script = good.parent / "script.py"
    script.write_text(PARENT.format(end=end), "utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(good)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    pid, folder = done.stdout.split()
    assert gone(int(pid))
    assert not Path(folder).exists()
    assert done.stderr == ""


def test_arrow_makes_its_arrays_in_the_child_without_loading_pandas():
    begins = "import sys; from wnb.ingest.child import _WithoutPandas; sys.meta_path.insert(0, _WithoutPandas())"
    made = "import pyarrow as pa; pa.array(['a']); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", f"{begins}; {made}"], timeout=60).returncode == 0
