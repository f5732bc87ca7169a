"""`make bench`: what docs/performance.md tells, measured again on this machine.

    python -m tests.benchmarks [extract|night ...] [--rows 10000000] [--rounds 3] [--keep figures.json]

A quick form: `make bench ROWS=200000`. The figures that are kept are drawn by `python -m tests.benchmarks.plot`.
"""

import argparse
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from statistics import median

from tests.benchmarks import extract, night
from tests.benchmarks.rounds import Run, table

RUNS = {"extract": extract.run, "night": lambda rows, rounds: [night.run(rows // 10, rounds)]}
TARGETS = {("extract", 0): ("cpu", 1.0), ("extract", 2): ("cpu", 4.0), ("night", 0): ("wall", 4.0)}
"""Of the last contender of a run: so many times the yardstick at most."""
MOST_MEMORY = 1_024  # MiB, for reading an extract


def verdict(what: str, number: int, run: Run) -> str:
    """Whether a run's target was met, in a sentence."""
    wnb = list(run.costs)[-1]
    said = []
    if (what, number) in TARGETS:
        of, most = TARGETS[what, number]
        reached = median(run.ratios(wnb, of))
        said.append(f"{of} {reached:.2f} x, target {most:.1f} x: {'met' if reached <= most else 'MISSED'}")
    if what == "extract":
        said.append(f"peak {run.peak(wnb):,.0f} MiB: {'within' if run.peak(wnb) <= MOST_MEMORY else 'OVER'} 1 GiB")
    return "; ".join(said)


def main() -> None:
    """Run what is asked for and print its tables."""
    told = argparse.ArgumentParser(prog="make bench")
    told.add_argument("what", nargs="*", default=list(RUNS))
    told.add_argument("--rows", type=int, default=10_000_000)
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--keep", type=Path)
    asked = told.parse_args()
    kept = []
    for what in asked.what:
        for number, run in enumerate(RUNS[what](asked.rows, asked.rounds)):
            print(f"{table(run)}\n\n{verdict(what, number, run)}\n", flush=True)
            kept.append({"what": what, "day": date.today().isoformat(), **asdict(run)})
    if asked.keep:
        asked.keep.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
