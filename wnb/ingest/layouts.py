"""Another header among the records: extracts were joined, and what stands below it may stand under other names.

The same header again is structure, and no fault. One with its columns in another order, or of another layout, condemns
the file: names and dates below it would be read as one another's, and look sound.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.ingest.container import UNTIDY, tidy, wanted
from wnb.ingest.reasons import refused
from wnb.ingest.rows import Rows


def names_columns(cells: Sequence[str], columns: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a record is a header: most of the declared columns are named in it, in whatever order and case."""
    present = {_name(cell) for cell in cells}
    named = sum(bool(present & {_name(name) for name in names}) for names in columns.values())
    return named >= 2 and 2 * named > len(columns)


def refuse_another_layout(rows: Rows, suspects: npt.NDArray[np.int64], agency: Agency) -> None:
    """Look for a header among rows that are set aside.

    Raises:
        Refused: one of them names columns, and not each where it stands.
    """
    columns = {ours: names for ours, names in wanted(agency).items() if ours in rows.text}
    if not columns:
        return
    ours = {name: {_name(theirs) for theirs in names} for name, names in columns.items()}
    every = set().union(*ours.values())
    likely = np.zeros(len(suspects), np.bool_)
    for name in columns:  # any of them: where one stands, the other layout may have a column that nobody declared
        plain = pc.utf8_trim(pc.utf8_lower(rows.text[name].only(suspects).arrow()), characters=UNTIDY)
        likely |= pc.is_in(plain, pa.array(sorted(every))).fill_null(False).to_numpy(zero_copy_only=False)
    for row in suspects[likely].tolist():
        cells = {name: rows.text[name][row] for name in columns}
        if names_columns(list(cells.values()), columns) and not all(_name(cells[name]) in ours[name] for name in ours):
            raise refused("header", f"row {int(rows.line[row])}: another header among the records")


def _name(cell: str) -> str:
    return tidy(cell).casefold()
