"""A session of Spark: of the cluster that is there, or of one on this machine that ends with what asked for it."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from wnb.errors import UsageFault

ALONE: Final = {
    "spark.master": "local[*]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "8",  # of two hundred, as many as a cluster has, nearly all would be empty here
}
"""What is set where nobody has set up Spark for us: this machine only, nothing open to its network, no chatter."""


@contextmanager
def session() -> Iterator[SparkSession]:
    """A session of our own, in UTC, on the cluster that is there; else on one of this machine, ended afterwards.

    Raises:
        UsageFault: Spark cannot be started.
    """
    running = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("wnb")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # else spark-submit started us, with settings of its own
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # or the workers take whatever python3 they find
        for name, value in ALONE.items():
            builder = builder.config(name, value)
    try:
        spark = running or builder.getOrCreate()
    except PySparkRuntimeError:
        raise UsageFault(
            "engine: spark cannot start Spark here: it needs Java 17 or later (JAVA_HOME, or java on the PATH), or a "
            "cluster that it is submitted to. Install Java, or write engine: local"
        ) from None
    try:
        ours = spark.newSession()
        ours.conf.set("spark.sql.session.timeZone", "UTC")
        ours.conf.set("spark.sql.execution.arrow.localRelationThreshold", "0")  # rows are data, and no part of a plan
        yield ours
    finally:
        if not running:
            spark.stop()


@contextmanager
def without_pandas() -> Iterator[None]:
    """PySpark warns of the pandas that is installed wherever it hands Arrow to Python; none is used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield
