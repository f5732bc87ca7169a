"""Another header among the records: extracts were joined, and what stands below it may stand under other names.

The same header again is structure, and no fault. One with its columns in another order, or of another layout, condemns
the file: names and dates below it would be read as one another's, and look sound.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wnb.config import Agency
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
    first = rows.text[next(iter(columns))].only(suspects)
    plain = pc.utf8_trim(pc.ascii_lower(first.arrow()), characters=UNTIDY)
    likely = pc.or_(pc.is_in(plain, pa.array(sorted(every))), pc.invert(pc.string_is_ascii(plain))).fill_null(False)
    for row in suspects[likely.to_numpy(zero_copy_only=False)].tolist():
        if _name(rows.text[next(iter(columns))][row]) not in every:
            continue
        cells = {name: rows.text[name][row] for name in columns}
        if names_columns(list(cells.values()), columns) and not all(_name(cells[name]) in ours[name] for name in ours):
            raise refused("header", f"row {int(rows.line[row])}: another header among the records")


def _name(cell: str) -> str:
    return tidy(cell).casefold()
