"""Invented appointments at any scale, clustered by child: as columns that are mapped from disk, and as Parquet.

About eight appointments a child over two years at 220 agencies, one in eleven missed, more of them in some families
than in others; each in a hundred children with a status; households of one to four.
"""

import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wnb.histories import FROM_THE_FIRST, NEVER_ADULT, Histories
from wnb.terms import Outcome, Status

NIGHT = 20_770  # 13 November 2026, in days since 1970-01-01
DAYS = 730
AGENCIES, SERVICES_EACH = 220, 3
CHILDREN_AT_A_TIME = 250_000
BY_ROW = ("day", "outcome", "organisation", "agency", "service", "statuses", "known", "row")
MISSED = np.array([0.04, 0.10, 0.35])  # in three kinds of family
KINDS = np.array([0.70, 0.22, 0.08])
OTHERWISE = np.array(
    [Outcome.ATTENDED, Outcome.CANCELLED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER, Outcome.ARRIVED_TOO_LATE], np.uint8
)
HOW_OFTEN = np.array([0.84, 0.08, 0.06, 0.02])


def write(folder: Path, rows: int, seed: int = 1) -> int:
    """Make about so many appointments in `folder`: a .npy file a column, and `appointments.parquet`; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    children = rows // 8
    each = rng.poisson(8, children).astype(np.int64)
    starts = np.zeros(children + 1, np.int64)
    np.cumsum(each, out=starts[1:])
    total = int(starts[-1])
    home = np.repeat(np.arange(children), rng.integers(1, 5, children))[:children].astype(np.int32)
    kind = rng.choice(3, children, p=KINDS)[home]
    widths = {"day": "i4", "outcome": "u1", "organisation": "i4", "agency": "i4", "service": "i4", "statuses": "u2",
              "known": "i4", "row": "i8"}  # fmt: skip
    columns = {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", width, (total,)) for name, width in widths.items()
    }
    schema = pa.schema(
        [("child", pa.int32()), ("at", pa.timestamp("s")), ("outcome", pa.uint8()), ("agency", pa.int32()),
         ("service", pa.int32())]
    )  # fmt: skip
    with pq.ParquetWriter(folder / "appointments.parquet", schema, compression="zstd") as parquet:
        for low in range(0, children, CHILDREN_AT_A_TIME):
            high = min(low + CHILDREN_AT_A_TIME, children)
            part = slice(int(starts[low]), int(starts[high]))
            child = np.repeat(np.arange(low, high, dtype=np.int32), each[low:high])
            made = _made(rng, child, kind[child], part.start)
            for name, column in columns.items():
                column[part] = made[name]
            at = made["day"].astype(np.int64) * 86_400 + rng.integers(9, 17, len(child)) * 3_600
            parquet.write_table(
                pa.table([child, at.astype("datetime64[s]"), made["outcome"], made["agency"], made["service"]], schema),
                row_group_size=1_000_000,
            )
    np.save(folder / "starts.npy", starts)
    np.save(folder / "adult_from.npy", np.full(children, NEVER_ADULT, np.int32))
    np.save(folder / "household.npy", home)
    return total


def _made(rng: np.random.Generator, child: np.ndarray, kind: np.ndarray, begin: int) -> dict[str, np.ndarray]:
    n = len(child)
    day = NIGHT - rng.integers(0, DAYS, n)
    day = day[np.lexsort((day, child))].astype(np.int32)
    agency = ((child * 7919 + rng.integers(0, 3, n)) % AGENCIES).astype(np.int32)
    other = rng.choice(OTHERWISE, n, p=HOW_OFTEN)
    under_one, on_a_plan, looked_after = child % 18 == 0, child % 199 == 0, child % 151 == 0
    return {
        "day": day,
        "outcome": np.where(rng.random(n) < MISSED[kind], np.uint8(Outcome.WAS_NOT_BROUGHT), other),
        "organisation": agency,
        "agency": agency,
        "service": agency * SERVICES_EACH + rng.integers(0, SERVICES_EACH, n).astype(np.int32),
        "statuses": (
            under_one * np.uint16(Status.UNDER_ONE.bit)
            | on_a_plan * np.uint16(Status.CHILD_PROTECTION_PLAN.bit)
            | looked_after * np.uint16(Status.LOOKED_AFTER.bit)
        ),
        "known": np.where(rng.random(n) < 0.003, np.int32(NIGHT), np.int32(FROM_THE_FIRST)),
        "row": np.arange(begin, begin + n),
    }


def mapped(folder: Path) -> Histories:
    """The histories, every column of them mapped from its file."""
    names = [field.name for field in fields(Histories) if (folder / f"{field.name}.npy").exists()]
    return Histories(**{name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names})


if __name__ == "__main__":
    told, rows = Path(sys.argv[1]), int(sys.argv[2])
    print(len(mapped(told).day) if (told / "household.npy").exists() else write(told, rows))
