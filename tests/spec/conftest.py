"""The `spec` of a rule: a drawn history, a night, and what is found."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.spec.drawing import EPOCH, found_in, history, rule_of
from wnb.detect import account, detect


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
        for compiled in (False, True):
            findings = detect(told, [rule], date.fromisoformat(night), compiled=compiled)
            lines = []
            for k in found_in(findings, table, of):
                evidence = " ".join(str(n) for n in told.row[findings.evidence_of(k)])
                first, last = (EPOCH + timedelta(days=int(day[k])) for day in (findings.first, findings.last))
                late = " | late" if findings.late[k] else ""
                lines.append(f"{first} | {last} | {findings.count[k]} | {evidence}{late}")
                if says is not None:
                    assert rule.explain(account(told, rule, findings, int(k))) == says
            assert lines == ([] if finds is None else [finds])

    return holds
