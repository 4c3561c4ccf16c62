"""What an event of Rasa's says that the review needs. Pure: an event in, a row out."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

FALLBACKS = frozenset({"nlu_fallback", "out_of_scope"})
# A turn is unsure when its intent is little more likely than the next one, or little likely at all.
LIKELY, APART = 0.5, 0.15
_RANKED = 5


def turn(event_id: int, conversation: str, data: str | None) -> dict[str, Any] | None:
    """The row of a user's message; None for what no person wrote (an opening, a notice) and for what is unreadable."""
    try:
        event = json.loads(data or "")
        parsed = event.get("parse_data") or {}
        message_id = event.get("message_id") or (event.get("metadata") or {}).get("message_id")
        intent = (parsed.get("intent") or {}).get("name")
        if not message_id or intent in ("start", "besked"):
            return None
        ranking: list[list[Any]] = [
            [str(each.get("name")), round(float(each.get("confidence") or 0), 4)]
            for each in (parsed.get("intent_ranking") or [])[:_RANKED]
        ]
        confidence = float((parsed.get("intent") or {}).get("confidence") or 0)
        fallback = intent is None or intent in FALLBACKS
        near = len(ranking) > 1 and confidence - ranking[1][1] < APART
        pressed = bool(parsed.get("command"))
        return {
            "event_id": event_id,
            "message_id": str(message_id)[:64],
            "conversation_id": conversation[:64],
            "at": datetime.fromtimestamp(float(event["timestamp"]), timezone.utc),
            "intent": intent[:64] if intent else None,
            "confidence": confidence,
            "ranking": [] if pressed else ranking,
            "entities": [entity(each) for each in parsed.get("entities") or []],
            "model": str((event.get("metadata") or {}).get("model_id") or "")[:64] or None,
            "fallback": fallback and not pressed,
            "unsure": not fallback and not pressed and (confidence < LIKELY or near),
        }
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def entity(found: dict[str, Any]) -> dict[str, Any]:
    """An entity as the read model keeps it: a time by its words."""
    value = found.get("value")
    return {
        "entity": str(found.get("entity")),
        "value": value if isinstance(value, (str, int, float)) else _short(value),
        "start": found.get("start"),
        "end": found.get("end"),
    }


def _short(value: Any) -> str:
    """A time is told by its text; anything else by its beginning."""
    if isinstance(value, dict):
        for side in ("future", "past"):
            times = value.get(side)
            if times and isinstance(times[0], dict) and times[0].get("text"):
                return ", ".join(str(each.get("text")) for each in times[:3])
    return json.dumps(value, ensure_ascii=False)[:100]
