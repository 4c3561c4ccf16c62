"""Numbers about a process in Prometheus's text format. Labels are kinds and names of ours, never a person's."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SERIES = 500  # label sets kept of one metric: a bound, should a label ever turn out to be free text

Labels = tuple[tuple[str, str], ...]
Gauge = tuple[str, str, "float | dict[Labels, float]"]  # name, what it is, what it is now: one number, or one by label


class Counter:
    """A number that only grows, by label."""

    kind = "counter"

    def __init__(self, name: str, about: str) -> None:
        """Known to `text` from now on."""
        self.name, self.about = name, about
        self._values: dict[Labels, float] = {}
        self._lock = threading.Lock()
        _ALL.append(self)

    def add(self, amount: float = 1.0, **labels: str) -> None:
        """Count."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            if key in self._values or len(self._values) < SERIES:
                self._values[key] = self._values.get(key, 0.0) + amount

    def lines(self) -> Iterable[str]:
        """Its lines in the text format."""
        with self._lock:
            values = dict(self._values)
        return [_line(self.name, key, value) for key, value in sorted(values.items())]


class Histogram:
    """How long something took, in seconds."""

    kind = "histogram"

    def __init__(self, name: str, about: str, bounds: Sequence[float] = SECONDS) -> None:
        """Known to `text` from now on."""
        self.name, self.about, self._bounds = name, about, tuple(bounds)
        self._counts, self._sum = [0] * (len(self._bounds) + 1), 0.0
        self._lock = threading.Lock()
        _ALL.append(self)

    def observe(self, value: float) -> None:
        """Note one."""
        place = next((nth for nth, bound in enumerate(self._bounds) if value <= bound), len(self._bounds))
        with self._lock:
            self._counts[place] += 1
            self._sum += value

    def lines(self) -> Iterable[str]:
        """Its lines in the text format."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        found, below = [], 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
            below += count
            found.append(_line(f"{self.name}_bucket", (("le", bound),), below))
        return [*found, _line(f"{self.name}_sum", (), total), _line(f"{self.name}_count", (), below)]


_ALL: list[Counter | Histogram] = []

EVENTS = Counter("forloeb_events_total", "Log events by name")


def text(gauges: Sequence[Gauge] = ()) -> str:
    """Everything in the text format, with what these gauges say now."""
    found = []
    for metric in _ALL:
        found += [f"# HELP {metric.name} {metric.about}", f"# TYPE {metric.name} {metric.kind}", *metric.lines()]
    for name, about, value in gauges:
        values = value if isinstance(value, dict) else {(): value}
        lines = [_line(name, labels, each) for labels, each in sorted(values.items())]
        found += [f"# HELP {name} {about}", f"# TYPE {name} gauge", *lines]
    return "\n".join(found) + "\n"


def _line(name: str, labels: Labels, value: float) -> str:
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{inside}}} {_number(value)}" if inside else f"{name} {_number(value)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
