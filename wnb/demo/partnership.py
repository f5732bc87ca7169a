"""A whole invented partnership in a fresh folder: its configuration, and an inbox with every night's deliveries."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

import wnb
from wnb.agency import Agency
from wnb.config import load
from wnb.demo import year
from wnb.demo.habits import HABITS
from wnb.demo.people import Place, invent
from wnb.demo.scribe import Scribe
from wnb.errors import UsageFault
from wnb.extract_form import DaysBack

LAST_NIGHT = date(2026, 11, 15)
APPOINTMENTS_A_YEAR = 3.0

ABOUT = """\
An invented partnership of {children} children, made by `wnb demo` from the seed {seed}. Nobody in it exists.

  config/     the project's own practice configuration: seven agencies, the shipped rules
  inbox/      one folder an agency: its extracts of {nights} nights, {first} to {last}
              (the first of each holds its backlog, up to a year of it)

To run one night, from the folder above config/:

  wnb run --config config --as-of {first}

and so on, night by night. The lists are then in var/lists/<night>/; open escalation-list.html.
"""


@dataclass(frozen=True)
class Made:
    """What `generate` made: the nights to run, oldest first, and how many files and rows lie in the inbox."""

    folder: Path
    nights: tuple[date, ...]
    children: int
    files: int
    rows: int


def shipped_config() -> Path:
    """The project's own `config/`: beside the package in a clone, inside it where it was installed.

    Raises:
        UsageFault: when neither is there.
    """
    package = Path(wnb.__file__).parent
    for folder in (package / "demo" / "config", package.parent / "config"):
        if (folder / "wnb.yaml").is_file():
            return folder
    raise UsageFault(f"the shipped configuration is not beside {package}; run `wnb demo` from a clone of the project")


def generate(folder: Path, children: int, nights: int, seed: int, last_night: date = LAST_NIGHT) -> Made:
    """Invent a partnership in `folder`: `config/`, `inbox/<agency>/`, README.txt. Same arguments, same bytes.

    Args:
        folder: must not exist, or be empty.
        children: how many, from 1 to about 900,000 (the range of NHS numbers that are never issued).
        nights: how many nights of deliveries, the last of them `last_night`.
        seed: any whole number from 0.

    Raises:
        UsageFault: when the folder holds anything, or a number makes no sense.
    """
    if children < 1 or nights < 1 or seed < 0:
        raise UsageFault("wnb demo: at least one child and one night, and a seed from 0")
    if folder.exists() and any(folder.iterdir()):
        raise UsageFault(f"{folder} is not empty; name a folder that does not exist yet")
    when = year.Nights(last_night - timedelta(days=nights - 1), last_night)
    folder.mkdir(parents=True, exist_ok=True)
    _configure(folder / "config", when.first)
    agencies = load(folder / "config").agencies
    rng = np.random.default_rng(seed)
    try:
        place = invent(children, last_night, rng)
    except ValueError as too_many:
        raise UsageFault(f"wnb demo: {too_many}") from None
    told = year.said(year.appointments(place, when, APPOINTMENTS_A_YEAR, rng), agencies, when, rng)
    known = year.statuses(place, agencies, when, rng)
    files, rows = deliver(pd.concat([told, known], ignore_index=True), agencies, place, when, folder / "inbox")
    about = ABOUT.format(children=children, seed=seed, nights=nights, first=when.first, last=when.last)
    (folder / "README.txt").write_text(about, encoding="utf-8", newline="\n")
    return Made(folder, tuple(when.all()), children, files, rows)


def _configure(target: Path, first: date) -> None:
    """The shipped configuration, for an inbox beside it that lies still, with rules in force from the first night."""
    shutil.copytree(shipped_config(), target, ignore=shutil.ignore_patterns("schema"))
    for path in [target / "wnb.yaml", target / "rules.yaml"]:
        text = path.read_text(encoding="utf-8")
        text = text.replace("inbox: fixtures/inbox", "inbox: inbox")
        in_force = min(first, date(2026, 10, 1))
        path.write_text(
            re.sub(r"in_force_from: [\d-]+", f"in_force_from: {in_force}", text), encoding="utf-8", newline="\n"
        )


def deliver(
    told: pd.DataFrame, agencies: Mapping[str, Agency], place: Place, nights: year.Nights, inbox: Path
) -> tuple[int, int]:
    """Write every agency's files of every night; gives how many files and rows. A night without rows brings no file.

    `told`: as `year.said` gives it, statuses beside it.
    """
    files = rows = 0
    for name, agency in agencies.items():
        habit = HABITS[name]
        scribe = Scribe(agency, habit, place)
        mine = told[told["agency"] == name]
        for night in nights.all():
            if habit.delivers(night, nights.first):
                tonight = _on(mine, night, agency)
                if len(tonight):
                    scribe.write(tonight, night, inbox / name)
                    files, rows = files + 1, rows + len(tonight)
    return files, rows


def _on(told: pd.DataFrame, night: date, agency: Agency) -> pd.DataFrame:
    """What the agency's file of this night holds: the words of the night, or all that its snapshot covers."""
    tonight = np.datetime64(night, "s")
    if agency.extract.delivers == "changes":
        return told[told["told_on"] == tonight]
    known = told[(told["told_on"] <= tonight) & ~(told["gone_on"] <= tonight)]
    covers = agency.extract.snapshot_covers
    if isinstance(covers, DaysBack):
        known = known[known["appointment_at"] >= tonight - np.timedelta64(covers.days_back, "D")]
    last = known.drop_duplicates(["number"], keep="last")  # rows of one night are in order of time
    return last.sort_values(["appointment_at", "number"], kind="stable")
