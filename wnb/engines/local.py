"""The engine for one machine: every rule over what it may read, and likeness asked of DuckDB in this process."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date

import pyarrow as pa

from wnb.config import Configuration
from wnb.detect import detect
from wnb.engines.engine import Pass
from wnb.engines.likeness import GAMMAS, numbered, predicted
from wnb.joining import Joined
from wnb.linkage import ALIKE, WORDS, Model
from wnb.may_read import readings

MEMORY = "400MB"
"""What DuckDB may hold of accounts and pairs; beyond it, it uses the disk."""

MANY = 100_000
"""Accounts for whose sake unused memory is given back first; that takes time, and a night's few need little."""


def at_work() -> AbstractContextManager[None]:
    """Nothing here is dear to start: see `engine.Engine`."""
    return nullcontext()


def alike(model: Model, asked: pa.Table, told: pa.Table) -> pa.Table:
    """Which account may be of one child with which: see `engine.Engine`."""
    import duckdb
    from splink import DuckDBAPI

    if told.num_rows > MANY:  # what linking has let go of is not held beside what DuckDB takes
        pa.default_memory_pool().release_unused()
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as connection:
        connection.execute("SET enable_progress_bar = false")
        for word, sql in WORDS.items():
            connection.execute(f"CREATE MACRO {word}(one, other) AS ({sql})")
        api = DuckDBAPI(connection=connection)
        sides = []
        for which, table in numbered(asked, told):
            connection.register(f"raw_{which}", table)
            connection.execute(f"CREATE TABLE here_{which} AS SELECT * FROM raw_{which}")
            sides.append(api.register(f"here_{which}", dataset_display_name=which))
        pairs = predicted(api, sides, model)
        columns = f"child_l AS child, child_r AS other, {', '.join(GAMMAS)}"
        return connection.sql(f"SELECT DISTINCT {columns} FROM {pairs.physical_name}").to_arrow_table().cast(ALIKE)


def passes(
    configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined, night: date
) -> tuple[Pass, ...]:
    """Every rule over what it may read, as of `night`: see `engine.Engine`."""
    recall_days = configuration.rules.recall_days
    return tuple(
        Pass(
            reading.histories,
            reading.rules,
            detect(reading.histories, reading.rules, night, recall_days=recall_days),
            reading.households_set_aside,
        )
        for reading in readings(configuration, facts, joined, night)
    )
