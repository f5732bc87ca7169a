"""The records of one file that were set aside: kept whole, in the order of their lines, with what to do about each."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pyarrow as pa

from wnb.ingest.reasons import remedy
from wnb.ingest.rows import SetAside
from wnb.ingest.spool import Spool
from wnb.terms import QUARANTINE

KEPT = pa.schema([QUARANTINE.field(name) for name in ("line", "column", "reason", "raw", "cell")])
AT_ONCE = 4_096  # records as Python has them


class Quarantine:
    """Takes records as they come, block by block; gives them in the order of their lines when all have come."""

    def __init__(self, name: str, kept: Spool, holds: str) -> None:
        self._name, self._kept, self._holds = name, kept, holds
        self._last = 0
        self._ascending = True
        self.ids: set[str] = set()
        self.unreadable = False
        self._late = KEPT.empty_table()

    def __len__(self) -> int:
        return self._kept.rows + len(self._late)

    def add(self, records: list[SetAside]) -> None:
        """The records of one block."""
        if records:
            table = self._table(records)
            self._ascending &= table["line"][0].as_py() >= self._last
            self._last = table["line"][-1].as_py()
            self._kept.add(table)

    def add_last(self, records: Iterator[SetAside]) -> None:
        """Records of anywhere in the file, found when all had come; they too in the order of their lines."""
        while some := list(islice(records, AT_ONCE)):
            self._late = pa.concat_tables([self._late, self._table(some)])

    def _table(self, records: list[SetAside]) -> pa.Table:
        records = sorted(records, key=lambda record: record.line)
        self.ids.update(record.key for record in records if record.key)
        self.unreadable |= any(not record.key for record in records)
        columns = {
            "line": np.array([record.line for record in records], np.int32),
            "column": [record.column for record in records],
            "reason": [record.reason for record in records],
            "raw": [record.raw for record in records],
            "cell": [record.cell for record in records],
        }
        return pa.table(columns, schema=KEPT)

    def pieces(self) -> Iterator[pa.Table]:
        """Each as `terms.QUARANTINE`."""
        if not self._ascending:
            yield self._in_full(pa.concat_tables([*self._kept, self._late]).sort_by("line"))
            return
        left = self._late
        for piece in self._kept:
            until = int(np.searchsorted(left["line"].to_numpy(), piece["line"][-1].as_py(), "right"))
            if until:
                piece = pa.concat_tables([piece, left.slice(0, until)]).sort_by("line")
                left = left.slice(until)
            yield self._in_full(piece)
        if left.num_rows:
            yield self._in_full(left)

    def _in_full(self, table: pa.Table) -> pa.Table:
        reasons = table["reason"].combine_chunks().dictionary_encode()
        remedies = pa.array([remedy(reason, self._holds) for reason in reasons.dictionary.to_pylist()], pa.string())
        columns = {
            **{name: table[name] for name in KEPT.names},
            "file": pa.repeat(self._name, table.num_rows),
            "remedy": remedies.take(reasons.indices),
        }
        return pa.table({name: columns[name] for name in QUARANTINE.names}, schema=QUARANTINE)
