"""Ids that a spreadsheet has rounded (1.23457E+15): many have become one, and it names nothing any more.

Under it a correction would meet another child's appointment, and children without an NHS number would become one.
"""

from collections.abc import MutableMapping

import pyarrow.compute as pc

from wnb.ingest.findings import Findings
from wnb.ingest.rows import Text

IDS = ("appointment_id", "status_id", "child_local_id")
PLUS, ROUNDED = ord("+"), r"^[+-]?\d(\.\d+)?[eE]\+\d+$"


def leave_rounded(found: Findings, text: MutableMapping[str, Text]) -> None:
    """Take rounded ids for none: of an appointment or a status the row is set aside, of a child it is a word."""
    for ours in IDS:
        if ours not in text or not (text[ours].data == PLUS).any():
            continue
        ids = text[ours].arrow()
        rounded = pc.match_substring_regex(ids, ROUNDED).fill_null(False)
        mask = rounded.to_numpy(zero_copy_only=False)
        if ours == "child_local_id":  # who it is may be known otherwise
            found.warn(mask, "nhs_scientific")
        else:
            found.set_aside(mask, "nhs_scientific", ours)
        text[ours] = Text.from_arrow(pc.if_else(rounded, None, ids))
