"""The same person back with the same question within a week: an answer that was given and did not help.

A person is a claimant, or a conversation that nobody has signed in to. A question is a person and an intent; tasks and
talk are none (somebody who looks at their appointments twice is no failure). They are back when they ask it again more
than an hour later, in another sitting, and at most seven days later. The period is the day of the first asking; what
comes back after the period's end still counts, and what has not had its week yet counts as not back so far.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby, pairwise

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from forloeb.gateway.tables import conversation
from forloeb.review.shares import Share
from forloeb.review.tables import review_turn
from forloeb.review.turns import FALLBACKS

SITTING = timedelta(hours=1)
WEEK = timedelta(days=7)
TASKS = (
    "vis_forloeb book_samtale flyt_samtale meld_afbud vis_aftaler misset_samtale forbered_samtale skift_moedeform "
    "tal_med_medarbejder slet_data"
)
TALK = "hilsen farvel tak bekraeft afkraeft hjaelp bot_identitet frustration valg start besked"
NO_QUESTIONS = frozenset((*TASKS.split(), *TALK.split(), *FALLBACKS))


def count(connection: Connection, start: datetime, end: datetime) -> Share:
    """Of the questions asked from `start` to `end`: how many came back."""
    person = func.coalesce(conversation.c.claimant_id, conversation.c.id).label("person")
    asked = (
        select(person, review_turn.c.intent, review_turn.c.at)
        .join(conversation, conversation.c.id == review_turn.c.conversation_id)
        .where(
            review_turn.c.at >= start,
            review_turn.c.at < end + WEEK,
            review_turn.c.intent.is_not(None),
            review_turn.c.intent.not_in(sorted(NO_QUESTIONS)),
        )
        .order_by(person, review_turn.c.intent, review_turn.c.at)
    )
    part = whole = 0
    for _, group in groupby(connection.execute(asked), key=lambda row: (row.person, row.intent)):
        times = [row.at for row in group]
        if times[0] >= end:
            continue
        whole += 1
        part += any(SITTING < later - earlier <= WEEK for earlier, later in pairwise(times) if earlier < end)
    return Share(part, whole)
