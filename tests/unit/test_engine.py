"""Which engine the configuration asks for, and what is said where it cannot be had."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.small import NIGHT, WNB, Small
from wnb.checking import checked
from wnb.engines import local
from wnb.engines.engine import engine_of
from wnb.errors import ConfigurationFaults
from wnb.nightly import Clock

NOON = Clock(now=lambda: datetime(2026, 11, 12, 12, tzinfo=UTC))


@pytest.fixture
def asks_for_spark(tmp_path: Path) -> Small:
    return Small.begin(tmp_path, wnb=WNB + "engine: spark\n")


def test_without_a_word_it_is_one_machine(tmp_path: Path) -> None:
    assert engine_of(Small.begin(tmp_path).configuration) is local


def test_spark_without_its_packages_is_a_fault_with_its_remedy(
    asks_for_spark: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wnb.engines.engine.find_spec", lambda name: None)
    for do in (lambda: checked(asks_for_spark.configuration, False, NOON), lambda: asks_for_spark.night(NIGHT)):
        with pytest.raises(ConfigurationFaults) as told:
            do()
        [fault] = told.value.faults
        assert fault.place == f"{asks_for_spark.root / 'config' / 'wnb.yaml'}:5:1"
        assert "pip install 'wnb[spark]'" in fault.remedy
        assert fault.example == "engine: local"
    assert not (asks_for_spark.root / "data" / "vault").exists()  # it is said before anything is taken in


def test_spark_without_java_is_said_in_words(asks_for_spark: Small, tmp_path: Path) -> None:
    if find_spec("pyspark") is None:
        missing("PySpark")
    asks_for_spark.send("clinic", NIGHT)
    without = {name: value for name, value in os.environ.items() if not name.startswith(("JAVA", "SPARK", "PYSPARK"))}
    (tmp_path / "bin").mkdir()
    for tool in ("bash", "sh", "env", "dirname", "readlink"):
        (tmp_path / "bin" / tool).symlink_to(f"/bin/{tool}" if Path(f"/bin/{tool}").exists() else f"/usr/bin/{tool}")
    night = [sys.executable, "-m", "wnb.cli", "run", "--as-of", str(NIGHT), "--config", str(tmp_path / "config")]
    done = subprocess.run(
        night, env=without | {"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "needs Java 17 or later" in done.stderr
    assert done.stdout == ""
