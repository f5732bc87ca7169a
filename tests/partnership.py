"""A partnership in a folder of its own, and its nights, as tests use them."""

import csv
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from wnb.config import Configuration, load
from wnb.nightly import Clock, Night, run


def at_noon(day: date) -> Clock:
    """A clock that stands still at noon of a day."""
    return Clock(now=lambda: datetime.combine(day, time(12), UTC))


@dataclass
class Partnership:
    """`config/`, inboxes and nights in one folder."""

    root: Path

    @property
    def configuration(self) -> Configuration:
        return load(self.root / "config")

    def deliver(self, agency: str, file: Path, name: str | None = None) -> None:
        """Put a file into an agency's inbox, still since yesterday."""
        target = self.root / self.configuration.partnership.paths.inbox / agency / (name or file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        os.utime(target, (0, 0))

    def night(self, night: date) -> Night:
        return run(self.configuration, night, at_noon(night))

    def document(self, night: date) -> dict[str, Any]:
        return json.loads((self.lists(night) / "night.json").read_text("utf-8"))

    def lists(self, night: date) -> Path:
        return self.configuration.path("lists") / night.isoformat()

    def findings(self, night: date) -> list[dict[str, Any]]:
        return pq.read_table(self.lists(night) / "findings.parquet").to_pylist()

    def listed(self, night: date, file: str = "escalation-list.csv") -> list[dict[str, str]]:
        with (self.lists(night) / file).open(encoding="utf-8-sig", newline="") as rows:
            return list(csv.DictReader(rows))
