"""A full Splink dedupe of a register, the NHS number as a comparison too: trained, predicted, clustered."""

import logging
import sys
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from splink import DuckDBAPI, Linker

from tests.benchmarks.train_linkage import settings
from wnb.likely import Told, profiles
from wnb.linkage import WORDS

told = pq.read_table(Path(sys.argv[1]))
rows = told.num_rows
each = Told(
    np.arange(rows, dtype=np.int32), told["given_name"], told["family_name"], told["date_of_birth"], told["postcode"],
    np.ones(rows, bool),
)  # fmt: skip
table = profiles([each])
table = table.append_column("nhs", told["nhs_number"].take(table["child"])).append_column("unique_id", table["child"])
number = {
    "output_column_name": "nhs",
    "comparison_levels": [
        {"sql_condition": "nhs_l IS NULL OR nhs_r IS NULL", "label_for_charts": "not known", "is_null_level": True},
        {"sql_condition": "nhs_l = nhs_r", "label_for_charts": "same NHS number"},
        {"sql_condition": "ELSE", "label_for_charts": "another NHS number"},
    ],
}
model = settings() | {"link_type": "dedupe_only", "additional_columns_to_retain": []}
model |= {"comparisons": [number, *model["comparisons"]], "retain_matching_columns": False}
model["blocking_rules_to_generate_predictions"] = [
    "l.nhs = r.nhs",
    "l.born = r.born AND l.family = r.family",
    "l.born = r.born AND l.given = r.given",
    "l.born = r.born AND l.postcode = r.postcode",
    "l.given = r.given AND l.family = r.family AND l.postcode = r.postcode",
]
with duckdb.connect(config={"threads": 2}) as connection:
    for word, sql in WORDS.items():
        connection.execute(f"CREATE MACRO {word}(one, other) AS ({sql})")
    connection.register("raw", pa.table(table))
    connection.execute("CREATE TABLE here AS SELECT * FROM raw")
    linker = Linker(DuckDBAPI(connection=connection).register("here"), model, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in ("l.born = r.born AND l.postcode = r.postcode", "l.given = r.given AND l.family = r.family"):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.9)
    linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
