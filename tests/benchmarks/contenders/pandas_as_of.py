"""pandas: the five rules of `as_of`. Arguments: clustered.parquet, the night."""

import sys

import pandas as pd
from as_of import days

if __name__ == "__main__":
    path, night = sys.argv[1:]
    told = {name: pd.Timestamp(day) for name, day in days(night).items()}
    rows = pd.read_parquet(path, columns=["child", "at", "outcome", "agency"])
    rows = rows[rows["at"] < told["tomorrow"]]
    year, half = rows["at"] >= told["year"], rows["at"] >= told["half"]
    missed, seen = rows["outcome"] == 3, rows["outcome"] == 1
    rows = rows.assign(missed=missed & year, seen=seen & year, seen_at=rows["at"].where(seen))
    a = rows.groupby("child").agg(missed=("missed", "sum"), seen=("seen", "sum"), last_seen=("seen_at", "max"))
    last = rows["child"].map(a["last_seen"])
    since = rows[~seen & (last.isna() | (rows["at"] > last))]
    mine = (since["outcome"] == 3) & (since["at"] >= told["half"])
    since = since.assign(
        in_a_row=since["outcome"] == 3,
        recent=mine,
        where=since["agency"].where(mine),
        offered=since["outcome"].isin([3, 9]),
    )
    s = since.groupby("child").agg(
        in_a_row=("in_a_row", "sum"), recent=("recent", "sum"), one=("where", "min"), another=("where", "max"),
        offered=("offered", "sum"),
    )  # fmt: skip
    both = a.join(s)
    print(
        (both["missed"] >= 3).sum(),
        (both["in_a_row"] >= 4).sum(),
        ((both["recent"] >= 3) & (both["one"] != both["another"])).sum(),
        ((2 * both["missed"] >= both["missed"] + both["seen"]) & (both["missed"] + both["seen"] >= 4)).sum(),
        ((both["offered"] >= 2) & (both["last_seen"].isna() | (both["last_seen"] < told["half"]))).sum(),
    )
