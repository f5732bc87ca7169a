"""What is compiled is compiled once, never out of date, and safe to run from many threads."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import wnb
from wnb.compiled import compiled_kernels
from wnb.detect import Findings, detect
from wnb.histories import FROM_THE_FIRST, NEVER_ADULT, Histories
from wnb.patterns import KINDS
from wnb.patterns.in_a_row import InARow
from wnb.patterns.repeated import Repeated
from wnb.terms import Outcome, Step

PACKAGE = Path(wnb.__file__).parent
NIGHT = date(2026, 3, 1)
COUNT_FOUR_MISSES = """
import sys
import numba.core.compiler as compiler
compiled = []
of_old = compiler.Compiler.compile_extra
def watched(self, function):
    compiled.append(function.__name__)
    return of_old(self, function)
compiler.Compiler.compile_extra = watched
from datetime import date
import numpy as np
from wnb.detect import detect
from wnb.histories import Histories
from wnb.patterns.repeated import Repeated
rule = Repeated(id="r", title="t", pattern="repeated", step="review", in_force_from=date(2020, 1, 1), source="s",
                at_least=2, within_days=90)
four = np.arange(20500, 20504, dtype=np.int32)
none = np.zeros(4, np.int32)
h = Histories(starts=np.array([0, 4]), day=four, outcome=np.full(4, 3, np.uint8), organisation=none, agency=none,
              service=none, statuses=np.zeros(4, np.uint16), known=none, row=np.arange(4),
              adult_from=np.array([2**31 - 1], np.int32))
found = detect(h, [rule], date(2026, 3, 1)).count.tolist()
print(len(compiled), found)
"""


def a_process(package: Path, cache: Path) -> tuple[int, str]:
    """How many functions a fresh process compiled, and the counts that it found."""
    environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-c", COUNT_FOUR_MISSES]  # imports from the folder in which it runs
    done = subprocess.run(command, cwd=package.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    compiled, counts = done.stdout.strip().split(" ", 1)
    return int(compiled), counts


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A copy of the package, and a cache that one process has filled."""
    folder = tmp_path_factory.mktemp("copied")
    package, cache = folder / "src" / "wnb", folder / "cache"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    compiled, counts = a_process(package, cache)
    assert compiled > 0
    assert counts == "[4]"
    return package, cache


def test_a_second_process_compiles_nothing(copied: tuple[Path, Path]) -> None:
    assert a_process(*copied) == (0, "[4]")


def test_a_torn_cache_is_cleared_away_and_compiled_again(copied: tuple[Path, Path], tmp_path: Path) -> None:
    package, filled = copied
    cache = tmp_path / "cache"
    shutil.copytree(filled, cache)
    for entry in cache.rglob("*.nb?"):
        entry.write_bytes(entry.read_bytes()[:100])
    compiled, counts = a_process(package, cache)
    assert compiled > 0
    assert counts == "[4]"
    assert not list(cache.rglob("*.nbi"))


def test_editing_a_function_that_a_pattern_calls_changes_the_answer(copied: tuple[Path, Path], tmp_path: Path) -> None:
    """Numba looks only at the file of the pattern; `amounts`, in another file, is what is edited here."""
    package, cache = tmp_path / "src" / "wnb", copied[1]
    shutil.copytree(copied[0], package, ignore=shutil.ignore_patterns("__pycache__"))
    called = package / "patterns" / "marks.py"
    text = called.read_text(encoding="utf-8")
    line = "            held += 1\n            newest = day[i]\n"
    assert text.count(line) == 1
    called.write_text(text.replace(line, line.replace("1", "10")), encoding="utf-8")
    assert a_process(package, cache)[1] == "[40]"


def many(children: int) -> Histories:
    """Children with ten appointments each, a week apart, of which some are missed."""
    rows = children * 10
    chance = np.random.default_rng(0)
    outcome = np.where(chance.random(rows) < 0.4, Outcome.WAS_NOT_BROUGHT, Outcome.ATTENDED).astype(np.uint8)
    where = chance.integers(0, 5, rows).astype(np.int32)
    return Histories(
        starts=np.arange(0, rows + 1, 10),
        day=np.tile(np.arange(20_440, 20_510, 7, dtype=np.int32), children),
        outcome=outcome,
        organisation=where,
        agency=where,
        service=where,
        statuses=np.zeros(rows, np.uint16),
        known=np.full(rows, FROM_THE_FIRST, np.int32),
        row=np.arange(rows),
        adult_from=np.full(children, NEVER_ADULT, np.int32),
    )


ORDINARY = {"title": "t", "step": Step.REVIEW, "in_force_from": date(2020, 1, 1), "source": "s"}
RULES = [
    Repeated(id="three", pattern="repeated", at_least=3, within_days=60, **ORDINARY),
    InARow(id="two", pattern="in_a_row", at_least=2, scope="service", **ORDINARY),
]


def columns(findings: Findings) -> list[list[int]]:
    return [getattr(findings, name).tolist() for name in Findings.__dataclass_fields__]


def test_four_detections_at_once_say_what_one_says() -> None:
    h = many(2_000)
    alone = columns(detect(h, RULES, NIGHT, threads=1))
    assert len(alone[0]) > 1_000
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(detect, h, RULES, NIGHT, threads=3) for _ in range(8)]
    assert [columns(each.result()) for each in done] == [alone] * 8


def test_more_findings_than_any_buffer_began_with() -> None:
    """Compiled and as written agree where findings and evidence outgrow their first room many times."""
    h = many(300)
    assert columns(detect(h, RULES, NIGHT)) == columns(detect(h, RULES, NIGHT, compiled=False))


def test_a_history_that_cannot_be_written_to_is_read_all_the_same() -> None:
    """Columns mapped from a file are read-only."""
    h = many(10)
    expected = columns(detect(h, RULES, NIGHT))
    for name in ("starts", "day", "outcome", "organisation", "statuses", "known", "adult_from"):
        getattr(h, name).setflags(write=False)
    assert columns(detect(h, RULES, NIGHT)) == expected


def test_a_child_with_a_great_many_appointments_does_not_stop_a_night() -> None:
    """Thousands of people joined into one by a fault at an agency: every pass is linear in them."""
    h = many(20_000)
    joined = Histories(
        starts=np.array([0, len(h.day)]),
        day=np.sort(h.day),
        outcome=h.outcome,
        organisation=h.organisation,
        agency=h.agency,
        service=h.service,
        statuses=h.statuses,
        known=h.known,
        row=h.row,
        adult_from=h.adult_from[:1],
    )
    assert detect(joined, RULES, NIGHT).count[0] == 9


def test_nobody_and_nothing() -> None:
    assert len(detect(many(0), RULES, NIGHT)) == 0
    assert len(detect(many(5), [], NIGHT)) == 0


def test_every_pattern_is_compiled() -> None:
    kernels = compiled_kernels()
    assert all(hasattr(kernels.judge(kind.judge), "signatures") for kind in KINDS.values())
