"""The list as one page: a file that needs nothing else, neither a network nor a script, and prints well."""

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from wnb.publish import heading, words
from wnb.publish.rows import ListedChild, ListPage
from wnb.publish.timeline import SHAPES, months, timeline
from wnb.publish.tonight import unknowns
from wnb.terms import Step

STEP_SAYS: dict[Step, str] = {
    Step.ESCALATE: "A risk of harm is already on record, and the child was not brought. "
    "Whether to refer to Children's Social Care is decided by you, today; the machine refers nobody.",
    Step.REVIEW: "A pattern, or a miss by a child already known to need care. "
    "Contact the wider partnership and review concerns together.",
    Step.ENGAGE: "Attempt to engage parents and carers: ask what made it hard to come, and offer help with it.",
}


def escalation_html(page: ListPage) -> bytes:
    """`escalation-list.html`: the heading, tonight at a glance, the three steps, each child with the proof. UTF-8."""
    listed = page.children
    return (
        _environment()
        .get_template("escalation-list.html")
        .render(
            page=page,
            steps=[(step, step_words, page.at_step(step)) for step, step_words in words.STEP_WORDS.items()],
            dead=[child for child in listed if child.death_reported],
            new=[child for child in listed if child.new_tonight],
            overdue=[child for child in listed if child.overdue],
            unknowns=unknowns(page),
            agency_names=dict(page.agency_names),
            months=months(page.night),
            silent={silent.name: silent.last_extract_date for silent in page.silent},
        )
        .encode("utf-8")
    )


def css_string(text: str) -> str:
    """The text as a string of a style sheet: every character that is not plain is written by its number."""
    return '"' + re.sub(r"[^A-Za-z0-9 ,.:-]", lambda found: f"\\{ord(found[0]):06x}", text) + '"'


def unbroken(line: str) -> str:
    """The line with its phone numbers kept whole: no line ends between two digits."""
    return re.sub(r"(?<=[0-9]) (?=[0-9])", "\u00a0", line)


def anchor(child: ListedChild) -> str:
    """The place of a child on the page: by its case, which no name can upset."""
    return f"case-{child.case}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("wnb.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown: dict[str, Any] = {
        "heading": heading,
        "words": words,
        "timeline": timeline,
        "anchor": anchor,
        "css_string": css_string,
        "unbroken": unbroken,
        "shapes": list(dict.fromkeys(SHAPES.values())),
        "step_says": STEP_SAYS,
    }
    made.globals.update(shown)
    return made
