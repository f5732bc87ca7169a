"""What stands where a value should and says nothing: "N/K", "Withheld", a dash. Pure."""

from typing import Final

NOTHING: Final = frozenset(
    {
        "", "-", "--", "---", ".", "?", "n/k", "nk", "n/a", "na", "n.a.", "not known", "unknown", "not stated",
        "not recorded", "not applicable", "not available", "not given", "not told", "not provided", "none", "nil",
        "null", "tbc", "tba", "refused", "declined",
    }
)  # fmt: skip
"""Nobody knows it, or there is none."""
KEPT: Final = frozenset({"withheld", "restricted", "confidential", "redacted", "protected", "sensitive"})
"""Somebody knows it and does not say."""
UNSAID: Final = NOTHING | KEPT


def plain(text: str | None) -> str:
    """A text as it is looked for here: small letters, one space between words, none around it."""
    return " ".join((text or "").casefold().split())


def said(text: str | None) -> str:
    """The text without the spaces around it; empty where it says nothing.

    >>> said(" N/K ")
    ''
    """
    return "" if plain(text) in UNSAID else (text or "").strip()
