"""`wnb links` in words: what waits, in a list without a name; and two children side by side."""

from collections.abc import Iterable, Mapping, Sequence
from shlex import quote
from textwrap import wrap
from typing import Any, Final

from wnb.one_child import Verdict
from wnb.publish.words import joined, many
from wnb.side_by_side import FIELD_WORDS, LINES, Compared, cells, likelihood, odds
from wnb.why_one_child import in_words

ALTHOUGH: Final = "--although-they-differ"
NOTHING_TO_COMPARE: Final = "Nothing that may be told of both could be compared."
LABEL, COLUMN = 22, 44
"""Letters of a line of the look at two children: what it is, and each side."""


def list_of_links(document: Mapping[str, Any]) -> Iterable[str]:
    """What waits, numbered, by ids and agencies alone; and what people decided."""
    waits, decisions = document["waiting"], document["decisions"]
    more = document["likely_in_all"] - sum(each["kind"] == "likely" for each in waits)
    number = many(len(waits) + more, "question waits", "questions wait")
    yield f"As of the night of {document['night']}: {number} for a person."
    for place, each in enumerate(waits, 1):
        yield ""
        yield f"{place:>3}. {' and '.join(_whose(each)) or each['own_number']}"
        if follows := each.get("if_one"):
            yield from (f"     {said}" for said in _if_one(follows, only_new=True))
        if "probability" in each:
            twin = " May be a twin." if each["may_be_twin"] else ""
            yield f"     One child, {likelihood(each['probability'])}: {in_words(each['agreement'])}.{twin}"
        else:
            yield f"     {each['words']}"
    if more > 0:
        yield ""
        yield f"And {many(more, 'less likely pair')}: --most NUMBER shows more."
    if document["not_judged"]:
        yield ""
        yield (
            f"What would follow was judged of the likeliest; of {many(document['not_judged'], 'pair')} it is not "
            "known here: wnb links show says it of any two."
        )
    if waits:
        yield ""
        yield "Look at two of them side by side: wnb links show A B --by NAME"
        yield "Then: wnb links same|different|unsure A B --by NAME --why TEXT"
    if decisions:
        yield ""
        yield "What people decided, and holds:"
    for decision in decisions:
        holds = "" if decision["holds"] else " (does not hold: see above)"
        children = " and ".join(decision["children"])
        yield f"  {decision['on']}  {decision['verdict']:<9}  {children}, by {decision['by']}: {decision['why']}{holds}"


def _whose(each: Mapping[str, Any]) -> list[str]:
    """The ids of a question, each with the agencies that know the child."""
    agencies = each.get("agencies") or [[] for _ in each["children"]]
    return [
        f"{child} ({joined(known)})" if known else child
        for child, known in zip(each["children"], agencies, strict=True)
    ]


def _if_one(follows: Mapping[str, Any], only_new: bool = False) -> Iterable[str]:
    """The consequence in words; `only_new`: nothing where nothing would follow."""
    if not follows["possible"]:
        yield (
            "They cannot be one child as things stand: two valid numbers of one kind would meet, or two children whom "
            "a person called two. Where a number is another's, have it corrected where it was typed; what people said "
            "is taken back by wnb links unsure."
        )
        return
    for found in follows["finds"]:
        yield f"If they are one child: would be {found['where']}: {found['sentence']}."
    if only_new:
        return
    if not follows["finds"]:
        yield "If they are one child: the rules find nothing that they do not find of either alone."
    for found in follows["already"]:
        yield f"Found of one of them alone: {found['where']}: {found['sentence']}."


def side_by_side(document: Mapping[str, Any], alike: Compared | None, by: str) -> Iterable[str]:
    """The look at two children, and what to copy to say which."""
    sides = document["sides"]
    one, other = (each["child_id"] for each in sides)
    yield f"As of the night of {document['night']}, by what may be shared. That you looked is recorded."
    yield ""
    yield from _row("", [one], [other])
    for label, key in LINES:
        mine, theirs = (cells(each, key) for each in sides)
        if mine or theirs:
            yield from _row(label, mine, theirs)
    yield ""
    yield "What agrees, and what does not"
    if alike is None:
        yield f"  {NOTHING_TO_COMPARE}"
    else:
        yield f"  {'Before anything is told':<{LABEL}}  {'':<{COLUMN}}  {odds(alike.prior)}"
        for each in alike.fields:
            silent = each.get("not_told_by")
            words = f"not told: {joined(silent)}" if silent else each["words"]
            weight = "weighs nothing" if silent is not None else odds(each["bits"])
            yield f"  {FIELD_WORDS[each['field']]:<{LABEL}}  {words:<{COLUMN}}  {weight}"
        twin = "; may be a twin" if alike.may_be_twin else ""
        yield f"  {'All of it together':<{LABEL}}  {likelihood(alike.probability)} that they are one child{twin}"
    yield from (f"  {said}" for said in document["besides"])
    yield ""
    yield from _if_one(document["if_one"])
    yield ""
    yield "Say which, and how you know it (no address, number or name of anybody in it: wnb links repeats it):"
    although = f" {ALTHOUGH}" if document["given_name_and_date_of_birth_differ"] else ""
    for verdict in Verdict:
        if verdict is not Verdict.SAME or document["if_one"]["possible"]:
            more = although if verdict is Verdict.SAME else ""
            yield f'  wnb links {verdict} {one} {other} --by {quote(by)}{more} --why "…"'


def _row(label: str, one: Sequence[str], other: Sequence[str]) -> Iterable[str]:
    """A line of the look, over as many lines of text as either side needs."""
    mine, theirs = (
        [line for text in side for line in wrap(text, COLUMN, subsequent_indent="  ")] for side in (one, other)
    )
    for place in range(max(len(mine), len(theirs), 1)):
        first, second = (lines[place] if place < len(lines) else "" for lines in (mine, theirs))
        yield f"{label if not place else '':<{LABEL}}  {first:<{COLUMN}}  {second}".rstrip()
