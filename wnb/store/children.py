"""What a child is called: an id that says nothing, made under the casebook's key from its earliest identity key.

Once stored, an id wins for ever: a child who is linked to more records keeps it, and of two ids that prove to be one
child the first stored stays; of two that were stored on one night, the one that stood on a list.
"""

import hmac
import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
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
NOBODY_HAD: Mapping[str, Mapping[int, int]] = MappingProxyType({})


class _Claim(NamedTuple):
    """What speaks for an id being a child's: the least claim in this order has it."""

    has_none: bool  # somebody has appointments of whoever had the id last night, and this child has none
    given_another: bool  # the number was stored for another id, which was given up for this one
    fewer: int
    made_of_another: bool  # the id was made of another number
    first_night: date
    records: int
    identity: str
    child: int


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


def new_id(key: bytes, identity_key: str, taken: Collection[str]) -> str:
    """An id for a child who has none: that of its identity key, or, where somebody else has that one, the next.

    Whoever was listed under a number that was another's keeps the id that was made of it.
    """
    name, at = child_id(key, identity_key), 1
    while name in taken:
        at += 1
        name = child_id(key, f"{identity_key}~{at}")
    return name


def taken_by(stored: Mapping[str, Stored]) -> set[str]:
    """Every id that is anybody's, or was."""
    return {name for found in stored.values() for name in (found.child_id, found.given) if name}


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
    had: Mapping[str, Mapping[int, int]] = NOBODY_HAD,
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
        had: id -> child's number -> how many of the appointments are its tonight that were the id's child's last night.
            An id goes with these: whoever states its number today, and has none of them, is somebody else.
    """
    claims: dict[str, list[_Claim]] = defaultdict(list)
    for child, theirs in keys.items():
        for identity in theirs:
            if found := stored.get(identity):
                name = found.child_id
                mine = had.get(name, {}).get(child, 0)
                claims[name].append(
                    _Claim(
                        has_none=name in had and not mine,
                        given_another=bool(found.given) and found.given != name,
                        fewer=-mine,
                        made_of_another=child_id(key, identity) != name,
                        first_night=found.first_night,
                        records=-records.get(child, 0),
                        identity=identity,
                        child=child,
                    )
                )
    for name, of in had.items():  # its numbers were all written otherwise, or are somebody else's now
        for child, mine in of.items():
            if child in keys and child not in {claim.child for claim in claims[name]}:
                claims[name].append(_Claim(False, True, -mine, True, date.max, -records.get(child, 0), "", child))
    seen = {found.child_id for found in stored.values() if found.on_a_list}
    held: dict[int, list[tuple[date, bool, str]]] = defaultdict(list)
    parted: set[str] = set()
    left: dict[int, str] = {}
    for name in sorted(name for name, of in claims.items() if of):
        holder = min(claims[name]).child
        held[holder].append((min(claim.first_night for claim in claims[name]), name not in seen, name))
        others = [claim for claim in claims[name] if claim.child != holder and claim.identity]
        parted |= {claim.identity for claim in others}
        left |= {claim.child: name for claim in others}
    back = _given_back(keys, stored, set(claims), {child for child in keys if not held[child]})
    ids: dict[int, str] = {}
    merged: dict[str, str] = {}
    taken = taken_by(stored)
    for child in sorted(keys, key=lambda child: earliest[child]):
        names = [name for _, _, name in sorted(held[child])]
        ids[child] = names[0] if names else back.get(child) or new_id(key, earliest[child], taken)
        taken.add(ids[child])
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
