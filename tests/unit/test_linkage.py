"""The frozen model: what a pair weighs, who is outdone, and which models are refused."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from wnb.engines.likeness import GAMMAS, numbered, predicted
from wnb.linkage import ALIKE, FIELDS, WORDS, Model, probability

TEXT = (Path(__file__).parents[2] / "config" / "linkage.json").read_text("utf-8")
MODEL = Model.read(TEXT)
SELIN = (0, "selin", "kocak", 20190630, "E81DY")
ACCOUNTS = [
    (1, "selin", "kocak", 20190630, "E81DY"),
    (2, "ayla", "kocak", 20190630, "E81DY"),
    (3, "selin", "demir", 20190630, "E81DV"),
    (4, "selim", "kocak", 20190603, None),
    (5, "kocak", "selin", 20190630, "N165AA"),
]


def accounts(*rows: tuple) -> pa.Table:
    names, kinds = ("child", "given", "family", "born", "postcode"), (int, str, str, int, str)
    types = {int: pa.int32(), str: pa.string()}
    return pa.table(
        {
            n: pa.array(list(column), types[k])
            for n, column, k in zip(names, zip(*rows, strict=True), kinds, strict=True)
        }
    )


def test_a_pair_weighs_what_splink_says() -> None:
    from splink import DuckDBAPI

    with duckdb.connect() as connection:
        for word, sql in WORDS.items():
            connection.execute(f"CREATE MACRO {word}(one, other) AS ({sql})")
        api, sides = DuckDBAPI(connection=connection), []
        for which, table in numbered(accounts(SELIN), accounts(*ACCOUNTS)):
            connection.register(f"raw_{which}", table)
            connection.execute(f"CREATE TABLE here_{which} AS SELECT * FROM raw_{which}")
            sides.append(api.register(f"here_{which}", dataset_display_name=which))
        pairs = predicted(api, sides, replace(MODEL, suggest_from=-90.0))
        columns = f"child_l AS child, child_r AS other, {', '.join(GAMMAS)}, match_weight"
        told = connection.sql(f"SELECT {columns} FROM {pairs.physical_name}").to_arrow_table()
    assert told.num_rows == 4  # the fourth shares no birthday, postcode or both names
    assert np.abs(MODEL.weight(told) - told["match_weight"].to_numpy()).max() < 1e-9


def test_a_weight_in_bits_is_a_probability() -> None:
    assert [round(probability(bits), 3) for bits in (-3.0, 0.0, 3.0)] == [0.111, 0.5, 0.889]


# ---------------------------------------------------------------- who is outdone

SAME = [len(each["comparison_levels"]) - 2 for each in MODEL.settings["comparisons"]]
LEVELS = {
    "name and birthday": SAME,
    "twin": [1, *SAME[1:]],
    "another birthday": [*SAME[:2], 0, SAME[3]],
    "another surname": [SAME[0], 0, *SAME[2:]],
}


@pytest.mark.parametrize(
    ("pairs", "kept"),
    [
        #  who is looked for, whom it may be, how they agree, bits
        ([("a", "B", "name and birthday", 20)], ["B"]),
        ([("a", "T", "twin", 2)], ["T"]),  # nobody likelier is known: a person is asked
        ([("a", "B", "name and birthday", 20), ("a", "T", "twin", 2)], ["B"]),
        ([("a", "B", "name and birthday", 20), ("a", "S", "another birthday", 4)], ["B"]),
        ([("a", "B", "name and birthday", 20), ("a", "M", "another surname", 8)], ["B", "M"]),  # one of a changed name
        ([("a", "B", "name and birthday", 20), ("b", "T", "twin", 2)], ["B", "T"]),  # b is another child
        ([("a", "T", "twin", 2), ("a", "B", "name and birthday", 1)], ["T", "B"]),  # less likely outdoes nobody
        ([("a", "b", "twin", 2), ("b", "B", "name and birthday", 20)], ["B"]),  # b, without a number, is B
        ([("a", "B", "twin", 2), ("b", "B", "name and birthday", 20)], ["B", "B"]),  # of B's number several may be
    ],
)
def test_a_twin_is_outdone_by_whoever_has_the_name_as_well(pairs: list, kept: list) -> None:
    names = sorted({name for one, other, *_ in pairs for name in (one, other)})
    place = {name: number for number, name in enumerate(names)}
    model = Model.read(TEXT)
    levels = np.array([LEVELS[how] for _, _, how, _ in pairs], np.int32)
    table = pa.table({"weight": [float(bits) for *_, bits in pairs]} | dict(zip(GAMMAS, levels.T, strict=True)))
    one, other = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
    outdone = model.outdone(one, other, np.array([name.isupper() for name in names]), table)
    assert [pair[1] for pair, out in zip(pairs, outdone, strict=True) if not out] == kept


# ---------------------------------------------------------------- what is refused


def changed(**how: object) -> str:
    told = json.loads(TEXT)
    told["model"] |= how.pop("model", {})  # type: ignore[operator]
    return json.dumps(told | how)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "it is no JSON"),
        ("[]", "of another kind"),
        (changed(schema="wnb.linkage/2"), "its schema is not wnb.linkage/1"),
        (changed(suggest_from="much"), "could not convert"),
        (changed(model={"comparisons": []}), "it must compare given, family, born, postcode, each once"),
        (changed(model={"blocking_rules_to_generate_predictions": ["l.born = r.born"]}), "with a name"),
        (TEXT.replace('"m_probability"', '"m"'), "'m_probability' is missing"),
    ],
    ids=["no JSON", "a list", "schema", "limit", "fields", "blocks", "levels"],
)
def test_a_model_that_cannot_be_asked_with_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Model.read(text)


def test_every_pair_has_a_level_of_every_field() -> None:
    assert set(ALIKE.names) == {"child", "other", *(f"gamma_{field}" for field in FIELDS)}
