"""What agencies recorded of each child that says whether a rule falls evenly: the latest word of those who share it.

Only what is shared with the partnership is read; nothing here decides anything about a child.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wnb.comparison import NOT_RECORDED, Characteristic
from wnb.config import Configuration
from wnb.joining import Joined
from wnb.recorded import NOT_A_VALUE
from wnb.terms import Status

MOST_VALUES: Final = 12
"""More kinds than this are not told apart: the fewest become "other"."""
OTHER: Final = "other"

RECORDED: Final[Mapping[str, str]] = {
    "ethnicity": "Ethnicity",
    "language": "Language",
    "interpreter_needed": "Interpreter needed",
    "deprivation": "Deprivation",
    "sex": "Sex",
}
"""Columns of an extract, and what a reader calls them."""

ETHNIC_CATEGORIES: Final[Mapping[str, str]] = {
    "A": "White: British", "B": "White: Irish", "C": "White: any other", "D": "Mixed: White and Black Caribbean",
    "E": "Mixed: White and Black African", "F": "Mixed: White and Asian", "G": "Mixed: any other",
    "H": "Asian: Indian", "J": "Asian: Pakistani", "K": "Asian: Bangladeshi", "L": "Asian: any other",
    "M": "Black: Caribbean", "N": "Black: African", "P": "Black: any other", "R": "Chinese", "S": "Any other",
}  # fmt: skip
"""The sixteen codes of the NHS Data Dictionary's ethnic category (2001 census); Z (not stated) and 99 (not known) are
not recorded."""


def characteristics(
    configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined
) -> tuple[Characteristic, ...]:
    """Each characteristic that anybody has recorded, one place a child; and whether a disability is on record."""
    found = [
        known
        for column, name in RECORDED.items()
        if (known := told_of_each(configuration, facts, joined, column, name)).values
    ]
    bit = Status.DISABILITY.bit
    disabled = np.full(joined.linked.children, NOT_RECORDED, np.int32)
    disabled[joined.spells.child[(joined.spells.bit & bit) != 0]] = 0
    if (disabled == 0).any():
        found.append(Characteristic("Disability", ("on record",), disabled))
    return tuple(found)


def lead_professionals(configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined) -> Characteristic:
    """Who is said to lead for each child, by the latest record; every name is told apart."""
    return told_of_each(configuration, facts, joined, "lead_professional", "Lead professional", most=10_000)


def told_of_each(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    joined: Joined,
    column: str,
    name: str,
    most: int = MOST_VALUES,
) -> Characteristic:
    """The latest value of a column by child, values in the order of their text, the rarest as `OTHER`."""
    child, at, words = [], [], []
    for place, agency in enumerate(joined.agencies):
        told = configuration.agencies[agency]
        table = facts[agency]
        if told.sharing != "partnership" or not table[column].null_count < table.num_rows:
            continue
        kept = [service for service, sharing in told.sharing_by_service.items() if sharing != "partnership"]
        own = pc.is_in(table["service"], value_set=pa.array(kept, pa.string()))
        rows = np.flatnonzero(
            pc.and_(pc.is_valid(table[column]), pc.invert(own)).to_numpy(zero_copy_only=False)
            & joined.live[joined.bounds[place] : joined.bounds[place + 1]]
        )
        child.append(joined.child[joined.bounds[place] + rows])
        at.append(table["appointment_at"].cast(pa.int64()).to_numpy()[rows])
        words.append(table[column].take(pa.array(rows)).combine_chunks())
    of = np.full(joined.linked.children, NOT_RECORDED, np.int32)
    if not child:
        return Characteristic(name, (), of)
    told_words = pc.dictionary_encode(pa.concat_arrays([array.cast(pa.string()) for array in words]))
    meaning = [_meaning(column, word) for word in told_words.dictionary.to_pylist()]
    whose, when = np.concatenate(child), np.concatenate(at)
    said = np.array([word is not None for word in meaning], bool)[told_words.indices.to_numpy()]
    whose, when, codes = whose[said], when[said], told_words.indices.to_numpy()[said]
    last = _last(whose, when)
    values = Counter(str(meaning[code]) for code in codes[last].tolist())
    kept_values = sorted(word for word, _ in values.most_common(most - 1 if len(values) > most else most))
    names = (*kept_values, *((OTHER,) if len(values) > len(kept_values) else ()))
    place_of = {word: place for place, word in enumerate(names)}
    place_by_code = np.array([place_of.get(str(word), len(names) - 1) for word in meaning], np.int32)
    of[whose[last]] = place_by_code[codes[last]]
    return Characteristic(name, names, of)


def _last(whose: NDArray[np.int32], when: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each child's latest row."""
    order = np.lexsort((when, whose))
    ends = np.append(whose[order][1:] != whose[order][:-1], True) if len(order) else np.empty(0, bool)
    return np.asarray(order[ends])


def _meaning(column: str, word: str) -> str | None:
    """What a recorded text says; None where it says that nothing is known."""
    text = word.strip()
    if text.lower() in NOT_A_VALUE:
        return None
    return ETHNIC_CATEGORIES.get(text.upper(), text) if column == "ethnicity" else text
