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
     "mews", "yard", "green", "park", "rise", "view"}
)  # fmt: skip
AT_THE_END: Final = frozenset({"london", "uk", "england", "wales", "united", "kingdom", "great", "britain", "gb"})
INSTITUTIONS: Final = (
    "refuge", "womens aid", "women s aid", "womens refuge", "hospital", "infirmary", "hospice", "ward",
    "childrens home", "children s home", "care home", "residential home", "nursing home", "hostel", "hotel",
    "guest house",
    "bed and breakfast", "b b", "travelodge", "premier inn", "prison", "hmp", "young offender", "young offenders",
    "secure unit", "secure childrens home", "detention centre", "reception centre", "mother and baby unit",
    "boarding school", "school", "family centre", "childrens services", "children s services", "social services",
    "council offices", "civic centre", "town hall", "po box", "c o", "care of", "barracks", "night shelter",
)  # fmt: skip
"""The closed list: an address that names one of these is no home, unless it is the name of a street (School Lane)."""
UNKNOWN: Final = frozenset(
    {"unknown", "not known", "nfa", "no fixed abode", "no fixed address", "homeless", "temporary", "none", "n a"}
)
SEALED: Final = frozenset(
    {"sealed", "withheld", "confidential", "protected", "protected address", "address withheld", "address confidential",
     "not disclosed", "not to be disclosed", "sensitive", "restricted"}
)  # fmt: skip
"""Texts in the place of an address that say that it may not be told."""


def words_of(address: str) -> list[str]:
    """Its words, without marks and accents, in small letters, short forms as one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", address.casefold()) if not unicodedata.combining(c))
    return [short for word in re.findall(r"[a-z0-9]+", plain) if (short := SHORT.get(word, word))]


def address_key(parts: Iterable[str | None], postcode: str | None) -> str:
    """One text for one home, empty where it is none: not whole, an institution, unknown or sealed.

    >>> address_key(["Flat 2", "12 Lea Road, London"], "ZZ9 9ZZ") == address_key(["FLAT 2, 12 LEA RD"], "zz99zz")
    True
    """
    text = " ".join(part for part in parts if part)
    words = words_of(text)
    code = re.sub(r"[^A-Z0-9]", "", (postcode or "").upper())
    if code and words[-2:] and "".join(words[-2:]).upper() == code:  # the postcode stands in the address as well
        words = words[:-2]
    while words and words[-1] in AT_THE_END:
        words.pop()
    if len(code) < 5 or len(words) < 2 or is_sealed(text) or is_unknown(text) or is_institution(words):
        return ""
    return f"{' '.join(words)}|{code}"


def uprn_key(uprn: str | None) -> str:
    """A UPRN without the zeros that some systems put in front; empty where it is none."""
    bare = (uprn or "").strip().removesuffix(".0")
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() and len(bare) <= 12 else ""


def is_institution(words: list[str]) -> bool:
    """Whether an address names an institution of the closed list: not where a street is called after it."""
    text = f" {' '.join(words)} "
    for name in INSTITUTIONS:
        asked = " ".join(words_of(name)) if name not in ("b b", "c o") else name
        for found in re.finditer(rf"(?<= ){re.escape(asked)} ", text):
            after = text[found.end() :].split()
            if not after or after[0] not in STREETS:
                return True
    return False


def is_unknown(address: str) -> bool:
    """Whether the text stands for an address that nobody knows or that there is none of."""
    return " ".join(re.findall(r"[a-z]+", address.casefold())) in UNKNOWN


def is_sealed(address: str) -> bool:
    """Whether the text says that the address may not be told."""
    return " ".join(re.findall(r"[a-z]+", address.casefold())) in SEALED
