"""The far side of the internal contract: a small real server that answers, delays, fails, or says nothing.

What it does is told by the text it gets, so that it can also run as a process of its own:

    python -m tests.gateway.far_side 5005
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TIMELINE = {
    "title": "Dit forløb",
    "alt": "Seks samtaler fra september til marts. Næste: samtale nummer 2 senest 1. december.",
    "items": [
        {"label": "Du blev ledig", "date": "2025-09-01", "end": None, "holder": None, "status": "met"},
        {"label": "CV på Jobnet", "date": "2025-09-22", "end": None, "holder": None, "status": "next"},
        {
            "label": "Samtale 1: CV- og vejledningssamtale",
            "date": "2025-09-01",
            "end": "2025-12-01",
            "holder": "akasse",
            "status": "due",
        },
        {
            "label": "Samtale 2 og 3 hos a-kassen",
            "date": "2025-12-01",
            "end": None,
            "holder": "akasse",
            "status": "coming",
        },
        {
            "label": "Samtale 4, 5 og 6 på jobcenteret",
            "date": "2025-12-01",
            "end": "2026-03-01",
            "holder": "jobcenter",
            "status": "coming",
        },
        {"label": "Frist, der er overskredet", "date": "2025-08-20", "end": None, "holder": None, "status": "overdue"},
    ],
}


@dataclass
class FarSide:
    """What it was asked, and how it is told to behave."""

    key: str
    well: bool = True
    delay: float = 0.0
    seen: list[dict[str, Any]] = field(default_factory=list)
    acted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    in_hand: dict[str, int] = field(default_factory=dict)
    overlaps: int = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/internal/webhook", self.turn)
        app.router.add_get("/webhooks/internal/health", self.health)
        return app

    async def health(self, request: web.Request) -> web.Response:
        return web.Response(status=200 if self.well and request.headers.get("X-Forloeb-Key") == self.key else 503)

    async def turn(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Forloeb-Key") != self.key:
            return web.Response(status=403)
        body = await request.json()
        self.seen.append(body)
        conversation, text = body["conversation"], body["text"]
        self.overlaps += self.in_hand.get(conversation, 0)
        self.in_hand[conversation] = self.in_hand.get(conversation, 0) + 1
        try:
            await asyncio.sleep(self.delay)
            if text.startswith("vent "):
                await asyncio.sleep(float(text.split()[1]))
            if not self.well or text == "fejl":
                return web.Response(status=500)
            if text == "tom":
                return web.json_response({"messages": []})
            if text == "vrøvl":
                return web.Response(text='{"messages": [{"text": ["forkert"]}]}')
            if "forældet" in (body["command"] or ""):
                return web.json_response({"messages": []})
            known = self.acted.get(body["message_id"])
            if known is None:
                known = self.acted[body["message_id"]] = answer(body)
            return web.json_response({"messages": known})
        finally:
            self.in_hand[conversation] -= 1


def answer(body: dict[str, Any]) -> list[dict[str, Any]]:
    text, command = body["text"], body["command"]
    if command == "/start":
        return [{"text": "Hej! Jeg er en maskine. Det, du skriver, gemmes i 180 dage."}]
    if command and command.startswith("/besked"):
        return [{"text": "Påmindelse: " + json.loads(command.removeprefix("/besked"))["notice"]}]
    if command:
        return [{"text": f"Du trykkede: {text} ({len(command)})"}]
    if text == "knapper":
        return [
            {
                "text": "Vælg",
                "buttons": [
                    {"title": "Ja tak", "payload": '/bekraeft{"a": 1}'},
                    {"title": "Nej", "payload": "/afkraeft"},
                ],
            }
        ]
    if text == "forløb":
        return [
            {
                "text": "Her er dit forløb:\n- CV senest 22. september\n- Seks samtaler\nDatoerne er vejledende.",
                "buttons": [
                    {"title": "Hvor står det?", "payload": "/hvor_staar_det"},
                    {"title": "Book samtale", "payload": "/book_samtale"},
                ],
                "custom": {
                    "timeline": TIMELINE,
                    "facts": ["meetings.dagpenge"],
                    "download": {"title": "Hent til din kalender", "url": "/files/forloeb.ics"},
                    "sources": [{"id": "kommune", "title": "Jobrettede samtaler", "section": "Hvem gælder det"}],
                },
            }
        ]
    if text == "to":
        return [{"text": "Første"}, {"text": "Anden"}]
    if text == "html":
        return [{"text": "<img src=x onerror=document.title='ramt'> <b>fed</b>"}]
    return [{"text": f"Svar på: {text}"}]


def main() -> None:
    port, key = int(sys.argv[1]), sys.argv[2]
    web.run_app(FarSide(key).app(), host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    main()
