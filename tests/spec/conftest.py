"""The `spec` of a rule: a drawn history, a night, and what is found."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from wnb.detect import account, detect
from wnb.histories import FROM_THE_FIRST, NEVER_ADULT, Histories, build
from wnb.patterns import AnyRule, Rule
from wnb.terms import Outcome, Status

EPOCH = date(1970, 1, 1)
RULE: TypeAdapter[Rule] = TypeAdapter(AnyRule)


def rule_of(settings: dict[str, object]) -> Rule:
    """The settings under test as a whole rule; what they leave out is ordinary."""
    ordinary = {"id": "a-rule", "title": "A rule", "step": "review", "in_force_from": "2026-01-01", "source": "a spec"}
    return RULE.validate_python(ordinary | settings)


def drawn(table: str) -> list[dict[str, str]]:
    """The rows of a drawing, by its heading."""
    heading, *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().split("\n")]
    return [dict(zip(heading, row, strict=True)) for row in rows]


def history(
    table: str, night: str, organisations: dict[str, str], adult_from: str | None, households: str
) -> Histories:
    """The histories as a night knows them: what was not known yet is not there.

    Children are numbered as they are first drawn; without a column `child` all is of one.
    """
    every = drawn(table)
    names = list(dict.fromkeys(row.get("child", "") for row in every))
    homes = [home.split() for home in households.split("|")]
    home_of = {name: next((k for k, home in enumerate(homes) if name in home), -1 - c) for c, name in enumerate(names)}
    rows = [(number, row) for number, row in enumerate(every, start=1) if row.get("known", "") <= night]
    at = [datetime.fromisoformat(row["date"]) for _, row in rows]
    statuses = [
        sum(Status(word).bit for word in row.get("status", "").replace(",", " ").split() if word) for _, row in rows
    ]
    known = [(date.fromisoformat(row["known"]) - EPOCH).days if row.get("known") else FROM_THE_FIRST for _, row in rows]
    return build(
        child=np.array([names.index(row.get("child", "")) for _, row in rows], np.int32),
        at=np.array([(t - datetime(1970, 1, 1)) // timedelta(seconds=1) for t in at], np.int64),
        agency=pa.array([row["agency"] for _, row in rows], pa.string()),
        appointment_id=pa.array([f"{number:03d}" for number, _ in rows], pa.string()),
        service=pa.array([row["service"] for _, row in rows], pa.string()),
        outcome=np.array([Outcome[row["outcome"].upper()] for _, row in rows], np.uint8),
        known=np.array(known, np.int32),
        row=np.array([number for number, _ in rows], np.int64),
        organisations=organisations,
        adult_from=np.full(
            len(names), (date.fromisoformat(adult_from) - EPOCH).days if adult_from else NEVER_ADULT, np.int32
        ),
        row_statuses=np.array(statuses, np.uint16),
        household=np.array([len(names) + home_of[name] for name in names], np.int32),
    )


@pytest.fixture
def spec() -> Callable[..., None]:
    """`spec(rule settings, drawing, night=…, finds="first met | last met | count | evidence [| late]", says=…)`.

    Rows of the drawing are numbered from 1 and evidence names them. Where two stand at the same time they are in the
    order of their agencies' names, then as drawn. `of` names the child whose finding it is, where more than one is
    drawn, and `households` who lives together: "anna ben | cora". `finds=None`: nothing is found. `says`: the
    finding's sentence. Every example is judged twice, compiled and as it is written.
    """

    def holds(
        settings: dict[str, object],
        table: str,
        *,
        night: str,
        finds: str | None,
        says: str | None = None,
        organisations: dict[str, str] | None = None,
        adult_from: str | None = None,
        households: str = "",
        of: str = "",
    ) -> None:
        rule = rule_of(settings)
        told = history(table, night, organisations or {}, adult_from, households)
        asked = list(dict.fromkeys(row.get("child", "") for row in drawn(table))).index(of)
        for compiled in (False, True):
            findings = detect(told, [rule], date.fromisoformat(night), compiled=compiled)
            lines = []
            for k in np.flatnonzero(findings.chosen & (findings.child == asked)):
                evidence = " ".join(str(n) for n in told.row[findings.evidence_of(k)])
                first, last = (EPOCH + timedelta(days=int(day[k])) for day in (findings.first, findings.last))
                late = " | late" if findings.late[k] else ""
                lines.append(f"{first} | {last} | {findings.count[k]} | {evidence}{late}")
                if says is not None:
                    assert rule.explain(account(told, rule, findings, int(k))) == says
            assert lines == ([] if finds is None else [finds])

    return holds
