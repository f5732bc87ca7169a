"""A table that lies elsewhere, judged on one machine and by PySpark in local mode: the same work, the same findings."""

import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks import clustered
from tests.benchmarks.rounds import Run, cost_of, interleaved
from wnb.terms import Outcome

PROJECT = Path(__file__).parents[2]
OURS = "wnb on one machine (DuckDB orders)"
SPARK = "wnb on PySpark, local[2]"
NIGHT = date(1970, 1, 1) + timedelta(days=clustered.NIGHT)
BORN = date(2016, 5, 17)
ROWS_A_GROUP = 100_000


def run(rows: int, rounds: int) -> Run:
    """One interleaved run over the same Parquet, in no order."""
    with tempfile.TemporaryDirectory() as folder:
        held = write(Path(folder), rows)
        commands = {
            name: [sys.executable, "-m", "tests.benchmarks.spark", how, folder]
            for name, how in ((OURS, "local"), (SPARK, "spark"))
        }
        costs = interleaved({name: lambda k, c=c: cost_of(c, PROJECT) for name, c in commands.items()}, rounds)
        one, other = (pq.read_table(Path(folder) / f"{how}.parquet").num_rows for how in ("local", "spark"))
        assert one == other
        return Run(f"{held:,} appointments in no order, {one:,} findings by each", OURS, costs)


def write(folder: Path, rows: int) -> int:
    """About so many invented appointments as somebody's table, shuffled; how many."""
    held = clustered.write(folder, rows)
    h = clustered.mapped(folder)
    order = np.random.default_rng(1).permutation(held)
    child = np.repeat(np.arange(h.children), np.diff(h.starts))[order]
    agencies = pa.array([f"agency-{k}" for k in range(clustered.AGENCIES)])
    words = pa.array([o.word for o in Outcome])
    told = {
        "child_id": pa.array(child.astype(np.int64)),
        "household_id": pa.array(h.household[child].astype(np.int64)),
        "agency": agencies.take(pa.array(h.agency[order])),
        "appointment_id": pa.array(order.astype(str).tolist()),
        "appointment_at": pa.array(h.day[order].astype("datetime64[D]").astype("datetime64[us]")),
        "told": words.take(pa.array(h.outcome[order].astype(np.int32) - 1)),
        "service": pa.array(h.service[order].astype(str).tolist()),
        "date_of_birth": pa.repeat(pa.scalar(BORN), held),
    }
    pq.write_table(pa.table(told), folder / "table.parquet", row_group_size=ROWS_A_GROUP)
    return held


def configuration() -> "object":
    """The shipped rules, and as many agencies as the table has."""
    from dataclasses import replace

    from wnb.config import load

    shipped = load(PROJECT / "config")
    like = next(agency for agency in shipped.agencies.values() if agency.holds == "appointments")
    names = sorted(f"agency-{k}" for k in range(clustered.AGENCIES))
    return replace(shipped, agencies={name: like.model_copy(update={"agency": name}) for name in names})


def by_spark(folder: Path) -> pa.Table:
    """What a job does, and waits for Java to end, so that its work is counted."""
    from wnb.engines.sessions import session
    from wnb.engines.tables import findings

    with session() as spark:
        java = spark.sparkContext._gateway.proc
        spark.conf.set("spark.sql.shuffle.partitions", "4")
        told = findings(configuration(), spark.read.parquet((folder / "table.parquet").as_uri()), NIGHT).findings
    java.stdin.close()
    java.wait()
    return told


def by_one_machine(folder: Path) -> pa.Table:
    """The same worker over the same rows, brought into order by DuckDB."""
    import duckdb

    from wnb.engines import elsewhere, tables
    from wnb.engines.worker import Orders, found

    asked = configuration()
    rules = tuple(tuple(rule for rule in asked.rules.rules if rule.desk is desk) for desk in elsewhere.DESKS)
    agencies = tuple(asked.agencies.values())
    orders = Orders(NIGHT, asked.rules.recall_days, rules, {a.agency: a.organisation_id for a in agencies})
    lacking = ", ".join(f"NULL::{kind} AS {name}" for name, kind in LACKING.items())
    rows = duckdb.sql(f"""
        SELECT encode('h' || household_id) AS household, encode('c' || child_id) AS child,
               * EXCLUDE (household_id, child_id), {lacking}
        FROM '{folder / "table.parquet"}' ORDER BY household, child, appointment_at
    """)
    making = elsewhere.Making(agencies, asked.partnership.timezone, NIGHT)
    answers = pa.Table.from_batches(found(rows.to_arrow_reader(ROWS_A_GROUP), orders, making))
    return tables.finding_rows(answers, rules, asked, NIGHT)


LACKING = {
    "age_at_appointment": "SMALLINT",
    "manages_own_appointments": "BOOLEAN",
    "statuses": "VARCHAR[]",
    "known_on": "DATE",
}

if __name__ == "__main__":
    how, where = sys.argv[1], Path(sys.argv[2])
    pq.write_table({"local": by_one_machine, "spark": by_spark}[how](where), where / f"{how}.parquet")
