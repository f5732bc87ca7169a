"""A what-if over every night of two years, after loading, beside DuckDB's bare scan and group-by of the same rows.

Both are asked in one process and in turn, so that neither pays for starting: what is told is how long somebody who
moves a threshold waits for the picture.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

from tests.benchmarks import clustered
from tests.benchmarks.patterns import PROJECT
from tests.benchmarks.rounds import Cost, Run, interleaved, made_by
from wnb.comparison import Characteristic, Compared
from wnb.config import load
from wnb.detect import days_of
from wnb.histories import Histories
from wnb.nights_met import nights_met
from wnb.rules import Rules
from wnb.stretches import PARTNERSHIP, Pass, Side, side

YARDSTICK = "DuckDB: scan and group by child"
ONE, ALL = "wnb: a what-if that changes one rule", "wnb: a what-if that changes every rule"
GROUP_BY = """
    SELECT count(*), sum(n), sum(missed), max(latest), max(a), max(s) FROM (
        SELECT child, count(*) n, count(*) FILTER (outcome = 3) missed, max("at") latest, max(agency) a, max(service) s
        FROM '{}' GROUP BY child)
"""


def run(rows: int, rounds: int, folder: Path) -> Run:
    """One interleaved run; `folder` keeps what was made for the next."""
    made = folder / f"clustered-{rows}"
    made_by("clustered", str(made), str(rows))
    histories = clustered.mapped(made)
    rules = load(PROJECT / "config").rules
    known = Characteristic("Ethnicity", tuple("abcdefgh"), (np.arange(histories.children) % 9 - 1).astype(np.int32))
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET enable_progress_bar = false")
    query = GROUP_BY.format(made / "appointments.parquet")
    asked: dict[str, Callable[[], object]] = {
        YARDSTICK: lambda: connection.execute(query).fetchall(),
        ONE: lambda: told(histories, rules, changed(rules, 1), known),
        ALL: lambda: told(histories, rules, changed(rules, len(rules.rules)), known),
    }
    about = f"{len(histories.day):,} clustered appointments, every night of {clustered.DAYS} days, after loading"
    return Run(about, YARDSTICK, interleaved({name: lambda k, a=ask: _cost(a) for name, ask in asked.items()}, rounds))


def _cost(ask: Callable[[], object]) -> Cost:
    """What it costs in this process, which stays: there is no peak of its own to tell."""
    began, used = time.perf_counter(), time.process_time()
    ask()
    return Cost(time.perf_counter() - began, time.process_time() - used, 0)


def changed(rules: Rules, many: int) -> Rules:
    """The rules with so many of them looking a day further back: nothing of what was found before can be kept."""
    others = [
        rule.model_copy(update={"within_days": rule.within_days + 1}) if k < many else rule
        for k, rule in enumerate(rules.rules)
    ]
    return rules.model_copy(update={"rules": tuple(others)})


def told(histories: Histories, in_force: Rules, draft: Rules, known: Characteristic) -> object:
    """Everything that the report draws, from histories that are there; a rule that both have is looked for once."""
    last = date(1970, 1, 1) + timedelta(days=clustered.NIGHT)
    first = last - timedelta(days=clustered.DAYS - 1)
    asked = list(dict.fromkeys([*in_force.rules, *draft.rules]))
    met = nights_met(histories, asked, first, last, recall_days=in_force.recall_days)

    def of(rules: Rules) -> Side:
        return side([Pass(histories, [rule], met.only(asked.index(rule))) for rule in rules.rules], histories.agency)

    both = Compared(histories, days_of(first), days_of(last), of(in_force), of(draft))
    return (
        both.by_list(), both.by_rule(), both.by_step(), both.nightly(), both.one_sided(), both.moved_in_time(),
        both.weeks(lambda s: s.of_lists.chosen(s.of_lists.list_of == PARTNERSHIP)), both.whose(histories.agency),
        both.whose(histories.service), both.by_characteristic(known), both.by_age(np.full(histories.children, 18_000)),
        [(both.not_brought(p.children), both.had_status(p.children, 7)) for p in both.one_sided()],
    )  # fmt: skip
