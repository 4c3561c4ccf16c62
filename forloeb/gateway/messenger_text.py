"""An answer as Messenger takes it: texts of at most 2 000 characters, quick replies on the last. Pure."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 2000
TITLE = 20
QUICK = 13

Button = dict[str, str]


def messages(text: str, buttons: Sequence[Button]) -> list[tuple[str, list[Button]]]:
    """The messages of one answer, and the quick replies of each.

    Where a title is too long for a quick reply, the choices are numbered in the text and the quick replies are digits.
    """
    quick = [dict(button) for button in buttons[:QUICK]]
    if any(len(button["title"]) > TITLE for button in quick):
        lines = [f"{nth}. {button['title']}" for nth, button in enumerate(quick, start=1)]
        text = "\n\n".join((text, "\n".join(lines)))
        quick = [{"title": str(nth), "payload": button["payload"]} for nth, button in enumerate(quick, start=1)]
    cut = _cut(text)
    return [(part, quick if nth == len(cut) else []) for nth, part in enumerate(cut, start=1)]


def _cut(text: str) -> list[str]:
    found = []
    while len(text) > LONGEST:
        end = max(text.rfind("\n", 1, LONGEST), text.rfind(". ", 1, LONGEST) + 1, 0)
        end = end if end > LONGEST // 4 else LONGEST
        found.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*found, text]
