"""The next block while this one is judged: most of both is done without Python's lock, so two cores share a file."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Block = TypeVar("Block")


def one_ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks in the same order, each made ready while the one before it is in use."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as thread:
        following = thread.submit(next, blocks, None)
        while (block := following.result()) is not None:
            following = thread.submit(next, blocks, None)
            yield block
