"""Days and clock times as Danes write them; the plain-language check."""

from datetime import date, datetime

from forloeb.danish import format as danish
from forloeb.danish import readability


def test_days():
    on = date(2025, 9, 4)
    assert danish.day(date(2025, 9, 22), on) == "22. september"
    assert danish.long_day(date(2026, 3, 1), on) == "søndag den 1. marts 2026"
    assert danish.moment(datetime(2025, 9, 18, 9, 5), on) == "torsdag den 18. september kl. 09.05"


def test_lists():
    assert danish.listed([]) == ""
    assert danish.listed(["a"]) == "a"
    assert danish.listed(["a", "b", "c"]) == "a, b og c"


def test_lix_counts_long_words_and_sentences():
    assert readability.lix("Du skal ringe nu. Det er godt.").lix == 3.5
    assert readability.lix("Arbejdsmarkedspolitikken.").lix == 101.0


def test_terms_of_law_and_placeholders_do_not_count():
    assert readability.lix("Du får kontanthjælp senest {dato}.").lix == 5.0


def test_hard_texts_threats_and_office_language_are_faults(tmp_path):
    hard = "Ansøgningsproceduren forudsætter dokumentationsmateriale vedrørende beskæftigelsesforhold."
    (tmp_path / "x.yml").write_text(f"responses:\n  utter_x:\n    - text: {hard}\n")
    found = readability.faults(tmp_path)
    assert any("LIX" in f for f in found) and any("vedrørende" in f for f in found)
    (tmp_path / "x.yml").write_text("responses:\n  utter_x:\n    - text: Ellers bliver du sanktioneret nu.\n")
    assert len(readability.faults(tmp_path)) == 1
