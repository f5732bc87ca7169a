"""Every shipped rule, as of tonight and first met, over clustered histories, beside others' ways to ask less.

The yardstick is DuckDB's bare scan and group-by child of the same rows, clustered in Parquet. The peers count the
children of five plain rules as of tonight: no statuses, no scopes, no evidence, no first day, but for the one that asks
`LAG` for first days of one rule. What they say is compared, so that nobody is measured at another task.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from tests.benchmarks.rounds import CONTENDERS, Run, cost_of, interleaved, made_by

NIGHT: Final = date(2026, 11, 13)  # clustered.NIGHT
PROJECT: Final = Path(__file__).parents[2]
YARDSTICK: Final = "DuckDB: scan and group by child"
OURS: Final = "wnb: every shipped rule, tonight and first met"
AS_OF: Final = {
    "DuckDB: five rules tonight, two passes": "duckdb_two_pass.py",
    "Polars, streaming: five rules tonight": "polars_as_of.py",
    "pandas: five rules tonight": "pandas_as_of.py",
    "PySpark, local[2]: five rules tonight": "spark_as_of.py",
}
LAG: Final = {"DuckDB: LAG, first day of one rule": "duckdb_lag.py"}


def run(sizes: Sequence[int], rounds: int, folder: Path, peers: bool = True) -> list[Run]:
    """One interleaved run over all sizes; `folder` keeps what was made for the next."""
    asked: dict[tuple[int, str], list[str]] = {}
    held = {}
    for rows in sizes:
        made = folder / f"clustered-{rows}"
        parquet = made / "appointments.parquet"
        held[rows] = int(made_by("clustered", str(made), str(rows)))
        scripts = {YARDSTICK: "duckdb_groups.py", **(AS_OF | LAG if peers else {})}
        for name, script in scripts.items():
            asked[rows, name] = [sys.executable, str(CONTENDERS / script), str(parquet), NIGHT.isoformat()]
        asked[rows, OURS] = [sys.executable, "-m", "tests.benchmarks.patterns", str(made)]
    costs = interleaved({key: lambda k, c=c: cost_of(c, PROJECT) for key, c in asked.items()}, rounds)
    said = {rows: {cost.said for name in AS_OF for cost in costs.get((rows, name), [])} for rows in sizes}
    assert all(len(answers) <= 1 for answers in said.values()), f"the peers disagree: {said}"
    return [
        Run(
            f"{held[rows]:,} clustered appointments",
            YARDSTICK,
            {name: of for (size, name), of in costs.items() if size == rows},
        )
        for rows in sizes
    ]


def evaluate(folder: Path) -> str:
    """What the timed process does: the shipped rules over the mapped columns."""
    from tests.benchmarks import clustered
    from wnb.config import load
    from wnb.detect import detect

    rules = load(PROJECT / "config").rules
    findings = detect(clustered.mapped(folder), rules.rules, NIGHT, recall_days=rules.recall_days)
    return f"{len(findings)} findings"


if __name__ == "__main__":
    print(evaluate(Path(sys.argv[1])))
