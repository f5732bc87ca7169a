"""DuckDB: a bare scan of five columns and a group-by child. Arguments: clustered.parquet, the night (not read)."""

import sys

import duckdb

if __name__ == "__main__":
    duckdb.sql("SET threads=2; SET enable_progress_bar=false")
    print(
        duckdb.sql(
            f"""
            SELECT count(*), sum(n), sum(missed), max(latest), max(a), max(s) FROM (
                SELECT child, count(*) n, count(*) FILTER (outcome = 3) missed, max("at") latest, max(agency) a,
                       max(service) s
                FROM '{sys.argv[1]}' GROUP BY child)
            """
        ).fetchall()
    )
