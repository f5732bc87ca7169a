"""What an agency or a service keeps to itself is in nothing that anybody else reads, whatever the partnership.

Partnerships are drawn: who shares what, who was missed where, what else is told of a child. Into every field of what
may not be shared goes a word that stands nowhere else; then everything that was published is read for it.
"""

import gzip
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.journeys.test_belonging_together import COLUMNS as PERSON_COLUMNS
from tests.journeys.test_belonging_together import PEOPLE, person
from tests.partnership import at_noon
from tests.small import NIGHT, WNB, Appointment, Child, Small, agency_yaml
from tests.statuses import SOCIAL
from wnb.errors import UsageFault
from wnb.explain import chronology_of, explained
from wnb.linking import waiting_links
from wnb.standing import standing

RULES = """\
version: "1"
recall_days: 28
rules:
  - {id: two, title: Not brought on two days, pattern: repeated, at_least: 2, within_days: 60, step: review,
     list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: two-here, title: Not brought twice in one service, pattern: in_a_row, at_least: 2, within_days: 60,
     scope: service, step: review, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: family, title: Two of a household, pattern: family, children: 2, at_least: 1, within_days: 60, step: review,
     list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: on-a-plan, title: Not brought while on a plan, pattern: repeated, at_least: 1, within_days: 28,
     only_if: [child-protection-plan], step: review, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: own, title: Not brought twice here, pattern: repeated, at_least: 2, within_days: 60, step: engage,
     scope: service, list: own-agency, in_force_from: 2026-01-01, source: a proposal}
  - {id: own-family, title: Two of a household here, pattern: family, children: 2, at_least: 1, within_days: 60,
     scope: agency, step: engage, list: own-agency, in_force_from: 2026-01-01, source: a proposal}
"""
CHILDREN = [Child(n, f"Given{n}", f"Family{n}") for n in range(1, 5)]
SHARING = ("partnership", "fact-only", "own-agency-only")
AGENCIES = ("clinic", "school", "quiet")
EXTRACT = "id,at,code,local,nhs,given,family,born,postcode,service,lead,home"
KEPT, FACT, STATUS, PERSON = "KEPTWORD", "FACTWORD", "STATUSWORD", "PERSONWORD"

MISS = st.tuples(st.integers(0, 3), st.integers(1, 30), st.sampled_from("NNNAC"), st.sampled_from(["Speech", "Eyes"]))
DRAWN = st.fixed_dictionaries(
    {
        agency: st.tuples(
            st.sampled_from(SHARING),
            st.sampled_from(SHARING),  # of the service Eyes, where it is stricter
            st.lists(MISS, max_size=8, unique_by=lambda miss: (miss[0], miss[1])),
        )
        for agency in AGENCIES
    }
    | {
        other: st.tuples(st.sampled_from(SHARING), st.lists(st.integers(0, 3), max_size=3, unique=True))
        for other in ("social", "register")
    }
)


def stricter(one: str, other: str) -> str:
    return max(one, other, key=SHARING.index)


def row(agency: str, sharing: str, child: Child, days: int, code: str, service: str) -> str:
    """One row: a word of its own in every field that may not be told to others."""
    plain = Appointment(child, NIGHT - timedelta(days=days), code).row(agency) | {"service": service, "home": ""}
    if sharing == "own-agency-only":
        word = f"{KEPT}{agency}{service}"
        plain |= {name: f"{word}{plain[name]}" for name in ("id", "postcode", "lead", "home")}
        plain["local"] = word if service == "Eyes" else f"{word}{plain['local']}"  # one number for all: in dispute
        plain |= {"code": f"{code}{KEPT}{agency}", "family": f"{child.family}{word}"}
    if sharing == "fact-only":
        plain |= {"lead": f"{FACT}{agency}{service}", "code": f"{code}{FACT}{agency}"}
    if sharing != "partnership":
        plain["service"] = f"{service}{KEPT if sharing == 'own-agency-only' else FACT}{agency}"
    return ",".join(plain[name] for name in EXTRACT.split(","))


def partnership(root: Path, drawn: dict) -> Small:  # type: ignore[type-arg]
    small = Small.begin(root, AGENCIES, rules=RULES, wnb=WNB)
    for agency in AGENCIES:
        sharing, of_eyes, missed = drawn[agency]
        of = {"Speech": sharing, "Eyes": stricter(sharing, of_eyes)}
        text = agency_yaml(agency, sharing).replace(
            "  lead_professional: lead", "  lead_professional: lead\n  household_id: home"
        )
        codes = ", ".join(
            f"{code}{word}{agency}: {told}"
            for word in (KEPT, FACT)
            for code, told in (("N", "not_attended"), ("A", "attended"), ("C", "cancelled_by_family"))
        )
        text = text.replace("outcomes: {", f"outcomes: {{{codes}, ")
        if of["Eyes"] != sharing:
            word = KEPT if of["Eyes"] == "own-agency-only" else FACT
            text += f"sharing_by_service: {{Eyes{word}{agency}: {of['Eyes']}}}\n"
        small.configure(f"agencies/{agency}.yaml", text)
        rows = [row(agency, of[service], CHILDREN[n], days, code, service) for n, days, code, service in missed]
        small.send_bytes(agency, f"{agency}_{NIGHT}.csv", "\n".join([EXTRACT, *rows, ""]).encode())
    sharing, told = drawn["social"]
    small.configure("agencies/social.yaml", SOCIAL.format(sharing=sharing, delivers="delivers: changes"))
    detail = "" if sharing == "partnership" else STATUS
    rows = [f"{detail}E{n},{detail}S{n},{CHILDREN[n].number},CPP,2026-10-01,,{detail}" for n in told]
    rows += [f"{detail}P{n},{detail}S{n},{CHILDREN[n].number},SC,2026-10-01,,{detail}" for n in told]
    header = "episode,local,nhs,status,since,until,detail"
    small.send_bytes("social", f"social_{NIGHT}.csv", "\n".join([header, *rows, ""]).encode())
    sharing, told = drawn["register"]
    text = PEOPLE.format(sharing=sharing).replace("School register", "The register")
    small.configure("agencies/register.yaml", f"{text}  mother: household\n  school: town\n  gp_practice: town\n")
    word = "" if sharing == "partnership" else PERSON
    at_home = {"address": f"4 {word} Mews", "postcode": "QQ7 7QQ", "household": f"{word}H", "town": f"{word}Town"}
    rows = [person(CHILDREN[n], pupil=f"{word}P{n}", sealed="Y" if n == 0 else "", **at_home) for n in told]
    small.send_bytes("register", f"register_{NIGHT}.csv", "\n".join([",".join(PERSON_COLUMNS), *rows, ""]).encode())
    return small


def text_of(name: str, content: bytes) -> str:
    """Everything that a reader of a file could find in it."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "".join(parts.read(part).decode("utf-8", "replace") for part in parts.namelist())
    if name.endswith(".parquet"):
        return json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), default=str)
    return (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")


def everything_told(small: Small) -> dict[str, str]:
    """Everything that a night publishes, and that a look at a child or at how things stand prints."""
    told = {name: text_of(name, content) for name, content in small.published(NIGHT).items()}
    clock = at_noon(NIGHT)
    told["wnb links"] = f"{(waiting := waiting_links(small.configuration, 'A. Lead', clock)).words}{waiting.document}"
    told["wnb status"] = json.dumps(standing(small.configuration, clock).document)
    delivered = "".join(file.read_text("utf-8") for file in small.root.glob("inbox/*/*.csv"))
    for number in [child.number for child in CHILDREN if child.number in delivered]:
        for look in (explained, chronology_of):
            try:
                seen = look(small.configuration, f"nhs:{number}", "A. Lead", clock)
                told[f"{look.__name__} {number}"] = f"{seen.words}{json.dumps(seen.document)}"
            except UsageFault as refused:  # in the same words as of somebody whom nobody knows
                told[f"{look.__name__} {number}"] = str(refused)
    return told


def of_its_own(agency: str, name: str) -> bool:
    """Whether a file is for this agency alone."""
    return re.fullmatch(rf"[a-z-]+/{agency}\.[a-z]+", name) is not None


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example is whole nights: one is not made smaller
)
@given(DRAWN)
def test_what_may_not_be_shared_is_in_nothing_that_others_read(drawn: dict) -> None:  # type: ignore[type-arg]
    with TemporaryDirectory() as folder:
        small = partnership(Path(folder), drawn)
        small.night(NIGHT)
        told = everything_told(small)
    words = {agency: (f"{KEPT}{agency}", f"{FACT}{agency}") for agency in AGENCIES}
    for agency, planted in {**words, "social": (STATUS,), "register": (PERSON, "Mews")}.items():
        for word in planted:
            where = [n for n, text in told.items() if not of_its_own(agency, n) and word.casefold() in text.casefold()]
            assert where == [], f"{word} of {agency} is told to others"
