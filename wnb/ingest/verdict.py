"""What one delivered file says, all told; and what is left of a file of which nothing can be trusted.

Apart from `reading`, so that whoever only asks for a reading loads nothing that reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from wnb.agency import Agency
from wnb.ingest.reasons import Refused
from wnb.terms import QUARANTINE, ROWS


@dataclass(frozen=True)
class Reading:
    """What one file says. `rows`: as `terms.ROWS` has it (and `group`, where a snapshot covers groups)."""

    rows: pa.Table  # one a slot, in file order
    quarantined: pa.Table  # terms.QUARANTINE
    records: int
    superseded: int  # within this file: the same again, or an older word on the same slot
    reasons: Mapping[str, int]  # code -> rows, or 1 for a fault of the file
    rejected: bool = False
    note: str = ""  # why it was rejected, in a sentence; never a child's data
    groups: frozenset[str] = frozenset()
    ids_set_aside: frozenset[str] = frozenset()  # of quarantined rows: they are not gone
    unreadable: bool = False  # a row set aside does not even say its id
    unverified: int = 0


def rejected(fault: Refused, agency: Agency) -> Reading:
    """The reading of a file of which nothing can be trusted."""
    return Reading(
        rows=ROWS[agency.holds].empty_table(),
        quarantined=QUARANTINE.empty_table(),
        records=0,
        superseded=0,
        reasons=dict(sorted(fault.reasons.items())),
        rejected=True,
        note=fault.note,
    )
