"""The last look before a list leaves: an agency's own list speaks of nobody else's appointments."""

from wnb.errors import SafetyStop
from wnb.publish.rows import ListedChild, ListPage


def own_only(page: ListPage) -> ListPage:
    """The same page, proven to hold the agency's own appointments only. The partnership's list passes as it is.

    Raises:
        SafetyStop: something of another agency stands on it. Telling somebody who should not know is worse than
            yesterday's list, so nothing is published.
    """
    if not page.agency_name:
        return page
    own = {agency for agency, name in page.agency_names if name == page.agency_name}
    for child in (*page.children, *page.before_we_began, *page.held):
        if strangers := _strangers(child, own, page.agency_name):
            raise SafetyStop(
                f"the own list of {page.agency_name} would have shown {strangers} of another agency "
                f"(case {child.case}); nothing was published"
            )
    return page


def _strangers(child: ListedChild, own: set[str], name: str) -> str:
    """What on this row belongs to another agency, in words; empty when nothing does."""
    references = [event.reference for event in child.events]
    references += [reference for reason in child.reasons for reference in reason.evidence]
    found = {
        "appointments": any(event.agency not in own for event in child.events),
        "evidence": any(reference.partition("/")[0] not in own for reference in references),
        "a local number": any(local.partition("/")[0] not in own for local in child.local_ids),
        "the name": any(agency != name for agency in child.agencies),
        "a status": any(status.agency_name not in ("", name) for status in child.statuses),
    }
    return ", ".join(words for words, so in found.items() if so)
