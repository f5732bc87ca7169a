"""Local equals Spark: findings, evidence and published files, wherever a batch ends and whatever zone Java lives in.

One session for all: a Java Virtual Machine takes longer to start than any of these tests. It lives in Auckland, its
sessions begin in Newfoundland, and its batches hold three rows, so that children are cut and midnights lie elsewhere.
"""

import json
import os
import random
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from tests.conftest import PROJECT, missing
from tests.partnership import Partnership
from tests.properties.test_patterns import EPOCH, ORDINARY, ORGANISATIONS, RULE, Told, on
from tests.properties.test_worker import answered, as_spells, household_of, on_one_machine, rows_of
from tests.small import AMARA, BEN, NIGHT, WNB, Small, missed, untimed
from wnb import found, joining, may_read, nightly
from wnb.ages import UNKNOWN_DATE
from wnb.engines import local
from wnb.engines.engine import engine_of
from wnb.engines.worker import Orders
from wnb.errors import SafetyStop, UsageFault
from wnb.histories import FROM_THE_FIRST
from wnb.linkage import ALIKE, FIELDS, Model
from wnb.patterns import KINDS, Rule
from wnb.store.lake import Lake
from wnb.terms import Outcome, Status

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FIXTURES_NIGHT = date(2026, 11, 15)
ELSEWHERE = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-Duser.timezone=Pacific/Auckland -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.log.level": "ERROR",
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "3",
    "spark.sql.session.timeZone": "America/St_Johns",
    "spark.sql.shuffle.partitions": "3",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SparkSession]":
    if find_spec("pyspark") is None:
        missing("PySpark")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        missing("Java 17")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.config("spark.local.dir", str(tmp_path_factory.mktemp("spark")))
        for name, value in ELSEWHERE.items():
            builder = builder.config(name, value)
        spark = builder.getOrCreate()
        yield spark
        spark.stop()


# ------------------------------------------------------------------ any histories, any rules


SPANS = [1, 2, 10, 28, 60, 400]
OWN: dict[str, dict[str, list[Any]]] = {
    "repeated": {"at_least": [1, 2, 3], "within_days": SPANS},
    "in_a_row": {"at_least": [1, 2, 3], "within_days": SPANS},
    "across_agencies": {"organisations": [2, 3], "at_least": [2, 3], "within_days": SPANS,
                        "none_seen_between": [True, False]},
    "share": {"at_least_percent": [1, 33.33, 50], "of_at_least": [1, 2, 4], "within_days": SPANS},
    "family": {"children": [2, 2, 3], "at_least": [1, 2], "within_days": [28, 60, 400]},
    "unseen": {"days": SPANS, "offered_at_least": [1, 2]},
}  # fmt: skip
COMMON: dict[str, list[Any]] = {
    "scope": ["anywhere", "agency", "service"],
    "counting": [["not_brought"], ["not_brought", "family_cancelled"], ["unseen", "not_brought"]],
    "unit": ["days", "appointments"],
    "of_which_not_brought": [0, 0, 1],
    "only_if": [[], [], ["section-47"], ["under-one"]],
    "recall_days": [None, 1, 60, 400],
}
CHANGES = [date(2025, 3, 30), date(2025, 10, 26), date(2025, 4, 6), date(2025, 9, 28)]
"""The Sundays on which clocks change, in London and in Auckland."""
ONE_YEAR = (CHANGES[0] - EPOCH).days - 60


def any_rules(chance: random.Random) -> list[Rule]:
    """Two rules of each pattern, of any settings that go together."""
    drawn: list[Rule] = []
    while len(drawn) < 2 * len(OWN):
        pattern = sorted(OWN)[len(drawn) // 2]
        asked = {name: chance.choice(values) for name, values in (COMMON | OWN[pattern]).items()}
        with suppress(ValidationError):
            drawn.append(RULE.validate_python({**ORDINARY, **asked, "pattern": pattern}))
    return drawn


def any_appointments(chance: random.Random, children: int) -> list[Told]:
    """A year of each child, thick about the nights on which clocks change, at hours where a zone makes another day."""
    outcomes = [Outcome.WAS_NOT_BROUGHT] * 6 + [Outcome.ATTENDED] * 3 + list(Outcome)
    told = []
    for child in range(children):
        for k in range(chance.randint(0, 16)):
            near = (chance.choice(CHANGES) - EPOCH).days + chance.randint(-2, 2)
            told.append(
                Told(
                    child=child,
                    day=chance.choice([near, near, ONE_YEAR + chance.randint(0, 300)]),
                    hour=chance.choice([0, 1, 1, 2, 12, 23]),
                    agency=chance.choice("abcd"),
                    service=chance.choice(["", "x", "é"]),
                    id=f"{chance.choice(['', '9', '10', 'é'])}{k}",
                    outcome=chance.choice(outcomes),
                    statuses=chance.choice([0, 0, Status.SECTION_47.bit]),
                    known=chance.choice([FROM_THE_FIRST, ONE_YEAR, ONE_YEAR + 250]),
                )
            )
    return told


def test_every_pattern_is_asked_of_both() -> None:
    assert set(OWN) == set(KINDS)


@pytest.mark.parametrize("seed", range(3))
def test_findings_and_evidence_are_those_of_one_machine(seed: int, cluster: "SparkSession", tmp_path: Path) -> None:
    from wnb.engines.spark import detected

    chance = random.Random(seed)
    told, asked, night = any_appointments(chance, 150), any_rules(chance), ONE_YEAR + chance.randint(220, 300)
    told = [replace(row, known=min(row.known, night)) for row in told]
    born = [chance.choice([UNKNOWN_DATE, night - 6_600, night - 300, night - 4_000]) for _ in range(150)]
    spells = as_spells([(chance.randrange(150), 2, ONE_YEAR + chance.randint(0, 200), 90) for _ in range(60)])
    passes = [chance.choice([{0, 1}, {0, 1}, {1, 2}, {1}]) for _ in told]
    three = (tuple(asked), tuple(asked[:6]), tuple(rule for rule in asked if not rule.others))
    orders = Orders(on(night), 60, three, ORGANISATIONS, spells)
    rows = rows_of(told, born, passes)
    shuffled = pa.array(chance.sample(range(len(told)), len(told)))
    pq.write_table(rows.take(shuffled), tmp_path / "rows.parquet", row_group_size=500)
    answers = detected(cluster.newSession().read.parquet((tmp_path / "rows.parquet").as_uri()), orders)
    said, read = answered(answers.to_batches())
    expected = [
        answer
        for k, these in enumerate(three)
        for answer in on_one_machine(told, born, spells, passes, list(these), night, k, recall_days=60)
    ]
    assert len(expected) > 100
    assert said == expected
    assert read == (len(told), len({household_of(row.child) for row in told}), len({row.child for row in told}))


# ------------------------------------------------------------------ whole nights

FAMILY = """
  - {id: family-all, title: One each of two children, pattern: family, children: 2, at_least: 1, within_days: 365,
     step: review, list: partnership, in_force_from: 2026-01-01, recall_days: 365, source: a test}
  - {id: family-own, title: One each of two children here, pattern: family, children: 2, at_least: 1, within_days: 365,
     step: engage, scope: agency, list: own-agency, in_force_from: 2026-01-01, recall_days: 365, source: a test}
"""
"""Rules about a household, which no shipped rule is: of what the partnership may share, and of one agency alone."""


def change(file: Path, pattern: str, by: str) -> None:
    text, changed = re.subn(pattern, by, file.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert changed == 1
    file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def twice(cluster: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> tuple[Partnership, Partnership]:
    """The fixtures' night by each engine. Both ask for Spark, so that their configuration is the same to the letter."""
    done = []
    with pytest.MonkeyPatch.context() as patch:
        for engine in (lambda asked: local, engine_of):
            root = tmp_path_factory.mktemp("fixtures")
            shutil.copytree(PROJECT / "config", root / "config")
            shutil.copytree(PROJECT / "fixtures", root / "fixtures")
            change(root / "config" / "wnb.yaml", "^engine: local", "engine: spark")
            change(root / "config" / "rules.yaml", r"\Z", FAMILY)
            change(root / "config" / "agencies" / "regents-therapies.yaml", "^sharing: .*", "sharing: own-agency-only")
            for agency in ("regents-therapies", "lea-bridge-outpatients"):  # who shares a postcode
                told = root / "config" / "agencies" / f"{agency}.yaml"
                change(told, "^( +)postcode: (.*)$", r"\1postcode: \2\n\1household_id: \2")
            patch.setattr(nightly, "engine_of", engine)
            partnership = Partnership(root)
            assert partnership.configuration.partnership.engine == "spark"
            partnership.night(FIXTURES_NIGHT)
            done.append(partnership)
    return done[0], done[1]


def published(partnership: Partnership) -> dict[str, bytes]:
    folder = partnership.lists(FIXTURES_NIGHT)
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return files | {"night.json": untimed(files["night.json"])}


def test_a_whole_night_is_published_byte_for_byte(twice: tuple[Partnership, Partnership]) -> None:
    by_one_machine, by_spark = map(published, twice)
    assert sorted(by_spark) == sorted(by_one_machine)
    assert [name for name in by_spark if by_spark[name] != by_one_machine[name]] == []
    rules = {row["rule_id"] for row in twice[1].findings(FIXTURES_NIGHT)}
    assert {"family-all", "family-own"} < rules
    assert json.loads(by_spark["night.json"])["links_waiting"] > 10


def test_nothing_of_the_night_is_left_on_its_way(twice: tuple[Partnership, Partnership]) -> None:
    assert not (twice[1].configuration.path("data") / ".spark").exists()


@pytest.mark.parametrize("lost", ["appointments_read", "households_read"])
def test_what_the_workers_did_not_read_stops_the_night(
    lost: str, cluster: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wnb.engines import spark

    honest = spark.detected

    def loses(*asked: Any) -> pa.Table:
        told = honest(*asked)
        fewer = pa.array([n and n - 1 for n in told[lost].to_pylist()], pa.int64())
        return told.set_column(told.schema.get_field_index(lost), lost, fewer)

    monkeypatch.setattr(spark, "detected", loses)
    small = Small.begin(tmp_path, wnb=WNB + "engine: spark\n")
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 2))
    with pytest.raises(SafetyStop, match="were sent"):
        small.night(NIGHT)
    assert not small.lists(NIGHT).exists()


# ------------------------------------------------------------------ who may be one child


FORENAMES = [
    "selin",
    "selim",
    "ayla",
    "ayla su",
    "su ayla",
    "mohammed",
    "muhammad",
    "ana",
    "иван",
    "ивна",
    "عائشة",
    "عايشة",
    "李",
    None,
]
SURNAMES = ["kocak", "kocack", "kocak demir", "demir", "selin", "ayla", "ivanova", "иванова", "nguyen", "ngueyn", None]
PLACES = ["E81DY", "E81DV", "E81YD", "N165AA", None]


def any_accounts(chance: random.Random, children: int) -> pa.Table:
    """One to three accounts of each child, of few names, days and places, so that many are nearly alike."""
    rows = []
    for child in range(children):
        for _ in range(chance.randint(1, 3)):
            born = 20190000 + chance.choice([104, 401, 630, 603, 631, 1130])
            rows.append((child, chance.choice(FORENAMES), chance.choice(SURNAMES), born, chance.choice(PLACES)))
    columns = list(zip(*rows, strict=True))
    kinds = (pa.int32(), pa.string(), pa.string(), pa.int32(), pa.string())
    names = ("child", "given", "family", "born", "postcode")
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, kinds, strict=True)})


@pytest.mark.parametrize("seed", range(2))
def test_who_is_alike_on_one_machine_is_so_on_spark_and_as_much(seed: int, cluster: "SparkSession") -> None:
    from wnb.engines import spark

    told = any_accounts(random.Random(seed), 60)
    asked = told.filter(pc.less(told["child"], 20))
    model = replace(Model.read((PROJECT / "config" / "linkage.json").read_text("utf-8")), suggest_from=-20.0)
    order = [(name, "ascending") for name in ALIKE.names]
    here, there = (engine.alike(model, asked, told).sort_by(order) for engine in (local, spark))
    levels = {(field, level) for field in FIELDS for level in here[f"gamma_{field}"].to_pylist()}
    assert len(levels) >= 15  # nearly every level of every field is among them
    assert there.equals(here)


def test_spark_keeps_nothing_of_them(cluster: "SparkSession") -> None:
    from wnb.engines import spark

    told = any_accounts(random.Random(3), 10)
    model = Model.read((PROJECT / "config" / "linkage.json").read_text("utf-8"))
    spark.alike(model, told, told)
    assert cluster.sparkContext._jsc.getPersistentRDDs().size() == 0


def test_a_model_that_spark_cannot_ask_with_is_said_in_words(cluster: "SparkSession") -> None:
    from wnb.engines import spark

    text = (PROJECT / "config" / "linkage.json").read_text("utf-8").replace("nearly_alike(", "jaccard(")
    told = any_accounts(random.Random(4), 10)
    with pytest.raises(UsageFault, match=r"linkage\.json asks for what Spark does not know"):
        spark.alike(Model.read(text), told, told)


# ------------------------------------------------------------------ a table that lies elsewhere


def as_a_table(partnership: Partnership, instants: bool) -> tuple[pa.Table, list[dict[str, Any]]]:
    """The fixtures' appointments as somebody else's table, and what the local engine finds of them, by child number."""
    configuration = partnership.configuration
    lake = Lake(configuration.path("data") / "lake")
    [generation] = (lake.open(path.name) for path in lake.folder.iterdir())
    first = frozenset(generation.facts)
    joined = joining.join(configuration, generation.facts, {}, Lake(lake.folder).open(""), first, 0, FIXTURES_NIGHT)
    asked = list(may_read.asked(configuration, generation.facts, joined, FIXTURES_NIGHT))
    passes = local.passes(configuration, generation.facts, joined, FIXTURES_NIGHT)
    named = found.Appointments.of(joined, generation.facts, found.rows_found(passes))
    ids = {number: str(number) for number in found.children_found(passes)}
    everything = np.ones(len(joined.child), np.bool_)
    expected = found.table(passes, ids, named, everything, configuration.rules.version, FIXTURES_NIGHT).to_pylist()
    statuses: dict[int, list[str]] = {}
    for one in passes:
        for row, bits in zip(one.histories.row.tolist(), one.histories.statuses.tolist(), strict=True):
            statuses[row] = [s.value for s in Status if bits & s.bit]
    assert 0 < asked[0].allowed.sum() < asked[1].allowed.sum()
    rows = []
    for k, agency in enumerate(joined.agencies):
        for n, held in enumerate(generation.facts[agency].to_pylist(), int(joined.bounds[k])):
            if held["withdrawn_by"] is None:
                rows.append(
                    {
                        "child_id": int(joined.child[n]),
                        "household_id": f"home {asked[0].home[joined.child[n]]}",
                        "agency": agency,
                        "appointment_at": held["appointment_at"],
                        "told": Outcome(held["told"]).word,
                        "statuses": statuses.get(n),
                        **{name: held[name] for name in ("appointment_id", "service", "date_of_birth")},
                        **{name: held[name] for name in ("age_at_appointment", "manages_own_appointments")},
                    }
                )
    table = pa.Table.from_pylist(rows).cast(
        pa.schema(
            [
                ("child_id", pa.int64()), ("household_id", pa.string()), ("agency", pa.string()),
                ("appointment_at", pa.timestamp("us")),
                ("told", pa.string()), ("statuses", pa.list_(pa.string())), ("appointment_id", pa.string()),
                ("service", pa.string()), ("date_of_birth", pa.date32()), ("age_at_appointment", pa.int16()),
                ("manages_own_appointments", pa.bool_()),
            ]
        )
    )  # fmt: skip
    if instants:
        at = pc.assume_timezone(table["appointment_at"], "Europe/London", ambiguous="earliest")
        table = table.set_column(table.schema.get_field_index("appointment_at"), "appointment_at", at)
    return table, sorted(expected, key=lambda row: (row["child_id"], row["rule_id"]))


def jobs() -> list[str]:
    """The jobs that docs/scaling.md shows: for Spark, and for one machine."""
    return re.findall(r"^```python\n(.*?)^```", (PROJECT / "docs" / "scaling.md").read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("instants", [False, True], ids=["local-time", "instants"])
@pytest.mark.parametrize("how", ["spark", "one-machine"])
def test_the_jobs_of_the_papers_find_what_a_night_finds(
    twice: tuple[Partnership, Partnership],
    how: str,
    instants: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, expected = as_a_table(twice[0], instants)
    expected = [row for row in expected if row["rule_id"] != "family-own"]
    assert "family-all" in {row["rule_id"] for row in expected}
    shutil.copytree(twice[0].root / "config", tmp_path / "config")
    rules = (tmp_path / "config" / "rules.yaml").read_text("utf-8")
    (tmp_path / "config" / "rules.yaml").write_text(rules.partition("  - {id: family-own")[0], "utf-8")
    whole, config, found_there = tmp_path / "appointments.parquet", tmp_path / "config", tmp_path / "found"
    pq.write_table(table, whole)
    for_spark, for_one_machine = jobs()
    if how == "spark":
        program, asked = for_spark, [config, whole.as_uri(), FIXTURES_NIGHT, found_there]
    else:
        program, asked = for_one_machine, [config, tmp_path / "kept", FIXTURES_NIGHT, found_there, whole]
    monkeypatch.setattr(sys, "argv", ["job.py", *map(str, asked)])
    exec(compile(program, "job.py", "exec"), {})
    assert pq.read_table(found_there).to_pylist() == expected
    assert len(expected) > 20
    assert capsys.readouterr().out.startswith(f"{table.num_rows} appointments of ")


IN_A_WORKER = {
    "household": b"h", "child": b"c", "agency": "clinic", "appointment_id": "1", "told": "not_attended",
    "service": "Speech", "date_of_birth": date(2016, 5, 17), "age_at_appointment": 9,
    "manages_own_appointments": False, "statuses": ["section-47"], "known_on": date(2026, 1, 1),
}  # fmt: skip
"""A row of somebody's table as it comes to a worker, without its time."""


def making(zone: str, tmp_path: Path) -> Any:
    if find_spec("pyspark") is None:
        missing("PySpark")
    from wnb.engines.elsewhere import Making

    return Making(tuple(Small.begin(tmp_path).configuration.agencies.values()), zone, date(2026, 12, 1))


@pytest.mark.parametrize(
    ("zone", "instant", "local_time"),
    [
        ("Europe/London", datetime(2026, 3, 28, 23, 30), datetime(2026, 3, 28, 23, 30)),  # winter
        ("Europe/London", datetime(2026, 3, 29, 23, 30), datetime(2026, 3, 30, 0, 30)),  # summer since that morning
        ("Europe/London", datetime(2026, 10, 24, 23, 30), datetime(2026, 10, 25, 0, 30)),
        ("Europe/London", datetime(2026, 10, 25, 23, 30), datetime(2026, 10, 25, 23, 30)),
        ("Pacific/Auckland", datetime(2026, 4, 4, 10, 59), datetime(2026, 4, 4, 23, 59)),
        ("Pacific/Auckland", datetime(2026, 4, 5, 11, 59), datetime(2026, 4, 5, 23, 59)),
    ],
)
def test_an_instant_is_the_day_that_it_was_where_the_family_lives(
    zone: str, instant: datetime, local_time: datetime, tmp_path: Path
) -> None:
    make, table = making(zone, tmp_path), pa.Table.from_pylist([IN_A_WORKER])
    for session_zone in ("UTC", "America/St_Johns"):
        at = pc.assume_timezone(pa.array([instant], pa.timestamp("us")), "UTC").cast(pa.timestamp("us", session_zone))
        made, _ = make(table.append_column("appointment_at", at))
        assert made["appointment_at"].to_pylist() == [local_time]
        assert made["outcome"].to_pylist() == [Outcome.WAS_NOT_BROUGHT]


TWO_MISSES = [
    {
        "child_id": "17", "household_id": "home", "agency": "clinic", "appointment_id": str(k),
        "appointment_at": datetime(2026, 11, 3 + k, 9), "told": "not_attended", "date_of_birth": date(2016, 5, 17),
    }
    for k in (1, 2)
]  # fmt: skip
TYPES = pa.schema(
    [("appointment_at", pa.timestamp("us")), ("date_of_birth", pa.date32())]
    + [(name, pa.string()) for name in ("child_id", "household_id", "agency", "appointment_id", "told")]
)


def of_a_table(cluster: "SparkSession", small: Small, rows: list[dict[str, Any]], without: str = "") -> Any:
    from wnb.engines.tables import findings

    table = pa.Table.from_pylist(rows, schema=TYPES)
    pq.write_table(table.drop_columns([without] if without else []), small.root / "table.parquet")
    return findings(small.configuration, cluster.read.parquet((small.root / "table.parquet").as_uri()), NIGHT)


def test_a_table_with_no_more_than_it_must_have(cluster: "SparkSession", tmp_path: Path) -> None:
    told = of_a_table(cluster, Small.begin(tmp_path), TWO_MISSES, without="household_id")
    assert [(row["child_id"], row["rule_id"]) for row in told.findings.to_pylist()] == [
        ("17", "own-two"),
        ("17", "two-days"),
    ]
    assert (told.appointments, told.children) == (2, 1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"told": "did_not_attend"}, "told of 1 appointments of the table is none of: arrived_too_late, attended"),
        ({"statuses": ["on a plan"]}, "statuses of 1 appointments of the table is none of: child-in-need"),
        ({"told": None}, "1 appointments of the table have no told"),
        ({"child": None}, "1 appointments of the table have no child_id"),
        ({"appointment_at": None}, "1 appointments of the table have no appointment_at"),
        ({"appointment_id": "1"}, "1 appointments stand in the table more than once"),
    ],
)
def test_a_table_that_is_not_as_it_must_be(changed: dict[str, Any], words: str, tmp_path: Path) -> None:
    usual = IN_A_WORKER | {"appointment_at": datetime(2026, 11, 3, 9)}
    with pytest.raises(UsageFault, match=words):
        making("UTC", tmp_path)(pa.Table.from_pylist([usual, usual | {"appointment_id": "2"} | changed]))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"agency": "elsewhere"}, "^agency of 1 appointments of the table is none of: clinic, school$"),
        ({"household_id": "another"}, "1 children stand in more than one household"),
    ],
)
def test_what_a_worker_refuses_is_said_in_its_words(
    changed: dict[str, str], words: str, cluster: "SparkSession", tmp_path: Path
) -> None:
    with pytest.raises(UsageFault, match=words):
        of_a_table(cluster, Small.begin(tmp_path), [TWO_MISSES[0], TWO_MISSES[1] | changed])


def test_a_table_without_a_column_that_it_must_have(cluster: "SparkSession", tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"the table lacks told\. Rename or make"):
        of_a_table(cluster, Small.begin(tmp_path), TWO_MISSES, without="told")
