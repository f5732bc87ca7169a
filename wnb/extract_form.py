"""How an agency's file is written, delivered and covered: what may stand under `extract:`, in the interface's order."""

import codecs
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from wnb.settings import Form, Model, Percent, Whole, Words


class DaysBack(Model):
    """A rolling snapshot: it covers the days from `days_back` before its extract date."""

    days_back: Annotated[int, Field(ge=0, strict=True)]


class CoversColumn(Model):
    """A snapshot of whole groups: it covers the values that it holds in this column."""

    column: Words


def _of_text(encoding: str) -> str:
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, UnicodeError):
        raise ValueError(f"{encoding!r} is no encoding that Python knows; like utf-8, cp1252 or utf-16") from None
    if codec.name.replace("_", "-") in NO_PLAIN_TEXT or not getattr(codec, "_is_text_encoding", True):
        raise ValueError(f"{encoding!r} is no encoding of an extract's text; like utf-8, cp1252 or utf-16")
    return encoding


NO_PLAIN_TEXT = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)
"""Codecs that make other characters of plain ones: a name with a backslash or a plus in it would come out bent."""


class ExtractForm(Model):
    """How the agency's file is written, declared and never guessed."""

    files: Words = "*.csv"
    format: Literal["csv", "excel", "parquet", "fhir-ndjson"] = "csv"
    encoding: Annotated[Words, AfterValidator(_of_text)] = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    fields_hold_newlines: bool = False
    complete_when: Literal["settled", "done_file", "manifest"] = "settled"
    extract_date: Form | None = None
    delivers: Literal["changes", "snapshot"] = "changes"
    snapshot_covers: Literal["everything"] | DaysBack | CoversColumn | None = None
    withdrawn_limit_percent: Percent = 5
    largest_drop_percent: Percent = 50
    gone_means: Literal["withdrawn", "ended"] = "withdrawn"
    """What a row of statuses says that a snapshot no longer holds: that it had never been, or that it is over."""
    header_after: Literal["auto"] | Whole = 0
    sheet: str | None = None
    other_sheets: tuple[Words, ...] = ()
    trailer: str | None = None
    expected_every_days: Annotated[int, Field(ge=1, strict=True)] = 1
    quarantine_limit_percent: Percent = 2

    @model_validator(mode="after")
    def _says_what_a_snapshot_covers(self) -> Self:
        wrong = []
        if self.delivers == "snapshot" and self.snapshot_covers is None:
            wrong.append("snapshot_covers: must be said with a snapshot; only what it covers can be withdrawn")
        if self.delivers == "changes" and self.snapshot_covers is not None:
            wrong.append("snapshot_covers: only a snapshot covers anything; this extract delivers changes")
        if self.trailer is not None:
            try:
                if "rows" not in re.compile(self.trailer).groupindex:
                    wrong.append("trailer: the regular expression needs a group called rows, like (?P<rows>\\d+)")
            except re.error as fault:
                wrong.append(f"trailer: not a regular expression: {fault}")
        if wrong:
            raise ValueError("\n".join(wrong))
        return self
