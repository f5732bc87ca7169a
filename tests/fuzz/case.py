"""One bent extract with what may be expected of its reading: made from a seed, kept as a file, judged by the oracle."""

import base64
import gzip
import json
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.damage import OF_BYTES, OF_CELLS, OF_FILES, encoded, records
from tests.fuzz.truth import COLUMNS, drafted, write


@dataclass(frozen=True)
class Case:
    """An extract as it is delivered. Lists are of appointment ids; `truth`: id -> what must be read of it."""

    seed: str
    name: str
    columns: dict[str, Any]
    extract: dict[str, Any]
    content: bytes
    truth: dict[str, list[Any]]
    damage: list[str]
    dirty: list[str]
    never: list[str]
    gone: list[str]
    idless: list[str]
    harmless: bool
    refuse: bool
    nothing_certain: bool

    def save(self, path: Path) -> None:
        """Keep it for ever."""
        told = asdict(self) | {"content": base64.b64encode(zlib.compress(self.content, 9)).decode()}
        path.write_text(json.dumps(told, indent=1, ensure_ascii=True) + "\n", "ascii")

    @classmethod
    def load(cls, path: Path) -> "Case":
        """A kept one."""
        told = json.loads(path.read_text("ascii"))
        return cls(**told | {"content": zlib.decompress(base64.b64decode(told["content"]))})

    def cut_to(self, content: bytes) -> "Case":
        """The same with less content: only of what is left is anything expected."""
        if self.name.endswith(".gz"):
            return replace(self, content=content)
        left = content.decode(self.extract["encoding"], "replace")
        return replace(self, content=content, truth={name: told for name, told in self.truth.items() if name in left})


def make(seed: str) -> Case:
    """The case of a seed."""
    rng = Random(seed)
    draft = drafted(rng)
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        draft.damage.append(rng.choice(list(OF_CELLS)))
        OF_CELLS[draft.damage[-1]](draft, rng)
    write(draft, rng)
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        if records(draft):
            draft.damage.append(rng.choice(list(OF_BYTES)))
            OF_BYTES[draft.damage[-1]](draft, rng)
    if rng.random() < 0.15:
        draft.damage.append(rng.choice(list(OF_FILES)))
        OF_FILES[draft.damage[-1]](draft, rng)
    by = draft.by
    content = draft.encoded if draft.encoded is not None else encoded(draft)
    packed_already = {"packed_badly", "members"} & set(draft.damage)
    packed = by.packed or packed_already
    if packed and not packed_already:
        content = gzip.compress(content, mtime=0)
    times = {"date_of_birth": ("dob", by.day), "appointment_at": ("appt_start", by.day + " %H:%M")}
    extract: dict[str, Any] = {"delimiter": by.delimiter, "encoding": by.encoding}
    extract["header_after"] = "auto" if by.auto else by.before
    if by.trailer:
        extract["trailer"] = r"^Total,(?P<rows>\d+)$"
    ids = [each.id for each in draft.told]
    one = len(draft.damage) == 1

    def named(places: set[int]) -> list[str]:
        return sorted(ids[place] for place in places)

    if by.habit:
        draft.damage.append("habit")
    return Case(
        seed=seed,
        name="extract.csv" + ".gz" * bool(packed),
        columns={ours: {"column": theirs, "format": form} for ours, (theirs, form) in times.items()},
        extract=extract,
        content=content,
        truth={each.id: each.typed() for each in draft.told},
        damage=draft.damage,
        dirty=named(draft.dirty),
        never=named(draft.never) if one else [],
        gone=named(draft.gone),
        idless=named(draft.idless),
        harmless=draft.harmless,
        refuse=draft.refuse and one,
        nothing_certain=draft.nothing_certain,
    )


assert len(COLUMNS) == 10
