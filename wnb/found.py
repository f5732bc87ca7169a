"""What a night found, as people and casebook read it: each finding with its sentence, its proof and its desk.

Longer than most because each of them says whose an appointment is and what is held of it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.cases import PARTNERSHIP, Case, Evidence
from wnb.clinics import Clinics
from wnb.config import Configuration
from wnb.detect import Findings, account, detect
from wnb.engines.engine import Pass
from wnb.escalate import EvidenceState, TonightsFinding
from wnb.joining import EPOCH, Joined, day_number
from wnb.terms import FINDING, Desk, Outcome, Status

RISK = frozenset(
    {
        Status.CHILD_PROTECTION_PLAN,
        Status.SECTION_47,
        Status.LOOKED_AFTER,
        Status.CHILD_IN_NEED,
        Status.UNBORN_PLAN,
        Status.DOMESTIC_ABUSE,
        Status.HARM_RECORDED_BY_A_PERSON,
    }
)
"""Statuses that put a child first in the queue of the first night (interface, "The first night")."""
RISK_BITS = sum(status.bit for status in RISK)


@dataclass(frozen=True)
class Appointments:
    """Held rows by position, as far as evidence names them."""

    references: Mapping[int, str]  # row -> agency/appointment_id
    agency: Mapping[int, str]

    @classmethod
    def of(cls, joined: Joined, facts: Mapping[str, pa.Table], rows: np.ndarray) -> "Appointments":
        """The named rows of the joined facts."""
        references, agencies = {}, {}
        for place, agency in enumerate(joined.agencies):
            start, end = joined.bounds[place], joined.bounds[place + 1]
            mine = np.unique(rows[(rows >= start) & (rows < end)])
            ids = facts[agency]["appointment_id"].take(pa.array(mine - start)).to_pylist()
            for row, appointment_id in zip(mine.tolist(), ids, strict=True):
                references[row] = f"{agency}/{appointment_id}"
                agencies[row] = agency
        return cls(references, agencies)


def children_found(passes: Sequence[Pass]) -> list[int]:
    """The children who have any finding, by number."""
    return sorted({int(child) for one in passes for child in one.findings.child})


def rows_found(passes: Sequence[Pass]) -> np.ndarray:
    """The held rows that are evidence of any finding."""
    return np.concatenate([one.histories.row[one.findings.evidence] for one in passes] or [np.empty(0, np.int64)])


def table(
    passes: Sequence[Pass],
    ids: Mapping[int, str],
    named: Appointments,
    shared: np.ndarray,
    rules_version: str,
    night: date,
) -> pa.Table:
    """`findings.parquet`: one row a child and rule, in the order of their ids.

    Everybody may read it: what rests on an appointment that is not `shared` (bool, by held row) is on its agency's own
    list alone. A rule met in several scopes or passes is told as the one with most counted of the others, ties by name.
    """
    rows: dict[tuple[str, str], dict[str, object]] = {}
    most: Counter[tuple[str, str]] = Counter()
    for one in passes:
        f = one.findings
        for k in sorted(range(len(f)), key=lambda k: not f.chosen[k]):
            rule = one.rules[f.rule[k]]
            child_and_rule = ids[int(f.child[k])], rule.id
            evidence = one.histories.row[f.evidence_of(k)]
            if f.count[k] > most[child_and_rule] and shared[evidence].all():
                most[child_and_rule] = int(f.count[k])
                rows[child_and_rule] = {
                    "child_id": child_and_rule[0],
                    "rule_id": rule.id,
                    "rule_version": rules_version,
                    "step": rule.step.value,
                    "list": rule.desk.value,
                    "first_met_on": _day(f.first[k]),
                    "last_met_on": _day(f.last[k]),
                    "count": int(f.count[k]),
                    "evidence": [named.references[row] for row in evidence.tolist()],
                    "late": bool(f.late[k]),
                    "as_of": night,
                }
    return pa.Table.from_pylist([rows[each] for each in sorted(rows)], schema=FINDING)


def for_desks(
    configuration: Configuration,
    passes: Sequence[Pass],
    ids: Mapping[int, str],
    named: Appointments,
    first_nights: Mapping[str, date],
    clinics: Clinics,
    left: Sequence[Findings],
    at_risk: Collection[int],
) -> Iterator[TonightsFinding]:
    """Every finding for every desk it belongs on.

    The partnership's list has the one that is published for a child and rule. An agency's own list has every scope of
    that agency in which the rule holds, so that the agency with fewer counted still sees its child, and of a rule that
    looks anywhere only its own appointments.

    Args:
        configuration: of the night.
        passes: what was found, and in what.
        ids: by number, the id of each child found.
        named: the held rows that are evidence.
        first_nights: the night on which each agency was first known.
        clinics: whose misses jumped.
        left: of each pass, what would be met without those misses (`without_spikes`); empty where none jumped.
        at_risk: the children, by number, who have a risk status tonight.
    """
    for place, one in enumerate(passes):
        resting = _Resting(one, clinics, left[place] if left else None)
        for k in range(len(one.findings)):
            rule = one.rules[one.findings.rule[k]]
            if rule.desk is Desk.PARTNERSHIP:
                desks = [PARTNERSHIP] if one.findings.chosen[k] else []
            else:
                rows = one.histories.row[one.findings.evidence_of(k)].tolist()
                desks = sorted({named.agency[row] for row in rows})
            for desk in desks:
                finding = _for_desk(configuration, one, k, ids, named, first_nights, desk)
                risk = finding.at_risk or int(one.findings.child[k]) in at_risk
                yield replace(finding, at_risk=risk, rests_on=resting.on(k, desk))


def without_spikes(
    configuration: Configuration, passes: Sequence[Pass], clinics: Clinics, night: date
) -> tuple[Findings, ...]:
    """Of each pass what would be found had the misses of tonight's spikes meant nothing; empty where there are none.

    Read in the histories of those who were found: to take misses away finds nobody else.
    """
    if not clinics.any:
        return ()
    recall_days = configuration.rules.recall_days
    return tuple(detect(clinics.without(one.histories), one.rules, night, recall_days=recall_days) for one in passes)


class _Resting:
    """Which findings of a pass rest on a clinic's spike alone.

    One does when the rule would not be met had nobody counted the misses of tonight's spikes, and all of its evidence
    is at one clinic that spikes. The partnership is told of a child and rule once: there no scope may be left in which
    the rule is met without the spikes, and every other must rest on one as well.
    """

    def __init__(self, one: Pass, clinics: Clinics, left: Findings | None) -> None:
        self._one, self._clinics, self._asked = one, clinics, left is not None
        self._left: set[tuple[int, int, int]] = set()
        self._of: dict[tuple[int, int], list[int]] = defaultdict(list)
        if left is not None:
            f = one.findings
            self._left = set(zip(left.child.tolist(), left.rule.tolist(), left.scope.tolist(), strict=True))
            for k, child_and_rule in enumerate(zip(f.child.tolist(), f.rule.tolist(), strict=True)):
                self._of[child_and_rule].append(k)

    def on(self, k: int, desk: str) -> str:
        """The clinic on whose spike finding k rests alone, as the desk is told; empty: on none."""
        one, rule = self._one, self._one.rules[self._one.findings.rule[k]]
        if not self._asked or rule.lasting or rule.others:
            return ""  # not seen for so long, or another child too: no one clinic's doing
        scopes = self._of[int(one.findings.child[k]), int(one.findings.rule[k])] if desk == PARTNERSHIP else [k]
        told = {each: self._alone(each, desk) for each in scopes}
        return told[k] if all(told.values()) else ""

    def _alone(self, k: int, desk: str) -> str:
        f, histories = self._one.findings, self._one.histories
        if (int(f.child[k]), int(f.rule[k]), int(f.scope[k])) in self._left:
            return ""
        places = f.evidence_of(k)
        return self._clinics.rested_on(histories.row[places], histories.day[places], desk)


def at_risk_on(joined: Joined, night: date) -> frozenset[int]:
    """The children, by number, of whom a risk status is held on a night."""
    spells, today = joined.spells, day_number(night)
    now = (spells.bit & RISK_BITS > 0) & (spells.first <= today) & (spells.last >= today)
    return frozenset(spells.child[now].tolist())


def still_held(
    configuration: Configuration, joined: Joined, facts: Mapping[str, pa.Table], asked: Collection[tuple[str, Evidence]]
) -> dict[tuple[str, Evidence], EvidenceState]:
    """What the lake holds tonight of appointments that were evidence once; one that is not held is left out."""
    rules = {rule.id: rule for rule in configuration.rules.rules}
    held = _held(joined, facts, {seen for _, seen in asked})
    states = {}
    for rule_id, seen in asked:
        if seen not in held:
            continue
        row, withdrawn = held[seen]
        rule = rules.get(rule_id)
        read = joined.in_history[row] and not joined.not_counted[row]
        counted = read and (rule is None or rule.counts(Outcome(joined.outcome[row])))
        kept = EvidenceState.COUNTED if counted else EvidenceState.CORRECTED
        states[rule_id, seen] = EvidenceState.WITHDRAWN if withdrawn else kept
    return states


def whose(
    joined: Joined,
    facts: Mapping[str, pa.Table],
    cases: Iterable[Case],
    split: Mapping[str, str],
    ids: Mapping[int, str],
) -> dict[Evidence, str]:
    """Whose the evidence of live cases of split children is tonight; nobody's of whom there is no id is left out."""
    parted = set(split.values())
    asked = {seen for case in cases if case.live and case.child_id in parted for seen in case.evidence}
    held = _held(joined, facts, asked) if asked else {}
    return {seen: ids[child] for seen, (row, _) in held.items() if (child := int(joined.child[row])) in ids}


def _held(
    joined: Joined, facts: Mapping[str, pa.Table], wanted: Collection[Evidence]
) -> dict[Evidence, tuple[int, bool]]:
    """Of some appointments the row that is held of each, and whether it was withdrawn."""
    held: dict[Evidence, tuple[int, bool]] = {}
    for place, agency in enumerate(joined.agencies):
        start = joined.bounds[place]
        ids = pa.array(
            sorted({ref[len(agency) + 1 :] for ref, _ in wanted if ref.startswith(f"{agency}/")}), pa.string()
        )
        mine = np.flatnonzero(pc.is_in(facts[agency]["appointment_id"], value_set=ids).to_numpy(zero_copy_only=False))
        for at, appointment_id in zip(
            mine.tolist(), facts[agency]["appointment_id"].take(pa.array(mine)).to_pylist(), strict=True
        ):
            row = int(start) + at
            withdrawn = facts[agency]["withdrawn_by"][at].is_valid
            held[Evidence(f"{agency}/{appointment_id}", _day(joined.day[row]))] = (row, withdrawn)
    return held


def _for_desk(
    configuration: Configuration,
    one: Pass,
    k: int,
    ids: Mapping[int, str],
    named: Appointments,
    first_nights: Mapping[str, date],
    desk: str,
) -> TonightsFinding:
    rule, f = one.rules[one.findings.rule[k]], one.findings
    places = f.evidence_of(k)
    rows = one.histories.row[places].tolist()
    days = [_day(day) for day in one.histories.day[places]]
    shown = [i for i, row in enumerate(rows) if desk in (PARTNERSHIP, named.agency[row])]
    last = shown[-1]
    sentence = rule.explain(account(one.histories, rule, f, k))
    if len(shown) < len(rows):
        sentence = f"{rule.title}, with {len(shown)} of this agency's own appointments"
    return TonightsFinding(
        child_id=ids[int(f.child[k])],
        desk=desk,
        rule_id=rule.id,
        rule_version=configuration.rules.version,
        step=rule.step,
        title=rule.title,
        source=rule.source,
        sentence=sentence,
        first_met_on=_day(f.first[k]),
        last_met_on=_day(f.last[k]),
        count=int(f.count[k]) if len(shown) == len(rows) else len(shown),
        evidence=tuple(Evidence(named.references[rows[i]], days[i]) for i in shown),
        late=bool(f.late[k]),
        last_miss_on=days[last],
        backlog=days[last] < first_nights[named.agency[rows[last]]],
        at_risk=bool(np.any(one.histories.statuses[places] & RISK_BITS)),
    )


def _day(number: int) -> date:
    return EPOCH + timedelta(days=int(number))
