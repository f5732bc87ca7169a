"""From the held rows of an agency that tells statuses to what each says: from which day to which it holds.

A status ends with its last day where it has one. It also ends where a row with the same id says that it is over
(`ended`), and, where the agency's YAML says that what is gone is over (`gone_means: ended`), the day before the
snapshot that no longer held it. It always held on its first day: nothing that was told vanishes without a trace. A
status that simply stops being told goes on: that is not known to be over.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wnb.agency import Agency
from wnb.ingest.deliveries import order_of_words

STILL_SO = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Told:
    """By held row: whether it says anything, and from which day to which (int32, days since 1970, both counted)."""

    says: NDArray[np.bool_]
    first: NDArray[np.int32]
    last: NDArray[np.int32]  # STILL_SO: no end is known


def told_by(agency: Agency, table: pa.Table) -> Told:
    """What held rows (`deliveries.HELD`, statuses) say. Those that end others say nothing themselves."""
    first = _days(table["status_from"], 0)
    last = _days(table["status_to"], STILL_SO)
    ends = pc.fill_null(table["ends"], False).to_numpy(zero_copy_only=False).astype(bool)
    gone = pc.is_valid(table["withdrawn_by"]).to_numpy(zero_copy_only=False).astype(bool)
    says = ~ends
    if agency.extract.gone_means == "ended":
        last = np.where(gone, np.minimum(last, _days(table["withdrawn_on"], STILL_SO) - 1), last)
    else:
        says = says & ~gone
        ends = ends & ~gone
    if ends.any():
        last = np.minimum(last, _over(table, ends, first))
    return Told(says, first, np.maximum(last, first).astype(np.int32))


def _over(table: pa.Table, ends: NDArray[np.bool_], first: NDArray[np.int32]) -> NDArray[np.int32]:
    """By row: the last day that a later row of the same id leaves it; STILL_SO where none says that it is over.

    That is the row's own last day, else its first where that comes after what it ends began, else the day on which it
    was told.
    """
    id_of = table["status_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    ending = np.full(int(id_of.max()) + 1, -1)
    ending[id_of[ends]] = np.flatnonzero(ends)  # one a slot: one row at most says it of an id
    by = ending[id_of]
    word = order_of_words(table)
    over = (by >= 0) & ~ends & (word <= word[by])
    stated, from_, on = _days(table["status_to"], STILL_SO)[by], first[by], _days(table["extract_date"], 0)[by]
    last = np.where(stated != STILL_SO, stated, np.where(from_ > first, from_, on))
    return np.where(over, last, STILL_SO).astype(np.int32)


def _days(column: pa.ChunkedArray, missing: int) -> NDArray[np.int32]:
    return np.asarray(pc.fill_null(column.cast(pa.int32()), missing).to_numpy())
