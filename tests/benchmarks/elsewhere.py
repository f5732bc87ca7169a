"""Invented appointments as somebody's table at any scale: in the order in which they came, and a night's changes.

About eight appointments a child over two years at 220 agencies, one in eleven missed, more of them in some families
than in others; one in a hundred with a status. The same for the same seed.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wnb.terms import Outcome, Status

NIGHT = date(2026, 11, 13)
DAYS = 730
AGENCIES, SERVICES_EACH = 220, 3
ROWS_A_BLOCK = 1_000_000
MISSED = np.array([0.04, 0.10, 0.35])  # in three kinds of family
KINDS = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 2])
OTHERWISE = (Outcome.ATTENDED, Outcome.CANCELLED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER, Outcome.ARRIVED_TOO_LATE)
HOW_OFTEN = (0.84, 0.08, 0.06, 0.02)
FIRST_BORN, YOUNGEST = date(2009, 1, 1), date(2024, 11, 1)
AGENCY = pa.array([f"agency-{k:03d}" for k in range(AGENCIES)])
SERVICE = pa.array([f"clinic {k}" for k in range(SERVICES_EACH)])
TOLD = pa.array([Outcome.NOT_ATTENDED.word, *(outcome.word for outcome in OTHERWISE)])
STATUS = pa.array([[], [Status.CHILD_PROTECTION_PLAN.value], [Status.LOOKED_AFTER.value]], pa.list_(pa.string()))


def write(path: Path, rows: int, seed: int = 1) -> None:
    """So many appointments of an eighth as many children, the oldest first."""
    rng = np.random.default_rng(seed)
    writer = None
    for first in range(0, rows, ROWS_A_BLOCK):
        number = np.arange(first, min(first + ROWS_A_BLOCK, rows))
        table = _rows(rng, number, rng.integers(0, max(1, rows // 8), len(number)), number * DAYS // rows)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=1)
        writer.write_table(table)
    if writer:
        writer.close()


CHANGES = """
    COPY (
        WITH corrected AS (SELECT child_id, max(appointment_id) AS id, child_id % 2 = 0 AS withdrawn
                           FROM read_parquet('{whole}') WHERE child_id IN (SELECT child_id FROM children) GROUP BY ALL)
        SELECT b.* REPLACE (CASE WHEN c.id IS NULL THEN told ELSE 'cancelled_by_provider' END AS told)
        FROM read_parquet('{whole}') b LEFT JOIN corrected c ON b.child_id = c.child_id AND b.appointment_id = c.id
        WHERE (b.child_id IN (SELECT child_id FROM children) OR b.child_id IN (SELECT child_id FROM new))
          AND NOT coalesce(c.withdrawn, false)
        UNION ALL BY NAME SELECT * FROM new
    ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
"""Every row of each child of whom anything changed: of some a row was corrected or withdrawn, of most one came."""


def write_changes(path: Path, whole: Path, share: float = 0.003, seed: int = 2) -> int:
    """A night's changes of a table: so many of its rows, nine in ten of them new; how many rows they are told in."""
    rows = pq.read_metadata(whole).num_rows
    rng = np.random.default_rng(seed)
    new, corrected = int(rows * share * 0.9), int(rows * share * 0.1)
    children = rng.integers(0, max(1, rows // 8), new + corrected)
    came = _rows(rng, rows + np.arange(new), children[:new], np.full(new, DAYS - 1))
    with duckdb.connect(config={"threads": 2, "memory_limit": "3GB"}) as connection:
        connection.register("new", came)
        connection.register("children", pa.table({"child_id": children[new:]}))
        connection.execute(CHANGES.format(whole=whole, path=path))
    return pq.read_metadata(path).num_rows


def _rows(rng: np.random.Generator, number: np.ndarray, child: np.ndarray, day: np.ndarray) -> pa.Table:
    n = len(number)
    missed = rng.random(n) < MISSED[KINDS[child * 7 % 10]]
    told = np.where(missed, 0, 1 + rng.choice(len(OTHERWISE), n, p=HOW_OFTEN)).astype(np.int8)
    status = np.where(child % 199 == 0, 1, np.where(child % 151 == 0, 2, 0)).astype(np.int8)
    seconds = (np.datetime64(NIGHT - timedelta(days=DAYS - 1)) + day).astype("datetime64[s]").astype(np.int64)
    at = seconds + rng.integers(9 * 4, 17 * 4, n) * 900
    born = np.datetime64(FIRST_BORN) + child % (YOUNGEST - FIRST_BORN).days
    return pa.table(
        {
            "child_id": pa.array(child.astype(np.int64)),
            "agency": AGENCY.take(pa.array((child * 7919 + rng.integers(0, 3, n)) % AGENCIES)),
            "appointment_id": pa.array((1_000_000_000 + number).astype(np.int64)).cast(pa.string()),
            "appointment_at": pa.array(at.astype("datetime64[s]")).cast(pa.timestamp("us")),
            "told": TOLD.take(pa.array(told)),
            "service": SERVICE.take(pa.array(rng.integers(0, SERVICES_EACH, n))),
            "date_of_birth": pa.array(born),
            "statuses": STATUS.take(pa.array(status)),
        }
    )


if __name__ == "__main__":
    folder, rows = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    whole, changes = folder / "appointments.parquet", folder / "changes.parquet"
    if not whole.exists():
        write(whole, rows)
    if not changes.exists():
        write_changes(changes, whole)
    print(pq.read_metadata(changes).num_rows)
