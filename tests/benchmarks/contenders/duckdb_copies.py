"""DuckDB: the same CSV to Parquet, all text, nothing looked at. The yardstick. Arguments: extract, copy.parquet."""

import sys

import duckdb

if __name__ == "__main__":
    extract, copy = sys.argv[1:]
    duckdb.sql("set enable_progress_bar = false")
    duckdb.sql(f"COPY (FROM read_csv('{extract}', all_varchar=true, header=true)) TO '{copy}' (FORMAT parquet)")
