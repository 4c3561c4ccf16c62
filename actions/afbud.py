"""Afbud: the person's own words and ground are stored; whether it is lawful is a human's act, never ours."""

from __future__ import annotations

from datetime import timedelta

from actions import afbud_done, book, matter, missed, move, other_meeting, regret, several, which
from actions.afbud_reason import REASONS, agrees, ground_of, named_ground, rather, reason_choices, wishes
from actions.afbud_words import (
    ANOTHER_TIME,
    DENIED,
    HAPPENED,
    NO_REASON,
    grieves,
    surely,
)
from actions.meeting_words import covers, described, matching, place_of, times_in
from actions.missed_words import late
from actions.relative_wish import relative_wish
from actions.turn import Turn
from actions.wishing import as_json, away_in, from_json, merged, not_that_day, on_the_way, untils, wish_in
from forloeb.booking.errors import Refused
from forloeb.booking.model import SUMMONED, Appointment, CaseKind, Ground, Holder
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

NAMED_IN_THE_SOURCE = (Ground.ILLNESS.value, Ground.INTERVIEW.value)
SURE_ENOUGH = 0.55
SAID_AT_LENGTH = 7  # words: more than that one cannot come, so a part of the reason
WORDS_AT_MOST = 1000


async def begin(turn: Turn) -> None:
    """Which meeting, why, and then by the ground; the meeting can be known from what was said before."""
    if known := turn.state.get("appointment"):
        turn.state["kind"] = "afbud"
        await with_meeting(turn, await turn.call(turn.service.appointment, turn.claimant_id, known))
        return
    sure = turn.sure if surely(turn) else 0.0
    if DENIED.search(fold(turn.text)):
        keep(turn)
        return
    ground = ground_of(turn)
    if ground is None and turn.remembered:
        ground, sure = turn.remembered.ground, 0.0
    turn.state.update({"kind": "afbud", "ground": ground, "sure": sure})
    if several.WHOLE.search(fold(turn.text)) or (ground == Ground.ILLNESS.value and untils(turn.known)):
        turn.state["away"] = as_json(away_in(turn.known))
    elif on_the_way(turn.text) and (back := wish_in(turn.known)):
        turn.state["away"] = as_json(back)
    if turn.state["ground"]:
        before = turn.remembered.words if turn.remembered else turn.mourning
        told = [before] if before and not turn.known.entity("afbudsgrund") else []
        turn.state["words"] = "\n".join([*told, turn.text])[:WORDS_AT_MOST]
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    if turn.known.afbud is not None and not (times_in(turn.known) or turn.known.entity("myndighed")):
        turn.state["sure"] = 0.0  # the same message once more takes no second meeting
    going = await which.begun(turn)
    if going and _means(turn, going) and not matching(turn.known, ahead, naming=True):
        await _begun(turn, going)
    elif not ahead and regret.given(turn.known, turn.reply):
        turn.finish()
    elif not ahead and HAPPENED.search(fold(turn.text)) and await missed.lately(turn):
        await missed.begin(turn)
    elif not ahead:
        await _no_meeting(turn)
    elif together := several.meant(turn, ahead):
        several.ask(turn, together)
    elif (meeting := await which.meeting(turn)) is not None:
        await with_meeting(turn, meeting)


def words_of(turn: Turn) -> str:
    """The reason in the person's own words."""
    return turn.state.get("words") or turn.text[:WORDS_AT_MOST]


def _means(turn: Turn, going: Appointment) -> bool:
    """Whether a meeting that has begun is the one meant: it fits the time named, or no time was named."""
    return not times_in(turn.known) or bool(matching(turn.known, [going], naming=True))


async def _begun(turn: Turn, going: Appointment) -> None:
    """Too late for an afbud: the moment is noted as for a missed meeting, and the person makes contact now."""
    said = len(turn.reply.parts)
    await missed.noted(turn, going, CaseKind.MISSED)
    turn.reply.parts.insert(said + 1, ("utter_afbud_for_sent", turn.reply.values))  # what to do now comes first


async def without_meeting(turn: Turn) -> None:
    """None of the meetings shown was meant."""
    if turn.stops:
        keep(turn)
    else:
        await _no_meeting(turn)


async def _no_meeting(turn: Turn) -> None:
    """We hold no such meeting of theirs: a human gets the words, and the person is told to make contact themselves."""
    facts = {"wants": "afbud", "words": words_of(turn)}
    case = await turn.call(
        turn.service.open_case, turn.claimant_id, CaseKind.OTHER.value, facts, turn.key("afbud_unknown"), turn.now
    )
    named = turn.known.entity("myndighed")
    told = {"wants": "afbud", "ground": turn.state.get("ground"), "words": words_of(turn)}
    turn.slots["sidste_sag"] = matter.of("sent", turn.now, None, holder=named, **told)
    turn.reply.say("utter_afbud_ingen_aftale", kvittering=case.receipt or case.id, myndighed=_whose(turn))
    turn.finish()


def _whose(turn: Turn) -> str:
    """Who to contact about a meeting that we do not hold: the holder named, else both where both can hold it."""
    named = turn.known.entity("myndighed")
    if named in [h.value for h in Holder]:
        return str(place_of(turn.known, Holder(named)).contact())
    return "utter_begge_myndigheder" if turn.known.benefit is Benefit.DAGPENGE else turn.known.values()["myndighed"]


async def with_meeting(turn: Turn, meeting: Appointment) -> None:
    """The meeting is known: ask for the reason, or go on by the ground."""
    turn.state["appointment"] = meeting.id
    ground = turn.state.get("ground")
    if grieves(turn):
        turn.reply.say("utter_afbud_sorg")
    if not ground and rather(turn, meeting):
        await _move(turn, meeting)
    elif not ground:
        if len(turn.text.split()) >= SAID_AT_LENGTH and not turn.pressed:
            turn.state["told"] = turn.text[:WORDS_AT_MOST]
        if meeting.start - turn.now <= timedelta(minutes=turn.service.settings.alarm_minutes):
            turn.reply.say("utter_ring_ogsaa", **described(turn.known, meeting))
        turn.reply.ask("utter_afbud_spoerg_grund", **described(turn.known, meeting))
        reason_choices(turn)
        turn.wait("reason")
    elif ground not in NAMED_IN_THE_SOURCE:
        await warn(turn, meeting)
    elif turn.state.get("sure", 0.0) < SURE_ENOUGH:
        _ask_whether(turn, meeting, "sure")
    else:
        await commit(turn)


def _ask_whether(turn: Turn, meeting: Appointment, step: str) -> None:
    turn.reply.ask("utter_afbud_laes_op", **described(turn.known, meeting))
    turn.reply.choice("utter_knap_ja_afbud", "valg", {"trin": "cancel"})
    turn.reply.choice("utter_knap_behold", "valg", {"trin": "keep"})
    turn.wait(step)


async def reason(turn: Turn) -> None:
    """The reason in the person's own words; a change of mind leaves the meeting as it was."""
    ground = named_ground(turn)
    if turn.chosen == "keep" or ((turn.no or turn.stops) and not ground):
        keep(turn)
        return
    if not ground and late(turn):
        turn.state = {}
        await missed.begin(turn)
        return
    if not ground and not turn.state.get("all"):
        meeting = await _meeting(turn)
        if ANOTHER_TIME.search(fold(turn.text)) or wishes(turn, meeting):
            await _move(turn, meeting)
            return
    if turn.chosen in REASONS:
        ground = REASONS[turn.chosen]
    elif turn.yes or turn.chosen == "ground:other":
        turn.reply.ask("utter_afbud_grund_igen")
        reason_choices(turn)
        turn.wait("reason")
        return
    if NO_REASON.match(fold(turn.text).strip()):
        turn.state["silent"] = True
    else:
        turn.state.pop("silent", None)
    words = "\n".join([*([told] if (told := turn.state.pop("told", None)) else []), turn.text])[:WORDS_AT_MOST]
    turn.state.update({"words": words, "ground": ground or Ground.OTHER.value, "sure": 1.0})
    if turn.state.get("all"):
        await several.reasoned(turn)
    else:
        await with_meeting(turn, await _meeting(turn))


async def sure(turn: Turn) -> None:
    """Whether it really is an afbud; after a warning, that is insisting."""
    warned = turn.state["step"] == "anyway"
    if await other_meeting.taken(turn, await _meeting(turn), with_meeting):
        return
    if turn.chosen == "cancel" or turn.yes or (turn.intent == "meld_afbud" and not turn.stops):
        meeting = await _meeting(turn)
        if wished := wish_in(turn.known, without=lambda time: covers(time, meeting.start)):
            turn.state["rather"] = as_json(wished)  # "ja, tirsdag passer bedre"
        await commit(turn, warned=warned)
    elif turn.no or turn.stops or turn.chosen == "keep":
        keep(turn)
    elif turn.chosen == "move" or turn.intent == "flyt_samtale":
        await _move(turn, await _meeting(turn))
    else:
        turn.reply.say("utter_svar_ja_eller_nej")
        _ask_whether(turn, await _meeting(turn), "anyway" if warned else "sure")


async def warn(turn: Turn, meeting: Appointment) -> None:
    """The consequence first, an offer to move, and nothing recorded yet; an open ground goes to staff at once."""
    who = "dagpenge" if turn.known.benefit is Benefit.DAGPENGE else "social"
    values = described(turn.known, meeting)
    if turn.state["ground"] == Ground.PRIVATE.value:
        turn.reply.say(f"utter_afbud_privat_{who}", **values)
    else:
        facts = {
            "appointment": meeting.id,
            "wants": "afbud",
            "words": words_of(turn),
        }
        case = await turn.call(
            turn.service.open_case, turn.claimant_id, CaseKind.OTHER.value, facts, turn.key("afbud_reason"), turn.now
        )
        turn.reply.say(f"utter_afbud_andet_{who}", **values)
        sent = "utter_afbud_andet_sag_uden_grund" if turn.state.get("silent") else "utter_afbud_andet_sag"
        turn.reply.say(sent, kvittering=case.receipt or case.id, **values)
    ask_instead(turn, meeting)


def ask_instead(turn: Turn, meeting: Appointment) -> None:
    """Move, cancel all the same, or keep; what the holder summons to has no new time here."""
    summoned = meeting.kind in SUMMONED
    turn.reply.ask(
        "utter_afbud_ny_tid_af_dem" if summoned else "utter_afbud_flyt_i_stedet", **described(turn.known, meeting)
    )
    turn.reply.choice("utter_knap_bed_om_ny_tid" if summoned else "utter_knap_flyt_i_stedet", "valg", {"trin": "move"})
    turn.reply.choice("utter_knap_afbud_alligevel", "valg", {"trin": "cancel"})
    turn.reply.choice("utter_knap_behold", "valg", {"trin": "keep"})
    turn.wait("insist")


async def insist(turn: Turn) -> None:
    """After the warning: move (yes), cancel all the same (said in so many words), keep, or another reason."""
    meeting = await _meeting(turn)
    ground = turn.known.entity("afbudsgrund")
    other = ground if ground != turn.state["ground"] else None
    wants_time = wish_in(turn.known, without=lambda time: covers(time, meeting.start)) and turn.intent != "meld_afbud"
    wants_time = wants_time or relative_wish(turn.text, meeting.start)
    if turn.chosen == "keep" or turn.stops:
        keep(turn)
    elif await other_meeting.taken(turn, meeting, with_meeting):
        return
    elif turn.state["ground"] == Ground.PRIVATE.value and other in NAMED_IN_THE_SOURCE:
        _another_ground(turn, meeting, other)
    elif turn.chosen == "cancel" or (turn.intent == "meld_afbud" and not other and not agrees(turn)):
        await commit(turn, warned=True)
    elif turn.chosen == "move" or agrees(turn) or turn.intent in ("flyt_samtale", "book_samtale") or wants_time:
        await _move(turn, meeting)
    elif other:
        turn.state.update({"ground": other, "words": turn.text[:WORDS_AT_MOST], "sure": 1.0, "silent": False})
        await with_meeting(turn, meeting)
    elif turn.no:
        turn.reply.ask("utter_afbud_alligevel", **described(turn.known, meeting))
        turn.reply.choice("utter_knap_ja_afbud", "valg", {"trin": "cancel"})
        turn.reply.choice("utter_knap_behold", "valg", {"trin": "keep"})
        turn.wait("anyway")
    else:
        turn.reply.say("utter_afbud_intet_endnu")
        ask_instead(turn, meeting)


def _another_ground(turn: Turn, meeting: Appointment, ground: str) -> None:
    """A private reason became a named one: both are passed on, and nothing is cancelled without a yes."""
    words = f"{words_of(turn)}\n{turn.text}"[:WORDS_AT_MOST]
    turn.state.update({"ground": ground, "words": words, "silent": False})
    turn.reply.say("utter_afbud_anden_grund")
    _ask_whether(turn, meeting, "sure")


async def _move(turn: Turn, meeting: Appointment) -> None:
    turn.state["wish"] = as_json(merged(not_that_day(meeting), from_json(turn.state.get("away") or {})))
    await move.with_meeting(turn, meeting)


async def _meeting(turn: Turn) -> Appointment:
    return await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])


def keep(turn: Turn) -> None:
    """Nothing is done; the meeting stands."""
    turn.reply.say("utter_afbud_behold")
    turn.finish()


async def commit(turn: Turn, *, warned: bool = False) -> None:
    """Write the afbud, then say it, and propose new times in the same reply."""
    state = turn.state
    if state.get("all"):
        await several.commit(turn)
        return
    try:
        cancelled = await turn.call(
            turn.service.cancel, turn.claimant_id, state.get("appointment") or "", words_of(turn),
            state.get("ground") or Ground.OTHER.value, turn.key("afbud"), turn.now, warned=warned,
        )  # fmt: skip
    except Refused as error:
        if error.code == "appointment_past":
            await _begun(turn, await _meeting(turn))
        else:
            await book.refused(turn, error)
    else:
        await afbud_done.done(turn, cancelled)
