"""`wnb whatif`: what other rules would have done over past nights, as a report, a document and a protected list.

Counts are told; the ids of the children who would come or go are written to a file that only its owner may read, and
the audit says so.
"""

import csv
import io
import json
import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from wnb.comparison import Compared
from wnb.config import Configuration
from wnb.detect import date_of
from wnb.errors import UsageFault
from wnb.governed import rules_sha256
from wnb.governing import read_draft
from wnb.hindsight import Loaded, compared, loaded
from wnb.naming import name
from wnb.nightly import Clock, Tell, opened
from wnb.not_counted import set_aside_on
from wnb.one_child import ruled_on
from wnb.publish.whatif_report import report
from wnb.rulebook import under_rules
from wnb.store.children import Stored
from wnb.store.lake import Lake
from wnb.told import Told
from wnb.whatif_told import in_words, summary, told

REPORT, DOCUMENT, IDS = "report.html", "whatif.json", "children.csv"
YEAR: Final = 364
"""Nights that are looked at unless the command says: fifty-two whole weeks."""


def tried(
    configuration: Configuration,
    draft: Path,
    first: date | None,
    last: date | None,
    into: Path | None,
    by: str,
    clock: Clock,
    tell: Tell,
) -> Told:
    """The report, the document and the protected list of children, in a folder: `into`, or one named for the draft.

    Raises:
        ConfigurationFaults: with everything that is wrong with the draft.
        UsageFault: no night has been done; the nights asked for are not past ones.
    """
    rules, _ = read_draft(draft)
    with opened(configuration, clock) as casebook:
        night = casebook.last_committed()
        if night is None:
            raise UsageFault("no night has been done yet, so there is nothing to look back on: wnb run")
        first, last = _range(first, last, night)
        in_force = under_rules(configuration, casebook, night, casebook.rules_register()).configuration.rules
        record = casebook.night(night)
        tell("Reading what is held")
        generation = Lake(configuration.path("data") / "lake").open(record.generation if record else "")
        known = loaded(
            configuration,
            generation,
            night,
            set_aside_on(None, casebook.set_aside()),
            ruled_on(None, casebook.link_decisions()),
        )
        tell(f"Looking at every night from {first} to {last}")
        both = compared(known, in_force, rules, first, last)
        tell("Writing the report")
        children = _children(known, both, casebook.identities())
        document = told(known, both, in_force, rules)
        folder = into or configuration.path("data") / "whatif" / rules_sha256(rules)[:12]
        folder.mkdir(parents=True, exist_ok=True)
        casebook.record_whatif(rules.version, by, clock.now(), len(children))
        _written(folder / IDS, _as_csv(children))
        _written(folder / DOCUMENT, json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")
        _written(folder / REPORT, report(document, summary(document)))
    files = [str(folder / name) for name in (REPORT, DOCUMENT, IDS)]
    return Told("\n".join(in_words(document, *files)) + "\n", {**document, "files": files})


def _range(first: date | None, last: date | None, night: date) -> tuple[date, date]:
    last = last or night
    first = first or last - timedelta(days=YEAR - 1)
    if last > night:
        raise UsageFault(f"--to {last}: the last night that was done is {night}; nights to come are not known")
    if first > last:
        raise UsageFault(f"--from {first} lies after --to {last}")
    return first, last


def _children(known: Loaded, both: Compared, stored: Mapping[str, Stored]) -> list[tuple[str, str, str, str, date]]:
    """(child id, gained or dropped, list, rules, first night met) of each place that one set of rules alone gives."""
    rows = []
    sides = (both.draft, both.in_force)
    for change, whose, places in zip(("gained", "dropped"), sides, both.one_sided(), strict=True):
        ids = name(known.configuration, stored, known.joined, places.children.tolist()).ids
        for child, list_of, rules, night in both.met_of(whose, places):
            rows.append((ids[child], change, known.list_name(list_of), ", ".join(rules), date_of(night)))
    return sorted(rows)


def _as_csv(rows: list[tuple[str, str, str, str, date]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["child_id", "change", "list", "rules", "first_night"])
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _written(path: Path, content: bytes) -> None:
    """The file whole, for its owner alone: it is made so, never opened wider and narrowed afterwards."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
