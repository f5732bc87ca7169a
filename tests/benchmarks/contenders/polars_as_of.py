"""Polars, streaming: the five rules of `as_of`. Arguments: clustered.parquet, the night."""

import sys

import polars as pl
from as_of import days

if __name__ == "__main__":
    path, night = sys.argv[1:]
    told = {name: pl.lit(day).cast(pl.Datetime("ms")) for name, day in days(night).items()}
    t, outcome = pl.col("at"), pl.col("outcome")
    rows = pl.scan_parquet(path).select("child", "at", "outcome", "agency").filter(t < told["tomorrow"])
    a = rows.group_by("child").agg(
        missed=((outcome == 3) & (t >= told["year"])).sum(),
        seen=((outcome == 1) & (t >= told["year"])).sum(),
        last_seen=t.filter(outcome == 1).max(),
    )
    recent = (outcome == 3) & (t >= told["half"])
    s = (
        rows.filter(outcome != 1).join(a.select("child", "last_seen"), on="child")
        .filter(pl.col("last_seen").is_null() | (t > pl.col("last_seen"))).group_by("child")
        .agg(
            in_a_row=(outcome == 3).sum(),
            recent=recent.sum(),
            one=pl.col("agency").filter(recent).min(),
            another=pl.col("agency").filter(recent).max(),
            offered=outcome.is_in([3, 9]).sum(),
        )
    )  # fmt: skip
    missed, seen, last = (pl.col(name).cast(pl.Int64) if name != "last_seen" else pl.col(name)
                          for name in ("missed", "seen", "last_seen"))  # fmt: skip
    found = a.join(s, on="child", how="left").select(
        (missed >= 3).sum().alias("1"),
        (pl.col("in_a_row") >= 4).sum().alias("2"),
        ((pl.col("recent") >= 3) & (pl.col("one") != pl.col("another"))).sum().alias("3"),
        ((2 * missed >= missed + seen) & (missed + seen >= 4)).sum().alias("4"),
        ((pl.col("offered") >= 2) & (last.is_null() | (last < told["half"]))).sum().alias("5"),
    )
    print(*found.collect(engine="streaming").row(0))
