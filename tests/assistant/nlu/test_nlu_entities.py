"""What the entity ruler names: a table, with the spellings people use, and what must not be named."""

import pytest

from forloeb.danish import nlp

CASES = {
    "ydelse": """
        jeg er på dagpenge = dagpenge
        får dp = dagpenge
        dagpegne = dagpenge
        DAGPENGENE = dagpenge
        dagpænge = dagpenge
        kontanthjælp = kontanthjaelp
        kontanthjaelp = kontanthjaelp
        kontanthjalp = kontanthjaelp
        kontant hjælp = kontanthjaelp
        kth = kontanthjaelp
        jeg får bistand = kontanthjaelp
        tak for deres bistand =
        jeg er kontanthjælpsmodtager = kontanthjaelp
        kontanhjælp = kontanthjaelp
        uddannelseshjælp = uddannelseshjaelp
        udd.hjælp = uddannelseshjaelp
        udd hjælp = uddannelseshjaelp
        uddhj = uddannelseshjaelp
        jeg får ikke dagpenge men kontanthjælp = dagpenge kontanthjaelp
        feriepenge =
        dagpengekort =
        hvornår får jeg penge =
    """,
    "myndighed": """
        a-kassen = akasse
        akassen = akasse
        a kasse = akasse
        a-kasssen = akasse
        ak = akasse
        ak ja =
        prøver at booke hos ak men kalenderen er tom = akasse
        min fagforening = akasse
        Akademikernes A-kasse = akasse
        jobcentret = jobcenter
        jobcenteret = jobcenter
        jobcnter = jobcenter
        jobc = jobcenter
        kommunen = jobcenter
        fra a-kassen til jobcentret = akasse jobcenter
        kommunikation =
        en kasse øl =
        jobsamtale hos 3F =
    """,
    "moedeform": """
        på telefon = telefon
        over tlf = telefon
        pr. telefon = telefon
        telfon = telefon
        på Teams = digital
        video = digital
        vidoe = digital
        onlinemøde = digital
        personligt = personligt
        personligt digitalt møde = digital
        fysisk = personligt
        ansigt til ansigt = personligt
        ikke video men telefon = digital telefon
        kommer brevet i digital post =
        jeg kigger aldrig i den digitale post =
        jeg har skrevet en masse personligt =
        skal man møde op =
        ring mig op =
        ring mig op i stedet på onsdag = telefon
        kan de ikke ringe til mig den dag i stedet = telefon
        kan jeg klikke en tid ind på nettet =
        jeg sad ved telefonen =
        telefonen ringede aldrig =
        skal man møde frem i person = personligt
        jeg dropper video og kommer ind i stedet = digital personligt
        vis min personlige plan =
    """,
    "afbudsgrund": """
        jeg er syg = sygdom
        har feber = sygdom
        ligger med influenza = sygdom
        kaster op = sygdom
        jeg er ikke syg =
        jeg er ikke længere syg =
        kan ikke komme, syg = sygdom
        det er ikke fordi jeg er syg =
        kan ikke stå på benene = sygdom
        min datter er syg = andet
        mit barn har feber = andet
        barn syg = andet
        min mor er faldet og blev indlagt = andet andet
        jeg sidder på skadestuen med min kone = andet
        jeg sidder på skadestuen = sygdom
        knægten har kastet op hele natten = andet
        min nabo er indlagt = andet
        hun er syg min datter = andet
        min yngste har feber = andet
        min kanin er syg = andet
        min datter fik vandkopper i nat = andet
        der er ingen busser i dag = andet
        jeg er taget til sverige = privat
        mor på hospital = andet
        min datters institution holder lukket = andet
        jeg har ikke nogen til at passe hende = andet
        jeg kunne ikke få passet børnene = andet
        æ bus kam it = andet
        en arbejdsgiver vil gerne have mig til samtale i morgen = jobsamtale
        hvem er det jeg skal til samtale hos når jeg får penge =
        min ryg er dårlig = sygdom
        der er sygdom i familien = andet
        vi har ingen til at tage den lille = andet
        magter det ikke i dag = privat
        jeg skal noget med familien = privat
        gider du ikke hjælpe mig =
        en lille smule feber = sygdom
        jeg får feber nu = sygdom
        min datter har smittet mig så jeg ligger med feber = sygdom
        jeg er syg og min mand kan ikke køre mig = sygdom
        jeg har ondt i ryggen og min datter er også syg = sygdom andet
        a æ it syg men a ka it kom =
        jeg er altså ikke syg =
        min søn er ikke syg =
        jeg er ikke rask = sygdom
        jeg er sløj = sygdom
        jeg er dårlig = sygdom
        jeg er dårlig til at snakke med kommunen =
        har migræne igen og orker ikke at komme = sygdom
        gider ikke det møde = privat
        gider ikke det her =
        vi er i italien hele ugen = privat
        vi har bestilt en tur til spanien = privat
        skal til jobsamtale i sverige = jobsamtale
        barnepigen har meldt afbud = andet
        når det ikke, bussen kom aldrig = andet
        er togstrejke en grund = andet
        syge børn = andet
        er det lovligt at blive væk hvis ens barn er syg = andet
        ingen børnepasning = andet
        bussen kører ikke = andet
        min bil er brudt sammen = andet
        skal på arbejde = andet
        skal til begravelse = andet
        jobsamtale = jobsamtale
        jobsamtle i morgen = jobsamtale
        er kaldt til samtale hos Netto = jobsamtale
        ansættelsessamtale = jobsamtale
        skal til samtale hos jer =
        er indkaldt til samtale i jobcentret =
        skal på ferie = privat
        gider ikke = privat
        har ikke lyst = privat
        koncert = privat
        min søsters bryllup = privat
        har ikke lyst til at leve =
        gider ikke skrive mere =
        jeg rejser tvivl om det =
    """,
}


def table():
    for label, lines in CASES.items():
        for line in lines.strip().splitlines():
            text, _, values = line.strip().rpartition("=")
            yield label, text.strip(), values.split()


@pytest.mark.parametrize(("label", "text", "values"), list(table()))
def test_named(label, text, values):
    assert [value for value, _, _ in nlp.named(nlp.load()(text), label)] == values


def test_every_pattern_has_a_known_label_and_value():
    from forloeb.assistant.nlu.validate import ENTITIES

    for pattern in nlp.patterns():
        label, value = pattern["label"], pattern["id"]
        assert label == "intet" or value in ENTITIES[label]


def test_the_pipeline_lemmatizes():
    doc = nlp.load()("jeg blev fyret fra mine jobs")
    assert [t.lemma_ for t in doc][:2] == ["jeg", "blive"]


def test_a_long_text_takes_no_long_time():
    import time

    text = "min kone er ikke syg men jeg har ondt i ryggen og skal på telefon " * 150
    started = time.perf_counter()
    nlp.load()(text)
    assert time.perf_counter() - started < 4
