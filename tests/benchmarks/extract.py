"""One extract, four rows in a hundred defective: CSV to accepted and quarantined Parquet, beside other readers."""

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks.rounds import CONTENDERS, Cost, Run, cost_of, interleaved, make_extract

COPY = "DuckDB: a plain copy, all text"
WNB = "wnb: read by its contract"
OTHERS = {
    "DuckDB: validated by one query": "duckdb_validates.py",
    "Polars: validated, two sinks": "polars_validates.py",
}


def run(rows: int, rounds: int) -> list[Run]:
    """Three interleaved runs: the whole extract, every reader; a tenth of it; a tenth with quotes here and there."""
    few = max(1, rows // 10)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        others = dict(OTHERS)
        if importlib.util.find_spec("polars") is None:
            print("Polars is not installed here, and is left out: pip install 'wnb[bench]'", file=sys.stderr)
            others.popitem()
        return [
            _run(root, rows, rounds, "one extract", others=others),
            _run(root, few, rounds, "a tenth of it: is the memory flat?"),
            _run(root, few, rounds, "one field in a thousand in quotes: the careful path", "quoted"),
        ]


def _run(root: Path, rows: int, rounds: int, about: str, *how: str, others: Mapping[str, str] | None = None) -> Run:
    extract = make_extract(root, rows, "defective", *how)

    def contender(script: str, *arguments: str) -> Callable[[int], Cost]:
        command = [sys.executable, str(CONTENDERS / script), str(extract), *arguments]
        return lambda k: cost_of(command, root)

    tables = str(root / "accepted.parquet"), str(root / "quarantined.parquet")
    contenders = {
        COPY: contender("duckdb_copies.py", tables[0]),
        **{name: contender(script, *tables) for name, script in (others or {}).items()},
        WNB: contender("wnb_reads.py", str(root / "big.yaml"), *tables),
    }
    size = extract.stat().st_size
    return Run(f"{rows:,} rows, {size / 1e6:,.0f} MB, {about}", COPY, interleaved(contenders, rounds))
