"""The holder's HTTP API, mounted by the gateway at `/holder/v1`: signed JSON, replays refused, off without a key.

Every request is a POST with `id` (the holder's own id of it; acts once), `holder`, and the fields of a load file's row.
`docs/loading.md` describes each; errors are `{"error": {"code", "message"}}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from aiohttp import web
from sqlalchemy import insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from forloeb import clock
from forloeb.booking import signing
from forloeb.booking.errors import BookingError, NotFound
from forloeb.booking.holder import Changed, HolderSide
from forloeb.booking.loading import SECTIONS, Fault, Item, parse
from forloeb.booking.notices import facts
from forloeb.booking.service import Bookings
from forloeb.booking.tables import holder_request
from forloeb.db import writing
from forloeb.settings import Settings

LARGEST_BODY = 1024 * 1024
log = logging.getLogger("forloeb.booking.holder_api")

Body = dict[str, Any]
Act = Callable[[Body, web.Request], "dict[str, Any]"]


class Faults(Exception):
    """The body cannot be used."""

    def __init__(self, *faults: str) -> None:
        super().__init__("bad body")
        self.faults = faults


def routes(settings: Settings, engine: Engine) -> web.Application:
    """The sub-application; it answers 404 to everything when no holder key is set."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_guard(settings, engine)])
    api = _Api(settings, engine)
    for path, act in (
        ("/slots", api.publish),
        ("/slots/withdraw", api.withdraw),
        ("/summons", api.summon),
        ("/appointments/{appointment}/move", api.move),
        ("/appointments/{appointment}/cancel", api.cancel),
        ("/appointments/{appointment}/held", api.held),
        ("/appointments/{appointment}/missed", api.missed),
        ("/deliveries/{receipt}/acknowledge", api.acknowledge),
    ):
        app.router.add_post(path, _handler(act))
    return app


class _Api:
    """What each path does; sync, run in a thread."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.bookings, self.holder = settings, Bookings(engine, settings), HolderSide(engine, settings)

    def publish(self, body: Body, _request: web.Request) -> dict[str, Any]:
        rows = body.get("slots")
        if not isinstance(rows, list) or not rows:
            raise Faults("slots")
        wanted = [{**row, "holder": body.get("holder")} if isinstance(row, dict) else row for row in rows]
        slots = [{"id": item.id, **item.values} for item in self._rows("slots", wanted)]
        return {"slots": self.holder.publish_slots(slots, _text(body, "holder"), _key(body), self._now())}

    def withdraw(self, body: Body, _request: web.Request) -> dict[str, Any]:
        ids = body.get("slots")
        if not isinstance(ids, list) or not ids or not all(isinstance(each, str) for each in ids):
            raise Faults("slots")
        return {"slots": self.holder.withdraw_slots(ids, _text(body, "holder"), _key(body), self._now())}

    def summon(self, body: Body, _request: web.Request) -> dict[str, Any]:
        row = {name: value for name, value in body.items() if name != "id"}
        values = self._rows("appointments", [{"status": "booked", **row}])[0].values
        made = self.holder.summon(
            values["claimant"],
            values["holder"],
            values["kind"],
            values["start"],
            values["minutes"],
            values["form"],
            _key(body),
            self._now(),
            number=values.get("number"),
            place=values.get("place"),
            caseworker=values.get("caseworker"),
        )
        return _told(made)

    def move(self, body: Body, request: web.Request) -> dict[str, Any]:
        fields = SECTIONS["appointments"].fields
        unknown = set(body) - {"id", "holder", "start", "minutes", "form", "place"}
        if unknown or "start" not in body:
            raise Faults(*sorted(unknown or {"start"}))
        row = {name: value for name, value in body.items() if name in fields and name != "id"}
        stand_in = {"claimant": "c", "kind": "anden", "minutes": 30, "form": "telefon", "status": "booked"}
        values = self._rows("appointments", [{**stand_in, **row}])[0].values
        moved = self.holder.holder_move(
            request.match_info["appointment"],
            _text(body, "holder"),
            values["start"],
            _key(body),
            self._now(),
            minutes=values["minutes"] if "minutes" in body else None,
            form=values["form"] if "form" in body else None,
            place=values.get("place"),
        )
        return _told(moved)

    def cancel(self, body: Body, request: web.Request) -> dict[str, Any]:
        found = request.match_info["appointment"]
        return _told(self.holder.holder_cancel(found, _text(body, "holder"), _key(body), self._now()))

    def held(self, body: Body, request: web.Request) -> dict[str, Any]:
        return self._mark(body, request, "held")

    def missed(self, body: Body, request: web.Request) -> dict[str, Any]:
        return self._mark(body, request, "missed")

    def acknowledge(self, body: Body, request: web.Request) -> dict[str, Any]:
        receipt = body.get("receipt")
        if receipt is not None and not isinstance(receipt, str):
            raise Faults("receipt")
        first = self.bookings.acknowledge_receipt(
            request.match_info["receipt"], _text(body, "by"), self._now(), receipt[:200] if receipt else None
        )
        return {"acknowledged": True, "first": first}

    def _mark(self, body: Body, request: web.Request, status: str) -> dict[str, Any]:
        found = request.match_info["appointment"]
        return _told(self.holder.mark(found, _text(body, "holder"), status, _key(body), self._now()))

    def _now(self) -> datetime:
        return clock.now(self.settings)

    def _rows(self, section: str, rows: list[Any]) -> tuple[Item, ...]:
        """The same check as a load file's: JSON is YAML."""
        parsed = parse(json.dumps({section: rows}, ensure_ascii=False), self._now())
        if parsed.faults:
            raise Faults(*(_told_fault(fault) for fault in parsed.faults))
        return parsed.items


def _handler(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except (ValueError, RecursionError):
            return _error(400, "bad_json", "the body is not JSON")
        if not isinstance(body, dict):
            return _error(400, "bad_json", "the body is not an object")
        try:
            return web.json_response(await asyncio.to_thread(act, body, request))
        except Faults as faults:
            return _error(422, "bad_fields", "; ".join(faults.faults))
        except BookingError as error:
            status = 404 if isinstance(error, NotFound) else 409
            return _error(422 if error.code == "bad_value" else status, error.code, error.message)

    return handle


def _guard(settings: Settings, engine: Engine) -> Callable[..., Any]:
    @web.middleware
    async def guard(request: web.Request, handler: Callable[..., Awaitable[Any]]) -> web.StreamResponse:
        if settings.holder_key is None:
            return _error(404, "not_found", "not found")
        body = await request.read()
        signature = request.headers.get(signing.SIGNATURE, "").lower()
        timestamp = request.headers.get(signing.TIMESTAMP, "")
        key = settings.holder_key
        if not signing.verify(key, signature, timestamp, request.method, request.raw_path, body, time.time()):
            return _error(401, "bad_signature", "the signature or its time is not right")
        if not await asyncio.to_thread(_first_time, engine, signature):
            return _error(409, "replayed", "this very request has been seen; sign a new one with the same id")
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except web.HTTPException as error:
            return _error(error.status, "http", error.reason)
        except Exception as error:
            log.error("holder request failed: %s", type(error).__name__)
            return _error(500, "internal", "nothing was changed, or it was changed once; ask again with the same id")

    return guard


def _first_time(engine: Engine, signature: str) -> bool:
    try:
        with writing(engine) as connection:
            now = datetime.now(timezone.utc)
            connection.execute(insert(holder_request).values(signature=signature, at=now))
    except IntegrityError:
        return False
    return True


def _key(body: Body) -> str:
    return f"holder:{_text(body, 'id')}"


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 128:
        raise Faults(name)
    return value


def _told(changed: Changed) -> dict[str, Any]:
    return {"receipt": changed.receipt, "replayed": changed.replayed, **facts(changed.appointment)}


def _told_fault(fault: Fault) -> str:
    return f"{fault.code} {fault.values.get('field', '')}".strip()


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
