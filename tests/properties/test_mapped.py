"""A table elsewhere on one machine: what is laid in equals what is built, and both find what a night's functions find.

A table of a few children is changed at random, night after night: appointments come, are corrected and withdrawn,
children are joined, parted, vanish and come back. After each night there are the same columns, to the byte, as if all
had been built from the files; and the findings are those of the worker that judges the rows themselves.
"""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from tests.small import Small, agency_yaml
from wnb.config import Configuration, load
from wnb.engines import gathering, mapped
from wnb.engines.elsewhere import COLUMNS, Making, Told, passes, published
from wnb.engines.files import SORTING, Table
from wnb.engines.worker import Orders, found
from wnb.errors import LockHeld, UsageFault
from wnb.store.columns import MANIFEST, Writing
from wnb.terms import Status

NIGHT = date(2026, 11, 12)
RULES = """\
version: "1"
recall_days: 60
rules:
  - {id: one, title: One, pattern: repeated, at_least: 1, within_days: 60, step: engage, list: partnership,
     in_force_from: 2026-01-01, source: a test}
  - {id: two, title: Two at two, pattern: across_agencies, organisations: 2, at_least: 2, within_days: 300,
     step: review, list: partnership, in_force_from: 2026-01-01, source: a test}
  - {id: home, title: Of a home, pattern: family, children: 2, at_least: 1, within_days: 300, step: review,
     list: partnership, in_force_from: 2026-01-01, source: a test}
  - {id: young, title: Under one, pattern: repeated, at_least: 1, within_days: 300, only_if: [under-one], step: review,
     list: partnership, in_force_from: 2026-01-01, source: a test}
  - {id: plan, title: On a plan, pattern: repeated, at_least: 1, within_days: 300, only_if: [child-protection-plan],
     step: review, list: partnership, in_force_from: 2026-01-01, source: a test}
  - {id: own, title: Here, pattern: in_a_row, at_least: 2, within_days: 300, scope: service, step: engage,
     list: own-agency, in_force_from: 2026-01-01, source: a test}
"""
BORN = date(2016, 5, 17)
FIELDS = {
    "household_id": pa.string(), "agency": pa.string(), "appointment_id": pa.string(), "told": pa.string(),
    "appointment_at": pa.timestamp("us"), "service": pa.string(), "date_of_birth": pa.date32(),
    "age_at_appointment": pa.int16(), "manages_own_appointments": pa.bool_(), "statuses": pa.list_(pa.string()),
    "known_on": pa.date32(),
}  # fmt: skip
Row = dict[str, Any]


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    root = tmp_path_factory.mktemp("partnership")
    small = Small.begin(root, agencies=("clinic", "school", "refuge"), rules=RULES)
    quiet = agency_yaml("school").replace(
        "kind: community", "kind: community\nsharing_by_service: {é: own-agency-only}"
    )
    small.configure("agencies/school.yaml", quiet)
    return load(root / "config")


def row(chance: random.Random, child: Any, number: int) -> Row:
    """Any appointment of a child, at one of few times, so that many tie."""
    day = NIGHT - timedelta(days=chance.choice([-3, 0, 1, 2, 30, 59, 60, 250]))
    plan = [Status.CHILD_PROTECTION_PLAN.value, Status.LOOKED_AFTER.value]
    return {
        "child_id": child,
        "household_id": home_of(child),
        "agency": chance.choice(["clinic", "school", "refuge"]),
        "appointment_id": f"{chance.choice(['', '9', '10', 'é'])}{number}",
        "told": chance.choice(["not_attended"] * 4 + ["attended", "cancelled_by_family", "entered_in_error", "booked"]),
        "appointment_at": datetime(day.year, day.month, day.day, chance.choice([0, 9, 23])),
        "service": chance.choice([None, "", "Speech", "é", f"new {number % 50}"]),
        "date_of_birth": chance.choice([None, *[born_on(child)] * 9, date(2008, 11, 1)]),
        "age_at_appointment": chance.choice([None, 9, 17, 30]),
        "manages_own_appointments": chance.choice([None, True, False]),
        "statuses": chance.choice([None, [], plan, plan[:1] * 2]),
        "known_on": chance.choice([None, NIGHT, NIGHT - timedelta(days=40)]),
    }


def home_of(child: Any) -> str | None:
    """Children are at home by threes; every fifth says nothing."""
    number = int(str(child).strip("c") or 0)
    return None if number % 5 == 0 else f"home {number // 3}"


def born_on(child: Any) -> date:
    """One in four are under one."""
    return date(2026, 2, 1) if int(str(child).strip("c") or 0) % 4 == 0 else BORN


def as_file(path: Path, rows: list[Row], numbers: bool) -> Path:
    schema = pa.schema({"child_id": pa.int64() if numbers else pa.string(), **FIELDS})
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=7)
    return path


class Kept:
    """What the keeper of the table holds, and the files in which it is told."""

    def __init__(self, folder: Path, chance: random.Random, numbers: bool) -> None:
        self.folder, self.chance, self.numbers = folder, chance, numbers
        self.ids = iter(range(1, 1_000_000))
        self.of: dict[Any, list[Row]] = {}
        for n in range(chance.randint(0, 8)):
            self._come(self._child(n))
        self.files = [as_file(folder / "0.parquet", self._mixed(self.rows), numbers)]

    @property
    def rows(self) -> list[Row]:
        return [each for rows in self.of.values() for each in rows]

    def night(self) -> None:
        """What a night may bring, told as the changes of a table are."""
        before = {child: list(rows) for child, rows in self.of.items()}
        for _ in range(self.chance.randint(0, 4)):
            child = self._child(self.chance.randint(0, 12))
            getattr(self, self.chance.choice(["_come", "_come", "_correct", "_withdraw", "_vanish", "_join"]))(child)
        self.of = {child: rows for child, rows in self.of.items() if rows}
        changed = [child for child in {**before, **self.of} if before.get(child) != self.of.get(child)]
        told = [each for child in changed for each in self.of.get(child, [{"child_id": child}])]
        gone = [{"child_id": self._child(99)}] * self.chance.randint(0, 1)  # whom nobody ever knew
        path = self.folder / f"{len(self.files)}.parquet"
        self.files.append(as_file(path, self._mixed(told + gone), self.numbers))

    def _child(self, n: int) -> Any:
        return n - 3 if self.numbers else "c" * (n % 3) + str(n)

    def _mixed(self, rows: list[Row]) -> list[Row]:
        return self.chance.sample(rows, len(rows))

    def _come(self, child: Any) -> None:
        mine = self.of.setdefault(child, [])
        mine += [row(self.chance, child, next(self.ids)) for _ in range(self.chance.randint(1, 6))]

    def _correct(self, child: Any) -> None:
        for k, old in enumerate(self.of.get(child, [])[:1]):
            self.of[child][k] = row(self.chance, child, 0) | {"appointment_id": old["appointment_id"]}

    def _withdraw(self, child: Any) -> None:
        self.of[child] = self.of.get(child, [])[1:]

    def _vanish(self, child: Any) -> None:
        self.of[child] = []

    def _join(self, child: Any) -> None:
        other = self.chance.choice(list(self.of) or [child])
        if other != child:
            moved = self.of.pop(other)
            self.of.setdefault(child, []).extend(
                each | {"child_id": child, "household_id": home_of(child)} for each in moved
            )


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows and children at a time; and changes are laid in however many they are."""
    monkeypatch.setattr(gathering, "TOGETHER", 8)
    monkeypatch.setattr(mapped, "CHILDREN_AT_A_TIME", 2)
    monkeypatch.setattr(mapped, "LAY_IN_AT_MOST", float("inf"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The one generation of a folder: its columns, and what it tells beside them."""
    [generation] = [path for path in folder.iterdir() if path.is_dir()]
    return {path.name: path.read_bytes() for path in generation.iterdir()}


def judged(configuration: Configuration, rows: list[Row], night: date) -> pa.Table:
    """The findings as a worker of a cluster makes them of the rows, in one piece."""
    rules = passes(configuration, COLUMNS)
    organisations = {a.agency: a.organisation_id for a in configuration.agencies.values()}
    made = [
        {
            **dict.fromkeys(FIELDS),
            **each,
            "child": f"c{each['child_id']}".encode(),
            "household": (f"h{each['household_id']}" if each.get("household_id") else f"c{each['child_id']}").encode(),
        }
        for each in rows
    ]
    schema = pa.schema({"household": pa.binary(), "child": pa.binary(), **FIELDS})
    table = pa.Table.from_pylist(sorted(made, key=lambda r: (r["household"], r["child"])), schema=schema)
    orders = Orders(night, configuration.rules.recall_days, rules, organisations)
    making = Making(tuple(configuration.agencies.values()), configuration.partnership.timezone, night)
    answers = pa.Table.from_batches([*found(table.to_batches(), orders, making)]) if rows else None
    flat = [rule for of_pass in rules for rule in of_pass]
    chosen = [r for r in answers.to_pylist() if r["chosen"]] if answers else []
    return published(
        configuration, flat, night,
        child_id=pa.array([r["child"].decode()[1:] for r in chosen], pa.string()),
        rule=np.array([len(rules[0]) * r["pass"] + r["rule"] for r in chosen], int),
        **{name: np.array([r[name] for r in chosen], int) for name in ("first", "last", "count")},
        late=np.array([r["late"] for r in chosen], bool),
        evidence=pa.array([[p["reference"] for p in r["evidence"]] for r in chosen], pa.list_(pa.string())),
    )  # fmt: skip


@pytest.mark.usefixtures("in_small_pieces")
@pytest.mark.parametrize("numbers", [True, False], ids=["numbers", "texts"])
@pytest.mark.parametrize("seed", range(12))
def test_what_is_laid_in_equals_what_is_built(
    seed: int, numbers: bool, configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    kept = Kept(tmp_path, chance, numbers)
    for night in range(4):
        told = mapped.findings(configuration, kept.files, tmp_path / "laid", NIGHT)
        with monkeypatch.context() as patch:
            patch.setattr(mapped, "lay_in", None)
            built = mapped.findings(configuration, kept.files, tmp_path / f"built-{night}", NIGHT)
        assert bytes_of(tmp_path / "laid") == bytes_of(tmp_path / f"built-{night}")
        assert told == built
        assert told.findings.to_pylist() == judged(configuration, kept.rows, NIGHT).to_pylist()
        assert (told.appointments, told.children) == (len(kept.rows), len(kept.of))
        kept.night()
        if night % 2:
            kept.night()  # a night was missed: two lots of changes are laid in at once


def test_the_tables_of_these_tests_find_something_by_every_rule(configuration: Configuration, tmp_path: Path) -> None:
    tables = [Kept(tmp_path, random.Random(seed), numbers=True).rows for seed in range(12)]
    by = {rule for rows in tables for rule in judged(configuration, rows, NIGHT)["rule_id"].to_pylist()}
    assert by == {"one", "two", "home", "young", "plan", "own"}


# ------------------------------------------------------------------ a generation is a cache, and never half


THREE = [
    {
        "child_id": str(child), "agency": "clinic", "appointment_id": str(k), "told": "not_attended",
        "appointment_at": datetime(2026, 11, k, 9), "date_of_birth": BORN,
    }
    for child in (1, 2, 3)
    for k in (2, 3)
]  # fmt: skip


def whole(folder: Path, rows: list[Row] = THREE) -> Path:
    return as_file(folder / "whole.parquet", rows, numbers=False)


def change(folder: Path, rows: list[Row]) -> Path:
    return as_file(folder / "change.parquet", rows, numbers=False)


def children_of(told: Told) -> set[str]:
    return set(told.findings["child_id"].to_pylist())


class Stopped(BaseException):
    pass


@pytest.mark.parametrize("where", ["finish", "add"])
def test_what_is_stopped_leaves_the_generation_before_in_use(
    where: str, configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped, "LAY_IN_AT_MOST", 1.0)
    table = [whole(tmp_path)]
    folder = tmp_path / "kept"
    mapped.findings(configuration, table, folder, NIGHT)
    before = bytes_of(folder)

    def stops(*asked: Any) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(Writing, where, stops)
        with pytest.raises(Stopped):
            mapped.findings(configuration, [*table, change(tmp_path, THREE[:1])], folder, NIGHT)
    assert bytes_of(folder) == before


def test_a_killed_process_leaves_what_nobody_takes_for_a_generation(
    configuration: Configuration, tmp_path: Path
) -> None:
    table, folder = Table(configuration, (whole(tmp_path),)), tmp_path / "kept"
    hidden = folder / f".{table.keys[0]}"
    hidden.mkdir(parents=True)
    (hidden / "day.column").write_bytes(b"half")
    (folder / SORTING).mkdir()
    assert children_of(mapped.findings(configuration, table.files, folder, NIGHT)) == {"1", "2", "3"}
    assert {path.name for path in folder.iterdir()} == {table.keys[0], "lock"}


@pytest.mark.parametrize("damage", ["shorter", "another byte", "no manifest", "half a manifest", "a column gone"])
@pytest.mark.parametrize("changes", [False, True], ids=["the same night again", "the next night"])
def test_a_damaged_generation_is_built_again(
    damage: str, changes: bool, configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped, "LAY_IN_AT_MOST", 1.0)
    table, folder = [whole(tmp_path)], tmp_path / "kept"
    mapped.findings(configuration, table, folder, NIGHT)
    [generation] = [path for path in folder.iterdir() if path.is_dir()]
    column, manifest = generation / "outcome.column", generation / MANIFEST
    content = column.read_bytes()
    if damage == "shorter":
        column.write_bytes(content[:-1])
    elif damage == "another byte":
        column.write_bytes(b"\x01" + content[1:])
    elif damage == "a column gone":
        column.unlink()
    elif damage == "no manifest":
        manifest.unlink()
    else:
        manifest.write_bytes(manifest.read_bytes()[:40])
    if changes:
        table.append(change(tmp_path, [{"child_id": "3"}]))
    told = mapped.findings(configuration, table, folder, NIGHT)
    assert told.findings.to_pylist() == judged(configuration, THREE[:4] if changes else THREE, NIGHT).to_pylist()
    assert (generation / "outcome.column").exists() == (not changes)


def test_another_meaning_of_the_same_files_is_another_generation(configuration: Configuration, tmp_path: Path) -> None:
    table, folder = [whole(tmp_path)], tmp_path / "kept"
    told = mapped.findings(configuration, table, folder, NIGHT)
    clinic = configuration.agencies["clinic"].model_copy(update={"sharing": "own-agency-only"})
    quiet = replace(configuration, agencies={**configuration.agencies, "clinic": clinic})
    told_to_nobody_else = mapped.findings(quiet, table, folder, NIGHT)
    assert set(told.findings["rule_id"].to_pylist()) == {"one", "own"}
    assert set(told_to_nobody_else.findings["rule_id"].to_pylist()) == {"own"}


def test_a_file_that_was_written_anew_is_read_anew(configuration: Configuration, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert children_of(mapped.findings(configuration, [whole(tmp_path)], folder, NIGHT)) == {"1", "2", "3"}
    assert children_of(mapped.findings(configuration, [whole(tmp_path, THREE[2:])], folder, NIGHT)) == {"2", "3"}


def test_another_night_reads_the_same_generation(
    configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, folder = [whole(tmp_path)], tmp_path / "kept"
    mapped.findings(configuration, table, folder, NIGHT)
    monkeypatch.setattr(mapped, "build", None)
    early = mapped.findings(configuration, table, folder, date(2026, 11, 2))
    assert early.findings.to_pylist() == judged(configuration, THREE[::2], date(2026, 11, 2)).to_pylist()


def test_two_runs_at_once_do_not_share_a_folder(configuration: Configuration, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with FileLock(tmp_path / "kept" / "lock"), pytest.raises(LockHeld, match="another process"):
        mapped.findings(configuration, [whole(tmp_path)], tmp_path / "kept", NIGHT)


@pytest.mark.parametrize(("rows", "laid"), [(1, True), (2, False)])
def test_much_that_changed_is_built(
    rows: int, laid: bool, configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = []
    lay_in = mapped.lay_in
    monkeypatch.setattr(mapped, "lay_in", lambda *asked: used.append(lay_in(*asked)))
    table, folder = [whole(tmp_path)], tmp_path / "kept"
    mapped.findings(configuration, table, folder, NIGHT)
    told = mapped.findings(configuration, [*table, change(tmp_path, THREE[:rows])], folder, NIGHT)
    assert children_of(told) == {"1", "2", "3"}
    assert bool(used) == laid


# ------------------------------------------------------------------ what the table must be


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"told": "did_not_attend"}, "told of 1 appointments of the table is none of: arrived_too_late, attended"),
        ({"statuses": ["on a plan"]}, "statuses of 1 appointments of the table is none of: child-in-need"),
        ({"agency": "elsewhere"}, "agency of 1 appointments of the table is none of: clinic, refuge, school$"),
        ({"told": None}, "1 appointments of the table have no told"),
        ({"agency": None}, "1 appointments of the table have no agency"),
        ({"child_id": None}, "1 appointments of the table have no child_id"),
        ({"child_id": ""}, "1 appointments of the table have no child_id"),
        ({"child_id": "1\0"}, "holds a byte 0"),
        ({"appointment_at": None}, "1 appointments of the table have no appointment_at"),
        ({"appointment_id": None}, "1 appointments of the table have no appointment_id"),
        ({"appointment_at": datetime(2026, 11, 3, 9), "appointment_id": "3"}, "1 appointments stand in the table more"),
        ({"household_id": "another"}, "1 children stand in more than one household"),
    ],
)
def test_a_table_that_is_not_as_it_must_be(
    changed: Row, words: str, configuration: Configuration, tmp_path: Path
) -> None:
    with pytest.raises(UsageFault, match=words):
        mapped.findings(configuration, [whole(tmp_path, [THREE[0] | changed, *THREE[1:]])], tmp_path / "kept", NIGHT)


def test_a_child_named_alone_is_gone_but_in_the_first_file_it_is_a_fault(
    configuration: Configuration, tmp_path: Path
) -> None:
    table = [whole(tmp_path), change(tmp_path, [{"child_id": "2"}])]
    assert children_of(mapped.findings(configuration, table, tmp_path / "kept", NIGHT)) == {"1", "3"}
    with pytest.raises(UsageFault, match="have no"):
        mapped.findings(configuration, [table[1]], tmp_path / "kept", NIGHT)


@pytest.mark.parametrize("name", ["told", "appointment_at", "child_id"])
def test_a_table_without_a_column_that_it_must_have(name: str, configuration: Configuration, tmp_path: Path) -> None:
    path = whole(tmp_path)
    pq.write_table(pq.read_table(path).drop_columns([name]), path)
    with pytest.raises(UsageFault, match=rf"the table lacks {name}\. Rename or make"):
        mapped.findings(configuration, [path], tmp_path / "kept", NIGHT)


def test_a_later_file_must_be_like_the_first(configuration: Configuration, tmp_path: Path) -> None:
    other = as_file(tmp_path / "numbers.parquet", [THREE[0] | {"child_id": 1}], numbers=True)
    with pytest.raises(UsageFault, match=r"^numbers\.parquet: child_id must be there as in the first file"):
        mapped.findings(configuration, [whole(tmp_path), other], tmp_path / "kept", NIGHT)


def test_no_more_columns_than_it_must_have(configuration: Configuration, tmp_path: Path) -> None:
    path = whole(tmp_path)
    pq.write_table(pq.read_table(path).select([*COLUMNS]), path)
    told = mapped.findings(configuration, [path], tmp_path / "kept", NIGHT)
    assert (told.appointments, told.children, told.findings.num_rows) == (6, 3, 0)  # of unknown age nothing counts


def test_an_empty_table_finds_nobody(configuration: Configuration, tmp_path: Path) -> None:
    told = mapped.findings(configuration, [whole(tmp_path, [])], tmp_path / "kept", NIGHT)
    assert (told.appointments, told.children, told.findings.num_rows) == (0, 0, 0)


@pytest.mark.parametrize("before", [24, 25], ids=["before the clocks change", "after"])
def test_an_instant_is_the_day_that_it_was_where_the_family_lives(
    before: int, configuration: Configuration, tmp_path: Path
) -> None:
    path = whole(tmp_path, [THREE[0] | {"appointment_at": datetime(2026, 10, before, 23, 30)}])
    table = pq.read_table(path)
    at = pc.assume_timezone(table["appointment_at"], "UTC")
    pq.write_table(table.set_column(table.schema.get_field_index("appointment_at"), "appointment_at", at), path)
    told = mapped.findings(configuration, [path], tmp_path / "kept", NIGHT)
    assert told.findings["first_met_on"].to_pylist() == [date(2026, 10, 25)]
