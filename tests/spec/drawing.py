"""A drawn history as the columns that the patterns read."""

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
from pydantic import TypeAdapter

from wnb.detect import Findings
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


def found_in(findings: Findings, table: str, of: str) -> list[int]:
    """The findings of one child of a drawing; `of` is empty where only one is drawn."""
    asked = list(dict.fromkeys(row.get("child", "") for row in drawn(table))).index(of)
    return np.flatnonzero(findings.chosen & (findings.child == asked)).tolist()
