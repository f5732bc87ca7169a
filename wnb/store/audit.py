"""The audit: one entry for every change and every look at a person, each chained to the one before by its hash.

An entry that was altered, dropped or slipped in breaks the chain; a tail that was cut off is missed by the ledger of
nights, which remembers where the chain stood.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from wnb.store.models import AuditRow, NightRow

START = "0" * 64
MACHINE = "wnb"


@dataclass(frozen=True)
class AuditReport:
    """Whether the chain holds. `broken_at`: the first entry that is wrong; `fault` says how."""

    entries: int
    head: str
    broken_at: int | None = None
    fault: str = ""

    @property
    def holds(self) -> bool:
        """True when every entry is as it was written."""
        return self.broken_at is None


class Chain:
    """The end of the chain within one transaction. What is added is written by `keep`, before the transaction ends."""

    def __init__(self, session: Session, at: datetime, actor: str, night: date | None) -> None:
        last = session.execute(
            select(AuditRow.sequence, AuditRow.hash).order_by(AuditRow.sequence.desc()).limit(1)
        ).one_or_none()
        self.sequence: int = last.sequence if last else 0
        self.head: str = last.hash if last else START
        self.added = 0
        self._waiting: list[dict[str, Any]] = []
        self._session = session
        self._at, self._actor, self._night = at, actor, night

    def add(
        self,
        what: str,
        phrase: str,
        case_id: int | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """One entry: what was done, in words, with what was so before and what is so after."""
        entry = {
            "sequence": self.sequence + 1,
            "at": self._at,
            "night": self._night,
            "actor": self._actor,
            "what": what,
            "phrase": phrase,
            "case_id": case_id,
            "before": dict(before or {}),
            "after": dict(after or {}),
            "prev_hash": self.head,
        }
        entry["hash"] = self.head = _hash(entry)
        self._waiting.append(entry)
        self.sequence, self.added = self.sequence + 1, self.added + 1

    def keep(self) -> None:
        """Write what was added since the last time, all at once."""
        if self._waiting:
            self._session.execute(insert(AuditRow), self._waiting)
            self._waiting = []


ENTRY = ("sequence", "at", "night", "actor", "what", "phrase", "case_id", "before", "after", "prev_hash")


def _hash(entry: Mapping[str, Any]) -> str:
    told = {
        "sequence": entry["sequence"],
        "at": entry["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "night": entry["night"].isoformat() if entry["night"] else None,
        "actor": entry["actor"],
        "what": entry["what"],
        "phrase": entry["phrase"],
        "case": entry["case_id"],
        "before": entry["before"],
        "after": entry["after"],
        "prev": entry["prev_hash"],
    }
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def verify(session: Session) -> AuditReport:
    """Read the whole chain and compare it with itself and with the ledger of nights."""
    head, entries = START, 0
    stood = dict(session.execute(select(NightRow.last_audit, NightRow.audit_hash)).all())
    for row in session.scalars(select(AuditRow).order_by(AuditRow.sequence).execution_options(yield_per=1000)):
        entries += 1
        faults = (
            (row.sequence != entries, f"entry {entries} is missing"),
            (row.prev_hash != head, "it does not follow the entry before it"),
            (row.hash != _hash({name: getattr(row, name) for name in ENTRY}), "it is not as it was written"),
            (stood.pop(row.sequence, row.hash) != row.hash, "the ledger of nights remembers another"),
        )
        for wrong, fault in faults:
            if wrong:
                return AuditReport(entries, head, row.sequence, fault)
        head = row.hash
        session.expunge(row)
    if stood:
        return AuditReport(entries, head, entries + 1, f"the audit ends here; a night remembers entry {max(stood)}")
    return AuditReport(entries, head)
