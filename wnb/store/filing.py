"""How a case is kept in rows and read back, and what the audit says of a change to one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from wnb.cases import Case, CaseRule, Closing, Evidence, State
from wnb.store.models import Base, CaseEvidenceRow, CaseRow, CaseRuleRow
from wnb.terms import ExitReason, Step, Unmet

KEPT_AS_THEY_ARE = (
    "child_id", "desk", "opened_on", "since", "due", "version", "at_risk", "queue_number", "queue_from", "follows",
    "joined_into",
)  # fmt: skip


def read_cases(session: Session, ids: Collection[int] | None = None) -> tuple[Case, ...]:
    """Some cases, or all, by id."""
    wanted = select(CaseRow).order_by(CaseRow.id)
    rules_wanted = select(CaseRuleRow)
    evidence_wanted = select(CaseEvidenceRow.case_id, CaseEvidenceRow.reference, CaseEvidenceRow.day)
    if ids is not None:
        wanted = wanted.where(CaseRow.id.in_(ids))
        rules_wanted = rules_wanted.where(CaseRuleRow.case_id.in_(ids))
        evidence_wanted = evidence_wanted.where(CaseEvidenceRow.case_id.in_(ids))
    rules: dict[int, list[CaseRule]] = defaultdict(list)
    for rule in session.scalars(rules_wanted):
        rules[rule.case_id].append(_rule(rule))
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    for case_id, reference, day in session.execute(evidence_wanted):
        evidence[case_id].append(Evidence(reference, day))
    return tuple(
        _case(
            row,
            tuple(sorted(rules[row.id], key=lambda rule: rule.rule_id)),
            tuple(sorted(evidence[row.id])),
        )
        for row in session.scalars(wanted)
    )


def _case(row: CaseRow, rules: tuple[CaseRule, ...], evidence: tuple[Evidence, ...]) -> Case:
    closing = None
    if row.closed_reason and row.closed_exit and row.closed_by and row.closed_at:
        closing = Closing(row.closed_reason, ExitReason(row.closed_exit), row.closed_by, row.closed_at)
    return Case(
        id=row.id,
        child_id=row.child_id,
        desk=row.desk,
        state=State(row.state),
        step=Step(row.step),
        opened_on=row.opened_on,
        since=row.since,
        due=row.due,
        version=row.version,
        rules=rules,
        evidence=evidence,
        at_risk=row.at_risk,
        queue_number=row.queue_number,
        queue_from=row.queue_from,
        follows=row.follows,
        joined_into=row.joined_into,
        closing=closing,
    )


def _rule(row: CaseRuleRow) -> CaseRule:
    return CaseRule(
        rule_id=row.rule_id,
        rule_version=row.rule_version,
        settings=row.settings,
        step=Step(row.step),
        title=row.title,
        source=row.source,
        sentence=row.sentence,
        first_met_on=row.first_met_on,
        last_met_on=row.last_met_on,
        count=row.count,
        evidence=tuple(Evidence(reference, date.fromisoformat(day)) for reference, day in row.evidence),
        late=row.late,
        unmet=Unmet(row.unmet) if row.unmet else None,
    )


def write_cases(session: Session, changed: Collection[tuple[Case | None, Case]], night: date) -> None:
    """Write cases as they stand after; each comes with what it was before (None: new). `night`: of new evidence."""
    for before, case in changed:
        if before is not None:
            row = session.get_one(CaseRow, case.id)
            for name, value in _of_case(case).items():
                setattr(row, name, value)
    session.flush()  # a case that ends makes room for a new one of the same child
    _insert(session, CaseRow, [{"id": case.id, **_of_case(case)} for before, case in changed if before is None])
    new = []
    for before, case in changed:  # rules and evidence point at their case
        known = {rule.rule_id: rule for rule in before.rules} if before else {}
        for rule in case.rules:
            if known.get(rule.rule_id) == rule:
                continue
            if rule.rule_id in known:
                session.merge(CaseRuleRow(case_id=case.id, **_columns(rule)))
            else:
                new.append({"case_id": case.id, **_columns(rule)})
    _insert(session, CaseRuleRow, new)
    fresh = [
        {"case_id": case.id, "reference": reference, "day": day, "added_on": night}
        for before, case in changed
        for reference, day in sorted(set(case.evidence) - set(before.evidence if before else ()))
    ]
    _insert(session, CaseEvidenceRow, fresh)
    session.flush()


def _insert(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert many rows at once: the first night of a new agency may open a thousand cases."""
    if rows:
        session.execute(insert(table), rows)


def _of_case(case: Case) -> dict[str, Any]:
    """A case's own columns but its id; how it was closed stays as it was where it is not closed now."""
    closing = case.closing
    closed = {} if closing is None else {
        "closed_reason": closing.reason, "closed_exit": closing.exit.value,
        "closed_by": closing.by, "closed_at": closing.at,
    }  # fmt: skip
    told = {name: getattr(case, name) for name in KEPT_AS_THEY_ARE}
    return {**told, "state": case.state.value, "step": case.step.value, **closed}


def _columns(rule: CaseRule) -> dict[str, Any]:
    return {
        **{field.name: getattr(rule, field.name) for field in fields(rule)},
        "step": rule.step.value,
        "evidence": [[reference, day.isoformat()] for reference, day in rule.evidence],
        "unmet": rule.unmet.value if rule.unmet else None,
    }


def difference(before: Case | None, after: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the audit keeps of a change: only what differs, as JSON values, before and after."""
    was, now = (_told(before) if before else {}), _told(after)
    return (
        {name: was[name] for name in was if was[name] != now.get(name)},
        {name: now[name] for name in now if now[name] != was.get(name)},
    )


def _told(case: Case) -> dict[str, Any]:
    return {
        "child_id": case.child_id,
        "desk": case.desk,
        "state": case.state.value,
        "step": case.step.value,
        "since": case.since.isoformat(),
        "due": case.due.isoformat() if case.due else None,
        "version": case.version,
        "at_risk": case.at_risk,
        "queue_number": case.queue_number,
        "joined_into": case.joined_into,
        "closed": [case.closing.reason, case.closing.exit.value] if case.closing else None,
        "evidence": [f"{reference} {day.isoformat()}" for reference, day in case.evidence],
        **{
            f"rule {rule.rule_id}": {
                "version": rule.rule_version,
                "count": rule.count,
                "first_met_on": rule.first_met_on.isoformat(),
                "last_met_on": rule.last_met_on.isoformat(),
                "unmet": rule.unmet.value if rule.unmet else None,
                "sentence": rule.sentence,
            }
            for rule in case.rules
        },
    }
