"""The real processes, once for each day that the conversations are set on."""

from collections.abc import Iterator

import pytest

from tests.stack import Stack

MOST = 3  # running at once: each takes most of a gigabyte


class Stacks:
    """Installations by day, each started at its first use; the longest unused is stopped when there are too many."""

    def __init__(self, base):
        self.base, self.running, self.started = base, {}, 0

    def on(self, today: str) -> Stack:
        stack = self.running.pop(today, None)
        if stack is None:
            while len(self.running) >= MOST:
                self.running.pop(next(iter(self.running))).stop()
            self.started += 1
            stack = Stack(self.base / f"{self.started}-{today.replace(':', '')}", today).start()
        self.running[today] = stack
        return stack


@pytest.fixture(scope="session")
def stacks(tmp_path_factory) -> Iterator[Stacks]:
    found = Stacks(tmp_path_factory.mktemp("stacks"))
    yield found
    for stack in found.running.values():
        stack.stop()
