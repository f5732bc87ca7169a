"""Interleaved rounds: each contender is a whole process, timed by the operating system, and only ratios are told."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one process cost."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    peak: float  # MiB resident, the largest process


def cost_of(command: Sequence[str], cwd: Path) -> Cost:
    """Run a command to its end and say what it cost; its exit may be 0, 3 or 4."""
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


def table(costs: dict[str, list[Cost]], yardstick: str) -> str:
    """A Markdown table: medians of the ratios to the yardstick of the same round, and the peak memory."""
    lines = ["| | wall × | CPU × | peak MiB | rounds (wall ×) |", "|---|---|---|---|---|"]
    for name, mine in costs.items():
        wall = [a.wall / b.wall for a, b in zip(mine, costs[yardstick], strict=True)]
        cpu = [a.cpu / b.cpu for a, b in zip(mine, costs[yardstick], strict=True)]
        peak = statistics.median(cost.peak for cost in mine)
        cells = (name, f"{statistics.median(wall):.2f}", f"{statistics.median(cpu):.2f}", f"{peak:,.0f}")
        lines.append(f"| {' | '.join(cells)} | {' '.join(f'{ratio:.2f}' for ratio in wall)} |")
    return "\n".join(lines)
