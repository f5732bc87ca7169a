"""The frozen model by which two accounts of a person may be of one child: `config/linkage.json`.

Splink compares, on whichever engine, and says how far each field agrees. What that weighs is added up here, from the
model's own numbers, so that a pair weighs the same to the last digit wherever it was compared.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

FIELDS: Final = ("given", "family", "born", "postcode")
OWN: Final = ("given", "born")
"""What a child has of its own; a family name and a home are its brothers' and sisters' as well."""
ALIKE: Final = pa.schema(
    [
        pa.field("child", pa.int32()),
        pa.field("other", pa.int32()),
        *(pa.field(f"gamma_{each}", pa.int32()) for each in FIELDS),
    ]
)
"""Two children, and how far two accounts of them agree: the level of each field, -1 where one does not say."""
WORDS: Final[Mapping[str, str]] = {
    "one_holds_the_other": (
        "list_has_all(string_split(one, ' '), string_split(other, ' ')) OR "
        "list_has_all(string_split(other, ' '), string_split(one, ' '))"
    ),
    "one_slip": "damerau_levenshtein(one::VARCHAR, other::VARCHAR) <= 1",
    "nearly_alike": "jaro_winkler_similarity(one, other) >= 0.9",
}
"""What a model may ask of two values beside plain SQL, as DuckDB answers it. Every engine asks DuckDB for these."""
_BIRTHDAY, _POSTCODE = r"\bl\.born = r\.born\b", r"\bl\.postcode = r\.postcode\b"
_NAME = r"\bl\.(?:given|family) = r\.(?:given|family)\b"
BLOCKS_BY: Final = tuple(
    re.compile(pattern)
    for pattern in (_POSTCODE, f"{_BIRTHDAY}.*{_NAME}", f"{_NAME}.*{_BIRTHDAY}", f"{_NAME}.*{_NAME}")
)
"""A night compares only what these bring together again: one postcode, one birthday with one name, or both names."""

LEAST_OF_ALL: Final = -1000.0
"""Bits that no two accounts fall below."""


@dataclass(frozen=True)
class Model:
    """A frozen model: Splink's settings, and from which weight on a pair is worth a person's time."""

    settings: Mapping[str, Any]
    suggest_from: float  # match weight, in bits

    @classmethod
    def read(cls, text: str) -> "Model":
        """From the text of `linkage.json`.

        Raises:
            ValueError: it is no model that this program can ask with; its words say why.
        """
        try:
            told = json.loads(text)
            if told["schema"] != "wnb.linkage/1":
                raise ValueError("its schema is not wnb.linkage/1")
            model = cls(told["model"], float(told["suggest_from"]))
            fields = [each["output_column_name"] for each in model.settings["comparisons"]]
            if sorted(fields) != sorted(FIELDS):
                raise ValueError(f"it must compare {', '.join(FIELDS)}, each once")
            for rule in model.settings["blocking_rules_to_generate_predictions"]:
                if not any(by.search(rule) for by in BLOCKS_BY):
                    raise ValueError(
                        "each of its blocking rules must ask for one postcode, one birthday with a name, or both names"
                    )
            np.concatenate(list(model._bits.values()))  # every level has its numbers
        except json.JSONDecodeError:
            raise ValueError("it is no JSON") from None
        except (KeyError, TypeError) as wrong:
            raise ValueError(f"{wrong} is missing or of another kind") from None
        return model

    @cached_property
    def _bits(self) -> dict[str, np.ndarray]:
        """By field: the weight of each level, that of "not known" (-1) last."""
        found = {}
        for each in self.settings["comparisons"]:
            levels = [level for level in each["comparison_levels"] if not level.get("is_null_level")]
            bits = [np.log2(level["m_probability"] / level["u_probability"]) for level in reversed(levels)]
            found[each["output_column_name"]] = np.array([*bits, 0.0])
        return found

    @property
    def prior(self) -> float:
        """The weight of two accounts of which nothing is compared, in bits."""
        odds = self.settings["probability_two_random_records_match"]
        return float(np.log2(odds / (1 - odds)))

    def of_any_two(self) -> "Model":
        """The same model, asked of any two accounts, however unlike: for a pair that a person names."""
        settings = {**self.settings, "blocking_rules_to_generate_predictions": ["l.child <> r.child"]}
        return Model(settings, LEAST_OF_ALL)

    def weight(self, alike: pa.Table) -> np.ndarray:
        """Of rows of `ALIKE`, what speaks for one child, in bits: 3 is eight to one."""
        whole = np.full(alike.num_rows, self.prior)
        for field in FIELDS:
            whole += self._bits[field][alike[f"gamma_{field}"].to_numpy()]
        return whole

    def same(self, field: str) -> int:
        """The level of two values that are the same."""
        return len(self._bits[field]) - 2

    def words(self, field: str, level: int) -> str:
        """What a level of agreement says of two values, as a person would."""
        comparison = next(each for each in self.settings["comparisons"] if each["output_column_name"] == field)
        levels = comparison["comparison_levels"]
        said: str = levels[0 if level < 0 else len(levels) - 1 - level]["label_for_charts"]
        return said

    def speaks_against(self, field: str, levels: np.ndarray) -> np.ndarray:
        """bool, by level of a field: two values like these are more often of two people than of one."""
        return np.asarray(self._bits[field][levels] < 0)

    def outdone(self, one: np.ndarray, other: np.ndarray, numbered: np.ndarray, pairs: pa.Table) -> np.ndarray:
        """bool, by pair: given name or birthday are another's, and a child who is looked for is likelier somebody else.

        That is how a twin is told from the child who is looked for: whoever has the name as well is the one to ask of.

        Args:
            one: int, by pair: a child without a number of the health service,
            other: and whom it may be.
            numbered: bool, by child: it has such a number, and so is not looked for.
            pairs: `weight` and the levels.
        """
        weight = pairs["weight"].to_numpy()
        of_another = np.zeros(len(weight), bool)
        for field in OWN:
            of_another |= self.speaks_against(field, pairs[f"gamma_{field}"].to_numpy())
        best = np.full(len(numbered), -np.inf)
        for side in (one, other):
            np.maximum.at(best, side[~of_another], weight[~of_another])
        best[numbered] = -np.inf
        return np.asarray(of_another & (np.maximum(best[one], best[other]) > weight))

    def bits(self, field: str, level: int) -> float:
        """How much a level of agreement speaks for one child (above 0) or against it."""
        return float(self._bits[field][level])


def probability(weight: float) -> float:
    """The probability that a match weight in bits stands for."""
    return float(1 / (1 + 2.0**-weight))
