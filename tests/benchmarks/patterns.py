"""Every shipped rule, as of tonight and first met, beside DuckDB's bare scan and group-by child of the same rows."""

import sys
import tempfile
import threading
from datetime import date, timedelta
from pathlib import Path

from tests.benchmarks import clustered
from tests.benchmarks.rounds import cost_of, interleaved, table

PROJECT = Path(__file__).parents[2]
YARDSTICK = "DuckDB: scan and group by child"
OURS = "wnb: every shipped rule, tonight and first met"
GROUP_BY = """
import duckdb, sys
duckdb.sql("SET threads=2")
print(duckdb.sql(f'''
    SELECT count(*), sum(n), sum(missed), max(latest), max(a), max(s) FROM (
        SELECT child, count(*) n, count(*) FILTER (outcome = 3) missed, max("at") latest, max(agency) a, max(service) s
        FROM '{sys.argv[1]}' GROUP BY child)
''').fetchall())
"""


def run(rows: int, rounds: int, folder: Path | None = None) -> str:
    """The table of one interleaved run; `folder` keeps what was made for the next."""
    with tempfile.TemporaryDirectory() as passing:
        made = folder or Path(passing)
        parquet = made / "appointments.parquet"
        held = clustered.write(made, rows) if not parquet.exists() else len(clustered.mapped(made).day)
        commands = {
            YARDSTICK: [sys.executable, "-c", GROUP_BY, str(parquet)],
            OURS: [sys.executable, "-m", "tests.benchmarks.patterns", str(made)],
        }
        costs = interleaved({name: lambda k, c=c: cost_of(c, PROJECT) for name, c in commands.items()}, rounds)
        return f"{held:,} appointments, clustered\n\n{table(costs, YARDSTICK)}"


def evaluate(folder: Path) -> str:
    """What the timed process does: the shipped rules over the mapped columns. How much memory of its own it took."""
    from wnb.config import load
    from wnb.detect import detect

    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            status = Path("/proc/self/status").read_text("ascii")
            own = next(line for line in status.split("\n") if line.startswith("RssAnon"))
            most[0] = max(most[0], int(own.split()[1]))

    threading.Thread(target=watch, daemon=True).start()
    rules = load(PROJECT / "config").rules
    night = date(1970, 1, 1) + timedelta(days=clustered.NIGHT)
    findings = detect(clustered.mapped(folder), rules.rules, night, recall_days=rules.recall_days)
    done.set()
    return f"{len(findings):,} findings, {most[0] / 1024:,.0f} MiB of its own"


if __name__ == "__main__":
    print(evaluate(Path(sys.argv[1])))
