"""The figures that `--keep` has kept, drawn: CPU against rows, both by powers of ten, a line a contender.

    python -m tests.benchmarks.plot FIGURES.json [FIGURES.json ...] PICTURE.svg

CPU is told in times the yardstick's over the smallest number of rows of its own picture, so that no second of any
machine is in it. One picture for each kind of run that has more than one size.
"""

import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from xml.sax.saxutils import escape

WIDE, HIGH, LEFT, TOP, FOOT, WORDS = 1_000, 420, 90, 60, 60, 390
COLOURS = ("#5b5b5b", "#0b6e99", "#b54708", "#6b4fa0", "#2f7d32", "#a61e4d", "#8a6d00")
OURS = "#0b6e99"
TITLES = {
    "patterns": "Every shipped rule over clustered histories, and others' ways to ask less",
    "histories": "From a table as it came to findings, and a night's changes",
}


def drawn(kept: list[dict[str, Any]]) -> str:
    """The pictures, one below the other, as one SVG."""
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in kept:
        kinds[run["what"]].append(run)
    pictures = [picture(TITLES[what], runs) for what, runs in kinds.items() if what in TITLES]
    body = "".join(f'<g transform="translate(0 {HIGH * n})">{each}</g>' for n, each in enumerate(pictures))
    high = HIGH * len(pictures)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" font-family="sans-serif" font-size="14">'
        f'<rect width="{WIDE}" height="{high}" fill="#fff"/>{body}</svg>\n'
    )


def picture(title: str, runs: list[dict[str, Any]]) -> str:
    """One kind of run: rows across, CPU upwards."""
    lines: dict[str, dict[int, float]] = defaultdict(dict)
    for run in runs:
        rows = int(re.sub(r"\D", "", run["about"].split(" ")[0]))
        for name, costs in run["costs"].items():
            lines[name][rows] = median(cost["cpu"] for cost in costs)
    yardstick = runs[0]["yardstick"]
    unit = lines[yardstick][min(lines[yardstick])]
    points = {name: {rows: cpu / unit for rows, cpu in of.items()} for name, of in lines.items()}
    across = sorted({rows for of in points.values() for rows in of})
    upward = [cpu for of in points.values() for cpu in of.values()]
    low, high = math.floor(math.log10(min(upward))), math.ceil(math.log10(max(upward)))

    def x(rows: int) -> float:
        span = math.log10(across[-1] / across[0]) or 1
        return LEFT + math.log10(rows / across[0]) / span * (WIDE - LEFT - WORDS)

    def y(cpu: float) -> float:
        return TOP + (high - math.log10(cpu)) / (high - low) * (HIGH - TOP - FOOT)

    return "".join(
        [f'<text x="20" y="30" font-size="17" font-weight="bold">{escape(title)}</text>']
        + [
            f'<line x1="{LEFT}" x2="{WIDE - WORDS}" y1="{y(10.0**k):.1f}" y2="{y(10.0**k):.1f}" stroke="#ddd"/>'
            f'<text x="{LEFT - 10}" y="{y(10.0**k) + 5:.1f}" text-anchor="end">{10.0**k:g} ×</text>'
            for k in range(low, high + 1)
        ]
        + [
            f'<text x="{x(rows):.1f}" y="{HIGH - FOOT + 24}" text-anchor="middle">{round(rows / 1e6, 1):g} M</text>'
            for rows in across
            if str(rows)[0] in "19"
        ]
        + [f'<text x="{LEFT}" y="{HIGH - 12}" fill="#555">appointments; CPU beside “{escape(yardstick)}” over the '
           "fewest</text>"]
        + list(_lines(points, x, y))
    )  # fmt: skip


def _lines(points: dict[str, dict[int, float]], x: Any, y: Any) -> Iterator[str]:
    """Each contender's line, and its words beside the end of it, one below the other where they would meet."""
    ends = sorted((y(of[max(of)]), name) for name, of in points.items())
    below = 0.0
    places = {}
    for end, name in ends:
        below = max(end, below + 18)
        places[name] = below
    for n, (name, of) in enumerate(points.items()):
        colour = OURS if name.startswith("wnb") else COLOURS[0] if n == 0 else COLOURS[2 + n % (len(COLOURS) - 2)]
        width = 3 if name.startswith("wnb") else 1.5
        dots = [(x(rows), y(cpu)) for rows, cpu in sorted(of.items())]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in dots)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        yield "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in dots)
        words = f"{name} ({of[max(of)]:,.1f} ×)"
        yield f'<text x="{WIDE - WORDS + 14}" y="{places[name] + 5:.1f}" fill="{colour}">{escape(words)}</text>'


if __name__ == "__main__":
    *figures, into = map(Path, sys.argv[1:])
    runs = [run for figure in figures for run in json.loads(figure.read_text("utf-8"))]
    into.write_text(drawn(runs), "utf-8")
