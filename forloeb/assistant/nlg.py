"""Renders replies: joins response keys into one message, unites their facts and looks up where those stand.

An action dispatches `response="utter_svar"` with `parts=[[key, values], …]`. Every sentence stays in
`data/responses/`, and the sources of a sentence can never be forgotten, because they follow from its `custom.facts`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from forloeb import clock, installation
from forloeb import settings as settings_module
from forloeb.law import documents, law, version

PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
COMPOSED = "utter_svar"
SOURCE_BUTTON = "utter_knap_hvor_staar_det"
AKASSE_ONLY = "utter_forbehold_akasse"


class UnknownResponse(KeyError):
    """A response key that `data/responses/` does not have for this channel."""


class Composer(TemplatedNaturalLanguageGenerator):
    """Rasa's templated generator, plus composed replies and sources.

    Args:
        endpoint_config: Rasa's `nlg` endpoint (not used: everything is in the domain).
        domain: holds the responses; Rasa replaces `responses` when a model is loaded.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """See the class."""
        super().__init__(domain.responses if domain else {})
        self.settings = settings_module.load()
        self.common = installation.load(self.settings.installation).values()

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Render one reply.

        Args:
            utter_action: a response key; for `utter_svar` the parts come as keyword `parts`.
            tracker: for slot values.
            output_channel: web, sms or messenger: chooses the variant.
            kwargs: values for the placeholders; for composed replies `parts`, and optionally `timeline`,
                `extra` (merged into custom) and `sources_button` (False leaves the button out).

        Returns:
            text, buttons, custom. None when the key has no response.

        Raises:
            UnknownResponse: a part's key is missing, which a test keeps from happening.
        """
        parts: list[Any] = [[utter_action, kwargs]]
        if utter_action == COMPOSED:
            parts = kwargs.get("parts") or []
        rendered = [self._part(key, output_channel, values) for key, values in parts]
        custom = _custom(rendered, kwargs.get("extra") or {})
        if custom["facts"]:
            # what each said on the day it was told: the staff app finds answers that a new value changes
            on = clock.today(self.settings)
            custom["law"] = {fact: version(fact, on) for fact in custom["facts"]}
        if utter_action == COMPOSED and _akasse_only(custom["facts"]):
            rendered.append(self._part(AKASSE_ONLY, output_channel, {}))
        if timeline := kwargs.get("timeline"):
            custom["timeline"] = self._timeline(timeline, output_channel)
        buttons = [b for part in rendered for b in part.get("buttons") or []]
        buttons += _titled(kwargs.get("choices") or [], lambda k, v: self._part(k, output_channel, v)["text"])
        if custom["facts"] and kwargs.get("sources_button", True):
            title = self._part(SOURCE_BUTTON, output_channel, {})["text"]
            payload = json.dumps({"fakta": ",".join(custom["facts"])})
            buttons.append({"title": title, "payload": f"/hvor_staar_det{payload}"})
        text = _joined([t for part in rendered if (t := (part.get("text") or "").strip())])
        if not custom["facts"] and "gap" not in custom:
            custom = {k: v for k, v in custom.items() if k not in ("facts", "sources")}
        return {"text": text, "buttons": buttons, "custom": custom} if text else None

    def _part(self, key: str, channel: str, values: dict[str, Any]) -> dict[str, Any]:
        plain = {name: value for name, value in values.items() if not _names_response(value)}
        filled = {name: self._value(value, channel, plain) for name, value in values.items()}
        part = self.generate_from_slots(key, {}, channel, **{**self.common, **filled})
        if part is None:
            raise UnknownResponse(f"{key} has no response for channel {channel}")
        return part

    def _fill_response(
        self, response: dict[str, Any], filled_slots: dict[str, Any] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Fill placeholders, and refuse to send a sentence with a hole in it."""
        missing = set(PLACEHOLDER.findall(response.get("text") or "")) - kwargs.keys()
        if missing:
            raise UnknownResponse(f"no value for {sorted(missing)}")
        return super()._fill_response(response, filled_slots, **kwargs)

    def _value(self, value: Any, channel: str, plain: dict[str, Any]) -> Any:
        """A value that names a response ("utter_…") stands for its text, which may use the values beside it."""
        return self._part(value, channel, plain)["text"].rstrip() if _names_response(value) else value

    def _timeline(self, timeline: dict[str, Any], channel: str) -> dict[str, Any]:
        def text(pair: list[Any]) -> str:
            return str(self._part(pair[0], channel, pair[1])["text"]).strip()

        items = [{**item, "label": text(item["label"])} for item in timeline["items"]]
        return {"title": text(timeline["title"]), "alt": text(timeline["alt"]), "items": items}


def _names_response(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("utter_")


def _joined(texts: list[str]) -> str:
    """Paragraphs apart; lines of one list, and the line that leads into it, together."""
    text = ""
    for each in texts:
        together = each.startswith("- ") and (text.rsplit("\n", 1)[-1].startswith("- ") or text.endswith(":"))
        text += ("\n" if together else "\n\n") + each if text else each
    return text


def _titled(choices: list[dict[str, Any]], text: Any) -> list[dict[str, str]]:
    return [{"title": text(*choice["title"]).strip(), "payload": choice["payload"]} for choice in choices]


def _custom(rendered: list[dict[str, Any]], extra: dict[str, Any]) -> dict[str, Any]:
    united: dict[str, Any] = {"facts": [], "sources": []}
    for part in rendered:
        own = part.get("custom") or {}
        united["facts"] += [f for f in own.get("facts", []) if f not in united["facts"]]
        if "gap" in own:
            united.setdefault("gap", own["gap"])
    united.update(extra)
    united["sources"] = sources(united["facts"])
    return united


def sources(facts: list[str]) -> list[dict[str, str]]:
    """Where facts stand: `[{"id", "title", "section"}]` in the order met, each once."""
    found: list[dict[str, str]] = []
    for fact_id in facts:
        for citation in law().fact(fact_id).citations:
            title = documents()[citation.document].title
            entry = {"id": citation.document, "title": title, "section": citation.section}
            if entry not in found:
                found.append(entry)
    return found


def _akasse_only(facts: list[str]) -> bool:
    """Whether some fact stands only on the one a-kasse's page, so that another a-kasse's can differ."""
    return any(all(c.document == "akasse" for c in law().fact(f).citations) for f in facts)
