"""The lake: what agencies told us, as Parquet made from the vault, one folder a generation.

A generation is written in a hidden folder and appears by one rename; which generation counts is what the casebook's
ledger of nights says. Each file's SHA-256 is in the generation's manifest and checked when the file is opened.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wnb.agency import Agency
from wnb.bands import Counted
from wnb.errors import SafetyStop
from wnb.ingest.deliveries import HELD, Snapshot, empty
from wnb.ingest.vault import keep_names, write_whole
from wnb.terms import KEY

DECIDED = pa.schema(
    [
        pa.field("outcome", pa.uint8(), nullable=False),  # after the recode
        pa.field("age", pa.uint8(), nullable=False),
        pa.field("child_key", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("known", pa.int32(), nullable=False),  # night since which it has been known as it is now
    ]
)
"""What a night decided of each held row, row by row beside the facts: tonight's comparison is with last night's."""
PROFILES = pa.schema(
    [
        pa.field("key", pa.string()),  # of the child
        pa.field("given", pa.string()),
        pa.field("family", pa.string()),
        pa.field("born", pa.int32()),  # 20190630
        pa.field("postcode", pa.string()),
    ]
)
"""Every way in which a child is told of, comparable; empty where there is nobody to look for."""
PAIRS = pa.schema(
    [
        pa.field("one", pa.string()),  # key of a child without a number of the health service, or of one of two with
        pa.field("other", pa.string()),
        pa.field("weight", pa.float64()),  # match weight, in bits
        *(pa.field(f"gamma_{each}", pa.int32()) for each in ("given", "family", "born", "postcode")),
    ]
)
"""Who may be one child: the level of agreement of each field, likeliest first."""
IDENTITIES = pa.schema([pa.field("key", pa.string()), pa.field("first_night", pa.int32())])


@dataclass(frozen=True)
class Unread:
    """A delivery that was rejected or not wholly read, which waits until its contract is mended."""

    receipt: int
    contract: str  # by which it was read last
    rejected: bool = False
    rows: int = 0  # set aside
    reasons: tuple[tuple[str, int], ...] = ()  # of the rows, or of the file


@dataclass(frozen=True)
class AgencyState:
    """What is remembered of an agency from night to night."""

    first_night: date | None = None  # the first night on which anything of it was accepted
    last_extract_date: date | None = None  # of the last delivery of which anything was accepted
    snapshots: tuple[Snapshot, ...] = ()
    unread: tuple[Unread, ...] = ()
    counts: tuple[Counted, ...] = ()  # of deliveries of which something was accepted, in the order of their dates
    said: tuple[tuple[str, str], ...] = ()  # name and hash of repeated files that a night has already told of


@dataclass(frozen=True)
class Generation:
    """The facts as of a night: held rows by agency, what was decided of them, and every identity key."""

    name: str = ""
    last_sequence: int = 0  # receipts up to this one are laid in
    facts: Mapping[str, pa.Table] = field(default_factory=dict)
    decided: Mapping[str, pa.Table] = field(default_factory=dict)
    identities: pa.Table = field(default_factory=IDENTITIES.empty_table)
    agencies: Mapping[str, AgencyState] = field(default_factory=dict)
    profiles: pa.Table = field(default_factory=PROFILES.empty_table)
    likely: pa.Table = field(default_factory=PAIRS.empty_table)
    by_likeness: tuple[tuple[str, str], ...] = ()  # pairs of keys that likeness alone joined

    def held(self, agency: Agency) -> pa.Table:
        """What is held of an agency; an empty table when nothing is."""
        return self.facts.get(agency.agency, empty(agency.holds))

    def state(self, agency: str) -> AgencyState:
        """What is remembered of an agency."""
        return self.agencies.get(agency, AgencyState())


class Lake:
    """The folder of generations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, name: str) -> Generation:
        """One generation, whole.

        Raises:
            SafetyStop: a file is not the one that was written.
        """
        if not name:
            return Generation()
        folder = self.folder / name
        manifest = self._manifest(name)
        tables = {file: _read(folder / file, digest) for file, digest in manifest["files"].items()}
        return Generation(
            name=name,
            last_sequence=manifest["last_sequence"],
            facts={file[6:-8]: _with_new_columns(table) for file, table in tables.items() if file.startswith("facts-")},
            decided={file[8:-8]: table for file, table in tables.items() if file.startswith("decided-")},
            identities=tables["identities.parquet"],
            agencies={agency: _state(told) for agency, told in manifest["agencies"].items()},
            profiles=tables.get("profiles.parquet", PROFILES.empty_table()),
            likely=tables.get("likely.parquet", PAIRS.empty_table()),
            by_likeness=tuple((one, other) for one, other in manifest.get("by_likeness", ())),
        )

    def write(self, generation: Generation, before: Generation) -> None:
        """Write a generation so that it is there whole or not at all. Facts that did not change are linked."""
        hidden = self.folder / f".{generation.name}"
        if hidden.exists():
            shutil.rmtree(hidden)
        hidden.mkdir(parents=True)
        earlier = self._digests(before.name)
        files = {}
        for agency, table in sorted(generation.facts.items()):
            file = f"facts-{agency}.parquet"
            if table is before.facts.get(agency) and file in earlier:
                _same_file(self.folder / before.name / file, hidden / file)
                files[file] = earlier[file]
            else:
                files[file] = _write(hidden / file, table)
        for agency, table in sorted(generation.decided.items()):
            files[f"decided-{agency}.parquet"] = _write(hidden / f"decided-{agency}.parquet", table)
        files["identities.parquet"] = _write(hidden / "identities.parquet", generation.identities)
        files["profiles.parquet"] = _write(hidden / "profiles.parquet", generation.profiles)
        files["likely.parquet"] = _write(hidden / "likely.parquet", generation.likely)
        manifest = {
            "last_sequence": generation.last_sequence,
            "files": files,
            "by_likeness": [list(pair) for pair in generation.by_likeness],
            "agencies": {agency: _told(state) for agency, state in sorted(generation.agencies.items())},
        }
        write_whole(hidden / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())
        if (self.folder / generation.name).exists():
            shutil.rmtree(self.folder / generation.name)
        hidden.rename(self.folder / generation.name)
        keep_names(self.folder)

    def keep_only(self, names: set[str]) -> None:
        """Remove generations that no committed night needs: those of a run that was stopped, and old ones."""
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            if folder.is_dir() and folder.name not in names:
                shutil.rmtree(folder)

    def _digests(self, name: str) -> dict[str, str]:
        if not name:
            return {}
        told: dict[str, str] = self._manifest(name)["files"]
        return told

    def _manifest(self, name: str) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads((self.folder / name / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError):
            raise SafetyStop(_lost(f"generation {name} of the lake ({self.folder})")) from None
        return told


def _lost(what: str) -> str:
    return (
        f"{what} is not there as it was written, and a night cannot be done without it: every child it tells of would "
        "vanish. Restore it from the last backup. The lists that are published stand"
    )


def _same_file(there: Path, here: Path) -> None:
    """The file under another name; a copy where the disk knows no links."""
    try:
        here.hardlink_to(there)
    except OSError:
        shutil.copyfile(there, here)
        _to_disk(here)


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _read(path: Path, digest: str) -> pa.Table:
    if not path.is_file():
        raise SafetyStop(_lost(f"{path.name} of generation {path.parent.name}"))
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise SafetyStop(f"{path.name} of generation {path.parent.name} is not the file that was written; restore it")
    table = pq.read_table(path)
    in_seconds = [f.with_type(pa.timestamp("s")) if f.type == pa.timestamp("ms") else f for f in table.schema]
    return table.cast(pa.schema(in_seconds))  # Parquet has no seconds: it keeps them as milliseconds


def _with_new_columns(table: pa.Table) -> pa.Table:
    """Facts as this version of the program holds them: columns that an earlier one did not know are empty.

    Raises:
        SafetyStop: a column is missing that has to say something.
    """
    held = next(HELD[holds] for holds, key in KEY.items() if key in table.column_names)
    for field_ in held:
        if field_.name not in table.column_names:
            if not field_.nullable:
                raise SafetyStop(f"the lake was written without {field_.name}; wnb rebuild makes it from the vault")
            table = table.append_column(field_, pa.nulls(table.num_rows, field_.type))
    return table.select(held.names)


def _write(path: Path, table: pa.Table) -> str:
    pq.write_table(table, path, compression="zstd", compression_level=1, write_page_checksum=True)
    _to_disk(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _told(state: AgencyState) -> dict[str, Any]:
    return {
        "first_night": state.first_night and state.first_night.isoformat(),
        "last_extract_date": state.last_extract_date and state.last_extract_date.isoformat(),
        "unread": [asdict(unread) for unread in state.unread],
        "counts": [[count.extract_date.isoformat(), *astuple(count)[1:]] for count in state.counts],
        "snapshots": [
            {
                "extract_date": s.extract_date.isoformat(),
                "receipt": s.receipt,
                "records": s.records,
                "groups": None if s.groups is None else list(s.groups),
                "first_day": s.first_day and s.first_day.isoformat(),
                "set_aside": list(s.set_aside),
                "withdraws": s.withdraws,
            }
            for s in state.snapshots
        ],
        "said": [list(pair) for pair in state.said],
    }


def _state(told: Mapping[str, Any]) -> AgencyState:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return AgencyState(
        first_night=day(told["first_night"]),
        last_extract_date=day(told["last_extract_date"]),
        unread=tuple(
            Unread(**{**unread, "reasons": tuple((code, number) for code, number in unread["reasons"])})
            for unread in told["unread"]
        ),
        counts=tuple(Counted(date.fromisoformat(count[0]), *count[1:]) for count in told["counts"]),
        snapshots=tuple(
            Snapshot(
                extract_date=date.fromisoformat(s["extract_date"]),
                receipt=s["receipt"],
                records=s["records"],
                groups=None if s["groups"] is None else tuple(s["groups"]),
                first_day=day(s["first_day"]),
                set_aside=tuple(s["set_aside"]),
                withdraws=s["withdraws"],
            )
            for s in told["snapshots"]
        ),
        said=tuple((name, digest) for name, digest in told["said"]),
    )
