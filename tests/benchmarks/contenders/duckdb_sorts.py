"""DuckDB: the rows of a table sorted by child into another Parquet file. Arguments: table.parquet, sorted.parquet."""

import sys

import duckdb

if __name__ == "__main__":
    table, into = sys.argv[1:]
    duckdb.sql(f"SET threads=2; SET memory_limit='3GB'; SET temp_directory='{into}.spill'")
    duckdb.sql("SET enable_progress_bar=false; SET preserve_insertion_order=false")
    duckdb.sql(f"COPY (FROM '{table}' ORDER BY child_id) TO '{into}' (FORMAT parquet, COMPRESSION zstd)")
