"""The validator refuses what it promises to refuse, and the data in the tree has none of it."""

from forloeb.assistant.nlu import validate
from forloeb.assistant.nlu.validate import LEAST, Utterance, faults, intent_names, read
from forloeb.settings import ROOT

NAMES = ("joblog", "cv_frist")


def enough(*more):
    many = [Utterance(name, f"{name} på måde {i} af {LEAST}", ()) for name in NAMES for i in range(LEAST)]
    return [*many, *more]


def test_enough_different_utterances_are_fine():
    assert faults(enough(), [], NAMES) == []


def test_an_intent_that_the_table_lacks_and_one_that_the_data_lacks():
    found = faults(enough(Utterance("ukendt", "noget helt andet", ())), [], (*NAMES, "mangler"))
    assert found == ["ukendt: docs/intents.md does not know it", f"mangler: 0 utterances, at least {LEAST} are needed"]


def test_the_same_words_under_two_intents_however_spelt():
    found = faults(
        enough(Utterance("joblog", "Hvornår er mødet?", ()), Utterance("cv_frist", "hvornaar er modet", ())), [], NAMES
    )
    assert found == ["cv_frist: 'hvornaar er modet' stands under joblog too"]


def test_what_is_too_like_the_unseen_set():
    unseen = [Utterance("joblog", "hvor finder jeg min joblog henne", ()), Utterance("joblog", "ja tak", ())]
    near = Utterance("joblog", "Hvor finder jeg henne min joblog?", ())
    far = Utterance("joblog", "hvor skriver jeg i min joblog", ())
    closed = Utterance("joblog", "ja tak!", ())
    assert faults(enough(near), unseen, NAMES) == [f"joblog: {near.text!r} is too like the unseen set"]
    assert faults(enough(far, closed), unseen, NAMES) == []


def test_entities_values_and_what_looks_like_a_cpr_number():
    wrong = [
        Utterance("joblog", "en", (("by", None, "Køge"),)),
        Utterance("joblog", "to", (("ydelse", "su", "su"),)),
        Utterance("joblog", "mit nummer er 010190-1234", ()),
    ]
    found = faults(enough(*wrong), [], NAMES)
    assert len(found) == 3
    assert faults(enough(Utterance("joblog", "ring på 20 12 34 56", (("tid", None, "i dag"),))), [], NAMES) == []


def test_annotations_are_read(tmp_path):
    (tmp_path / "x.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: joblog\n  examples: |\n'
        '    - er [dp](ydelse) og [tlf]{"entity": "moedeform", "value": "telefon"} fint\n',
        encoding="utf-8",
    )
    (utterance,) = read([tmp_path / "x.yml"])
    assert utterance.text == "er dp og tlf fint"
    assert utterance.entities == (("ydelse", None, "dp"), ("moedeform", "telefon", "tlf"))


def test_a_changed_unseen_set_is_noticed(tmp_path):
    (tmp_path / "unseen.yml").write_text("a", encoding="utf-8")
    (tmp_path / "FROZEN").write_text(f"# x\n{'0' * 64}  unseen.yml\n", encoding="utf-8")
    assert validate.frozen_faults(tmp_path) == ["unseen.yml: not the frozen file"]


def test_the_data_in_the_tree_is_clean(capsys):
    assert validate.main([]) == 0, capsys.readouterr().out


def test_every_unseen_file_is_frozen():
    frozen = (ROOT / "tests" / "nlu" / "FROZEN").read_text(encoding="utf-8")
    assert all(path.name in frozen for path in (ROOT / "tests" / "nlu").glob("*.yml"))


def test_the_table_of_intents_is_read():
    names = intent_names((ROOT / "docs" / "intents.md").read_text(encoding="utf-8"))
    assert len(names) == 50
    assert "joblog" in names
