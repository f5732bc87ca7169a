"""DuckDB: the first day on which each child had missed three in a year. Arguments: clustered.parquet, the night."""

import sys

import duckdb

if __name__ == "__main__":
    path, night = sys.argv[1:]
    duckdb.sql("SET threads=2; SET enable_progress_bar=false")
    print(
        *duckdb.sql(
            f"""
            WITH m AS (SELECT child, "at" AS t, lag("at", 2) OVER (PARTITION BY child ORDER BY "at") AS third
                       FROM '{path}' WHERE outcome = 3)
            SELECT count(*), sum(epoch(first)) FROM (
                SELECT child, min(t) AS first FROM m WHERE t - third <= INTERVAL 365 DAY GROUP BY child)
            """
        ).fetchone()
    )
