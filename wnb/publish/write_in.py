"""The columns in which people write on a workbook: one table, for the sheets that offer them and the reader that takes
them back (`wnb actions import`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wnb.publish.words import STEP_WORDS
from wnb.terms import Step

CASE = "Case"
CASE_VERSION = "Case version"
CHILD_ID = "Child id"

YES_NO = ("Yes", "No")
STEP_CHOICES = tuple(STEP_WORDS.values())
STEP_CHOSEN: dict[str, Step] = {words: step for step, words in STEP_WORDS.items()}
WAYS_TRIED = (
    "Phone call", "Text message", "Email", "Letter", "Home visit", "In person at a service", "Video call",
    "Through school", "Through another service",
)  # fmt: skip
PEOPLE_SPOKEN_WITH = (
    "Parent or carer", "The child or young person", "Foster carer or placement", "Another family member",
    "Another professional", "Nobody yet",
)  # fmt: skip


@dataclass(frozen=True)
class WriteIn:
    """One column to write in. `strict`: only the choices may be written; else own words may stand."""

    key: str
    heading: str
    width: int  # of the column, in characters
    kind: Literal["date", "text", "choice"]
    about: str  # shown when the cell is chosen, and on "How to use"
    choices: tuple[str, ...] | Literal["barriers"] = ()
    strict: bool = False
    after_a_death: bool = False  # may still be written once a death was reported: nothing about contact may


WRITE_IN: tuple[WriteIn, ...] = (
    WriteIn("done_on", "Done on", 12, "date", "The day it was done, like 21/11/2026.", after_a_death=True),
    WriteIn("by", "By", 16, "text", "Your name and role.", after_a_death=True),
    WriteIn("how_tried", "How tried", 16, "choice", "How contact was tried. Pick one or write your own.", WAYS_TRIED),
    WriteIn("spoke_with", "Spoke with", 17, "choice", "Pick one or write your own.", PEOPLE_SPOKEN_WITH),
    WriteIn("safe_contact_checked", "Safe contact checked", 10, "choice",
            "Before trying, did you check which way of contact is safe for this family?", YES_NO, strict=True),
    WriteIn("childs_view", "Child's view", 24, "text", "What the child or young person says, in their own words."),
    WriteIn("barrier", "Barrier", 20, "choice", "What made it hard to come. Pick one or write your own.", "barriers"),
    WriteIn("partners", "Partners", 22, "text", "Which services were asked, and what they know."),
    WriteIn("move_to", "Move to step", 17, "choice",
            "The step this child should be at next. Leave empty for no change.", STEP_CHOICES, strict=True),
    WriteIn("decision_and_why", "Decision and why", 36, "text", "What was decided, why, and who agreed.",
            after_a_death=True),
    WriteIn("next_date", "Next date", 12, "date", "When it will be looked at again, like 28/11/2026.",
            after_a_death=True),
)  # fmt: skip

HIDDEN = (CASE, CASE_VERSION)
KEY_OF = {column.heading: column.key for column in WRITE_IN}


def header_row(cells: Sequence[Sequence[object]]) -> int | None:
    """Where the header stands among the rows of a returned sheet (from 0); None: not one of our sheets."""
    wanted = {*HIDDEN, *KEY_OF}
    for number, row in enumerate(cells):
        if wanted <= {cell for cell in row if isinstance(cell, str)}:
            return number
    return None
