"""Replies are joined out of parts; their sources follow from their facts; no sentence goes out with a hole in it."""

import asyncio
import json

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from forloeb import clock, settings
from forloeb.assistant.nlg import Composer, UnknownResponse, sources
from forloeb.law import version

RESPONSES = {
    "utter_svar": [{"text": ""}],
    "utter_a": [
        {"text": "Fristen er {dato}.", "custom": {"facts": ["cv"]}},
        {"text": "Frist {dato}", "custom": {"facts": ["cv"]}, "channel": "sms"},
    ],
    "utter_b": [{"text": "Ring til {akasse}.", "custom": {"facts": ["no_show", "cv"]}}],
    "utter_hul": [{"text": "Det står ikke i mit grundlag.", "custom": {"gap": "ferie"}}],
    "utter_holdt": [{"text": "holdt {antal}"}],
    "utter_tilstand": [{"text": " Datoen er gået."}],
    "utter_navn": [{"text": "en dag"}],
    "utter_liste": [{"text": "- et"}],
    "utter_overskrift": [{"text": "Her:"}],
    "utter_knap": [{"text": "Tag {tid}"}],
    "utter_knap_hvor_staar_det": [{"text": "Hvor står det?"}],
    "utter_forbehold_akasse": [{"text": "Kun den a-kasse."}],
}


@pytest.fixture
def compose():
    composer = Composer(domain=Domain.empty())
    composer.responses = RESPONSES
    tracker = DialogueStateTracker.from_events("c", [])

    def run(parts, channel="web", **more):
        return asyncio.run(composer.generate("utter_svar", tracker, channel, parts=parts, **more))

    return run


def test_facts_are_united_and_sources_follow(compose):
    reply = compose([["utter_a", {"dato": "i dag"}], ["utter_b", {}]])
    assert reply["text"].startswith("Fristen er i dag.\n\nRing til din a-kasse.")
    assert reply["custom"]["facts"] == ["cv", "no_show"]
    assert [s["id"] for s in reply["custom"]["sources"]] == ["kommune", "akasse"]


def test_each_fact_carries_the_version_that_it_has_today(compose):
    custom = compose([["utter_a", {"dato": "i dag"}], ["utter_b", {}]])["custom"]
    today = clock.today(settings.load())
    assert custom["law"] == {"cv": version("cv", today), "no_show": version("no_show", today)}
    assert "law" not in compose([["utter_hul", {}]])["custom"]


def test_what_stands_only_on_the_a_kasse_page_is_always_limited_to_it(compose):
    assert compose([["utter_b", {}]])["text"].endswith("Kun den a-kasse.")
    assert "Kun den" not in compose([["utter_a", {"dato": "x"}]])["text"]


def test_a_sentence_inside_another_uses_the_values_beside_it(compose):
    assert compose([["utter_a", {"dato": "utter_holdt", "antal": "1"}]])["text"] == "Fristen er holdt 1."


def test_the_source_button_carries_the_facts(compose):
    button = compose([["utter_a", {"dato": "x"}]])["buttons"][-1]
    assert button["title"] == "Hvor står det?"
    assert json.loads(button["payload"].removeprefix("/hvor_staar_det")) == {"fakta": "cv"}
    assert compose([["utter_a", {"dato": "x"}]], sources_button=False)["buttons"] == []


def test_a_gap_has_no_sources(compose):
    custom = compose([["utter_hul", {}]])["custom"]
    assert custom["gap"] == "ferie" and custom["sources"] == [] and custom["facts"] == []


def test_a_value_can_be_another_response(compose):
    assert "Fristen er en dag." in compose([["utter_a", {"dato": "utter_navn"}]])["text"]


def test_the_channel_chooses_the_variant(compose):
    assert compose([["utter_a", {"dato": "x"}]], channel="sms")["text"] == "Frist x"


def test_lines_of_a_list_stay_together(compose):
    assert compose([["utter_overskrift", {}], ["utter_liste", {}], ["utter_liste", {}]])["text"] == "Her:\n- et\n- et"


def test_choices_get_their_titles_from_the_responses(compose):
    choice = {"title": ["utter_knap", {"tid": "kl. 10"}], "payload": "/valg"}
    assert compose([["utter_hul", {}]], choices=[choice])["buttons"] == [{"title": "Tag kl. 10", "payload": "/valg"}]


def test_a_missing_value_or_key_is_an_error_and_never_sent(compose):
    with pytest.raises(UnknownResponse):
        compose([["utter_a", {}]])
    with pytest.raises(UnknownResponse):
        compose([["utter_findes_ikke", {}]])


def test_what_a_person_wrote_cannot_reach_into_the_template(compose):
    assert "{akasse}" in compose([["utter_a", {"dato": "{akasse}"}]])["text"]


def test_sources_name_title_and_section_once():
    found = sources(["cv", "joblog", "cancel.lawful"])
    assert found[0] == {"id": "kommune", "title": "Jobrettede samtaler (kontaktforløb)", "section": "Betingelser"}
    assert len(found) == 2


def test_a_value_that_is_a_response_keeps_the_space_before_it(compose):
    """`{tilstand}` follows a full stop; when there is nothing to say, nothing is left behind."""
    assert compose([["utter_a", {"dato": "utter_tilstand"}]], channel="sms")["text"] == "Frist  Datoen er gået."
