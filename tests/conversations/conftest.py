"""The real processes, once for each day that the conversations are set on."""

from collections.abc import Iterator

import pytest

from tests.stack import Stack


class Stacks:
    """Installations by day, each started at its first use."""

    def __init__(self, base):
        self.base, self.running = base, {}

    def on(self, today: str) -> Stack:
        if today not in self.running:
            self.running[today] = Stack(self.base / today.replace(":", ""), today).start()
        return self.running[today]


@pytest.fixture(scope="session")
def stacks(tmp_path_factory) -> Iterator[Stacks]:
    found = Stacks(tmp_path_factory.mktemp("stacks"))
    yield found
    for stack in found.running.values():
        stack.stop()
