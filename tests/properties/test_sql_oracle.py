"""A million generated appointments, judged again by SQL: each child's count and first day under every pattern."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from tests.benchmarks import clustered
from wnb.detect import EPOCH, detect
from wnb.histories import Histories
from wnb.patterns import AnyRule, Rule
from wnb.terms import MEANING, Meaning, Outcome

pytestmark = pytest.mark.long

RULE: TypeAdapter[Rule] = TypeAdapter(AnyRule)
NIGHT = clustered.NIGHT
RECALL = 28

WINDOW = """
    SELECT r.child, r.day, {amount} AS n FROM counted r JOIN counted c
    ON c.child = r.child AND c.row <= r.row AND c.day > r.day - {within} {since}
    GROUP BY r.child, r.row, r.day HAVING n >= {least} {having}
"""
SINCE_BREAK = """AND c.row > coalesce(
    (SELECT max(b.row) FROM held b WHERE b.child = r.child AND b.row < r.row AND b.means IN ({breaks})), -1)"""
SQL = {
    "repeated": WINDOW.format(amount="count(DISTINCT c.day)", within=90, least=3, since="", having=""),
    "in_a_row": WINDOW.format(
        amount="count(*)", within=365, least=3, since=SINCE_BREAK.format(breaks="'seen', 'unseen'"), having=""
    ),
    "across_agencies": WINDOW.format(
        amount="count(DISTINCT c.day)", within=180, least=3, since=SINCE_BREAK.format(breaks="'seen'"),
        having="AND count(DISTINCT c.agency) >= 2",
    ),
    "share": """
        SELECT r.child, r.day, count(*) FILTER (c.means = 'not_brought') AS n, count(*) AS offered
        FROM offered r JOIN offered c ON c.child = r.child AND c.row <= r.row AND c.day > r.day - 180
        GROUP BY r.child, r.row, r.day HAVING offered >= 4 AND 100 * n >= 60 * offered
    """,
    "family": """
        WITH own AS (
            SELECT r.child, r.home, r.day, r.row, count(DISTINCT c.day) AS n
            FROM counted r JOIN counted c ON c.child = r.child AND c.row <= r.row AND c.day > r.day - 120
            GROUP BY ALL HAVING n >= 2),
        theirs AS (
            SELECT o.child, o.row, c.child AS other, count(DISTINCT c.day) AS n
            FROM own o JOIN counted c
            ON c.home = o.home AND c.child <> o.child AND c.day <= o.day AND c.day > o.day - 120
            GROUP BY ALL HAVING n >= 2)
        SELECT child, day, n FROM own SEMI JOIN theirs USING (child, row)
    """,
    "unseen": """
        WITH each_day AS (
            SELECT child, unnest(range(min(day), $night + 1)) AS day FROM offered GROUP BY child),
        last_seen AS (
            SELECT d.child, d.day, max(o.day) FILTER (o.means = 'seen') AS seen, max(o.row) FILTER (o.means = 'seen')
                AS seen_row, min(o.day) AS begun
            FROM each_day d JOIN offered o ON o.child = d.child AND o.day <= d.day GROUP BY ALL)
        SELECT l.child, l.day, count(*) AS n FROM last_seen l JOIN offered o
        ON o.child = l.child AND o.day <= l.day AND o.row > coalesce(l.seen_row, -1)
        WHERE l.day >= coalesce(l.seen, l.begun) + 200 GROUP BY l.child, l.day HAVING n >= 2
    """,
}  # fmt: skip
SETTINGS: dict[str, dict[str, Any]] = {
    "repeated": {"at_least": 3, "within_days": 90},
    "in_a_row": {"at_least": 3, "within_days": 365, "unit": "appointments"},
    "across_agencies": {"organisations": 2, "at_least": 3, "within_days": 180, "none_seen_between": True},
    "share": {"at_least_percent": 60, "of_at_least": 4, "within_days": 180, "unit": "appointments"},
    "family": {"children": 2, "at_least": 2, "within_days": 120},
    "unseen": {"days": 200, "offered_at_least": 2, "unit": "appointments"},
}


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Histories, duckdb.DuckDBPyConnection]]:
    folder: Path = tmp_path_factory.mktemp("million")
    clustered.write(folder, 1_000_000, seed=7)
    h = clustered.mapped(folder)
    child = np.repeat(np.arange(h.children), np.diff(h.starts))
    means = np.array([MEANING[o].value if o in MEANING else "" for o in range(256)])[h.outcome]
    rows = pa.table(
        {"child": child, "home": h.household[child], "row": np.arange(len(child)), "day": np.array(h.day),
         "agency": np.array(h.organisation), "means": means}
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("told", rows)
        connection.execute("CREATE TABLE held AS FROM told ORDER BY child, row")
        connection.execute("CREATE VIEW counted AS FROM held WHERE means = 'not_brought'")
        connection.execute("CREATE VIEW offered AS FROM held WHERE means IN ('not_brought', 'seen', 'unseen')")
        yield h, connection


@pytest.mark.parametrize("pattern", SQL)
def test_sql_counts_the_same(pattern: str, million: tuple[Histories, duckdb.DuckDBPyConnection]) -> None:
    """Each child found tonight: the largest count within the days recalled, and the first day on which it held."""
    h, connection = million
    ordinary = {"id": "r", "title": "t", "step": "review", "in_force_from": "2020-01-01", "source": "s"}
    rule = RULE.validate_python(ordinary | {"pattern": pattern} | SETTINGS[pattern])
    findings = detect(h, [rule], EPOCH + timedelta(days=NIGHT), recall_days=RECALL)
    found = {
        int(findings.child[k]): (int(findings.count[k]), int(findings.first[k]))
        for k in np.flatnonzero(findings.chosen & ~findings.late)
    }
    text = f"""
        SELECT child, max(n) FILTER (day > {NIGHT - RECALL}) AS most, min(day) FROM ({SQL[pattern]})
        GROUP BY child HAVING most IS NOT NULL
    """.replace("$night", str(NIGHT))
    expected = {child: (most, first) for child, most, first in connection.execute(text).fetchall()}
    assert len(expected) > 50
    assert found == expected


def test_what_is_generated_has_every_outcome_that_the_sql_tells_apart(
    million: tuple[Histories, duckdb.DuckDBPyConnection],
) -> None:
    outcomes = {Outcome(o) for o in np.unique(million[0].outcome).tolist()}
    assert {MEANING[o] for o in outcomes} >= {Meaning.SEEN, Meaning.UNSEEN, Meaning.NOT_BROUGHT}
