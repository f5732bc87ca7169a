"""Splink on Spark: accounts are brought together and compared where the cluster is, and pairs come back.

The words of a model (`linkage.WORDS`) are asked of DuckDB in Spark's workers, so that two names are as alike there as
on one machine; nothing else has to be put on a cluster for them.
"""

from collections.abc import Callable
from functools import cache

import duckdb
import pyarrow as pa
from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import SparkSession
from pyspark.sql.pandas.functions import arrow_udf

from wnb.engines.likeness import GAMMAS, numbered, predicted
from wnb.engines.sessions import session, without_pandas
from wnb.errors import UsageFault
from wnb.linkage import ALIKE, WORDS, Model


def alike(model: Model, asked: pa.Table, told: pa.Table) -> pa.Table:
    """Which account may be of one child with which: see `engine.Engine`.

    Raises:
        UsageFault: Spark cannot be started, or does not know what the model asks for.
    """
    from splink.backends.spark import SparkAPI
    from splink.internals.exceptions import SplinkException

    with session() as spark, without_pandas():
        for word, sql in WORDS.items():
            spark.udf.register(word, _asked_of_duckdb(sql))
        api = SparkAPI(  # type: ignore[no-untyped-call]
            spark_session=spark, break_lineage_method="persist", register_udfs_automatically=False
        )
        sides = [
            api.register(spark.createDataFrame(table), dataset_display_name=which)
            for which, table in numbered(asked, told)
        ]
        try:
            pairs = spark.table(predicted(api, sides, model).physical_name)
            told_of = pairs.selectExpr("child_l AS child", "child_r AS other", *GAMMAS).distinct()
            return told_of.toArrow().cast(ALIKE)
        except SplinkException as wrong:
            if not isinstance(wrong.__cause__, AnalysisException | ParseException):
                raise
            raise UsageFault(
                "config/linkage.json asks for what Spark does not know (its levels may use plain SQL and "
                f"{', '.join(WORDS)}): train it again, or write engine: local"
            ) from wrong
        finally:
            _forget(spark)


def _asked_of_duckdb(sql: str) -> Callable[..., object]:
    """A function of Spark's that asks DuckDB, in the worker, for an expression over two columns."""

    def answer(one: pa.Array, other: pa.Array) -> pa.Array:
        with _in_worker().cursor() as connection:
            connection.register("pairs", pa.table({"one": one, "other": other}))
            return connection.sql(f"SELECT {sql} AS said FROM pairs").to_arrow_table()["said"].combine_chunks()

    asked: Callable[..., object] = arrow_udf(answer, "boolean")  # type: ignore[call-overload]
    return asked


@cache
def _in_worker() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _forget(spark: SparkSession) -> None:
    """Let go of what Splink kept of these children in the cluster's memory."""
    for table in spark.catalog.listTables():
        if table.isTemporary and table.name.startswith("__splink"):
            spark.table(table.name).unpersist()
            spark.catalog.dropTempView(table.name)
