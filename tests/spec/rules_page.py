"""`docs/rules.md`, drawn from the examples of this folder: `python -m tests.spec.rules_page docs/rules.md`.

Every picture and every sentence on the page is an example that the tests judge; nothing is drawn by hand beside them.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.spec.drawing import drawn, found_in, history, rule_of
from wnb.detect import account, detect
from wnb.patterns import KINDS, Rule
from wnb.patterns.words import MONTHS, on_day
from wnb.terms import MEANING, Meaning, Outcome

COMMON = "test_common_settings"
MODULES = [f"test_{kind}" for kind in KINDS] + ["test_six_drawn_examples", COMMON]
MARK = {
    Meaning.NOT_BROUGHT: "✗",
    Meaning.SEEN: "○",
    Meaning.UNSEEN: "◐",
    Meaning.FAMILY_CANCELLED: "~",
    Meaning.NOTHING: "·",
    Meaning.DEATH: "·",
}
LEGEND = "`✗` not brought · `○` seen · `◐` brought, not seen · `~` cancelled by the family · `·` counts for nothing"
TOP = f"""# What each rule means, drawn

Made from the examples in `tests/spec/` by `make rules-page`: each of them is judged again whenever the tests are run.
How a rule is written is in [interface.md](interface.md), section 3; the rules that are shipped, with their sources, are
in [config/rules.yaml](../config/rules.yaml).

A picture is a child's appointments: a row for each agency (and child, or service, where there is more than one), a
column for each day. {LEGEND}. They are numbered as they are drawn, and evidence is told by these numbers.
"""


@dataclass(frozen=True)
class Example:
    """One call of `spec`."""

    settings: dict[str, Any]
    table: str
    night: str
    finds: str | None
    organisations: dict[str, str]
    adult_from: str | None
    households: str
    of: str
    outcome: str
    """The outcome that is tried, where a test tries more than one."""


@dataclass(frozen=True)
class Told:
    """One test: what it says and its examples."""

    module: str
    says: str
    examples: tuple[Example, ...]


def told() -> Iterator[Told]:
    """Every test of the examples, in the order in which they are written."""
    for name in MODULES:
        module = importlib.import_module(f"tests.spec.{name}")
        tests = [f for n, f in vars(module).items() if n.startswith("test_") and callable(f)]
        for test in sorted(tests, key=lambda f: inspect.getsourcelines(f)[1]):
            yield Told(name, inspect.cleandoc(test.__doc__ or ""), tuple(examples_of(test)))


def examples_of(test: Callable[..., None]) -> list[Example]:
    found: list[Example] = []
    [tried] = [mark.args[1] for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"] or [[()]]
    for values in tried:
        given = (values,) if isinstance(values, str) else values

        def spec(
            settings: dict[str, Any],
            table: str,
            *,
            night: str,
            finds: str | None,
            given: tuple[Any, ...] = given,
            **more: Any,
        ) -> None:
            found.append(
                Example(
                    settings, inspect.cleandoc(table), night, finds, more.get("organisations") or {},
                    more.get("adult_from"), more.get("households", ""), more.get("of", ""),
                    given[0].replace("_", " ") if given else "",
                )
            )  # fmt: skip

        test(spec, *given)
    return found


def page() -> str:
    tests = list(told())
    parts = [TOP]
    for word, kind in KINDS.items():
        own = [t for t in tests if t.module != COMMON and {e.settings["pattern"] for e in t.examples} == {word}]
        module, judge = inspect.getmodule(kind), kind.judge
        parts += [f"\n## `{word}`\n", meaning(module.__doc__ or ""), f"*{first_of(judge.__doc__ or '')}*\n"]
        parts += [settings_table(kind, [n for n in kind.model_fields if n not in {*Rule.model_fields, "pattern"}])]
        parts += [drawn_test(test) for test in sorted(own, key=lambda t: t.module != "test_six_drawn_examples")]
    parts += ["\n## What any rule may say\n", settings_table(Rule, [n for n in Rule.model_fields if n != "pattern"])]
    parts += [drawn_test(test) for test in tests if test.module == COMMON]
    return "\n".join(parts).rstrip() + "\n"


def meaning(text: str) -> str:
    return f"{first_of(text).partition(': ')[2][:1].upper()}{first_of(text).partition(': ')[2][1:]}\n"


def first_of(text: str) -> str:
    """The first paragraph, in one line."""
    return " ".join(inspect.cleandoc(text).split("\n\n")[0].split())


def settings_table(kind: type[Rule], names: Iterable[str]) -> str:
    lines = ["| setting | where it is left out | means |", "|---|---|---|"]
    for name in names:
        field = kind.model_fields[name]
        default = "must be said" if field.is_required() else said(field.get_default(call_default_factory=True))
        lines.append(f"| `{field.alias or name}` | {default} | {' '.join((field.description or '').split())} |")
    return "\n".join(lines) + "\n"


def said(default: Any) -> str:
    if default is None or default == ():
        return "–"
    if isinstance(default, tuple):
        return f"`[{', '.join(default)}]`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def drawn_test(test: Told) -> str:
    title, _, rest = test.says.partition("\n\n")
    lines = [f"\n**{' '.join(title.split())}**" + (f" {' '.join(rest.split())}" if rest else "")]
    shown: tuple[str, list[str]] = ("", [])
    answers: dict[str, list[str]] = {}
    for example in test.examples:
        rule = rule_of(example.settings)
        says = f"{rule.says()}." + (f" Recalled for {rule.recall_days} days." if rule.recall_days else "")
        picture = drawn_rows(example, rule)
        if shown != (says, picture):
            lines += answer_lines(answers)
            answers = {}
            lines += ["", f"> {says}"] if shown[0] != says else []
            lines += ["", "```text", *picture, "```", ""]
            shown = says, picture
        answers.setdefault(answer(example, rule), []).append(example.outcome)
    return "\n".join([*lines, *answer_lines(answers)])


def answer_lines(answers: dict[str, list[str]]) -> list[str]:
    """One line an answer, with the outcomes that it is the answer for."""
    tries = {said: f"{', '.join(tried)}: " if any(tried) else "" for said, tried in answers.items()}
    return [f"- {tries[said]}{said}" for said in answers]


def answer(example: Example, rule: Rule) -> str:
    night = f"On the night of {on_day(date.fromisoformat(example.night))}"
    whose = f", {example.of.capitalize()}" if example.of else ""
    if example.finds is None:
        return f"{night}{whose}: not found."
    histories = history(example.table, example.night, example.organisations, example.adult_from, example.households)
    findings = detect(histories, [rule], date.fromisoformat(example.night), compiled=False)
    [k] = found_in(findings, example.table, example.of)
    first, last, _, evidence, *late = [part.strip() for part in example.finds.split("|")]
    days = {on_day(date.fromisoformat(day)): None for day in (first, last)}
    numbers = evidence.replace(" ", ", ")
    came = "; came to light late" if late else ""
    sentence = rule.explain(account(histories, rule, findings, k))
    return f"{night}{whose}: **{sentence}.** Met on {', last on '.join(days)}; evidence {numbers}{came}."


def drawn_rows(example: Example, rule: Rule) -> list[str]:
    """The picture: a row for each agency, a column for each day."""
    rows = drawn(example.table)
    days = sorted({datetime.fromisoformat(row["date"]).date() for row in rows})
    places = {(row["agency"], row["service"]) for row in rows}
    children = "child" in rows[0]

    def lane(row: dict[str, str]) -> str:
        child = f"{row['child'].capitalize()}, " if children else ""
        several = sum(agency == row["agency"] for agency, _ in places) > 1
        return f"{child}{row['agency']} {row['service'] if several else ''}".rstrip()

    lanes = list(dict.fromkeys(map(lane, rows)))
    lanes = sorted(lanes, key=lambda name: name.partition(",")[0]) if children else lanes
    cells = {
        (name, day): "".join(
            f"{MARK[MEANING[Outcome[row['outcome'].upper()]]]}{number}"
            for number, row in enumerate(rows, 1)
            if lane(row) == name and datetime.fromisoformat(row["date"]).date() == day
        )
        for name in lanes
        for day in days
    }
    titles = {day: f"{day.day} {MONTHS[day.month - 1][:3]}" for day in days}
    width = {day: max(len(titles[day]), *(len(cells[name, day]) for name in lanes)) for day in days}
    side = max(map(len, lanes))
    picture = [
        "  ".join([name.ljust(side), *(texts[day].ljust(width[day]) for day in days)])
        for name, texts in [("", titles), *((name, {day: cells[name, day] for day in days}) for name in lanes)]
    ]
    return [*(line.rstrip() for line in picture), *beside(example, rows)]


def beside(example: Example, rows: list[dict[str, str]]) -> Iterator[str]:
    """What a picture has no room for: statuses, when a row became known, who is whose."""
    for column, words in (("status", "with {}"), ("known", "told on {}")):
        values = dict.fromkeys(row.get(column, "").strip() for row in rows)
        for value in filter(None, values):
            numbers = [str(n) for n, row in enumerate(rows, 1) if row.get(column, "").strip() == value]
            said = on_day(date.fromisoformat(value)) if column == "known" else value
            yield f"{words.format(said)}: {', '.join(numbers)}"
    for organisation in dict.fromkeys(example.organisations.values()):
        agencies = [agency for agency, owner in example.organisations.items() if owner == organisation]
        yield f"one organisation: {', '.join(agencies)}"
    if example.households:
        homes = [" and ".join(n.capitalize() for n in home.split()) for home in example.households.split("|")]
        yield f"living together: {'; '.join(home if ' and ' in home else f'{home} alone' for home in homes)}"
    if example.adult_from:
        yield f"18 on {on_day(date.fromisoformat(example.adult_from))}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
