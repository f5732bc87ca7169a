"""How the register of rules is kept in rows: every version proposed, every approval; none is changed or removed."""

import hashlib
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wnb.errors import UsageFault
from wnb.governed import Approval, Proposal, Register, same_person
from wnb.store.audit import Chain
from wnb.store.models import NightRow, RulesApprovalRow, RulesProposalRow


def read_register(session: Session) -> Register:
    """The whole of it, in the order in which it was made."""
    proposals = {row.id: row for row in session.scalars(select(RulesProposalRow).order_by(RulesProposalRow.id))}
    approvals = session.scalars(select(RulesApprovalRow).order_by(RulesApprovalRow.id))
    return Register(
        tuple(
            Proposal(
                row.version, row.sha256, row.document, row.proposed_by, row.proposed_at, row.reason, row.after_night
            )
            for row in proposals.values()
        ),
        tuple(
            Approval(
                proposals[row.proposal_id].version, row.approved_by, row.approved_at, row.in_force_from,
                row.whatif_sha256, row.after_night,
            )
            for row in approvals
        ),
    )  # fmt: skip


def keep_proposal(session: Session, audit: Chain, proposal: Proposal) -> None:
    """Write down a version that somebody proposes.

    Raises:
        UsageFault: nobody proposes it, or there is a version of this name.
    """
    if not proposal.by.strip():
        raise UsageFault("a proposal needs the name of the person who makes it: --by NAME")
    if known := read_register(session).proposal(proposal.version):
        same = "with these very rules" if known.sha256 == proposal.sha256 else "with other rules"
        raise UsageFault(
            f"version {known.version} was proposed by {known.by} on {known.at.date()}, {same}: a version is proposed "
            "once. Give a change a version of its own"
        )
    number = (session.scalar(select(func.max(RulesProposalRow.id))) or 0) + 1
    session.add(
        RulesProposalRow(
            id=number,
            version=proposal.version,
            sha256=proposal.sha256,
            document=proposal.document,
            proposed_by=proposal.by,
            proposed_at=proposal.at,
            reason=proposal.reason,
            after_night=_last_night(session),
        )
    )
    session.flush()
    told = {"version": proposal.version, "sha256": proposal.sha256, "document": _digest(proposal.document)}
    reason = {"reason": _digest(proposal.reason)} if proposal.reason else {}
    audit.add("rules-proposed", f"Proposed the rules {proposal.version}", after=told | reason)


def keep_approval(session: Session, audit: Chain, approval: Approval) -> None:
    """Write down that a version is agreed.

    Raises:
        UsageFault: nobody approves it, nobody proposed it, the proposer approves it, or it would be in force on a
            night that is done.
    """
    if not approval.by.strip():
        raise UsageFault("an approval needs the name of the person who gives it: --by NAME")
    proposal = session.scalar(select(RulesProposalRow).where(RulesProposalRow.version == approval.version))
    if proposal is None:
        raise UsageFault(
            f"nobody proposed version {approval.version}; first: wnb rules propose RULES.yaml --by NAME "
            "(wnb rules list shows those that were)"
        )
    if same_person(proposal.proposed_by, approval.by):
        raise UsageFault(f"{proposal.proposed_by} proposed version {approval.version}: another person approves it")
    last = _last_night(session)
    if last is not None and approval.since <= last:
        raise UsageFault(
            f"--from {approval.since}: the night of {last} is done, and a finished night is never rewritten"
        )
    number = (session.scalar(select(func.max(RulesApprovalRow.id))) or 0) + 1
    session.add(
        RulesApprovalRow(
            id=number,
            proposal_id=proposal.id,
            approved_by=approval.by,
            approved_at=approval.at,
            in_force_from=approval.since,
            whatif_sha256=approval.whatif_sha256,
            after_night=last,
        )
    )
    session.flush()
    audit.add(
        "rules-approved",
        f"Approved the rules {approval.version}, in force from {approval.since}",
        after={
            "version": approval.version,
            "sha256": proposal.sha256,
            "proposed_by": proposal.proposed_by,
            "from": approval.since.isoformat(),
            "whatif": approval.whatif_sha256,
        },
    )


def _last_night(session: Session) -> date | None:
    return session.scalar(select(func.max(NightRow.night)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
