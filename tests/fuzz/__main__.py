"""The long fuzz: `python -m tests.fuzz`, for FUZZ_MINUTES (20) minutes from FUZZ_SEED (a new one each time).

Each finding is made as small as it will go and kept in tests/fuzz/found/, where an ordinary test replays it for ever.
"""

import os
import secrets
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.case import Case, make
from tests.fuzz.containers import CONTAINERS, mutated, told_wrongly
from tests.fuzz.oracle import judge
from tests.fuzz.typed import TYPED, judged

FOUND = Path(__file__).parent / "found"


def kind(fault: str) -> str:
    """What kind of finding it is, without what it says of one case."""
    words = [word for word in fault.split(": ")[0].split() if not any(letter.isdigit() for letter in word)]
    return " ".join(words) + (fault.split(" with ")[-1] if "a fault of the program" in fault else "")


def smaller(case: Case, folder: Path, tries: int = 400) -> Case:
    """The same finding in fewer bytes: lines are taken away as long as something does not hold."""
    wanted = {kind(fault) for fault in judge(case, folder)}
    lines = case.content.split(b"\n")
    at = 1
    while at < len(lines) and tries:
        tries -= 1
        fewer = b"\n".join(lines[:at] + lines[at + 1 :])
        other = case.cut_to(fewer)
        if wanted & {kind(fault) for fault in judge(other, folder)}:
            lines, case = lines[:at] + lines[at + 1 :], other
        else:
            at += 1
    return case


def main() -> int:
    """Run until the time is over; 1 where something was found."""
    minutes = float(os.environ.get("FUZZ_MINUTES", "20"))
    seed = os.environ.get("FUZZ_SEED") or secrets.token_hex(4)
    print(f"{minutes:g} minutes from seed {seed}; the same again: FUZZ_SEED={seed} make fuzz", flush=True)
    began, said = time.monotonic(), 0.0
    damages: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    number = 0
    with TemporaryDirectory(prefix="wnb-fuzz-") as name:
        folder = Path(name)
        while (gone := time.monotonic() - began) < 60 * minutes:
            case = make(f"{seed}-{number}")
            number += 1
            damages.update(case.damage or ["none"])
            if faults := judge(case, folder):
                new = [fault for fault in faults if not kinds[kind(fault)]]
                kinds.update(kind(fault) for fault in faults)
                print(f"\nfound, {case.seed} {case.damage}:", *faults[:4], sep="\n  ", flush=True)
                if new:
                    small = smaller(case, folder)
                    FOUND.mkdir(exist_ok=True)
                    small.save(FOUND / f"{case.seed}.json")
            if number % 10 == 0:
                container = CONTAINERS[number // 10 % len(CONTAINERS)]
                content = mutated(container, f"{seed}-{number}")
                damages[container] += 1
                for fault in told_wrongly(container, content, folder):
                    if not kinds[kind(fault)]:
                        print(f"\nfound, {container} {seed}-{number}: {fault}", flush=True)
                        (FOUND / f"{container}-{seed}-{number}.bytes").write_bytes(content)
                    kinds[kind(fault)] += 1
            if number % 10 == 5:
                form = TYPED[number // 10 % len(TYPED)]
                bent, wrong = judged(form, f"{seed}-{number}", folder)
                damages.update(f"{form}: {name}" for name in bent.damage or ["none"])
                for fault in wrong:
                    if not kinds[kind(fault)]:  # the seed makes it again: tests.fuzz.typed.judged(form, seed, folder)
                        print(f"\nfound, {form} {seed}-{number} {bent.damage}: {fault}", flush=True)
                    kinds[kind(fault)] += 1
            if gone - said > 10:
                said = gone
                print(f"{gone / 60:5.1f} min  {number:7,} cases  {kinds.total():4} findings", flush=True)
    print(f"{number:,} cases; each kind of damage:", ", ".join(f"{k} {n:,}" for k, n in damages.most_common()))
    print(f"findings: {dict(kinds) or 'none'}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
