"""`make bench`: what docs/performance.md tells, measured again on this machine.

    python -m tests.benchmarks [extract|night|links|patterns|histories|whatif|spark ...] [--rows 10000000] [--rounds 3]
                               [--keep figures.json] [--data FOLDER] [--england]

A quick form: `make bench ROWS=200000`. `--england` (`make bench-england`) is what runs by hand: `patterns` and
`histories` over ten and a hundred million, without the peers. What `--data` names keeps what was made for the next
run. The figures that are kept are drawn by `python -m tests.benchmarks.plot figures.json`.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median

from tests.benchmarks.rounds import Run, growth, table

ENGLAND = 100_000_000


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line."""

    rows: int
    rounds: int
    folder: Path
    england: bool

    @property
    def sizes(self) -> tuple[int, int]:
        """A tenth, to see what growth costs, and all."""
        return self.rows // 10, self.rows


def _extract(asked: Asked) -> list[Run]:
    from tests.benchmarks import extract

    return extract.run(asked.rows, asked.rounds)


def _night(asked: Asked) -> list[Run]:
    from tests.benchmarks import night

    return [night.run(asked.rows // 10, asked.rounds)]


def _links(asked: Asked) -> list[Run]:
    from tests.benchmarks import links

    return [links.run(asked.rows // 10, asked.rounds)]


def _patterns(asked: Asked) -> list[Run]:
    from tests.benchmarks import patterns

    return patterns.run(asked.sizes, asked.rounds, asked.folder, peers=not asked.england)


def _histories(asked: Asked) -> list[Run]:
    from tests.benchmarks import histories

    return histories.run(asked.sizes, asked.rounds, asked.folder, warm=not asked.england)


def _whatif(asked: Asked) -> list[Run]:
    from tests.benchmarks import whatif

    return [whatif.run(asked.rows, asked.rounds, asked.folder)]


def _spark(asked: Asked) -> list[Run]:
    from tests.benchmarks import spark

    return [spark.run(asked.rows // 10, asked.rounds)]


RUNS: dict[str, Callable[[Asked], list[Run]]] = {
    "extract": _extract,
    "night": _night,
    "links": _links,
    "patterns": _patterns,
    "histories": _histories,
    "whatif": _whatif,
    "spark": _spark,
}
IN_ENGLAND = ("patterns", "histories")


@dataclass(frozen=True)
class Target:
    """Of a contender of a run: so many times the CPU or wall of another at most."""

    number: int  # which run
    mine: int  # which contender of it
    beside: int
    of: str
    most: float


TARGETS = {
    "extract": (Target(0, -1, 0, "cpu", 1.0), Target(2, -1, 0, "cpu", 4.0)),
    "night": (Target(0, -1, 0, "wall", 4.0),),
    "patterns": (Target(1, -1, 0, "cpu", 1.0),),
    "histories": (Target(1, 2, 1, "cpu", 0.2),),
    "whatif": (Target(0, 1, 0, "wall", 4.0), Target(0, 2, 0, "wall", 4.0)),
}
MEMORY = {"extract": ("peak", 1_024), "patterns": ("private", 2_048), "histories": ("peak", 5_120)}
"""Of the contenders that are wnb: MiB at most, mapped pages among them (`peak`) or not."""
GROWTH = 11.0


def verdict(what: str, number: int, run: Run, rows: int) -> str:
    """Whether a run's targets were met, a sentence each; those of `IN_ENGLAND` are for all of England alone."""
    if what == "links":
        from tests.benchmarks import links

        return links.verdict(run)
    names = list(run.costs)
    said = []
    for target in TARGETS.get(what, ()) if what not in IN_ENGLAND or rows >= ENGLAND else ():
        if target.number == number:
            mine, beside = names[target.mine], names[target.beside]
            pairs = zip(run.costs[mine], run.costs[beside], strict=True)
            reached = median(getattr(a, target.of) / getattr(b, target.of) for a, b in pairs)
            met = "met" if reached <= target.most else "MISSED"
            said.append(f"{mine}: {target.of} {reached:.2f} x of {beside}, target {target.most:.1f} x: {met}")
    if what in MEMORY:
        kind, most = MEMORY[what]
        for name in names:
            if name.startswith("wnb"):
                peak = getattr(run, kind)(name)
                said.append(f"{name}: {kind} {peak:,.0f} MiB, {'within' if peak <= most else 'OVER'} {most:,}")
    return "\n".join(said)


def main() -> None:
    """Run what is asked for and print its tables."""
    told = argparse.ArgumentParser(prog="make bench")
    told.add_argument("what", nargs="*")
    told.add_argument("--rows", type=int, default=0)
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--keep", type=Path)
    told.add_argument("--data", type=Path)
    told.add_argument("--england", action="store_true")
    given = told.parse_args()
    rows = given.rows or (ENGLAND if given.england else ENGLAND // 10)
    kept = []
    with tempfile.TemporaryDirectory() as passing:
        asked = Asked(rows, given.rounds, given.data or Path(passing), given.england)
        for what in given.what or (IN_ENGLAND if given.england else RUNS):
            runs = RUNS[what](asked)
            for number, run in enumerate(runs):
                print(f"{table(run)}\n\n{verdict(what, number, run, rows)}\n", flush=True)
                kept.append({"what": what, "day": date.today().isoformat(), **asdict(run)})
            if what in IN_ENGLAND:
                print(f"{growth(runs)}\n\nat most {GROWTH:.0f} x for ten times the rows\n", flush=True)
    if given.keep:
        given.keep.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
