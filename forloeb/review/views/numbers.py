"""The numbers, as a page and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

from aiohttp import web

from forloeb.gateway.transactions import read
from forloeb.review import access, numbers, pages, words
from forloeb.review.keys import TIMES
from forloeb.review.numbers import Numbers
from forloeb.review.views.forms import asked, day

DAYS = 28
LONGEST = 366


async def page(request: web.Request) -> web.Response:
    """GET /numbers"""
    return pages.render(request, "numbers.html", numbers=await _numbers(request))


async def export(request: web.Request) -> web.StreamResponse:
    """GET /numbers.csv, a line at a time."""
    found = await _numbers(request)
    response = web.StreamResponse(
        headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="tal.csv"'}
    )
    await response.prepare(request)
    for row in _rows(found):
        line = io.StringIO()
        csv.writer(line, delimiter=";").writerow(row)
        await response.write(line.getvalue().encode())
    await response.write_eof()
    return response


async def _numbers(request: web.Request) -> Numbers:
    now = request.app[TIMES]().shown
    last = day(asked(request, "last")) or now.date()
    first = day(asked(request, "first")) or last - timedelta(days=DAYS - 1)
    if not 0 <= (last - first).days < LONGEST:
        raise web.HTTPBadRequest
    return await read(access.engine_of(request), lambda connection: numbers.count(connection, first, last, now))


def _rows(found: Numbers) -> Iterator[tuple[object, ...]]:
    yield tuple(words.group("csv").values())
    for channel, count in found.channels:
        yield ("messages", channel, count, "")
    for hour, count in enumerate(found.hours):
        yield ("messages_by_hour", f"{hour:02}", count, "")
    for channel, hours in found.by_hour.items():
        for hour, count in enumerate(hours):
            yield ("messages_by_channel_and_hour", f"{channel} {hour:02}", count, "")
    for topic, count in found.topics:
        yield ("topic", topic, count, "")
    for name in ("fallback", "unsure", "handover", "cases", "afbud_in_time", "held", "back"):
        share = getattr(found, name)
        yield (name, "", share.part, share.whole)
    for score, count in enumerate(found.ratings, 1):
        yield ("rating", score, count, sum(found.ratings))
    yield ("acknowledge_minutes", "median", found.acknowledge_minutes, "")
    yield ("oldest_minutes", "", found.oldest_minutes, "")
