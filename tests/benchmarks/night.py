"""A whole night over one extract of a million rows, inbox to lists, beside DuckDB's plain copy of the same file."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.rounds import Cost, cost_of, interleaved, table
from wnb.demo.big import BIG_AGENCY, one_big_extract

PROJECT = Path(__file__).parent.parent.parent
COPY = """
import duckdb, sys
extract, copy = sys.argv[1:]
duckdb.sql(f"COPY (FROM read_csv('{extract}', all_varchar=true, header=true)) TO '{copy}' (FORMAT parquet)")
"""
YARDSTICK = "DuckDB: CSV to Parquet, all text"
NIGHT = "wnb: the whole night, shipped rules"
WNB = """
partnership: Benchmark
paths: {inbox: inbox, data: data, lists: lists}
casebook: sqlite:///casebook.db
settle_seconds: 0
"""


def run(rows: int, rounds: int) -> str:
    """The table of one interleaved run."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        extract = root / "2026-11-14.csv"
        one_big_extract(extract, rows, seed=1)

        def copy(k: int) -> Cost:
            return cost_of([sys.executable, "-c", COPY, str(extract), str(root / "copy.parquet")], root)

        def night(k: int) -> Cost:
            place = root / f"night-{k}"
            (place / "config" / "agencies").mkdir(parents=True)
            (place / "inbox" / "big").mkdir(parents=True)
            (place / "config" / "wnb.yaml").write_text(WNB, "utf-8")
            (place / "config" / "agencies" / "big.yaml").write_text(BIG_AGENCY, "utf-8")
            shutil.copyfile(PROJECT / "config" / "rules.yaml", place / "config" / "rules.yaml")
            os.link(extract, place / "inbox" / "big" / extract.name)
            cost = cost_of([sys.executable, "-m", "wnb.cli", "run", "--as-of", "2026-11-14", "-q"], place)
            if k < rounds:
                shutil.rmtree(place)
            else:
                sys.stderr.write((place / "lists" / "2026-11-14" / "night.json").read_text("utf-8"))
            return cost

        return f"{rows:,} rows, {extract.stat().st_size / 1e6:,.0f} MB\n\n" + table(
            interleaved({YARDSTICK: copy, NIGHT: night}, rounds), YARDSTICK
        )
