"""PySpark in local mode: the five rules of `as_of`, in the same SQL. Arguments: clustered.parquet, the night."""

import sys
from pathlib import Path

from as_of import TWO_PASSES, days
from pyspark.sql import SparkSession

if __name__ == "__main__":
    path, night = sys.argv[1:]
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "6g")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.sql.shuffle.partitions", "8")
        .getOrCreate()
    )
    java = spark.sparkContext._gateway.proc
    spark.read.parquet(Path(path).absolute().as_uri()).selectExpr(
        "child", "at AS t", "outcome", "agency"
    ).createTempView("rows")
    told = {name: f"TIMESTAMP_NTZ '{day} 00:00:00'" for name, day in days(night).items()}
    print(*spark.sql(TWO_PASSES.format(rows="rows", **told)).first())
    spark.stop()
    java.stdin.close()
    java.wait()  # its work is counted when it has ended
