"""YAML text to a model, or everything that is wrong with it: file:line:column, reason, remedy and a right example."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase, CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from wnb.errors import Fault

Read = TypeVar("Read", bound=BaseModel)

REMEDIES: dict[str, tuple[str, str]] = {
    "extra_forbidden": ("Remove it, or correct its spelling; the interface lists every key.", ""),
    "missing": ("Add it.", ""),
    "union_tag_invalid": ("Choose one of the patterns named above.", "pattern: repeated"),
    "union_tag_not_found": ("Say which pattern the rule is of.", "pattern: repeated"),
    "literal_error": ("Choose one of the words named above.", ""),
    "enum": ("Choose one of the words named above.", ""),
    "string_pattern_mismatch": ("Use small letters, digits and hyphens.", "three-days-two-organisations"),
    "date_from_datetime_parsing": ("Write year, month and day.", "2026-11-01"),
    "date_parsing": ("Write year, month and day.", "2026-11-01"),
    "string_type": ("Put it in quotes, so that it is read as text.", 'version: "2026-11-01"'),
}


DECIDE = "DECIDE"
"""What a proposed YAML says where only a person can; no file that still says it is ever read by a night."""
DECIDING = frozenset({"holds"})
"""While such a key is wrong or undecided, nothing can be said of the file as a whole."""
PASSES = 4
"""A check of the whole waits for its parts to be right: a wrong part is taken out, and the rest is asked again."""
EXAMPLES = {
    "is given with its format": "KEY: {column: GIVEN, format: FORM}",
    "which words mean yes": 'KEY: {column: GIVEN, yes: ["Y"]}',
    "these are words of statuses": "",
    "%": "format: FORM",
    "a date form names": 'format: "%Y-%m-%d"',
    "must be in quotes": '"03": not_attended',
    "one code, one word": '"5": attended',
    "is not an outcome": '"5": attended',
    "only a snapshot covers": "delivers: snapshot",
    "snapshot_covers": "snapshot_covers: {days_back: 90}",
    "trailer": r"trailer: 'Total records,(?P<rows>\d+)'",
    "01:00 to 01:59": 'nightly_at: "03:15"',
    "a time of day": 'nightly_at: "03:15"',
    "is not a time zone": "timezone: Europe/London",
    "is used twice": "id: three-days-two-organisations",
    "step: escalate": "only_if: [section-47]",
    "must be given for": "appointment_id: Appt ID",
    "give nhs_number": "nhs_number: NHS no",
    "map at least one": '"5": attended',
    "is not a status": "CPP: child-protection-plan",
    "is not told as a status": "CPP: child-protection-plan",
    "there is no status any more": "CL: ended",
    "says that a status is over": "status_id: Episode",
    "says nothing without its value": "status_detail: Details",
    "gone_means": "gone_means: withdrawn",
}
"""What would have been right, by what the reason of one of our own checks begins with or holds. KEY: the key that it is
about; GIVEN: the column that stands there; FORM: of dates, or of dates with a time.
"""
OF_STATUSES = {
    "snapshot_covers: {days_back: 90}": "snapshot_covers: everything",
    "appointment_id: Appt ID": 'status_from: {column: Start, format: "%d/%m/%Y"}',
    '"5": attended': "CPP: child-protection-plan",
    '"03": not_attended': '"03": child-protection-plan',
}
"""The same where an extract holds statuses, of which another thing would have been right."""
TO_DO = {
    "one code, one word": "Map it to the one word it stands for; if it says two, ask the agency for a row of each.",
    "belongs to an extract of": "Take it out, or correct what the extract holds.",
    "only a snapshot covers": "Take snapshot_covers out, or say that it is a snapshot.",
    "is given with its format": "Give the column and its exact form together.",
    "which words mean yes": "Give the column and the words that mean yes together.",
    "these are words of statuses": "Rename the key; it is for outcomes of appointments.",
}
"""What to do, by what the reason of one of our own checks holds, where the reason alone does not say it."""
WITH_A_TIME = ("appointment_at", "recorded_at")
NEAR = 0.45


def read_model(path: Path, name: str, model: type[Read], texts: dict[str, str], faults: list[Fault]) -> Read | None:
    """One file as its model; its faults are added to `faults`."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as wrong:
        faults.append(Fault(f"{path}:1:1", f"byte {wrong.start} is not UTF-8", "Save the file as UTF-8."))
        return None
    texts[name] = text
    return model_of(text, str(path), model, faults)


def model_of(text: str, path: str, model: type[Read], faults: list[Fault]) -> Read | None:
    """A YAML text as its model; its faults are added to `faults`, placed in `path`, which need be no file."""
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else f"{path}:1:1"
        faults.append(
            Fault(
                place,
                f"not YAML: {wrong.problem or wrong.context}",
                "Mend the line; check its indent, colons and quotes.",
            )
        )
        return None
    except YAMLError as wrong:  # characters that YAML does not allow
        faults.append(Fault(f"{path}:1:1", f"not YAML: {wrong}", "Remove the character; save the file as UTF-8."))
        return None
    except ValueError:
        faults += _impossible_dates(path, text)
        return None
    if not isinstance(tree, CommentedMap):
        faults.append(Fault(f"{path}:1:1", "the file holds no settings", "Start from the project's own config/."))
        return None
    raw, removed = _plain(tree), set[str]()
    for at in list(_undecided(tree)):
        faults.append(_to_decide(path, tree, at))
        removed |= _without(raw, {"loc": at})
    for _ in range(PASSES):
        try:
            read = model.model_validate(raw)
        except ValidationError as wrong:
            told = wrong.errors(include_url=False)
        else:
            return None if removed else read
        if removed & DECIDING or any(error["loc"] == (key,) for error in told for key in DECIDING):
            faults += [_fault(path, tree, error) for error in _one_by_one(told) if error["loc"]]
            return None
        for error in _one_by_one(told):
            if not removed & {*re.findall(r"[\w-]+", error["msg"]), *map(str, error["loc"])}:
                faults.append(_fault(path, tree, error))
        for each in told:
            removed |= _without(raw, each)
    return None


def _undecided(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the word stands that `wnb agency suggest` writes for what only a person can decide; the last first."""
    if node == DECIDE:
        yield at
    inner = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in reversed(list(inner)):
        yield from _undecided(value, (*at, key))


def _to_decide(path: str, tree: CommentedMap, at: tuple[str | int, ...]) -> Fault:
    line, column, names = _place(tree, at)
    return Fault(
        f"{path}:{line}:{column}",
        f"{'.'.join(names)}: {DECIDE} stands where a person has to decide",
        "Put the answer in its place; the comment beside it says between what. A line that need not be given may go.",
    )


def _one_by_one(errors: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A check of the whole says several things in one error, a line each."""
    for error in errors:
        for line in said(error).split("\n"):
            yield {**error, "msg": line}


def _without(raw: Any, error: Mapping[str, Any]) -> set[str]:
    """Put right, or take out of `raw`, what an error is about; gives the keys of which nothing more can be said."""
    path: list[tuple[Any, Any]] = []
    for part in error["loc"]:
        key = next((k for k in raw if str(k) == str(part)), None) if isinstance(raw, dict) else part
        if isinstance(raw, dict) and key is not None:
            path.append((raw, key))
            raw = raw[key]
    if not path:
        return {str(part) for part in error["loc"][-1:]}
    within, key = path[-1]
    if allowed := re.match(r"'([^']+)'", str(error.get("ctx", {}).get("expected", ""))):
        within[key] = allowed[1]
    else:
        within.pop(key, None)
    emptied = {str(above) for _, above in path[-2:-1] if not within}
    return {str(key)} | emptied


def _impossible_dates(path: str, text: str) -> list[Fault]:
    """Dates that look right and do not exist: YAML's own reader stops at them, and says no place."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for match in re.finditer(r"\d{4}-\d{2}-\d{2}", line.partition("#")[0]):
            try:
                date.fromisoformat(match[0])
            except ValueError:
                reason = f"{match[0]} is no day of the calendar"
                found.append(Fault(f"{path}:{number}:{match.start() + 1}", reason, "Correct the date.", "2026-11-01"))
    return found or [Fault(f"{path}:1:1", "not YAML: a value in it cannot be read", "Put the value in quotes.")]


def said(error: Mapping[str, Any]) -> str:
    """The reason of one error, as our own checks worded it."""
    return str(error["msg"]).removeprefix("Value error, ")


def _plain(node: Any) -> Any:
    """The tree without its comments and positions; scalars as plain Python values."""
    if isinstance(node, Mapping):
        return {str(k) if isinstance(k, Mapping | list) else _plain(k): _plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _fault(path: str, tree: CommentedMap, error: dict[str, Any]) -> Fault:
    message = said(error)
    about = message.partition(":")[0]  # a check of several keys begins with the one that it is about
    loc = (
        (*error["loc"], about) if error["type"] == "value_error" and _at(tree, (*error["loc"], about)) else error["loc"]
    )
    line, column, names = _place(tree, loc)
    what = ".".join(map(str, names if loc == error["loc"] else names[:-1]))
    remedy, example = REMEDIES.get(error["type"], ("Correct it as the reason says.", ""))
    if error["type"] == "value_error":
        example = next((right for words, right in EXAMPLES.items() if words in message), "")
        remedy = next((todo for words, todo in TO_DO.items() if words in message), remedy)
        example = _of_its_column(example, error)
    if tree.get("holds") == "statuses":
        example = OF_STATUSES.get(example, example)
    reasons: dict[str, Callable[[], str]] = {
        "extra_forbidden": lambda: f"{what}: no such key",
        "missing": lambda: f"{what}: must be given",
    }
    reason = reasons.get(error["type"], lambda: f"{what}: {message}" if what else message)()
    if (expected := error.get("ctx", {}).get("expected")) and error["type"] in ("literal_error", "enum"):
        reason = f"{what}: must be one of {expected}"
        near = get_close_matches(str(error["input"]), re.findall(r"'([^']+)'", expected), 1, NEAR)
        example = f"{names[-1]}: {near[0]}" if near and names else example
    return Fault(f"{path}:{line}:{column}", reason, remedy, example)


def _of_its_column(example: str, error: Mapping[str, Any]) -> str:
    """An example with the key, the column and the form of dates that the error is about."""
    keys = [str(part) for part in error["loc"] if isinstance(part, str)]
    key = next((part for part in reversed(keys) if part not in ("column", "format")), "")
    given = error["input"].get("column", "…") if isinstance(error["input"], Mapping) else error["input"]
    form = "%d/%m/%Y %H:%M" if key in WITH_A_TIME else "%d/%m/%Y"
    for word, said in (("KEY", key), ("GIVEN", str(given)), ("FORM", f'"{form}"')):
        example = example.replace(word, said)
    return example


def line_of(text: str, *keys: str) -> int:
    """The line on which a key of a YAML text stands, or the last of `keys` above it that is there."""
    return _place(YAML(typ="rt").load(text), keys)[0]


def _at(tree: Any, loc: tuple[int | str, ...]) -> bool:
    """Whether the last part of `loc` stands in the file."""
    for part in loc[:-1]:  # what is not there is a tag of a union
        if isinstance(tree, Mapping):
            tree = tree.get(part, tree)
        elif isinstance(tree, list) and isinstance(part, int):
            tree = tree[part]
    return isinstance(tree, Mapping) and loc[-1] in tree


def _place(tree: CommentedMap, loc: tuple[int | str, ...]) -> tuple[int, int, list[str]]:
    """Line and column (from 1) of the deepest part of `loc` that stands in the file, and its name in words."""
    node: Any = tree
    line, column = 0, 0
    names: list[str] = []
    for part in loc:
        if isinstance(node, CommentedBase) and isinstance(node, Mapping) and part in node:
            line, column = node.lc.key(part)
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line, column = node.lc.item(part)
        elif isinstance(node, Mapping) and part is loc[-1] and isinstance(part, str):
            names.append(part)  # a key that is missing: the place is where it should stand
            break
        else:
            continue  # a tag of a union, not a key of the file
        names.append(str(part))
        node = node[part]
    return line + 1, column + 1, names
