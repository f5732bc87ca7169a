"""Addresses made comparable, and which of them are no home: institutions, what stands for unknown, what is sealed.

Two addresses are one only where the whole of both is the same after this; nothing is guessed. A link by an address
would show one family's life beside another's, so whatever may be no home is none.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

SHORT: Final = {
    "road": "rd", "street": "st", "saint": "st", "avenue": "ave", "av": "ave", "lane": "ln", "drive": "dr",
    "close": "cl", "court": "ct", "gardens": "gdns", "square": "sq", "terrace": "ter", "place": "pl",
    "crescent": "cres", "grove": "gr", "apartment": "flat", "apt": "flat", "flt": "flat", "number": "", "no": "",
    "floor": "fl",
}  # fmt: skip
"""Words and the short forms in which agencies write them."""
STREETS: Final = frozenset(
    {"rd", "st", "ave", "ln", "dr", "cl", "ct", "gdns", "sq", "ter", "pl", "cres", "gr", "way", "hill", "walk", "row",
     "mews", "yard", "green", "park", "rise", "view", "lanes"}
)  # fmt: skip
AT_THE_END: Final = frozenset({"london", "uk", "england", "wales", "united", "kingdom", "great", "britain", "gb"})
INSTITUTIONS: Final = (
    "refuge", "womens aid", "women s aid", "womens refuge", "safe house", "safehouse", "hospital", "infirmary",
    "hospice", "ward", "childrens home", "children s home", "childrens unit", "children s unit", "residential unit",
    "care home", "residential home", "nursing home", "foster placement", "foster care", "hostel", "hotel",
    "guest house", "bed and breakfast", "bed breakfast", "b and b", "b b", "travelodge", "premier inn",
    "temporary accommodation", "emergency accommodation", "supported accommodation", "supported living", "prison",
    "hmp", "h m p", "young offender", "young offenders", "secure unit", "secure childrens home", "detention centre",
    "removal centre", "reception centre", "mother and baby", "boarding school", "school", "family centre",
    "childrens services", "children s services", "social services", "council offices", "civic centre", "town hall",
    "police station", "health centre", "medical centre", "surgery", "po box", "barracks", "night shelter",
)  # fmt: skip
"""The closed list: an address that names one of these is no home, unless it is the name of a street (School Lane)."""
WITH_OTHERS: Final = (
    "c o", "care of", "nfa", "no fixed abode", "no fixed address", "homeless", "rough sleeper", "sofa surfing",
)  # fmt: skip
"""Who is told of with one of these has no home of their own there; the place may be that of others."""
UNKNOWN: Final = frozenset({"unknown", "not known", "temporary", "none", "n a"})
"""Texts that stand for an address that nobody knows."""
SEALED: Final = (
    "sealed", "withheld", "witheld", "withhold", "confidential", "confidentiality", "protected", "protection",
    "sensitive", "restricted", "suppressed", "redacted", "secret", "disclose", "disclosed", "disclosure", "undisclosed",
    "nondisclosure", "do not share", "not to be shared", "do not release", "not to be released", "safe address",
    "safe house", "safehouse", "refuge", "womens aid", "women s aid",
)  # fmt: skip
"""Words in an address that say that it may not be told; where a refuge is, is told to nobody either."""


def words_of(address: str) -> list[str]:
    """Its words, without marks and accents, in small letters, short forms as one."""
    plain = address.casefold().replace("&", " and ")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return [short for word in re.findall(r"[a-z0-9]+", plain) if (short := SHORT.get(word, word))]


def address_key(lines: Iterable[str | None], postcode: str | None) -> str:
    """One text for one home, empty where it is none: not whole, unknown, or what `is_no_home` says.

    >>> address_key(["Flat 2", "12 Lea Road, London"], "ZZ9 9ZZ") == address_key(["FLAT 2, 12 LEA RD"], "zz99zz")
    True
    """
    told = [line for line in lines if line]
    words = words_of(" ".join(told))
    code = bare_postcode(postcode)
    if code and words[-2:] and "".join(words[-2:]).upper() == code:  # the postcode stands in the address as well
        words = words[:-2]
    while words and words[-1] in AT_THE_END:
        words.pop()
    if len(code) < 5 or len(words) < 2 or is_unknown(told) or is_no_home(told):
        return ""
    return f"{' '.join(words)}|{code}"


def bare_postcode(postcode: str | None) -> str:
    """A postcode in capitals without spaces and marks."""
    return re.sub(r"[^A-Z0-9]", "", (postcode or "").upper())


def uprn_key(uprn: str | None) -> str:
    """A UPRN without the zeros that some systems put in front; empty where it is none."""
    bare = (uprn or "").strip().removesuffix(".0")
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() and len(bare) <= 12 else ""


def is_no_home(lines: Iterable[str | None]) -> bool:
    """Whether who is told of with this address has no home there: an institution, with others, nowhere, sealed."""
    return any(_says(lines, name) for name in (_AN_INSTITUTION, _NO_HOME_OF_THEIRS, _MAY_NOT_BE_TOLD))


def is_institution(lines: Iterable[str | None]) -> bool:
    """Whether an address names an institution of the closed list: not where a street is called after it."""
    return _says(lines, _AN_INSTITUTION)


def is_unknown(lines: Iterable[str | None]) -> bool:
    """Whether the whole text, or its first line, stands for an address that nobody knows."""
    told = [line for line in lines if line]
    return any(" ".join(re.findall(r"[a-z]+", text.casefold())) in UNKNOWN for text in (" ".join(told), *told[:1]))


def is_sealed(lines: Iterable[str | None]) -> bool:
    """Whether any of these texts says that the address may not be told: not where a street is called by the word."""
    return _says(lines, _MAY_NOT_BE_TOLD)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    asked = sorted({" ".join(words_of(name)) for name in names}, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(asked)})\b")


_AN_INSTITUTION, _NO_HOME_OF_THEIRS, _MAY_NOT_BE_TOLD = map(_any_of, (INSTITUTIONS, WITH_OTHERS, SEALED))
_BETWEEN = re.compile(r"[,;:|()\[\]\r\n\t\u2013\u2014]|\s-+\s|\.\s")


def _says(lines: Iterable[str | None], name: re.Pattern[str]) -> bool:
    """Whether a name stands in an address, and a street is not called by it (Refuge Lane).

    Each line, and each part of one between marks, is asked by itself: "Lea Refuge" is one though the next line is
    "Park Road". Only a name that is written over two lines is asked of the whole.
    """
    told = [line for line in lines if line]
    whole = " ".join(words_of(" ".join(told)))
    if not name.search(whole):
        return False
    parts = (" ".join(words_of(part)) for part in _BETWEEN.split("\n".join(told)))
    return any(not _is_a_street(after[:2]) for part in parts for after in _after(name, part)) or any(
        not _is_a_street(after[:1]) for after in _after(name, whole)
    )


def _after(name: re.Pattern[str], text: str) -> list[list[str]]:
    """The words that follow each place where a name stands."""
    return [text[found.end() :].split() for found in name.finditer(text)]


def _is_a_street(after: list[str]) -> bool:
    """Whether the words behind a name make a street's of it: Hospital Road, not Homerton Hospital Park Road."""
    return bool(after) and after[0] in STREETS and not (after[1:] and after[1] in STREETS)
