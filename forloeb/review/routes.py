"""Every address of the app, what serves it, and who may use it. The one table: the app and its tests read it here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from forloeb.review.roles import ANYONE, HELPING, REVIEWING, RUNNING, Role
from forloeb.review.views import (
    conversations,
    learning,
    marks,
    meetings,
    numbers,
    provider,
    queue,
    running,
    signing,
    takeover,
    watching,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPEN = None  # to those who are not signed in, too


@dataclass(frozen=True)
class Route:
    """One address. Names that begin with `open_` are served without looking at a session."""

    method: str
    path: str
    name: str
    handler: Handler
    roles: frozenset[Role] | None


_ONE = "/conversations/{id}"
_MESSAGE = "/conversations/{id}/messages/{message}"
MARKING = REVIEWING | HELPING

ROUTES = (
    Route("GET", "/health", "open_health", watching.health, OPEN),
    Route("GET", "/ready", "open_ready", watching.ready, OPEN),
    Route("GET", "/live", "open_live", watching.live, OPEN),
    Route("GET", "/metrics", "open_metrics", watching.numbers, OPEN),
    Route("GET", "/static/{name}", "open_static", running.static, OPEN),
    Route("GET", "/sign-in", "sign_in_form", signing.form, OPEN),
    Route("POST", "/sign-in", "sign_in", signing.sign_in, OPEN),
    Route("GET", "/sign-in/provider", "provider_begin", provider.begin, OPEN),
    Route("GET", "/sign-in/provider/back", "provider_back", provider.back, OPEN),
    Route("POST", "/sign-out", "sign_out", signing.sign_out, ANYONE),
    Route("GET", "/", "queue", queue.first, HELPING),
    Route("GET", "/cases/{id}", "case", queue.case, HELPING),
    Route("POST", "/cases/{id}/acknowledge", "case_acknowledge", queue.acknowledge, HELPING),
    Route("POST", "/cases/{id}/judge", "case_judge", queue.judge, HELPING),
    Route("POST", "/cases/{id}/note", "case_note", queue.add_note, HELPING),
    Route("POST", "/cases/{id}/book", "case_book", queue.book, HELPING),
    Route("POST", "/cases/{id}/erase", "case_erase", queue.erase, RUNNING),
    Route("GET", "/cases/{id}/data", "case_data", queue.data, RUNNING),
    Route("GET", "/cases/{id}/data.json", "case_data_file", queue.data_file, RUNNING),
    Route("GET", "/people", "people", meetings.people, HELPING),
    Route("GET", "/people/{id}", "person", meetings.person, HELPING),
    Route("POST", "/people/{id}/summon", "summon", meetings.summon, HELPING),
    Route("POST", "/meetings/{id}/move", "meeting_move", meetings.move, HELPING),
    Route("POST", "/meetings/{id}/cancel", "meeting_cancel", meetings.cancel, HELPING),
    Route("POST", "/meetings/{id}/mark", "meeting_mark", meetings.mark, HELPING),
    Route("GET", "/slots", "slots", meetings.slots, HELPING),
    Route("POST", "/slots", "slots_publish", meetings.publish, HELPING),
    Route("POST", "/slots/withdraw", "slots_withdraw", meetings.withdraw, HELPING),
    Route("GET", "/conversations", "conversations", conversations.listed, ANYONE),
    Route("GET", _ONE, "conversation", conversations.one, ANYONE),
    Route("GET", f"{_ONE}/news", "conversation_news", conversations.news, ANYONE),
    Route("POST", f"{_ONE}/take", "take", takeover.take, HELPING),
    Route("POST", f"{_ONE}/say", "say", takeover.say, HELPING),
    Route("POST", f"{_ONE}/hand-back", "hand_back", takeover.hand_back, HELPING),
    Route("POST", f"{_ONE}/state", "mark_state", marks.state, MARKING),
    Route("POST", f"{_ONE}/label", "mark_label", marks.label, MARKING),
    Route("POST", f"{_ONE}/note", "mark_note", marks.note, MARKING),
    Route("POST", f"{_MESSAGE}/flag", "mark_flag", marks.flag, MARKING),
    Route("POST", f"{_MESSAGE}/correct", "correct", marks.correct, REVIEWING),
    Route("GET", "/corrections", "corrections", marks.collected, REVIEWING),
    Route("GET", "/corrections.yml", "corrections_export", marks.export, REVIEWING),
    Route("GET", f"{_ONE}/test.yml", "test_export", learning.export_test, REVIEWING),
    Route("GET", "/compare", "compare", learning.compare, REVIEWING),
    Route("GET", "/law", "law", learning.law, REVIEWING),
    Route("POST", "/corrections/{id}/remove", "correction_remove", marks.remove, REVIEWING),
    Route("GET", "/numbers", "numbers", numbers.page, ANYONE),
    Route("GET", "/numbers.csv", "numbers_export", numbers.export, ANYONE),
    Route("GET", "/users", "users", running.everyone, RUNNING),
    Route("POST", "/users", "user_add", running.add_user, RUNNING),
    Route("POST", "/users/{id}", "user_change", running.change_user, RUNNING),
    Route("GET", "/audit", "audit", running.log, RUNNING),
)
