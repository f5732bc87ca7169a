"""The worked extracts of docs/agencies.md are read by the YAML beside them, and say what the page says."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.partnership import at_noon
from tests.small import NIGHT, Small
from wnb.errors import Exit
from wnb.sampling import sampled

WORKED = re.compile(r"sends? `(\w+\.csv)`.*?\n\n((?:    [^\n]*\n)+)\n.*?```yaml\n(.*?)```", re.DOTALL)


def worked(root: Path, name: str) -> dict[str, Any]:
    """What `wnb check --sample` says of one of the page's extracts."""
    page = (PROJECT / "docs" / "agencies.md").read_text("utf-8")
    [(rows, yaml)] = [found[1:] for found in WORKED.findall(page) if found[0] == name]
    agency = re.search(r"^agency: (\S+)", yaml)
    assert agency
    small = Small.begin(root)
    small.configure(f"agencies/{agency[1]}.yaml", yaml)
    (root / name).write_text(re.sub("^    ", "", rows, flags=re.MULTILINE), "utf-8")
    told = sampled(small.configuration, root / name, agency[1], at_noon(NIGHT))
    assert told.exit is Exit.DONE
    return told.document


def test_the_plans(tmp_path: Path) -> None:
    told = worked(tmp_path, "plans_20261114.csv")
    assert (told["outcome"], told["extract_date"]) == ("accepted", "2026-11-14")
    assert told["statuses"] == {
        "child-protection-plan": 1, "domestic-abuse": 1, "child-in-need": 1, "lead-professional": 1,
    }  # fmt: skip


def test_the_roll(tmp_path: Path) -> None:
    told = worked(tmp_path, "roll_20261114.csv")
    assert (told["outcome"], told["records"]) == ("accepted", 2)
    assert told["people"] == {
        "date_of_birth": 2, "upn": 2, "upn_wrong_letter": 0, "upn_temporary": 0, "mother": 2, "father": 0,
        "siblings": 2, "address": 2, "address_sealed": 1,
    }  # fmt: skip


@pytest.mark.parametrize("step", ["mkdir -p trial/fixtures/inbox\n    cp -r config trial/config"])
def test_the_inbox_that_check_asks_for_is_made_before_it(step: str) -> None:
    page = (PROJECT / "docs" / "agencies.md").read_text("utf-8")
    assert page.index(step) < page.index("wnb check --config trial/config")
