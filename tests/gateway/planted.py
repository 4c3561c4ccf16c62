"""Words that the tests plant CPR numbers among."""

WORDS = [
    "jeg",
    "hedder",
    "og",
    "mit",
    "nummer",
    "er",
    "tak",
    "hej",
    "sygdom",
    "møde",
    "den",
    "a-kasse",
    "kan",
    "ikke",
    "komme",
    "i",
    "morgen",
    "CPR",
    "cpr-nr",
]
