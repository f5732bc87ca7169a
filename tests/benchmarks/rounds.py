"""Interleaved rounds: each contender is a whole process, timed by the operating system, and only ratios are told."""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar


@dataclass(frozen=True)
class Cost:
    """What one process cost."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    peak: float  # MiB resident, the largest process; pages that are mapped from files are among them
    private: float = 0  # MiB of its own, without those, looked at fifty times a second
    said: str = ""  # on its standard output


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

    def private(self, name: str) -> float:
        """MiB of its own, the median of the rounds."""
        return statistics.median(cost.private for cost in self.costs[name])


CONTENDERS = Path(__file__).parent / "contenders"


def make_extract(folder: Path, rows: int, *how: str) -> Path:
    """The extract in a folder, with `big.yaml` beside it. See `contenders.makes_extract`."""
    made = subprocess.run([sys.executable, str(CONTENDERS / "makes_extract.py"), str(folder), str(rows), *how])
    made.check_returncode()
    return folder / "2026-11-14.csv"


def made_by(module: str, *arguments: str) -> str:
    """What another module of the benchmarks makes and says, in a process that is gone when anything is measured."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
    return subprocess.run(command, cwd=CONTENDERS.parents[2], check=True, capture_output=True, text=True).stdout


def cost_of(command: Sequence[str], cwd: Path) -> Cost:
    """Run a command to its end and say what it cost; its exit may be 0, 3 or 4.

    The system counts the memory of whoever starts a process as its own, up to that moment: this process stays small.
    """
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as wrong:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, env=usual, stdout=said, stderr=wrong)
        private, over = [0.0], threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, private, over))
        watching.start()
        _, code, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        over.set()
        watching.join()
        said.seek(0), wrong.seek(0)
        if os.waitstatus_to_exitcode(code) not in (0, 3, 4):
            sys.exit(f"{' '.join(command)} failed:\n{wrong.read().decode()}")
        cpu, words = used.ru_utime + used.ru_stime, said.read().decode().strip()
        return Cost(wall, cpu, used.ru_maxrss / 1024, max(private), words)


def _watch(process: int, private: list[float], over: threading.Event) -> None:
    while not over.wait(0.02):
        try:
            status = Path(f"/proc/{process}/status").read_text("ascii")
        except OSError:
            return
        private += [int(line.split()[1]) / 1024 for line in status.split("\n") if line.startswith("RssAnon")]
        private[:] = [max(private)]


Name = TypeVar("Name", bound=Hashable)


def interleaved(
    contenders: Mapping[Name, Callable[[int], Cost]], rounds: int, warm: bool = True
) -> dict[Name, list[Cost]]:
    """Every contender once in each round, in turn; a first round warms caches up (`warm`) and is not counted."""
    costs: dict[Name, list[Cost]] = {name: [] for name in contenders}
    for k in range(rounds + 1) if warm else range(1, rounds + 1):
        for name, run in contenders.items():
            cost = run(k)
            if k:
                costs[name].append(cost)
    return costs


def table(run: Run) -> str:
    """A Markdown table: medians of the ratios to the yardstick of the same round, and the peak memory."""
    lines = [
        f"{run.about}\n",
        "| | wall × | CPU × | peak MiB | of its own | rounds (CPU ×) |",
        "|---|---|---|---|---|---|",
    ]
    for name in run.costs:
        wall, cpu = run.ratios(name, "wall"), run.ratios(name, "cpu")
        memory = [f"{each:,.0f}" if each else "" for each in (run.peak(name), run.private(name))]
        cells = (name, f"{statistics.median(wall):.2f}", f"{statistics.median(cpu):.2f}", *memory)
        lines.append(f"| {' | '.join(cells)} | {' '.join(f'{ratio:.2f}' for ratio in cpu)} |")
    return "\n".join(lines)


def growth(runs: Sequence[Run]) -> str:
    """A Markdown table: by contender, how many times the CPU and wall of the smallest run each larger one took."""
    first, *others = runs
    lines = [f"Growth, beside {first.about}\n", "| | CPU × | wall × | rounds (CPU ×) |", "|---|---|---|---|"]
    for run in others:
        lines.append(f"| **{run.about}** | | | |")
        for name in first.costs:
            pairs = list(zip(run.costs[name], first.costs[name], strict=True))
            cpu, wall = [a.cpu / b.cpu for a, b in pairs], [a.wall / b.wall for a, b in pairs]
            told = f"{statistics.median(cpu):.1f} | {statistics.median(wall):.1f}"
            lines.append(f"| {name} | {told} | {' '.join(f'{ratio:.1f}' for ratio in cpu)} |")
    return "\n".join(lines)
