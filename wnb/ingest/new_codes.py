"""Codes of an extract that its agency's YAML does not know: how often, of how many children, and which may be shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wnb.agency import Agency
from wnb.ingest.code_sets import is_known
from wnb.ingest.container import wanted
from wnb.ingest.glimpse import Glimpse
from wnb.ingest.profile import Profile, may_be_shown
from wnb.ingest.roles import people_in


@dataclass(frozen=True)
class NewCode:
    """A code that the YAML does not know. `code`: "" where it may not be shown."""

    code: str
    rows: int
    children: int


def new_codes(seen: Glimpse, agency: Agency, places: Mapping[str, str] | None = None) -> Iterable[NewCode]:
    """Codes that the YAML does not know: how often, and of how many children. Those that could be of a person stand
    together, without their value.
    """
    part = "status" if agency.holds == "statuses" else "outcome"
    known = {code.strip() for code in (agency.statuses if agency.holds == "statuses" else agency.outcomes)}
    names = wanted(agency)

    def column(ours: str) -> Profile | None:
        asked = [places[ours]] if places and ours in places else names.get(ours, ())
        return next((found for name in asked if (found := seen.column(name))), None)

    codes = column(part)
    if codes is None:
        return
    who = [found for ours in ("nhs_number", "child_local_id") if (found := column(ours))]
    children: dict[str, set[str]] = {}
    for row, code in enumerate(codes.cells):
        if code and code not in known:
            children.setdefault(code, set()).add(next((w.cells[row] for w in who if w.cells[row]), f"row {row}"))
    people = people_in(seen.columns)
    hidden: list[str] = []
    for code, number in codes.counts.most_common():
        if code not in children:
            continue
        of_codes = codes.is_codes or codes.share(known.__contains__) > 0.5
        if is_known(code) or (of_codes and may_be_shown(code, number, False, people)):
            yield NewCode(code, number, len(children[code]))
        else:
            hidden.append(code)
    if hidden:
        every = set().union(*(children[code] for code in hidden))
        yield NewCode("", sum(codes.counts[code] for code in hidden), len(every))
