"""A whole night over one extract of a million rows, inbox to lists, beside DuckDB's plain copy of the same file."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.rounds import CONTENDERS, Cost, Run, cost_of, interleaved, make_extract

PROJECT = Path(__file__).parent.parent.parent
YARDSTICK = "DuckDB: a plain copy, all text"
NIGHT = "wnb: the whole night, shipped rules"
WNB = """
partnership: Benchmark
paths: {inbox: inbox, data: data, lists: lists}
casebook: sqlite:///casebook.db
settle_seconds: 0
"""


def run(rows: int, rounds: int) -> Run:
    """One interleaved run."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        extract = make_extract(root, rows)

        def copy(k: int) -> Cost:
            command = [sys.executable, str(CONTENDERS / "duckdb_copies.py"), str(extract), str(root / "copy.parquet")]
            return cost_of(command, root)

        def night(k: int) -> Cost:
            place = root / f"night-{k}"
            (place / "config" / "agencies").mkdir(parents=True)
            (place / "inbox" / "big").mkdir(parents=True)
            (place / "config" / "wnb.yaml").write_text(WNB, "utf-8")
            shutil.copyfile(root / "big.yaml", place / "config" / "agencies" / "big.yaml")
            shutil.copyfile(PROJECT / "config" / "rules.yaml", place / "config" / "rules.yaml")
            os.link(extract, place / "inbox" / "big" / extract.name)
            cost = cost_of([sys.executable, "-m", "wnb.cli", "run", "--as-of", "2026-11-14", "-q"], place)
            if k < rounds:
                shutil.rmtree(place)
            else:
                sys.stderr.write((place / "lists" / "2026-11-14" / "night.json").read_text("utf-8"))
            return cost

        about = f"{rows:,} rows, {extract.stat().st_size / 1e6:,.0f} MB, a whole night"
        return Run(about, YARDSTICK, interleaved({YARDSTICK: copy, NIGHT: night}, rounds))
