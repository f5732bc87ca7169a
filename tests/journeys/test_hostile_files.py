"""Files made to hurt: each costs itself, and every other agency's children are on the list."""

import gzip
import os
import signal
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.small import AMARA, BEN, NIGHT, Small, agency_yaml, extract, missed
from wnb.ingest.isolation import Limits, reader


def partnership(root: Path, container: str, files: str) -> Small:
    """The clinic is hostile; the school has a child who was not brought."""
    small = Small.begin(root)
    yaml = agency_yaml("clinic").replace('files: "*.csv"', f'files: "{files}", format: {container}')
    small.configure("agencies/clinic.yaml", yaml)
    small.send("school", NIGHT, missed(BEN, 3, 9))
    return small


def told(small: Small) -> dict[str, tuple[str, dict[str, int], bool]]:
    """What the night says of each file."""
    extracts = small.document(NIGHT)["extracts"]
    return {found["agency"]: (found["outcome"], found["reasons"], found["alarm"]) for found in extracts}


def test_a_file_of_few_bytes_that_means_endless_memory_costs_itself(tmp_path: Path) -> None:
    """A text of sixteen million letters, written once and meant ten thousand times: 160 GB in a few kilobytes."""
    small = partnership(tmp_path, "parquet", "*.parquet")
    [appointment] = missed(AMARA, 3)
    swollen = {
        name: pa.DictionaryArray.from_arrays(
            pa.array([0] * 10_000, pa.int32()), pa.array(["x" * (1 << 24) if name == "service" else value])
        )
        for name, value in appointment.row("clinic").items()
    }
    bomb = tmp_path / "bomb"
    pq.write_table(pa.table(swollen), bomb, compression="zstd", write_statistics=False, store_schema=False)
    assert bomb.stat().st_size < 1 << 20
    small.send_bytes("clinic", f"clinic_{NIGHT}.parquet", bomb.read_bytes())
    small.night(NIGHT)
    assert told(small)["clinic"] == ("rejected", {"expansion_ratio": 1}, True)
    assert told(small)["school"][0] == "accepted"
    assert small.names(NIGHT) == {"Ben"}
    assert "clinic" in small.document(NIGHT)["silent_agencies"]


def test_a_file_that_would_take_all_night_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty megabytes of records in a small file, and a limit that leaves it half a second."""

    class Short(Limits):
        def seconds_for(self, size: int) -> float:
            return 0.5 if size > 100_000 else 60

    small = partnership(tmp_path, "csv", "*.csv.gz")
    monkeypatch.setattr(reader(), "limits", Short())
    line = extract("clinic", missed(AMARA, 3)).split(b"\n")[1]
    head, record = extract("clinic", []), line.replace(b"Speech", b'"Speech"') + b"\n"
    with gzip.open(tmp_path / "bomb", "wb", compresslevel=1) as packed:
        packed.write(head)
        for _ in range(60):
            packed.write(record * ((1 << 20) // len(record)))
    small.send_bytes("clinic", f"clinic_{NIGHT}.csv.gz", (tmp_path / "bomb").read_bytes())
    small.night(NIGHT)
    outcome, reasons, alarm = told(small)["clinic"]
    assert (outcome, reasons, alarm) == ("rejected", {"expansion_ratio": 1}, True)
    assert small.names(NIGHT) == {"Ben"}


def test_a_file_that_kills_whoever_reads_it_costs_itself(tmp_path: Path) -> None:
    small = partnership(tmp_path, "csv", "*.csv")
    small.send("clinic", NIGHT, missed(AMARA, 3) * 60_000)
    killed = set[int]()

    def kill() -> None:
        worker, folder = reader().worker, Path(reader()._folder.name)
        until = time.monotonic() + 120
        while len(killed) < 2 and time.monotonic() < until:
            pid = worker.pid
            if pid and pid not in killed and worker._ready and any(folder.iterdir()):
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.001)

    hunter = threading.Thread(target=kill)
    hunter.start()
    small.night(NIGHT)
    hunter.join()
    assert len(killed) == 2
    assert told(small)["clinic"] == ("rejected", {"expansion_ratio": 1}, True)
    assert told(small)["school"][0] == "accepted"
    assert small.names(NIGHT) == {"Ben"}
