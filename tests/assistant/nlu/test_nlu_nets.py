"""The closed lists beside the classifier: yes and no, gap topics, crisis, languages."""

import time

import pytest

from forloeb.assistant.nlu.crisis import is_crisis, is_way_of_speaking
from forloeb.assistant.nlu.language import language
from forloeb.assistant.nlu.short import short_answer
from forloeb.assistant.nlu.topics import topic_names, topics

SHORT = """
    ja = bekraeft
    Ja tak! = bekraeft
    jep = bekraeft
    jo = bekraeft
    ok = bekraeft
    yes = bekraeft
    det er fint = bekraeft
    gør det = bekraeft
    gor det = bekraeft
    👍 = bekraeft
    nej = afkraeft
    nej tak = afkraeft
    nej tak ellers = afkraeft
    no = afkraeft
    nix = afkraeft
    næ = afkraeft
    ellers tak = afkraeft
    glem det = afkraeft
    fortryd = afkraeft
    stop = afkraeft
    ikke alligevel = afkraeft
    2 = oplys
    nr. 2 = oplys
    spring over = oplys
    vis flere = oplys
    flere tider tak = oplys
    jada = bekraeft
    ok gør det = bekraeft
    det er fint med mig = bekraeft
    nope = afkraeft
    ikke nu = afkraeft
    nej det er fint = afkraeft
    måske senere = afkraeft
    nummer to = oplys
    den første = oplys
    den forste tak = oplys
    den sidste = oplys
    tak = None
    nå = None
    ja eller nej = None
    ja? = None
    kan jeg få den første samtale på telefon = None
    nej onsdag mente jeg = None
    hej = None
     = None
"""


@pytest.mark.parametrize(
    ("text", "intent"), [tuple(p.strip() for p in line.rpartition("=")[::2]) for line in SHORT.strip().splitlines()]
)
def test_short_answers(text, intent):
    assert str(short_answer(text)) == intent


@pytest.mark.parametrize(
    ("text", "covered", "intent"),
    [
        ("på dagpenge", ["dagpenge"], "oplys"),
        ("torsdag kl 10 tak", ["torsdag kl 10"], "oplys"),
        ("jeg blev ledig 1. september", ["1. september"], "oplys"),
        ("telefon", ["telefon"], "oplys"),
        ("kontanthjælp?", ["kontanthjælp"], None),
        ("flyt den til torsdag kl 10", ["torsdag kl 10"], None),
        ("ring til jobcentret", ["jobcentret"], None),
    ],
)
def test_bare_answers(text, covered, intent):
    assert short_answer(text, covered) == intent


TOPICS = {
    "sygemelding": ["hvordan sygemelder jeg mig", "hvor melder jeg mig syg", "jeg er sygemeldt på fuld tid"],
    "sygedagpenge": ["kan jeg få sygedagpenge", "sygepenge"],
    "ferie": [
        "må jeg holde ferie",
        "hvor søger jeg feriepenge",
        "hvor meget ferie har jeg",
        "kan jeg rejse til udlandet",
    ],
    "beloeb": [
        "hvor meget får jeg i dagpenge",
        "hvad er satsen",
        "hvornår bliver pengene udbetalt",
        "hvor hoj er dagpengesatsen",
    ],
    "klage": ["hvordan klager jeg", "jeg vil klage over en afgørelse", "ankestyrelsen"],
    "bisidder": ["må jeg have en bisidder med", "må min kone komme med til mødet", "ma jeg tage min bror med"],
    "tolk": ["jeg har brug for en tolk", "kan jeg få tolkning"],
    "tilmelding": ["hvordan melder jeg mig ledig", "hvor tilmelder jeg mig som ledig", "hvordan søger jeg dagpenge"],
    "afgoerelse_venter": ["mine dagpenge er ikke godkendt endnu", "jeg venter på svar på min ansøgning om dagpenge"],
    "cv_frist_overskredet": ["mit cv er lagt ind for sent", "jeg har glemt mit cv", "cv-fristen er overskredet"],
    "booking_frist_overskredet": [
        "jeg har glemt at booke",
        "fristen for at booke er overskredet",
        "jeg nåede ikke at booke",
    ],
    "forkert_registreret": [
        "jeg står som udeblevet men jeg var der",
        "jeg er fejlregistreret",
        "de har skrevet jeg ikke mødte op men jeg sad klar",
        "jeg står som udeblevet, men det er altså helt forkert",
        "I har noteret mig som fraværende. Det er en fejl",
        "jeg var der, jeg sad i venteværelset, og nu står der udeblevet",
        "det er en fejl at jeg er skrevet som udeblevet",
    ],
    "saa_ikke_indkaldelsen": [
        "jeg har aldrig set indkaldelsen",
        "jeg fik aldrig nogen indkaldelse",
        "så først brevet i dag",
    ],
    "ingen_ringede": ["der var ingen der ringede", "de ringede aldrig", "jeg fik aldrig noget opkald"],
    "for_sent": ["jeg kom 10 minutter for sent", "kommer et kvarter for sent", "jeg er forsinket"],
    "sorg": ["min mor døde i går", "jeg har mistet min far", "min kone er lige gået bort", "far er død"],
    "ledig_igen": [
        "jeg fik job i to måneder og er nu ledig igen",
        "jeg har haft et vikariat og er blevet arbejdsløs igen",
        "er igen blevet ledig",
        "jeg er tilbage på dagpenge efter et job",
    ],
    "video_fejl": ["linket virkede ikke", "kan ikke komme ind på teams", "kameraet er dødt"],
}
NO_TOPIC = [
    "min mors begravelse er på torsdag, er det en lovlig grund",
    "er der en tid ledig i morgen",
    "jeg blev ledig 1. september",
    "min mor er syg",
    "jeg er bange for at blive registreret som udeblevet",
    "hvornår er mit næste møde",
    "jeg er syg i dag og kan ikke komme",
    "er det for sent at booke",
    "hvad koster det at blive væk",
    "kan a-kassen komme med til mødet",
    "jeg skal på ferie så jeg melder afbud",
    "hvad kræves der af mig",
    "må jeg tage mødet på video",
    "hvornår skal jeg booke",
    "hvornår meldte jeg mig ledig",
    "ring til mig",
]


def test_the_topics_are_those_of_the_table():
    assert sorted(topic_names()) == sorted(TOPICS)


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in TOPICS.items() for text in texts])
def test_topics(topic, text):
    found = topics(text)
    assert topic in [name for name, _, _ in found]
    assert all(0 <= start < end <= len(text) for _, start, end in found)


@pytest.mark.parametrize("text", NO_TOPIC)
def test_no_topic(text):
    assert topics(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "jeg vil ikke leve mere",
        "jeg overvejer selvmord",
        "vil dø",
        "jeg vil gerne dø",
        "gider ik leve længere",
        "jej orker ikke at leve",
        "min mand slår mig",
        "han slar mig",
        "jeg tænker på at tage mit eget liv",
        "hvis de tager dagpengene slår jeg mig selv ihjel",
        "jeg kan ikke få luft og har ondt i brystet",
        "i want to kill myself",
        "my husband hits me",
        "хочу померти",
        "أريد أن أموت",
        "ölmek istiyorum",
        "quiero morir",
        "jeg skærer i mig selv",
        "det ville være bedre hvis jeg var død",
        "sjelvmord",
        "jeg tror jeg har en blodprop",
        "det er ubærligt at være til",
        "jeg har lige taget 30 panodiler",
        "hun har taget et helt glas sovepiller",
        "jeg kan ikke mere, jeg giver op, farvel",
        "a ka it mier, a gir op",
        "der er blod over det hele",
        "min bror har sparket mig i maven",
        "jeg tør ikke gå hjem for min mand",
        "min eks har truet mig på livet",
        "det strammer i mit bryst og armen sover",
        "hvorfor skulle jeg leve videre",
        "jeg er en byrde for alle",
        "jeg ser ingen udvej",
        "hver nat håber jeg at jeg ikke vågner",
        "jeg griner mig ihjel, nej jeg mener det, jeg vil ikke leve mere",
        "han tog fat i mig og har slået mig, så jeg bløder",
    ],
)
def test_crisis(text):
    assert is_crisis(text)


@pytest.mark.parametrize(
    "text",
    [
        "jeg er træt af jer",
        "jeg kan ikke mere af det her bureaukrati",
        "mødet slår mig som spild af tid",
        "min mor er død og jeg skal til begravelse",
        "jeg er syg og kan ikke komme",
        "hvad er meningen med de samtaler",
        "jeg er bange for at møde det forkerte sted",
        "linket er dødt",
        "jeg kan ikke leve af dagpenge",
        "skær det ud i pap for mig",
        "det slår mig ihjel at vente",
        "jeg tager bare en panodil og kommer alligevel",
        "jeg kan ikke mere i dag",
        "systemet slår mig ihjel",
        "jeg bliver slået hjem til start hver gang",
        "min telefon tager livet af mig",
        "min mand har haft en blodprop, er det en lovlig grund",
        "jeg dør af grin",
        "jeg har slået mig på knæet og kan ikke komme",
        "jeg skar mig i fingeren og skal på skadestuen",
        "jeg blev slået af min ven i skak",
        "jeg gider ikke leve op til jeres krav",
        "vi gør en ende på mit medlemskab",
        "jeg ligger med en blodprop og kan ikke komme",
        "jeg skal leve videre på kontanthjælp",
    ],
)
def test_no_crisis(text):
    assert not is_crisis(text)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("jeg griner mig ihjel", True),
        ("det slår mig ihjel at vente på posten", True),
        ("jeg er træt", False),
        ("jeg griner mig ihjel, nej jeg vil ikke leve mere", False),
        ("det slår mig ihjel at vente og jeg har ikke sovet og ved ikke hvordan jeg skal komme igennem dagen", False),
    ],
)
def test_ways_of_speaking(text, way):
    assert is_way_of_speaking(text) is way


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hvornår er mit møde", "da"),
        ("hello", "da"),
        ("my next møde hvornår", "da"),
        ("when is my meeting and do I have to come", "en"),
        ("wann ist mein termin", "de"),
        ("kiedy mam spotkanie", "pl"),
        ("Potrzebuję pomocy", "pl"),
        ("please help me", "en"),
        ("i want to cancel my meeting", "en"),
        ("necesito ayuda", "es"),
        ("am nevoie de ajutor", "ro"),
        ("ich brauche hilfe", "de"),
        ("yardıma ihtiyacım var", "tr"),
        ("waxaan u baahanahay caawimaad", "so"),
        ("j'ai besoin d'aide", "fr"),
        ("jeg need book møde", "da"),
        ("book a time til mig", "da"),
        ("can i book et møde", "da"),
        ("my cv er på jobnet", "da"),
        ("ok", "da"),
        ("vi ses i morgen", "da"),
        ("hej med dig", "da"),
        ("mødet er kl 10", "da"),
        ("er I der", "da"),
        ("a kan it kom i daw", "da"),
        ("коли моя зустріч і де це", "uk"),
        ("когда моя встреча", "ru"),
        ("متى موعدي", "ar"),
        ("سلام، من کارم را از دست داده‌ام", "fa"),
        ("Merhaba, iş bulmam için yardım", "tr"),
        ("jeg skal til job interview how do i cancel mødet", "da"),
        ("når är mötet", "da"),
        ("", "da"),
    ],
)
def test_language(text, code):
    assert language(text) == code


def test_no_list_takes_long_over_a_wall_of_text():
    walls = [
        "a" * 20_000,
        "ikke " * 4_000,
        "hvor meget kan jeg " * 1_000,
        "jeg vil bare gerne " * 1_000,
        "(((((" * 4_000,
    ]
    for look in (is_crisis, topics, language, short_answer):
        for wall in walls:
            started = time.perf_counter()
            look(wall)
            assert time.perf_counter() - started < 1.5, (look.__name__, wall[:20])
