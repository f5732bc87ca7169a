"""What a child is called: an id that says nothing, made under the casebook's key from its earliest identity key.

Once stored, an id wins for ever: a child who is linked to more records keeps it, and of two ids that prove to be one
child the first stored stays; of two that were stored on one night, the one that stood on a list.
"""

import hmac
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from wnb.config import Configuration
from wnb.errors import UsageFault

FEWEST_BYTES = 32
HEX_DIGITS = 20
OTHERS_MAY = 0o077
NO_RECORDS: Mapping[int, int] = MappingProxyType({})


class Stored(NamedTuple):
    """The child that an identity key was stored for (merges followed), and the night it was."""

    child_id: str
    first_night: date
    given: str = ""  # the child that the key was stored for itself, before any merge; empty: the same
    on_a_list: bool = False  # that child has, or had, a case: people know it by its id


@dataclass(frozen=True)
class Named:
    """Tonight's children by number, each with its id."""

    ids: Mapping[int, str]
    merged: Mapping[str, str]  # id given up -> id that stays: both proved to be one child
    parted: frozenset[str]  # identity keys whose child proved to be two, and that go with the one who needs a new id
    split: Mapping[str, str] = field(default_factory=dict)  # new id, or one that is back -> the id it was part of


def child_id(key: bytes, identity_key: str) -> str:
    """`c-` and 20 hexadecimal digits of the HMAC-SHA256 of an identity key (`nhs:9990000018`, `agency/number`)."""
    return "c-" + hmac.new(key, identity_key.encode(), sha256).hexdigest()[:HEX_DIGITS]


def is_child_id(text: str) -> bool:
    """Whether a text has the form of a child id; of twenty hexadecimal digits ten may be figures."""
    digits = text.removeprefix("c-")
    return text.startswith("c-") and len(digits) == HEX_DIGITS and set(digits) <= set("0123456789abcdef")


def fingerprint(key: bytes) -> str:
    """What the casebook keeps of a key, to know it again: nothing can be made from it."""
    return hmac.new(key, b"the fingerprint of this key", sha256).hexdigest()[:16]


def key_of(configuration: Configuration) -> bytes:
    """The key for child ids: the file `casebook_secret`, else a practice key that anybody could make.

    The practice key is made from the partnership's name. It is for invented children only: whoever knows the name and
    an NHS number could tell that number's child id.

    Raises:
        UsageFault: the file is not there, too short, or others than its owner may read it (POSIX).
    """
    secret = configuration.partnership.casebook_secret
    if secret is None:
        return sha256(f"practice only: {configuration.partnership.partnership}".encode()).digest()
    file: Path = configuration.root / secret
    remedy = "make one with `head -c 32 /dev/urandom > FILE; chmod 600 FILE`, and back it up apart from the casebook"
    try:
        key = file.read_bytes()
    except OSError:
        raise UsageFault(f"casebook_secret: {secret} cannot be read; {remedy}") from None
    if len(key) < FEWEST_BYTES:
        raise UsageFault(f"casebook_secret: {secret} holds fewer than {FEWEST_BYTES} bytes; {remedy}")
    if os.name == "posix" and file.stat().st_mode & OTHERS_MAY:
        raise UsageFault(f"casebook_secret: {secret} may be read by others than its owner; run `chmod 600 {secret}`")
    return key


def name_children(
    keys: Mapping[int, Sequence[str]],
    earliest: Mapping[int, str],
    stored: Mapping[str, Stored],
    key: bytes,
    records: Mapping[int, int] = NO_RECORDS,
) -> Named:
    """Give each child its id.

    Args:
        keys: child's number -> all its identity keys, for every child that needs an id tonight. Whoever owns a stored
            key must be among them.
        earliest: child's number -> its earliest identity key.
        stored: identity key -> what the casebook has of it.
        key: the casebook's key.
        records: child's number -> how many appointments are held of it. Where one id's child proves to be two and
            nothing else tells, it stays with the one who has most: a stranger's record does not take it over.
    """
    claims: dict[str, list[tuple[bool, date, int, str, int]]] = defaultdict(list)
    for child, theirs in keys.items():
        for identity in theirs:
            if found := stored.get(identity):
                made_of_another = child_id(key, identity) != found.child_id
                claims[found.child_id].append(
                    (made_of_another, found.first_night, -records.get(child, 0), identity, child)
                )
    seen = {found.child_id for found in stored.values() if found.on_a_list}
    held: dict[int, list[tuple[date, bool, str]]] = defaultdict(list)
    parted: set[str] = set()
    left: dict[int, str] = {}
    for name in sorted(claims):
        *_, holder = min(claims[name])
        held[holder].append((min(first for _, first, *_ in claims[name]), name not in seen, name))
        parted |= {identity for *_, identity, child in claims[name] if child != holder}
        left |= {child: name for *_, child in claims[name] if child != holder}
    back = _given_back(keys, stored, set(claims), {child for child in keys if not held[child]})
    ids: dict[int, str] = {}
    merged: dict[str, str] = {}
    for child in keys:
        names = [name for _, _, name in sorted(held[child])]
        ids[child] = names[0] if names else back.get(child) or child_id(key, earliest[child])
        merged |= dict.fromkeys(names[1:], ids[child])
    split = {ids[child]: name for child, name in left.items() if not held[child]}
    return Named(ids, merged, frozenset(parted), split)


def _given_back(
    keys: Mapping[int, Sequence[str]], stored: Mapping[str, Stored], taken: set[str], nameless: set[int]
) -> dict[int, str]:
    """Of children without an id the one that their keys were stored for, where it was given up for another's."""
    asked: dict[str, list[tuple[date, str, int]]] = defaultdict(list)
    for child in sorted(nameless):
        for identity in keys[child]:
            found = stored.get(identity)
            if found and found.given and found.given not in taken:
                asked[found.given].append((found.first_night, identity, child))
    back: dict[int, str] = {}
    for name in sorted(asked, key=lambda name: min(asked[name])):
        back.setdefault(min(asked[name])[2], name)
    return back
