"""The workbook's two sheets of words: "Tonight" and "How to use", as lines, apart from how a sheet is written."""

from dataclasses import dataclass

from wnb.publish import heading
from wnb.publish.rows import ListPage
from wnb.publish.words import EXTRACT_WORDS, ORDER_WORDS, PATTERN_WORDS, STEP_WORDS, children, day, many
from wnb.publish.write_in import WRITE_IN

Cell = str | int


@dataclass(frozen=True)
class Line:
    """One row of such a sheet. `across`: its one cell runs over the whole width."""

    cells: tuple[Cell, ...]
    look: str = "says"  # a name of the workbook's looks
    across: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, the widths of its columns in characters, and its lines."""

    name: str
    widths: tuple[int, ...]
    lines: tuple[Line, ...]


def _across(words: str, look: str = "says") -> Line:
    return Line((words,), look, across=True)


GAP = Line(())


def tonight(page: ListPage) -> Sheet:
    """The first sheet: as at when, warnings, the numbers beside what can be done, who was silent, whom to call."""
    lines = [
        _across(heading.title(page), "title"),
        _across(heading.as_at(page)),
        *(_across(warning, "warning") for warning in heading.warnings(page)),
        GAP,
        _across(heading.standing(page)),
        _across(PATTERN_WORDS),
        GAP,
        _across("Numbers to call", "header"),
        *(_across(number) for number in heading.numbers_to_call(page)),
        GAP,
        Line(("On the list", "Children", "New tonight", "Overdue"), "header"),
        *_steps(page),
        *([Line(("Before we began", len(page.before_we_began), "", ""), "text")] if page.before_we_began else []),
        *([Line(("Held by a guard", len(page.held), "", ""), "text")] if page.held else []),
        *(_across(words, "warning") for words in page.held_because),
        _across(heading.demand(page)),
        *([] if page.children else [_across(f"Nobody is on this list tonight. {heading.why_empty(page)}")]),
        GAP,
        _across("What was not known tonight", "header"),
        _across(heading.silence(page)),
        *(Line((words, number), "text") for words, number in unknowns(page)),
        *_section("Alarms", [_across(alarm) for alarm in page.alarms]),
        *_section("Files tonight", _files(page)),
        *_section("Left the list tonight", [_across(f"{gone.child_id}: {gone.words}") for gone in page.exited]),
    ]
    return Sheet("Tonight", (52, 16, 16, 16), tuple(lines))


def unknowns(page: ListPage) -> tuple[tuple[str, int], ...]:
    """What the night could not use or tell, each with its number."""
    return (
        ("Rows set aside that still wait", page.rows_set_aside),
        ("Past appointments still without an outcome, five working days on", page.unoutcomed),
        ("Rows whose identity could not be verified", page.unverified),
        ("Appointments at which the age is not known", page.unknown_age),
    )


def _steps(page: ListPage) -> list[Line]:
    lines = []
    for step, words in STEP_WORDS.items():
        listed = page.at_step(step)
        new, overdue = (sum(child.new_tonight for child in listed), sum(child.overdue for child in listed))
        lines.append(Line((words, len(listed), new, overdue), "text"))
    return lines


def _section(words: str, lines: list[Line]) -> list[Line]:
    return [GAP, _across(words, "header"), *lines] if lines else []


def _files(page: ListPage) -> list[Line]:
    names = dict(page.agency_names)
    return [
        _across(
            f"{names.get(extract.agency, extract.agency)}, {extract.file}: {EXTRACT_WORDS[extract.outcome].lower()}; "
            f"{many(extract.records, 'record')}, {extract.quarantined:,} set aside"
            + (f". {extract.note}" if extract.note else "")
        )
        for extract in page.extracts
    ]


def how_to_use(page: ListPage) -> Sheet:
    """The last sheet: what the sheets are, what may be written where, and how it comes back."""
    lines = [
        _across("How to use this workbook", "title"),
        _across(
            f"Each sheet is one of the guidance's three steps, with {children(len(page.children))} in all on the night "
            f"of {day(page.night)}. {ORDER_WORDS}"
        ),
        _across("Grey cells hold what was found, and are protected. Yellow headings are yours: write below them."),
        _across(
            "Save the workbook and hand it to whoever runs wnb: `wnb actions import` takes in what you wrote. A row "
            "whose case has moved on meanwhile is refused, and it says who moved it. What you wrote stays here."
        ),
        _across("A hatched cell is not asked for: a death was reported for that child, to be confirmed first."),
        _across("Columns may be made wider, and rows filtered, while the sheet is protected. It prints across A3."),
        _across("The page (escalation-list.html) has each child's appointments, and says which rule in which version."),
        GAP,
        Line(("Column", "What to write"), "header"),
        *(Line((box.heading, box.about), "text") for box in WRITE_IN),
        GAP,
        _across("A case may be closed because", "header"),
        *(_across(words) for _, words in page.closing_reasons),
        GAP,
        _across(heading.as_at(page)),
        *(_across(warning, "warning") for warning in heading.warnings(page)),
        _across(heading.silence(page)),
        _across(heading.standing(page)),
        *(_across(number) for number in heading.numbers_to_call(page)),
    ]
    return Sheet("How to use", (30, 74), tuple(lines))
