"""The same appointments in one file or many, in any order, over one night or five: the last night finds the same."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.small import NIGHT, Appointment, Child, Small, agency_yaml

RULES = """\
version: "1"
recall_days: 28
rules:
  - {id: repeated, title: r, pattern: repeated, at_least: 3, within_days: 40, RULE}
  - {id: in-a-row, title: i, pattern: in_a_row, at_least: 3, scope: agency, RULE}
  - {id: across, title: a, pattern: across_agencies, organisations: 2, within_days: 20, none_seen_between: true, RULE}
  - {id: share, title: s, pattern: share, at_least_percent: 50, of_at_least: 4, within_days: 40, RULE}
  - {id: family, title: f, pattern: family, children: 2, at_least: 2, within_days: 30, RULE}
  - {id: unseen, title: u, pattern: unseen, days: 14, offered_at_least: 2, unit: appointments, RULE}
""".replace("RULE", "step: review, in_force_from: 2026-01-01, source: a proposal")
AGENCIES = ("clinic", "school")
CHILDREN = [Child(place, f"Child{place}", f"Family{place // 3}") for place in range(20, 32)]


def appointments(seed: int) -> dict[str, list[Appointment]]:
    """A month of a dozen children in four households, at two agencies; all of it past on the first of five nights."""
    chance = random.Random(seed)
    told: dict[str, list[Appointment]] = {agency: [] for agency in AGENCIES}
    for k in range(160):
        child, agency = chance.choice(CHILDREN), chance.choice(AGENCIES)
        day = NIGHT - timedelta(days=chance.randrange(5, 36))
        home = {"lead": f"H{child.place // 3}"}
        told[agency].append(Appointment(child, day, chance.choice("NNNNAC"), f"{agency}-{k}", home))
    return told


def begun(root: Path) -> Small:
    small = Small.begin(root, AGENCIES, rules=RULES)
    for agency in AGENCIES:
        told = agency_yaml(agency).replace("lead_professional: lead", "household_id: lead")
        small.configure(f"agencies/{agency}.yaml", told)
    return small


def found(small: Small) -> list[tuple[Any, ...]]:
    """What the last night finds; what came to light late is late only to those who had a night before."""
    columns = ("child_id", "rule_id", "first_met_on", "last_met_on", "count", "evidence")
    return [tuple(f[name] for name in columns) for f in small.findings(NIGHT) if not f["late"]]


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    small = begun(tmp_path_factory.mktemp("at-once"))
    for agency, rows in appointments(1).items():
        small.send(agency, NIGHT, rows)
    small.night(NIGHT)
    told = found(small)
    assert {rule for _, rule, *_ in told} == {"repeated", "in-a-row", "across", "share", "family", "unseen"}
    return told


def test_the_order_of_rows_and_files_does_not_matter(at_once: list[tuple[Any, ...]], tmp_path: Path) -> None:
    """Four files an agency, rows shuffled, named so that they are taken in in another order than they were made."""
    small, chance = begun(tmp_path), random.Random(2)
    for agency, rows in appointments(1).items():
        shuffled = chance.sample(rows, len(rows))
        for part, name in enumerate("dbca"):
            small.send(agency, NIGHT, shuffled[part::4], name=f"{agency}-{name}_{NIGHT}.csv")
    small.night(NIGHT)
    assert found(small) == at_once


def test_five_nights_find_what_one_finds(at_once: list[tuple[Any, ...]], tmp_path: Path) -> None:
    """A fifth of the rows each night, whenever their appointments were: the last night knows what one night knew."""
    small, chance = begun(tmp_path), random.Random(3)
    parts = {agency: chance.sample(rows, len(rows)) for agency, rows in appointments(1).items()}
    for k in range(5):
        night = NIGHT - timedelta(days=4 - k)
        for agency, rows in parts.items():
            small.send(agency, night, rows[k::5])
        small.night(night)
    assert found(small) == at_once
