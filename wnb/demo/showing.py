"""`wnb demo`: an invented partnership, its nights run, and where to look."""

from pathlib import Path

from wnb import nightly
from wnb.config import load
from wnb.demo.partnership import generate
from wnb.nightly import Clock, Tell
from wnb.told import Told


def invented(folder: Path, children: int, nights: int, seed: int, clock: Clock, tell: Tell) -> Told:
    """Invent a partnership in a fresh folder and run its nights, oldest first.

    Raises:
        UsageFault: the folder holds something, or a number makes no sense.
    """
    tell(f"Inventing {children:,} children")
    made = generate(folder, children, nights, seed)
    configuration = load(folder / "config")
    for night in made.nights:
        tell(f"The night of {night}")
        done = nightly.run(configuration, night, clock)
    document = {
        "schema": "wnb.demo/1",
        "folder": str(folder),
        "children": made.children,
        "nights": len(made.nights),
        "files": made.files,
        "rows": made.rows,
        "list": str(done.folder / "escalation-list.html"),
    }
    words = (
        f"{made.children:,} invented children, {made.files:,} files, {made.rows:,} rows, {len(made.nights)} nights.\n"
        f"The last night's list:     {done.folder / 'escalation-list.html'}\n"
        f"The last night's workbook: {done.folder / 'escalation-list.xlsx'}\n"
        f"Ask why:                   wnb status --config {folder / 'config'}\n"
    )
    return Told(words, document)
