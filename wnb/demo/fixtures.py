"""The fixtures: one believable partnership, four weeks of its nights, and the children with a story among the others.

`python -m wnb.demo.fixtures` writes `fixtures/inbox` and `fixtures/late` again, byte for byte.
"""

import shutil
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from wnb.agency import Agency
from wnb.config import load
from wnb.demo import year
from wnb.demo.habits import HABITS
from wnb.demo.partnership import deliver, shipped_config
from wnb.demo.people import Place, invent, upns
from wnb.demo.people import nhs_numbers as numbers_of
from wnb.demo.scribe import Scribe, codes_of
from wnb.demo.stories import STORIES, TOLD_FIRST, Story

NIGHTS = year.Nights(date(2026, 10, 19), date(2026, 11, 15))
OTHERS = 640  # children without a story
FIRST = TOLD_FIRST + OTHERS  # children of whom the draws of the year are made
APPOINTMENTS_A_YEAR = 4.0
SEED = 2026
FIRST_HOME = 900_000  # households of the children with a story; those of the others begin at 0

SILENT = ("school-nursing", date(2026, 11, 9))  # the weekly file that never came
LATE = ("city-gp-practices", date(2026, 10, 20), date(2026, 11, 14))  # the file of the first date arrived on the second
REPEATED = ("regents-health-visiting", date(2026, 10, 29), "HV 31 Oct 2026 again.csv")  # the same bytes, another name


def place() -> Place:
    """Everybody in the fixtures: the stories told first, in order, the children without one, the stories told later.

    Those told later are drawn from a seed of their own, and have the NHS numbers and UPNs behind everybody else's.
    """
    later = STORIES[TOLD_FIRST:]
    first = invent(FIRST, NIGHTS.last, np.random.default_rng(SEED)).children
    born = np.array([story.born for story in later], dtype="datetime64[s]")
    behind = invent(len(later), NIGHTS.last, np.random.default_rng(SEED + 2)).children.assign(
        nhs_number=numbers_of(FIRST + len(later), np.random.default_rng(SEED))[FIRST:],
        upn=upns((FIRST + np.arange(len(later))) * 7 + 13, born.astype("datetime64[Y]").astype(int) + 1970 + 4),
    )
    children = pd.concat([first, behind], ignore_index=True)
    where = _where()
    ids = [story.home or story.id for story in STORIES]
    homes = np.array([ids.index(home) for home in ids])
    told = {
        "given_name": [story.given for story in STORIES],
        "family_name": [story.family for story in STORIES],
        "date_of_birth": np.array([story.born for story in STORIES], dtype="datetime64[s]"),
        "household": FIRST_HOME + homes,
        "postcode": children["postcode"].to_numpy()[where[homes]],
        "practice": children["practice"].to_numpy()[where[homes]],
        "number_known_at_school": [True] * len(STORIES),
    }
    for column, values in told.items():
        written = children[column].to_numpy().copy()
        written[where] = values
        children[column] = written
    return Place(children)


def _where() -> np.ndarray:
    """By story: the child's position in the place."""
    stories = np.arange(len(STORIES))
    return np.where(stories < TOLD_FIRST, stories, stories + OTHERS)


def nhs_numbers() -> dict[str, str]:
    """The NHS number, ten digits, of each child with a story, by the story's id."""
    numbers = place().children["nhs_number"].to_numpy()[_where()].tolist()
    return {story.id: f"{number:010d}" for story, number in zip(STORIES, numbers, strict=True)}


def known_as() -> dict[str, str]:
    """Every NHS number and `agency/local-id` of the children with a story -> the story's id."""
    everybody = place()
    found = {number: story for story, number in nhs_numbers().items()}
    for name, agency in load(shipped_config()).agencies.items():
        local = Scribe(agency, HABITS[name], everybody).child["child_local_id"][_where()]
        found |= {f"{name}/{number}": story.id for story, number in zip(STORIES, local.tolist(), strict=True)}
    return found


def told(agencies: Mapping[str, Agency], everybody: Place) -> pd.DataFrame:
    """Every word that an agency says in the fixtures, and when; the columns of `year.said` and `year.statuses`."""
    rng = np.random.default_rng(SEED + 1)
    drawn = Place(everybody.children.iloc[:FIRST])
    happened = year.appointments(drawn, NIGHTS, APPOINTMENTS_A_YEAR, rng)
    others = year.said(happened[happened["child"] >= TOLD_FIRST], agencies, NIGHTS, rng)
    known = year.statuses(drawn, agencies, NIGHTS, rng)
    mine = [_words_of(child, story, agencies) for child, story in zip(_where().tolist(), STORIES, strict=True)]
    rows = pd.concat([*mine, others, known[known["child"] >= TOLD_FIRST]], ignore_index=True)
    rows["number"] = rows["number"].where(rows["number"].notna(), _story_numbers(rows)).astype("int64")
    rows = rows[~((rows["agency"] == SILENT[0]) & (rows["told_on"] == np.datetime64(SILENT[1])))]
    return rows.sort_values(["agency", "told_on", "appointment_at", "number"], kind="stable", ignore_index=True)


def _words_of(child: int, story: Story, agencies: Mapping[str, Agency]) -> pd.DataFrame:
    rows = []
    for order, word in enumerate(story.said):
        habit = HABITS[word.agency]
        at = np.datetime64(word.at.replace(" ", "T"), "s")
        night = np.datetime64(word.night) if word.night else NIGHTS.told_on(np.array([at]), habit)[0]
        rows.append(
            {
                "agency": word.agency, "child": child, "appointment_at": at, "service": word.service, "told_on": night,
                "gone_on": np.datetime64(word.gone or "NaT", "s"), "slot": f"{story.id} {word.same or order}",
                "code": word.code or codes_of(agencies[word.agency])[word.word],
                "booked_on": at.astype("datetime64[D]") - 20, "recorded_at": night - np.timedelta64(10, "h"),
                "letter_sent_on": np.datetime64(word.letter or "NaT", "s"),
                "appointment_type": word.kind or None, "manages_own_appointments": "Yes" if word.manages else "",
                **{f"{ours}_as_written": text for ours, text in word.instead},
            }
        )  # fmt: skip
    for order, status in enumerate(story.known):
        began = np.datetime64(status.since, "s")
        rows.append(
            {
                "agency": "social-care", "child": child, "appointment_at": began, "status_from": began,
                "status_to": np.datetime64(status.until or "NaT", "s"), "slot": f"{story.id} status {order}",
                "told_on": np.maximum(np.datetime64(status.night or status.since), np.datetime64(NIGHTS.first)),
                "gone_on": np.datetime64("NaT", "s"), "code": codes_of(agencies["social-care"])[status.status],
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    times = [name for name in frame.columns if name.endswith(("_at", "_on", "_from", "_to"))]
    return frame.astype(dict.fromkeys(times, "datetime64[s]"))


def _story_numbers(rows: pd.DataFrame) -> pd.Series:
    """Numbers from 1 for the slots of stories, in each agency by itself; those of the others begin at 1000."""
    numbers = pd.Series(np.nan, index=rows.index)
    for _, slots in rows["slot"].dropna().groupby(rows["agency"]):
        numbers[slots.index] = pd.factorize(slots)[0] + 1
    return numbers


def write(folder: Path) -> tuple[int, int]:
    """Write `inbox/` and `late/` into `folder`, in place of what is there; gives the number of files and rows."""
    for old in (folder / "inbox", folder / "late"):
        if old.exists():
            shutil.rmtree(old)
    agencies = load(shipped_config()).agencies
    everybody = place()
    files, rows = deliver(told(agencies, everybody), agencies, everybody, NIGHTS, folder / "inbox")
    agency, dated, arrived = LATE
    name = HABITS[agency].name(dated)
    waiting = folder / "late" / arrived.isoformat() / agency
    waiting.mkdir(parents=True)
    (folder / "inbox" / agency / name).replace(waiting / name)
    agency, dated, again = REPEATED
    shutil.copyfile(folder / "inbox" / agency / HABITS[agency].name(dated), folder / "inbox" / agency / again)
    return files + 1, rows


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else shipped_config().parent / "fixtures"
    print("{}: {} files, {} rows".format(target, *write(target)))
