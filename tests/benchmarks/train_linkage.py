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

from tests.benchmarks.linkage import asked_of_people, judged, linked_register, right_of
from tests.benchmarks.register import register
from wnb.engines.local import alike
from wnb.likely import Told, profiles, suggestions
from wnb.linkage import FIELDS, WORDS, Model

PEOPLE = 300_000
"""One in so many is the child that is looked for: as many as a large place has, up to 18."""
TRAINED_ON, MEASURED_ON, RECORDS = 7, 8, 400_000
SUGGEST_FROM = 1.0  # bits: two to one that they are one child
RAREST = {"m_probability": 1e-7, "u_probability": 1e-5}
"""What was never seen in training is rare, not never."""
NAMES = (
    ("{0}_l = {0}_r", "same {1}"),
    ("{0}_l = {2}_r AND {2}_l = {0}_r", "given name and surname the other way round"),
    (
        "(one_holds_the_other({0}_l, {2}_r) OR one_slip({0}_l, {2}_r)) AND "
        "(one_holds_the_other({2}_l, {0}_r) OR one_slip({2}_l, {0}_r))",
        "given name and surname the other way round, in part or with a slip",
    ),
    ("one_holds_the_other({0}_l, {0}_r)", "one {1} holds the other"),
    ("length({0}_l) > 3 AND one_slip({0}_l, {0}_r)", "{1} differs by one letter"),
    ("nearly_alike({0}_l, {0}_r)", "{1}s are alike"),
)
AS_TWINS_ARE = (
    "born_l = born_r AND (postcode_l = postcode_r OR one_slip(postcode_l, postcode_r)) AND "
    "(family_l = family_r OR one_holds_the_other(family_l, family_r) OR one_slip(family_l, family_r))"
)
TWIN = "another given name, as twins have"
LEVELS = {
    "given": [
        *((sql.format("given", "given name", "family"), words.format("given", "given name")) for sql, words in NAMES),
        (AS_TWINS_ARE, TWIN),
        ("ELSE", "another given name"),
    ],
    "family": [
        *((sql.format("family", "surname", "given"), words.format("family", "surname")) for sql, words in NAMES),
        ("ELSE", "another surname"),
    ],
    "born": [
        ("born_l = born_r", "same date of birth"),
        (
            "floor(born_l / 10000) = floor(born_r / 10000) AND born_l % 100 = floor(born_r / 100) % 100 AND "
            "born_r % 100 = floor(born_l / 100) % 100",
            "day and month of birth the other way round",
        ),
        ("one_slip(born_l, born_r)", "date of birth differs by one figure"),
        ("ELSE", "another date of birth"),
    ],
    "postcode": [
        ("postcode_l = postcode_r", "same postcode"),
        ("one_slip(postcode_l, postcode_r)", "postcode differs by one letter"),
        ("ELSE", "another postcode"),
    ],
}
BLOCKS = (
    "l.born = r.born AND l.family = r.family",
    "l.born = r.born AND l.given = r.given",
    "l.born = r.born AND l.postcode = r.postcode",
    "l.given = r.given AND l.family = r.family AND l.postcode = r.postcode",
    "l.given = r.given AND l.family = r.family AND floor(l.born / 10000) = floor(r.born / 10000)",
    "l.given = r.family AND l.family = r.given AND l.born = r.born",
    "l.postcode = r.postcode AND l.given = r.given",
    "l.postcode = r.postcode AND l.given = r.family AND l.family = r.given",
    "l.postcode = r.postcode AND l.family = r.family AND floor(l.born / 10000) = floor(r.born / 10000) AND "
    "substr(l.given, 1, 1) = substr(r.given, 1, 1)",
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
        for word, sql in WORDS.items():
            connection.execute(f"CREATE MACRO {word}(one, other) AS ({sql})")
        connection.register("raw", table)
        connection.execute("CREATE TABLE here AS SELECT * FROM raw")
        linker = Linker(DuckDBAPI(connection=connection).register("here"), whole, log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        linker.training.estimate_m_from_label_column("person")
        learnt = linker.misc.save_model_to_json()
    for mine, theirs in zip(whole["comparisons"], learnt["comparisons"], strict=True):
        for level, known in zip(mine["comparison_levels"], theirs["comparison_levels"], strict=True):
            if not level.get("is_null_level"):
                for of, rarest in RAREST.items():
                    level[of] = float(f"{max(known.get(of) or 0, rarest):.4g}")
    model = whole | {"link_type": "link_only"}
    _weigh_twins(model, told)
    return model


def _weigh_twins(model: dict, told: pa.Table) -> None:
    """Give the level of twins what the whole pattern weighs, once more where that changes who is outdone.

    That home, surname and birthday agree says little of twins, who share all three: the level's bits take that back.
    """
    twins = next(level for level in model["comparisons"][0]["comparison_levels"] if level["label_for_charts"] == TWIN)
    twins["m_probability"], twins["u_probability"] = 1e-6, 1.0
    found, child, said = linked_register(told)
    best = {field: len(levels) - 1 for field, levels in LEVELS.items()} | {"given": 1}
    others = [field for field in FIELDS if field != "given"]
    for _ in range(3):
        known = Model(model, -5.0)
        pairs = asked_of_people(known, suggestions(known, profiles(said), found, alike), found)
        like_twins = np.logical_and.reduce([pairs[f"gamma_{field}"].to_numpy() == best[field] for field in FIELDS])
        right = right_of(told, child, pairs)[like_twins]
        whole = np.log2(right.sum() / (~right).sum())
        bits = whole - known.prior - sum(known.bits(field, best[field]) for field in others)
        twins["m_probability"] = float(f"{2**bits:.4g}")


def main() -> None:
    """Train, measure on another register, write."""
    model = trained()
    known = Model(model, SUGGEST_FROM)
    measured = judged(register(RECORDS, MEASURED_ON), known)
    told = {
        "schema": "wnb.linkage/1",
        "how": "m counted over an invented register of a known truth, u by random sampling of it (Splink 5); what the "
        "whole pattern of twins weighs, counted over it too; "
        f"tests/benchmarks/train_linkage.py, {RECORDS:,} records, seed {TRAINED_ON}. No real record was used.",
        "measured": {"on": f"another invented register, {RECORDS:,} records, seed {MEASURED_ON}", **measured},
        "suggest_from": SUGGEST_FROM,
        "model": model,
    }
    Path(sys.argv[1]).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(json.dumps(measured, indent=1))


if __name__ == "__main__":
    main()
