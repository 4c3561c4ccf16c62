"""The core at scale: plans, the night's list, the three best times: `python -m bench.scale`.

How time and memory grow is what matters: each row has three sizes, and the exponent of growth from the smallest to the
largest (1: in proportion; 0: not at all). `scale.svg` draws the same on logarithmic axes.
"""

from __future__ import annotations

import math
import secrets
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.engine import Engine

from forloeb import db, settings
from forloeb.booking import tables
from forloeb.booking.model import Status as MeetingStatus
from forloeb.booking.reminders import schedule
from forloeb.booking.service import Bookings
from forloeb.booking.wishes import Wish
from forloeb.law import law
from forloeb.obligations import Benefit, Claimant, Holder, Record, Status, plan
from forloeb.settings import ZONE

HERE = Path(__file__).resolve().parent
ON = date(2025, 11, 3)
NOW = datetime(2025, 11, 3, 9, 0, tzinfo=ZONE)
SIZES = (1_000, 10_000, 100_000)
SLOTS = (10_000, 100_000, 1_000_000)
WARN_DAYS = 7
PAGE = 20_000
LINE = 16


@dataclass
class Curve:
    """Seconds of processor time and MB at each of three sizes."""

    what: str
    sizes: tuple[int, ...]
    seconds: list[float]
    megabytes: list[float]

    def growth(self) -> float:
        """The exponent of time between the smallest and the largest size."""
        times = [max(s, 1e-4) for s in (self.seconds[0], self.seconds[-1])]
        return math.log(times[1] / times[0]) / math.log(self.sizes[-1] / self.sizes[0])

    def rows(self) -> Iterator[str]:
        """Lines of the table."""
        for n, s, m in zip(self.sizes, self.seconds, self.megabytes, strict=True):
            grows = f"{self.growth():.2f}" if n == self.sizes[-1] else ""
            yield f"| {self.what} | {n:,} | {s:.3f} | {m:.1f} | {grows} |"


def measured(what: str, sizes: tuple[int, ...], work: Callable[[int], object]) -> Curve:
    """Run the work at each size: once for the time, once for the peak of what Python holds."""
    seconds, megabytes = [], []
    for size in sizes:
        began = time.process_time()
        work(size)
        seconds.append(time.process_time() - began)
        tracemalloc.start()
        work(size)
        megabytes.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
        print(f"  {what}: {size:,} in {seconds[-1]:.3f} s", flush=True)
    return Curve(what, sizes, seconds, megabytes)


def people(count: int) -> Iterator[tuple[Claimant, Record]]:
    """So many people, a day apart over nine months, of all three benefits, with zero to three meetings held."""
    benefits = list(Benefit)
    for n in range(count):
        began = ON - timedelta(days=n % 270)
        held = (Holder.AKASSE,) * (n % 4)
        yield Claimant(benefits[n % 3], began, began, began), Record(held=held, cv_done=n % 2 == 0)


def plans(count: int) -> int:
    """A plan for each; how many lines they have together."""
    rules = law()
    return sum(len(plan(who, rules, ON, record).obligations) for who, record in people(count))


def night_list(count: int) -> list[tuple[int, date]]:
    """Who has something that ends within a week and is not known to be done, soonest first."""
    rules, found = law(), []
    for number, (who, record) in enumerate(people(count)):
        for line in plan(who, rules, ON, record).obligations:
            if line.ends and line.status is Status.DUE and line.ends - ON <= timedelta(days=WARN_DAYS):
                found.append((number, line.ends))
                break
    return sorted(found, key=lambda each: each[1])


def store(engine: Engine, meetings: int) -> None:
    """So many claimants with a booked meeting each, spread over the coming month."""
    with db.writing(engine) as connection:
        for begin in range(0, meetings, PAGE):
            numbers = range(begin, min(begin + PAGE, meetings))
            connection.execute(insert(tables.claimant), [{"id": f"c{n}", "benefit": "dagpenge"} for n in numbers])
            connection.execute(insert(tables.appointment), [_meeting(n) for n in numbers])


def _meeting(n: int) -> dict[str, object]:
    start = NOW + timedelta(hours=1 + n % 700, minutes=15 * (n % 4))
    day, hour = schedule(start, NOW - timedelta(days=30))
    return {
        "id": f"a{n}", "claimant_id": f"c{n}", "holder": "akasse", "kind": "jobrettet_samtale", "number": 2,
        "start": start, "minutes": 45, "form": "digital", "status": MeetingStatus.BOOKED.value, "sequence": 0,
        "calendar_token": secrets.token_hex(8), "created": NOW, "updated": NOW, "remind_day": day, "remind_hour": hour,
    }  # fmt: skip


def fill_slots(engine: Engine, count: int) -> None:
    """So many slots of one a-kasse over 120 days, all but every fiftieth taken."""
    with db.writing(engine) as connection:
        connection.execute(insert(tables.claimant), [{"id": "c-1", "benefit": "dagpenge"}])
        for begin in range(0, count, PAGE):
            connection.execute(insert(tables.slot), [_slot(n) for n in range(begin, min(begin + PAGE, count))])


def _slot(n: int) -> dict[str, object]:
    start = datetime.combine(ON + timedelta(days=1 + n % 120), datetime.min.time(), ZONE)
    start += timedelta(hours=8 + n // 120 % 8, minutes=15 * (n // 960 % 4))
    forms = "personligt,telefon,digital"
    taken = None if n % 50 == 0 else f"x{n}"
    return {"id": f"f{n}", "holder": "akasse", "start": start, "minutes": 45, "forms": forms, "booked_by": taken}


def database(folder: Path, name: str) -> Engine:
    """A migrated SQLite file."""
    url = f"sqlite:///{folder / name}.db"
    db.migrate(url)
    return db.connect(url)


def in_store(folder: Path) -> list[Curve]:
    """The rows that need a database."""
    current = settings.load()
    # A reminder is told once, so the run that measures memory has a store of its own.
    meetings = {n: [Bookings(database(folder, f"m{n}-{run}"), current) for run in range(2)] for n in SIZES}
    slots = {n: Bookings(database(folder, f"s{n}"), current) for n in SLOTS}
    for n, both in meetings.items():
        for service in both:
            store(service.engine, n)
    for n, service in slots.items():
        fill_slots(service.engine, n)

    def three_best(count: int) -> object:
        late = Wish(excluded=((NOW, NOW + timedelta(days=60)),))
        window = (None, ON + timedelta(days=119))
        ask = slots[count].propose
        return [ask("c-1", "akasse", "jobrettet_samtale", 2, wish, NOW, window=window) for wish in (Wish(), late)]

    return [
        measured("reminders due this minute", SIZES, lambda n: meetings[n].pop().due_reminders(NOW)),
        measured("three best times, two wishes, among slots", SLOTS, three_best),
    ]


def picture(curves: list[Curve]) -> str:
    """The curves as SVG, both axes logarithmic."""
    width, height, left, top = 720, 360, 60, 20
    most = max(max(c.sizes) for c in curves)
    low, high = -4.0, math.log10(max(max(c.seconds) for c in curves)) + 0.3

    def point(n: int, s: float) -> str:
        x = left + (math.log10(n) - 3) / (math.log10(most) - 3) * (width - left - 230)
        y = top + (high - math.log10(max(s, 1e-4))) / (high - low) * (height - top - 40)
        return f"{x:.0f},{y:.0f}"

    lines: list[str] = []
    labels: list[tuple[int, int]] = []
    for number, curve in enumerate(curves):
        colour = ("#1b5e7d", "#b3541e", "#2e7d32", "#6a1b9a")[number % 4]
        points = " ".join(point(n, s) for n, s in zip(curve.sizes, curve.seconds, strict=True))
        _, _, end = points.rpartition(" ")
        x, y = (int(each) for each in end.split(","))
        while any(abs(y - other) < LINE and abs(x - beside) < width / 2 for beside, other in labels):
            y += 1  # two names must not lie on each other
        labels.append((x, y))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="{x + 8}" y="{y + 4}" fill="{colour}">{curve.what}</text>')
    for power in range(-4, int(high) + 1):
        _, y = point(1000, 10.0**power).split(",")
        lines.append(f'<text x="4" y="{int(y) + 4}" fill="#555">{10.0**power:g} s</text>')
    inner = "\n".join(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>Seconds against size, logarithmic</title>\n{inner}\n</svg>\n'
    )


def main() -> None:
    """Print the table and keep it with its picture."""
    curves = [
        measured("plans", SIZES, plans),
        measured("the night's list: who is to be warned", SIZES, night_list),
    ]
    with tempfile.TemporaryDirectory() as folder:
        curves += in_store(Path(folder))
    head = ["| what | n | CPU s | peak MB | grows as n^ |", "|---|---|---|---|---|"]
    table = "\n".join([*head, *(row for curve in curves for row in curve.rows())])
    (HERE / "scale.svg").write_text(picture(curves), encoding="utf-8")
    about = (__doc__ or "").partition("\n\n")[2].strip()
    text = f"# The core at scale\n\n{about}\n\n{table}\n\n![growth](scale.svg)\n"
    (HERE / "scale.md").write_text(text, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
