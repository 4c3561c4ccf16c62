from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update
from sqlalchemy.engine import Engine

from forloeb.booking import signing
from forloeb.booking.errors import NotFound, Refused, SlotWithdrawn
from forloeb.booking.holder import HolderSide
from forloeb.booking.holder_api import routes
from forloeb.booking.model import DeliveryState, Status
from forloeb.booking.sender import Sender
from forloeb.booking.service import Bookings
from forloeb.booking.tables import notice
from forloeb.db import writing
from tests.booking.invariants import check
from tests.booking.test_booking_acts import book, code, slot_row
from tests.booking.world import NOW, at, booking_settings, notices

KEY = "holder-key"


@pytest.fixture
def holder(bookings: Bookings) -> HolderSide:
    return HolderSide(bookings.engine, bookings.settings)


def test_a_move_tells_the_person_and_takes_the_old_time_away(
    bookings: Bookings, holder: HolderSide, engine: Engine
) -> None:
    mine = book(bookings).appointment
    for _ in range(2):
        moved = holder.holder_move(mine.id, "akasse", at("2025-09-15T11:00"), "h1", NOW, place="Nyt sted")
    assert moved.replayed and moved.appointment.sequence == 1 and moved.appointment.place == "Nyt sted"
    assert notices(engine, "c-1") == ["aftale_flyttet"]
    assert slot_row(engine, "s1").booked_by is None and slot_row(engine, "s1").withdrawn is not None
    with pytest.raises(SlotWithdrawn):
        book(bookings, "c-2", "s1", "k2")
    assert bookings.due_reminders(at("2025-09-14T11:00")) == 1
    check(engine)


def test_a_cancellation_tells_the_person_and_is_no_afbud(
    bookings: Bookings, holder: HolderSide, engine: Engine
) -> None:
    mine = book(bookings).appointment
    bookings.due_reminders(at("2025-09-07T10:00"))
    gone = holder.holder_cancel(mine.id, "akasse", "h1", NOW)
    assert gone.appointment.status is Status.CANCELLED and bookings.cancellations("c-1") == ()
    assert notices(engine, "c-1") == ["aftale_aflyst"], "the reminder is taken back"
    with pytest.raises(Refused) as refused:
        holder.holder_cancel(mine.id, "akasse", "h2", NOW)
    assert code(refused) == "not_booked"
    check(engine)


def test_held_and_missed_can_be_put_right(bookings: Bookings, holder: HolderSide, engine: Engine) -> None:
    after = at("2025-09-12T11:00")
    assert holder.mark("cv", "akasse", "missed", "h1", after).appointment.status is Status.MISSED
    assert holder.mark("cv", "akasse", "held", "h2", after + timedelta(minutes=1)).appointment.status is Status.HELD
    assert notices(engine, "c-1") == ["aftale_udeblevet", "aftale_afholdt"]
    with pytest.raises(Refused):
        holder.mark("cv", "akasse", "booked", "h3", after)
    check(engine)


def test_a_summons_is_the_new_time_after_an_afbud(bookings: Bookings, holder: HolderSide, engine: Engine) -> None:
    bookings.cancel("c-1", "cv", "syg", "sygdom", "c", NOW)
    new = holder.summon(
        "c-1", "akasse", "cv_samtale", at("2025-09-19T09:00"), 60, "personligt", "h1", NOW, number=1
    ).appointment
    assert new.delivery is DeliveryState.ACKNOWLEDGED and notices(engine, "c-1") == ["indkaldelse"]
    assert bookings.cancellations("c-1")[0].new_appointment == new.id
    with pytest.raises(NotFound):
        holder.summon("nobody", "akasse", "anden", at("2025-09-19T09:00"), 60, "telefon", "h2", NOW)


def test_another_holders_things_are_not_there(bookings: Bookings, holder: HolderSide) -> None:
    for attempt in (
        lambda: holder.holder_cancel("cv", "jobcenter", "h1", NOW),
        lambda: holder.holder_move("cv", "jobcenter", at("2025-09-19T09:00"), "h2", NOW),
        lambda: holder.mark("cv", "jobcenter", "held", "h3", NOW),
        lambda: holder.withdraw_slots(["s1"], "jobcenter", "h4", NOW),
        lambda: holder.withdraw_slots(["j1", "s1"], "jobcenter", "h5", NOW),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert not bookings.slots.get(bookings.engine.connect(), "j1").withdrawn  # type: ignore[union-attr]


def test_withdrawing_ends_holds_tells_and_spares_what_is_booked(
    bookings: Bookings, holder: HolderSide, engine: Engine
) -> None:
    mine = book(bookings).appointment
    bookings.hold("s2", "c-2", NOW + timedelta(minutes=5), NOW)
    assert holder.withdraw_slots(["s1", "s2"], "akasse", "h1", NOW) == ("s2",)
    assert notices(engine, "c-2") == ["tid_trukket"]
    assert bookings.appointment("c-1", mine.id).status is Status.BOOKED
    with pytest.raises(SlotWithdrawn):
        book(bookings, "c-2", "s2", "k2", number=3)
    again = {"id": "s2", "start": at("2025-09-09T13:00"), "minutes": 45, "forms": ["telefon"]}
    assert holder.publish_slots([again], "akasse", "h2", NOW) == ("s2",)
    assert book(bookings, "c-2", "s2", "k2", number=3).appointment.slot_id == "s2"
    with pytest.raises(Refused) as refused:
        holder.publish_slots([{**again, "start": at("2025-09-09T14:00")}], "akasse", "h3", NOW)
    assert code(refused) == "slot_taken_already"
    check(engine)


def test_sent_news_of_a_time_that_has_changed_again_is_stale(
    bookings: Bookings, holder: HolderSide, engine: Engine
) -> None:
    holder.holder_move("cv", "akasse", at("2025-09-15T11:00"), "h1", NOW)
    with writing(engine) as connection:
        connection.execute(update(notice).values(sent=NOW))
        first = connection.execute(notice.select()).one().id
    holder.holder_move("cv", "akasse", at("2025-09-16T11:00"), "h2", NOW)
    told = bookings.notice(first, NOW)
    assert told is not None and told.stale
    assert bookings.notice("nope", NOW) is None


# the HTTP API


class Client:
    def __init__(self, engine: Engine, **settings: Any) -> None:
        self.engine, self.settings = engine, booking_settings(**{"holder_key": KEY, **settings})

    def app(self) -> web.Application:
        app = web.Application()
        app.add_subapp("/holder/v1", routes(self.settings, self.engine))
        return app

    def post(self, *requests: tuple[str, Any], **signed: Any) -> list[tuple[int, Any]]:
        async def go() -> list[tuple[int, Any]]:
            answers = []
            async with TestClient(TestServer(self.app())) as client:
                for path, body in requests:
                    data = body if isinstance(body, bytes) else json.dumps(body).encode()
                    full = f"/holder/v1{path}"
                    stamp = str(signed.get("timestamp", int(time.time())))
                    key = signed.get("key", KEY)
                    signature = signed.get("signature", signing.sign(key, stamp, "POST", full, data))
                    headers = {signing.TIMESTAMP: stamp, signing.SIGNATURE: signature}
                    async with client.post(full, data=data, headers=headers) as response:
                        answers.append((response.status, await response.json()))
            return answers

        return asyncio.run(go())


@pytest.fixture
def api(bookings: Bookings, engine: Engine) -> Client:
    return Client(engine)


def test_every_act_by_http(api: Client, bookings: Bookings, engine: Engine) -> None:
    slot = {"start": "2025-09-16T10:00", "minutes": 30, "forms": ["telefon"], "caseworker": "kim"}
    (published,) = api.post(("/slots", {"id": "r1", "holder": "akasse", "slots": [slot, {**slot, "id": "own"}]}))
    assert published[0] == 200 and published[1]["slots"][1] == "own"
    answers = api.post(
        ("/slots/withdraw", {"id": "r2", "holder": "akasse", "slots": ["own"]}),
        (
            "/summons",
            {
                "id": "r3", "claimant": "c-1", "holder": "akasse", "kind": "raadighedssamtale",
                "start": "2026-02-16T10:00", "minutes": 45, "form": "digital",
            },
        ),
        ("/appointments/cv/move", {"id": "r4", "holder": "akasse", "start": "2025-09-15T10:00", "place": "Lokale 2"}),
        ("/appointments/cv/missed", {"id": "r5", "holder": "akasse"}),
        ("/appointments/cv/held", {"id": "r6", "holder": "akasse"}),
    )  # fmt: skip
    assert [status for status, _ in answers] == [200] * 5, answers
    assert answers[0][1] == {"slots": ["own"]}
    summoned = answers[1][1]["appointment"]
    (gone,) = api.post((f"/appointments/{summoned}/cancel", {"id": "r7", "holder": "akasse"}))
    assert gone[1]["status"] == "cancelled"
    assert bookings.appointment("c-1", "cv").place == "Lokale 2"
    assert bookings.appointment("c-1", "cv").minutes == 60, "what is not told stays"
    assert notices(engine, "c-1")[-1] == "aftale_aflyst"
    check(engine)


def test_the_same_request_signed_again_acts_once(api: Client, bookings: Bookings) -> None:
    body = {"id": "r1", "holder": "akasse", "start": "2025-09-15T10:00"}
    (first,) = api.post(("/appointments/cv/move", body))
    (again,) = api.post(("/appointments/cv/move", body), timestamp=int(time.time()) + 2)
    assert first[0] == again[0] == 200 and again[1]["replayed"] and first[1]["receipt"] == again[1]["receipt"]
    assert bookings.appointment("c-1", "cv").sequence == 1


def test_forged_old_and_replayed_requests_are_refused(api: Client, bookings: Bookings) -> None:
    request = ("/appointments/cv/cancel", {"id": "r1", "holder": "akasse"})
    now = int(time.time())
    for signed in (
        {"key": "guess"},
        {"signature": ""},
        {"signature": "0" * 64},
        {"timestamp": now - 301},
        {"timestamp": now + 310},
        {"timestamp": "x"},
        {"timestamp": -5},
    ):
        assert api.post(request, **signed)[0][0] == 401, signed
    assert bookings.appointment("c-1", "cv").status is Status.BOOKED
    good = {"timestamp": now}
    assert api.post(request, **good)[0][0] == 200
    assert api.post(request, **good)[0] == (409, {"error": {"code": "replayed", "message": _ANY}})
    # a signature is of one path and one body
    stolen = signing.sign(KEY, now, "POST", "/holder/v1/appointments/cv/cancel", b"{}")
    assert api.post(("/appointments/old/cancel", {}), signature=stolen, timestamp=now)[0][0] == 401


class _Any:
    def __eq__(self, _other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


_ANY = _Any()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/slots", b"not json", 400),
        ("/slots", b"[]", 400),
        ("/slots", {"id": "r", "holder": "akasse"}, 422),
        ("/slots", {"id": "r", "holder": "akasse", "slots": [3]}, 422),
        ("/slots", {"id": "r", "holder": "akasse", "slots": [{"start": "i morgen"}]}, 422),
        ("/slots", {"id": "r", "holder": "kommune", "slots": [{}]}, 422),
        ("/slots/withdraw", {"id": "r", "holder": "akasse", "slots": ["nope"]}, 404),
        ("/slots/withdraw", {"id": "r", "holder": "akasse", "slots": [{}]}, 422),
        ("/appointments/nope/held", {"id": "r", "holder": "akasse"}, 404),
        ("/appointments/cv/held", {"holder": "akasse"}, 422),
        ("/appointments/cv/move", {"id": "r", "holder": "akasse", "start": "2026-03-29T02:30"}, 422),
        ("/appointments/cv/move", {"id": "r", "holder": "akasse"}, 422),
        ("/appointments/cv/move", {"id": "r", "holder": "akasse", "start": "2025-09-15T10:00", "claimant": "c-2"}, 422),
        ("/summons", {"id": "r", "claimant": "nobody", "holder": "akasse", "kind": "anden",
                      "start": "2025-09-15T10:00", "minutes": 30, "form": "telefon"}, 404),
        ("/summons", {"id": "r", "claimant": "010190-1234", "holder": "akasse"}, 422),
        ("/deliveries/nope/acknowledge", {"by": "Kim"}, 404),
        ("/nowhere", {}, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_and_changes_nothing(
    api: Client, engine: Engine, path: str, body: Any, status: int
) -> None:
    ((got, said),) = api.post((path, body))
    assert got == status and set(said["error"]) == {"code", "message"}
    assert notices(engine, "c-1") == []
    assert "010190" not in json.dumps(said)


def test_a_holder_acknowledges_what_it_was_sent(api: Client, bookings: Bookings, engine: Engine) -> None:
    made = book(bookings)
    Sender(engine, booking_settings(), lambda: NOW)._to_staff()
    path = f"/deliveries/{made.receipt}/acknowledge"
    ((first, said),) = api.post((path, {"by": "Kim Hansen", "receipt": "J-1"}))
    assert first == 200 and said == {"acknowledged": True, "first": True}
    ((_, again),) = api.post((path, {"by": "Lone"}))
    assert again["first"] is False
    assert bookings.appointment("c-1", made.appointment.id).acknowledged_by == "Kim Hansen"
    assert notices(engine, "c-1") == ["booking_modtaget"]


def test_off_without_a_key(bookings: Bookings, engine: Engine) -> None:
    assert Client(engine, holder_key=None).post(("/slots", {}))[0][0] == 404
