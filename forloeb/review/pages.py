"""Pages from templates: escaped by default, no name left undefined, words and times as Danes write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forloeb.danish import format as danish
from forloeb.review import access, organisations, words
from forloeb.review.keys import INSTALLATION, TIMES
from forloeb.settings import ZONE

TEMPLATES = Path(__file__).with_name("templates")

# What the menu shows, in order: route name and address.
MENU = (
    ("queue", "/"),
    ("people", "/people"),
    ("slots", "/slots"),
    ("conversations", "/conversations"),
    ("corrections", "/corrections"),
    ("compare", "/compare"),
    ("law", "/law"),
    ("numbers", "/numbers"),
    ("users", "/users"),
    ("audit", "/audit"),
)
HOMES = ("queue", "conversations")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(word=words.word, words=words.group)
    environment.filters.update(when=_when, clock=_clock, day=_day, span=span)
    return environment


def render(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page for who is signed in."""
    times = request.app[TIMES]()
    common = {
        "user": access.somebody(request),
        "csrf": access.csrf_of(request),
        "menu": [(name, where) for name, where in MENU if access.somebody(request) and access.may(request, name)],
        "here": request.match_info.route.name or "",
        "home": home(request),
        "may": lambda name: access.may(request, name),
        "installation": request.app[INSTALLATION],
        "organisation": lambda user: organisations.title(user.organisation, request.app[INSTALLATION]),
        "now": times.shown,
        "shift": times.shown - times.real,  # of what is dated by the real clock
        "done": words.find("done", request.query.get("done", "")),
    }
    text = _environment().get_template(template).render({**common, **values})
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def problem(
    request: web.Request, status: int, code: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A page that says what is wrong and where to go on."""
    said = words.find("problems", code or str(status)) or words.word("problems", "500")
    response = render(request, "problem.html", status=status, status_code=status, said=said)
    response.headers.update(headers or {})
    return response


def home(request: web.Request) -> str:
    """The first page of who is signed in."""
    where = dict(MENU)
    return next((where[name] for name in HOMES if access.may(request, name)), "/sign-in")


def onward(where: str, done: str | None = None) -> web.Response:
    """Answer a form by a look at the result."""
    if done:
        path, _, anchor = where.partition("#")
        where = f"{path}{'&' if '?' in path else '?'}done={done}" + (f"#{anchor}" if anchor else "")
    return web.Response(status=303, headers={"Location": where})


def span(seconds: float) -> str:
    """A length of time in the largest fitting unit: "12 min", "3 t", "2 dage"."""
    minutes = max(0, int(seconds // 60))
    for size, key in ((2880, "days"), (120, "hours")):
        if minutes >= size:
            return words.word("units", key).format(minutes // (size // 2))
    return words.word("units", "minutes").format(minutes)


def _when(value: datetime | str, now: datetime) -> str:
    moment = _local(value)
    today = now.astimezone(ZONE).date()
    for day, key in (
        (today, "today"),
        (today - timedelta(days=1), "yesterday"),
        (today + timedelta(days=1), "tomorrow"),
    ):
        if moment.date() == day:
            return f"{words.word('units', key)} {danish.clock(moment)}"
    return f"{danish.day(moment.date(), today)} {danish.clock(moment)}"


def _clock(value: datetime | str) -> str:
    return f"{_local(value):%H.%M}"


def _day(value: date, now: datetime) -> str:
    return danish.day(value, now.astimezone(ZONE).date())


def _local(value: datetime | str) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(ZONE)
