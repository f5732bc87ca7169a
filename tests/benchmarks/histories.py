"""Histories on disk, from a table in the order in which it came: built, and a night's changes laid into them.

The yardstick sorts the same rows by child into one Parquet file, and does nothing else. `wnb` does all of its job on
one machine each time (docs/scaling.md): reading, recoding, columns, every shipped rule, findings with their proof.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.rounds import CONTENDERS, Cost, Run, cost_of, interleaved, made_by

PROJECT: Final = Path(__file__).parents[2]
YARDSTICK: Final = "DuckDB: sorted by child, to Parquet"
BUILT: Final = "wnb: histories built, every rule"
LAID_IN: Final = "wnb: a night's changes laid in, every rule"
AGAIN: Final = "wnb: histories there already, every rule"


def run(sizes: Sequence[int], rounds: int, folder: Path, warm: bool = True) -> list[Run]:
    """One interleaved run over all sizes; `folder` keeps what was made for the next."""
    asked: dict[tuple[int, str], Callable[[int], Cost]] = {}
    about = {}
    for rows in sizes:
        made = folder / f"elsewhere-{rows}"
        told = int(made_by("elsewhere", str(made), str(rows)))
        about[rows] = f"{rows:,} appointments as they came; changes of 0.3 % of them, told in {told:,} rows"
        for name, contender in _contenders(made).items():
            asked[rows, name] = contender
    costs = interleaved(asked, rounds, warm)
    for rows in sizes:
        shutil.rmtree(folder / f"elsewhere-{rows}" / "kept", ignore_errors=True)
    return [
        Run(about[rows], YARDSTICK, {name: of for (size, name), of in costs.items() if size == rows}) for rows in sizes
    ]


def _contenders(made: Path) -> dict[str, Callable[[int], Cost]]:
    whole, changes = str(made / "appointments.parquet"), str(made / "changes.parquet")
    kept, laid = made / "kept", made / "laid"

    def sorts(k: int) -> Cost:
        sorted_rows = made / "sorted.parquet"
        cost = cost_of([sys.executable, str(CONTENDERS / "duckdb_sorts.py"), whole, str(sorted_rows)], made)
        sorted_rows.unlink()
        return cost

    def builds(k: int) -> Cost:
        shutil.rmtree(kept, ignore_errors=True)
        return _job(kept, whole)

    def lays_in(k: int) -> Cost:
        shutil.copytree(kept, laid, copy_function=_linked)  # what was built stays for who finds it there
        cost = _job(laid, whole, changes)
        shutil.rmtree(laid)
        return cost

    return {YARDSTICK: sorts, BUILT: builds, LAID_IN: lays_in, AGAIN: lambda k: _job(kept, whole)}


def _job(kept: Path, *files: str) -> Cost:
    return cost_of([sys.executable, "-m", "tests.benchmarks.histories", str(kept), *files], PROJECT)


def _linked(there: str, here: str) -> None:
    Path(here).hardlink_to(there)


def judge(kept: Path, files: Sequence[Path]) -> str:
    """What the timed process does: the job of docs/scaling.md under the shipped rules."""
    from dataclasses import replace

    from tests.benchmarks import elsewhere
    from wnb.config import load
    from wnb.engines.mapped import findings

    shipped = load(PROJECT / "config")
    like = next(agency for agency in shipped.agencies.values() if agency.holds == "appointments")
    agencies = {name: like.model_copy(update={"agency": name}) for name in elsewhere.AGENCY.to_pylist()}
    told = findings(replace(shipped, agencies=agencies), files, kept, elsewhere.NIGHT)
    return f"{told.appointments} appointments of {told.children} children; {told.findings.num_rows} findings"


if __name__ == "__main__":
    print(judge(Path(sys.argv[1]), [Path(file) for file in sys.argv[2:]]))
