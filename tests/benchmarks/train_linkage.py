"""The model of `config/linkage.json`, trained and measured again: `python -m tests.benchmarks.train_linkage FILE`.

How often each level of agreement is found among records of one person (m) is counted over a register of a known truth;
how often among records of two (u), by Splink's random sampling. The register is invented (`register`, seed 7), and
measured on another (seed 8): figures say how the model does on names and slips like these, not on anybody's own.
"""

import json
import logging
import sys
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI, Linker

from tests.benchmarks.linkage import judged
from tests.benchmarks.register import register
from wnb.likely import Told, profiles
from wnb.linkage import Model

PEOPLE = 300_000
"""One in so many is the child that is looked for: as many as a large place has, up to 18."""
TRAINED_ON, MEASURED_ON, RECORDS = 7, 8, 400_000
SUGGEST_FROM = 3.0  # bits: eight to one that they are one child
NAME = (
    ("{0}_l = {0}_r", "same {1}"),
    ("{0}_l = {2}_r AND {2}_l = {0}_r", "given name and surname the other way round"),
    (
        "list_has_all(string_split({0}_l, ' '), string_split({0}_r, ' ')) OR "
        "list_has_all(string_split({0}_r, ' '), string_split({0}_l, ' '))",
        "one {1} holds the other",
    ),
    ("length({0}_l) > 3 AND damerau_levenshtein({0}_l, {0}_r) <= 1", "{1} differs by one letter"),
    ("jaro_winkler_similarity({0}_l, {0}_r) >= 0.9", "{1}s are alike"),
    ("ELSE", "another {1}"),
)
LEVELS = {
    "given": [
        (sql.format("given", "given name", "family"), words.format("given", "given name")) for sql, words in NAME
    ],
    "family": [(sql.format("family", "surname", "given"), words.format("family", "surname")) for sql, words in NAME],
    "born": [
        ("born_l = born_r", "same date of birth"),
        (
            "born_l // 10000 = born_r // 10000 AND born_l % 100 = born_r // 100 % 100 AND "
            "born_r % 100 = born_l // 100 % 100",
            "day and month of birth the other way round",
        ),
        ("damerau_levenshtein(born_l::VARCHAR, born_r::VARCHAR) <= 1", "date of birth differs by one figure"),
        ("ELSE", "another date of birth"),
    ],
    "postcode": [
        ("postcode_l = postcode_r", "same postcode"),
        ("damerau_levenshtein(postcode_l, postcode_r) <= 1", "postcode differs by one letter"),
        ("ELSE", "another postcode"),
    ],
}
BLOCKS = (
    "l.born = r.born AND l.family = r.family",
    "l.born = r.born AND l.given = r.given",
    "l.born = r.born AND l.postcode = r.postcode",
    "l.given = r.given AND l.family = r.family AND l.postcode = r.postcode",
    "l.given = r.given AND l.family = r.family AND l.born // 10000 = r.born // 10000",
    "l.given = r.family AND l.family = r.given AND l.born = r.born",
)


def settings() -> dict:
    """The model before it is trained."""
    return {
        "link_type": "link_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": 1 / PEOPLE,
        "retain_matching_columns": True,  # what is learnt of each pair: its levels
        "retain_intermediate_calculation_columns": False,
        "additional_columns_to_retain": ["child"],
        "blocking_rules_to_generate_predictions": [f"{rule} AND l.child <> r.child" for rule in BLOCKS],
        "comparisons": [
            {
                "output_column_name": field,
                "comparison_levels": [
                    {"sql_condition": f"{field}_l IS NULL OR {field}_r IS NULL", "label_for_charts": "not known",
                     "is_null_level": True},
                    *({"sql_condition": sql, "label_for_charts": words} for sql, words in levels),
                ],
            }
            for field, levels in LEVELS.items()
        ],
    }  # fmt: skip


def trained() -> dict:
    """The model with its m and u."""
    told = register(RECORDS, TRAINED_ON)
    rows = told.num_rows
    each = Told(np.arange(rows, dtype=np.int32), told["given_name"], told["family_name"], told["date_of_birth"],
                told["postcode"], np.ones(rows, bool))  # fmt: skip
    table = profiles([each])
    person = told["person"].to_numpy()[table["child"].to_numpy()]
    table = table.append_column("person", pa.array(person)).append_column("unique_id", table["child"])
    whole = settings() | {"link_type": "dedupe_only"}
    with duckdb.connect() as connection:
        connection.register("raw", table)
        connection.execute("CREATE TABLE here AS SELECT * FROM raw")
        linker = Linker(DuckDBAPI(connection=connection).register("here"), whole, log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        linker.training.estimate_m_from_label_column("person")
        learnt = linker.misc.save_model_to_json()
    for mine, theirs in zip(whole["comparisons"], learnt["comparisons"], strict=True):
        for level, known in zip(mine["comparison_levels"], theirs["comparison_levels"], strict=True):
            if not level.get("is_null_level"):
                for of in ("m_probability", "u_probability"):
                    level[of] = float(f"{max(known.get(of) or 0, 1e-7):.4g}")  # what was never seen is rare, not never
    return whole | {"link_type": "link_only"}


def main() -> None:
    """Train, measure on another register, write."""
    model = trained()
    known = Model(model, SUGGEST_FROM)
    measured = judged(register(RECORDS, MEASURED_ON), known)
    told = {
        "schema": "wnb.linkage/1",
        "how": "m counted over an invented register of a known truth, u by random sampling of it (Splink 5); "
        f"tests/benchmarks/train_linkage.py, {RECORDS:,} records, seed {TRAINED_ON}. No real record was used.",
        "measured": {"on": f"another invented register, {RECORDS:,} records, seed {MEASURED_ON}", **measured},
        "suggest_from": SUGGEST_FROM,
        "model": model,
    }
    Path(sys.argv[1]).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(json.dumps(measured, indent=1))


if __name__ == "__main__":
    main()
