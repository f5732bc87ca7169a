"""How people's decisions about who is one child are kept in rows; none is ever changed or removed."""

import hashlib
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from wnb.errors import UsageFault
from wnb.one_child import LinkDecision, Verdict
from wnb.store.audit import Chain
from wnb.store.models import IdentityRow, LinkDecisionRow, NightRow

PHRASES = {
    Verdict.SAME: "Decided that {0} and {1} are one child",
    Verdict.DIFFERENT: "Decided that {0} and {1} are two children",
    Verdict.UNSURE: "Is not sure whether {0} and {1} are one child; they stay apart",
}


def read_link_decisions(session: Session) -> tuple[LinkDecision, ...]:
    """Every decision, in the order in which it was made."""
    return tuple(
        LinkDecision(
            row.id, Verdict(row.verdict), (row.one_key, row.other_key), (row.one_child, row.other_child),
            row.made_by, row.made_at, row.why, tuple(row.replaces), row.named, row.after_night,
        )
        for row in session.scalars(select(LinkDecisionRow).order_by(LinkDecisionRow.id))
    )  # fmt: skip


def keep_link_decision(
    session: Session, audit: Chain, decision: LinkDecision, although_they_differ: bool = False
) -> None:
    """Write down a decision, and from now on the ids of both children. Its number is counted here.

    `although_they_differ`: of two who are to be one child, given name and date of birth differ, and who decided was
    told; the audit says so.

    Raises:
        UsageFault: nobody makes it, or nobody says why.
    """
    if not decision.by.strip():
        raise UsageFault("a decision needs the name of the person who makes it: --by NAME")
    if not decision.why.strip():
        raise UsageFault("say why, so that whoever reads it later can judge: --why TEXT")
    number = (session.scalar(select(func.max(LinkDecisionRow.id))) or 0) + 1
    last = session.scalar(select(func.max(NightRow.night)))
    session.add(
        LinkDecisionRow(
            id=number,
            verdict=decision.verdict.value,
            one_key=decision.keys[0],
            other_key=decision.keys[1],
            one_child=decision.children[0],
            other_child=decision.children[1],
            made_by=decision.by,
            made_at=decision.at,
            why=decision.why,
            replaces=list(decision.replaces),
            named=dict(decision.named),
            after_night=last,
        )
    )
    session.flush()
    although = ", although given name and date of birth differ" if although_they_differ else ""
    audit.add(
        f"links-{decision.verdict}",
        PHRASES[decision.verdict].format(*decision.children) + although,
        after={
            "decision": number,
            "children": list(decision.children),
            "replaces": list(decision.replaces),
            "why": hashlib.sha256(decision.why.encode()).hexdigest(),
            **({"although_they_differ": True} if although_they_differ else {}),
        },
    )
    _name(session, audit, decision.named.items(), last)


def _name(session: Session, audit: Chain, named: Iterable[tuple[str, str]], night: date | None) -> None:
    known = set(session.scalars(select(IdentityRow.identity_key)))
    rows = [
        {"identity_key": key, "child_id": child, "first_night": night}
        for key, child in sorted(named)
        if key not in known and night is not None
    ]
    if rows:
        session.execute(insert(IdentityRow), rows)
        children = sorted({str(row["child_id"]) for row in rows})
        audit.add("named", f"Kept {len(rows)} identity keys of {len(children)} children", after={"children": children})
