"""What is found out about a block of rows while the contract reads it, and the columns that come of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wnb.ingest.rows import Rows, Text

PLACE = pa.field("place", pa.int64())
"""Where the container finds a record again; dropped before anybody sees it."""

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Words:
    """A column of text that will be one of the table."""

    text: Text

    def arrow(self, kind: pa.DataType, chosen: Numbers | None) -> pa.Array:
        """The chosen rows (None: all), null where empty."""
        return (self.text if chosen is None else self.text.only(chosen)).arrow()


@dataclass(frozen=True)
class Values:
    """A column of numbers, days or seconds that will be one of the table. `missing`: where there is none."""

    values: npt.NDArray[np.generic]
    missing: Mask | None = None

    def arrow(self, kind: pa.DataType, chosen: Numbers | None) -> pa.Array:
        """The chosen rows (None: all) as this type."""
        values = self.values if chosen is None else self.values[chosen]
        missing = self.missing if self.missing is None or chosen is None else self.missing[chosen]
        return pa.array(values, mask=missing).cast(kind)


Column = Words | Values


class Findings:
    """What is being found out about one block of rows."""

    def __init__(self, rows: Rows, names: Mapping[str, str]) -> None:
        self.rows, self.names = rows, names
        self.fault = np.zeros(len(rows), np.int16)  # 1 + index into `faults`; 0: sound
        self.faults: list[tuple[str, str]] = []
        self.unverified = np.zeros(len(rows), np.bool_)
        self.warned: dict[str, Mask] = {}

    def set_aside(self, mask: Mask, reason: str, ours: str) -> None:
        """Rows that cannot be accepted; the first reason stands."""
        if mask.any():
            self.faults.append((reason, self.names.get(ours, "")))
            self.fault[mask & (self.fault == 0)] = len(self.faults)

    def warn(self, mask: Mask, reason: str) -> None:
        """Rows of which something is worth a word."""
        if mask.any():
            self.warned[reason] = self.warned[reason] | mask if reason in self.warned else mask
