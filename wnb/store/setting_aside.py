"""How it is kept in rows which appointments people set aside, or count again; no entry is ever changed or removed."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wnb.cases import Evidence
from wnb.errors import UsageFault
from wnb.not_counted import SettingAside
from wnb.store.audit import Chain
from wnb.store.models import NightRow, SetAsideRow


def read_set_aside(session: Session) -> tuple[SettingAside, ...]:
    """Every entry, in the order in which it was made."""
    rows = session.scalars(select(SetAsideRow).order_by(SetAsideRow.id))
    return tuple(
        SettingAside(
            Evidence(row.reference, row.day), row.reason, row.made_by, row.made_at, row.note, row.again, row.after_night
        )
        for row in rows
    )


def keep_set_aside(session: Session, audit: Chain, entry: SettingAside) -> None:
    """Write down that an appointment is set aside, or counts again.

    Raises:
        UsageFault: nobody decides it, or it is so already.
    """
    if not entry.by.strip():
        raise UsageFault("a decision needs the name of the person who makes it: --by NAME")
    reference, day = entry.evidence
    known = [one for one in read_set_aside(session) if one.evidence == entry.evidence]
    aside = bool(known) and not known[-1].again
    if aside is not entry.again:
        now = f"set aside already, by {known[-1].by} ({known[-1].reason})" if aside else "counted, as ever"
        raise UsageFault(f"{reference} of {day} is {now}")
    number = (session.scalar(select(func.max(SetAsideRow.id))) or 0) + 1
    session.add(
        SetAsideRow(
            id=number,
            reference=reference,
            day=day,
            reason=entry.reason,
            note=entry.note,
            again=entry.again,
            made_by=entry.by,
            made_at=entry.at,
            after_night=session.scalar(select(func.max(NightRow.night))),
        )
    )
    session.flush()
    told = {"reference": reference, "day": day.isoformat(), "reason": entry.reason}
    note = {"note": hashlib.sha256(entry.note.encode()).hexdigest()} if entry.note else {}
    what = "counted-again" if entry.again else "not-counted"
    words = "Counted again" if entry.again else f"Not counted ({entry.reason})"
    audit.add(what, f"{words}: {reference} of {day}", after=told | note)
