"""Of whom ethnicity, language and each parent are recorded, by anybody who shares: so that a gap is seen and asked.

Nothing here decides anything about a child. A value that says that nothing is known ("not stated", "unknown") is not
recorded; of a father it is an answer where somebody asked: not known, and when last asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.config import Configuration
from wnb.joining import Joined, kept_back
from wnb.unsaid import UNSAID

COUNTED: Final = ("ethnicity", "language", "mother", "father")
NOT_A_VALUE: Final = UNSAID | {"z", "99", "x", "9"}
"""The last four are codes of the NHS for "not stated" and "not known"."""


@dataclass(frozen=True)
class Recorded:
    """By what is counted, whether it is recorded of each child (bool); and of whom the father is said to be not known.

    What no agency that shares has a column for is left out: nobody was asked for it. So is whoever no such agency
    holds (`asked`, bool by child): it is recorded of nobody of whom nobody could have recorded it.
    """

    of: Mapping[str, np.ndarray]
    asked: Mapping[str, np.ndarray]
    father_not_known: np.ndarray

    def counted(self, among: np.ndarray) -> dict[str, dict[str, int]]:
        """How many of some children (bool, by number) each is recorded of, as `night.json` says it."""
        found = {}
        for what, known in self.of.items():
            told = {"recorded": int((known & among).sum())}
            if what == "father":
                told["not_known"] = int((self.father_not_known & ~known & among).sum())
            found[what] = {**told, "not_recorded": int((self.asked[what] & among).sum()) - sum(told.values())}
        return found

    def lacking(self, child: int) -> list[str]:
        """What nobody who could has recorded of a child; a father who was asked for and is not known is left out."""
        known = {"father"} if self.father_not_known[child] else set()
        return [what for what in self.of if self.asked[what][child] and not self.of[what][child] and what not in known]


def recorded(configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined) -> Recorded:
    """Of whom what is recorded, by what agencies share."""
    of: dict[str, np.ndarray] = {}
    could: dict[str, np.ndarray] = {}
    father_not_known = np.zeros(joined.linked.children, bool)
    for agency, table, child, told in _shared(configuration, facts, joined):
        declared = agency.columns.declared()
        for what in COUNTED:
            if what in declared and what in table.column_names:
                known = of.setdefault(what, np.zeros(joined.linked.children, bool))
                known[child[told & _says(table[what])]] = True
                could.setdefault(what, np.zeros(joined.linked.children, bool))[child[told]] = True
        if "father_asked_on" in declared:
            could.setdefault("father", np.zeros(joined.linked.children, bool))[child[told]] = True
            asked = pc.is_valid(table["father_asked_on"]).to_numpy(zero_copy_only=False)
            father_not_known[child[told & asked & ~_says(table["father"])]] = True
    return Recorded({what: of[what] for what in COUNTED if what in of}, could, father_not_known)


def _shared(
    configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined
) -> Iterator[tuple[Agency, pa.Table, np.ndarray, np.ndarray]]:
    """Each agency whose records may be read: its facts, the child of each row, which rows (bool) say anything."""
    for place, name in enumerate(joined.agencies):
        agency, mine = configuration.agencies[name], slice(joined.bounds[place], joined.bounds[place + 1])
        told = joined.live[mine] & ~kept_back(agency, facts[name]["service"])
        yield agency, facts[name], joined.child[mine], told
    for name, child in joined.of_others.items():
        agency = configuration.agencies[name]
        if agency.holds == "people" and agency.sharing != "own-agency-only":
            yield agency, facts[name], child, np.ones(len(child), bool)


def _says(column: pa.ChunkedArray) -> np.ndarray:
    """bool, by row: whether a text says something; each different text is looked at once."""
    encoded = column.combine_chunks().dictionary_encode()
    words = [word.strip().casefold() not in NOT_A_VALUE for word in encoded.dictionary.to_pylist()]
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    said: np.ndarray = np.append(np.array(words, bool), False)[codes]
    return said
