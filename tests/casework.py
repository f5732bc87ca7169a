"""Small findings, nights and casebooks for tests: only what a test is about is said."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from wnb.cases import PARTNERSHIP, Case, Decision, Evidence, Move, decided
from wnb.escalate import Decisions, EvidenceState, InForce, Listed, Tonight, TonightsFinding, decide
from wnb.store.casebook import Casebook, NightRecord
from wnb.terms import Step

SATURDAY = date(2026, 11, 21)
DAYS = {Step.ENGAGE: 5, Step.REVIEW: 1, Step.ESCALATE: 0}
IN_FORCE = {name: InForce(f"settings of {name}", 28) for name in ("three-days", "two-in-a-row", "section-47")}


def seen(*references: str, day: date = SATURDAY) -> tuple[Evidence, ...]:
    """Appointments by reference; `hospital/1@3` was three days before `day`."""
    found = []
    for text in references:
        reference, _, days_before = text.partition("@")
        found.append(Evidence(reference, day - timedelta(days=int(days_before or 0))))
    return tuple(sorted(found, key=lambda e: (e.day, e.reference)))


def finding(child: str = "c-1", evidence: tuple[Evidence, ...] = (), **other: Any) -> TonightsFinding:
    """A finding of three missed days, on the partnership's desk, unless said otherwise."""
    evidence = evidence or seen("hospital/1@9", "hospital/2@5", "clinic/1@1")
    rule = other.get("rule_id", "three-days")
    told: dict[str, Any] = {
        "child_id": child,
        "desk": PARTNERSHIP,
        "rule_id": rule,
        "rule_version": "1",
        "step": Step.REVIEW,
        "title": f"The rule {rule}",
        "source": "a proposal",
        "sentence": f"Not brought on {len(evidence)} days",
        "first_met_on": evidence[-1].day,
        "last_met_on": evidence[-1].day,
        "count": len(evidence),
        "evidence": evidence,
        "late": False,
        "last_miss_on": evidence[-1].day,
        "backlog": False,
        "at_risk": False,
    }
    return TonightsFinding(**{**told, **other})


class Nights:
    """A casebook in memory: nights and people's decisions in turn."""

    def __init__(self) -> None:
        self.cases: tuple[Case, ...] = ()
        self.listed: frozenset[Listed] = frozenset()
        self.last: Decisions | None = None

    def night(
        self,
        night: date,
        *findings: TonightsFinding,
        backlog_a_week: int | None = None,
        merged: Mapping[str, str] | None = None,
        in_force: Mapping[str, InForce] = IN_FORCE,
        withdrawn: Iterable[Evidence] = (),
        corrected: Iterable[Evidence] = (),
        days: Mapping[Step, int] = DAYS,
    ) -> Decisions:
        """Decide a night and keep what it decided."""
        asked = {(rule.rule_id, e) for case in self.cases for rule in case.rules for e in rule.evidence}
        gone, changed = set(withdrawn), set(corrected)
        states = {
            (rule, e): EvidenceState.CORRECTED if e in changed else EvidenceState.COUNTED
            for rule, e in asked
            if e not in gone
        }
        tonight = Tonight(
            night, findings, self.cases, self.listed, days, backlog_a_week, in_force, states, merged or {}
        )
        self.last = decide(tonight)
        self.cases, self.listed = self.last.cases, self.last.listed
        return self.last

    def close(self, case: Case, reason: str = "needs-met", exit_: str = "closed") -> Case:
        """A person closes a case."""
        at = datetime.combine(SATURDAY, time(9), UTC)
        made = decided(case, Decision(Move.CLOSED, case.id, "A. Lead", at, {"reason": reason, "exit": exit_}))
        self.cases = tuple(made.after if held.id == case.id else held for held in self.cases)
        return made.after

    def case(self, child: str = "c-1", desk: str = PARTNERSHIP) -> Case:
        """The child's latest case on a desk."""
        return [case for case in self.cases if (case.child_id, case.desk) == (child, desk)][-1]


def moves(decisions: Decisions) -> list[str]:
    """The moves of a night, in words."""
    return [made.move.value for made in decisions.moves]


def record(night: date, run_id: str = "a-run") -> NightRecord:
    """A night's line in the ledger."""
    at = datetime.combine(night, time(3, 20), UTC)
    return NightRecord(night, run_id, at, "0" * 64, "2026-11-01", f"{night}-{run_id}", "{}\n", {"night.json": "1" * 64})


def commit(casebook: Casebook, night: date, *findings: TonightsFinding, **other: Any) -> Decisions:
    """Run a night's decisions on a real casebook and commit them."""
    cases = casebook.cases()
    states = {(r.rule_id, e): EvidenceState.COUNTED for case in cases for r in case.rules for e in r.evidence}
    merged = other.pop("merged", {})
    identities = other.pop("identities", {f"nhs:{f.child_id}": f.child_id for f in findings})
    tonight = Tonight(night, findings, cases, casebook.listed(), DAYS, None, IN_FORCE, states, merged)
    decisions = decide(tonight)
    casebook.commit_night(record(night), decisions, identities, "{}", **other)
    return decisions
