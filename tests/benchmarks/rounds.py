"""Interleaved rounds: each contender is a whole process, timed by the operating system, and only ratios are told."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one process cost."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    peak: float  # MiB resident, the largest process


@dataclass(frozen=True)
class Run:
    """One interleaved run: what it was over, the contender that all are compared with, and every round's costs."""

    about: str
    yardstick: str
    costs: Mapping[str, Sequence[Cost]]

    def ratios(self, name: str, what: str) -> list[float]:
        """Round by round, a contender's `wall` or `cpu` over the yardstick's."""
        pairs = zip(self.costs[name], self.costs[self.yardstick], strict=True)
        return [getattr(mine, what) / getattr(theirs, what) for mine, theirs in pairs]

    def peak(self, name: str) -> float:
        """MiB, the median of the rounds."""
        return statistics.median(cost.peak for cost in self.costs[name])


CONTENDERS = Path(__file__).parent / "contenders"


def make_extract(folder: Path, rows: int, *how: str) -> Path:
    """The extract in a folder, with `big.yaml` beside it. See `contenders.makes_extract`."""
    made = subprocess.run([sys.executable, str(CONTENDERS / "makes_extract.py"), str(folder), str(rows), *how])
    made.check_returncode()
    return folder / "2026-11-14.csv"


def cost_of(command: Sequence[str], cwd: Path) -> Cost:
    """Run a command to its end and say what it cost; its exit may be 0, 3 or 4.

    The system counts the memory of whoever starts a process as its own, up to that moment: this process stays small.
    """
    began = time.monotonic()
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=cwd, env=usual, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, code, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if os.waitstatus_to_exitcode(code) not in (0, 3, 4):
        sys.exit(f"{' '.join(command)} failed:\n{process.stderr.read().decode() if process.stderr else ''}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def interleaved(contenders: dict[str, Callable[[int], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Every contender once in each round, in turn; a first round warms caches up and is not counted."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for k in range(rounds + 1):
        for name, run in contenders.items():
            cost = run(k)
            if k:
                costs[name].append(cost)
    return costs


def table(run: Run) -> str:
    """A Markdown table: medians of the ratios to the yardstick of the same round, and the peak memory."""
    lines = [f"{run.about}\n", "| | wall × | CPU × | peak MiB | rounds (CPU ×) |", "|---|---|---|---|---|"]
    for name in run.costs:
        wall, cpu = run.ratios(name, "wall"), run.ratios(name, "cpu")
        cells = (name, f"{statistics.median(wall):.2f}", f"{statistics.median(cpu):.2f}", f"{run.peak(name):,.0f}")
        lines.append(f"| {' | '.join(cells)} | {' '.join(f'{ratio:.2f}' for ratio in cpu)} |")
    return "\n".join(lines)
