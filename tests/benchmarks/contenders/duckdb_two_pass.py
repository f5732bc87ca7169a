"""DuckDB: five rules in two passes of SQL. Arguments: clustered.parquet, the night."""

import sys

import duckdb
from as_of import TWO_PASSES, days

if __name__ == "__main__":
    path, night = sys.argv[1:]
    duckdb.sql("SET threads=2; SET enable_progress_bar=false")
    rows = f"""(SELECT child, "at" AS t, outcome, agency FROM '{path}')"""
    told = {name: f"TIMESTAMP '{day}'" for name, day in days(night).items()}
    print(*duckdb.sql(TWO_PASSES.format(rows=rows, **told)).fetchone())
