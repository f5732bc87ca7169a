"""JSON that can be read in one way only, as RFC 8259 has it: a key said twice, NaN, half a surrogate pair are found.

What is wrong with one object is marked there, so that of a Bundle only the entry that holds it need be set aside.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")


class UnfitError(ValueError):
    """No JSON object at all; the words are the reason code."""


class _Twice(dict[str, Any]):
    """An object with one key twice."""


class _NoNumber:
    """NaN, or an infinity, where a number should be."""


def parsed(text: str) -> tuple[dict[str, Any], bool]:
    """One JSON object, and whether there is anything in it that `fault_in` would find.

    Raises:
        UnfitError: `json`: it is none.
    """
    marked = False

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal marked
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        marked = True
        return _Twice(found)

    def no_number(word: str) -> _NoNumber:
        nonlocal marked
        marked = True
        return _NoNumber()

    try:
        found = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=once, parse_constant=no_number)
    except (ValueError, RecursionError):
        raise UnfitError("json") from None
    if not isinstance(found, dict):
        raise UnfitError("json")
    return found, marked or "\\ud" in text.lower()


def unfinished(text: str) -> bool:
    """Whether a text could be the beginning of a JSON object, and nothing speaks against it but that it ends."""
    try:
        json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as wrong:
        return wrong.pos >= len(text.rstrip()) - text.startswith("\ufeff")
    except (ValueError, RecursionError):
        return False
    return False


def fault_in(told: Any) -> str:
    """The reason code of what may be read in two ways anywhere in it; empty where there is nothing."""
    match told:
        case _Twice():
            return "json_duplicate_key"
        case _NoNumber():
            return "json"
        case str():
            return "encoding" if HALF_A_PAIR.search(told) else ""
        case Mapping():
            return next(filter(None, (fault_in(key) or fault_in(value) for key, value in told.items())), "")
        case list():
            return next(filter(None, map(fault_in, told)), "")
    return ""


def as_text(told: Any) -> str:
    """JSON again, on one line, for people who look at what was set aside."""
    text = json.dumps(told, ensure_ascii=False, default=lambda _: "NaN")
    return json.dumps(told, default=lambda _: "NaN") if HALF_A_PAIR.search(text) else text
