"""Short conversations with what their last question means: how it is searched for.

Each is the questions and answers before, the last question, and the reading that comes first. The
second half was written before the first was looked at, and was not looked at until the end: then
26 of its 34 came out so. What it showed was mended; FRESH was written after that, and all 18 of it
came out so the first time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conversation:
    """`before` is pairs of question and answer; `needed` are words that the evidence must hold."""

    before: tuple[tuple[str, str], ...]
    question: str
    means: str
    needed: frozenset[str] = frozenset()


def _talk(before: str, question: str, means: str, needed: str = "") -> Conversation:
    """`before` is "Question? Answer." several times, with "|" between, and "=" before answers."""
    turns = [turn.partition("=") for turn in before.split("|")]
    pairs = tuple((asked.strip(), answer.strip()) for asked, _, answer in turns)
    return Conversation(pairs, question, means, frozenset(needed.split()))


LEAVE = (
    "How many days of annual leave do full-time employees have? = Full-time employees have 28 days."
)
LEADS = "Who leads the personnel department? = The department is led by Dr. Ines K. Mayer."
MEALS = "How much is the meal allowance in Switzerland? = 72 euros a day."
URLAUB = "Wie viele Urlaubstage haben Vollzeitbeschäftigte? = Vollzeitbeschäftigte haben 28 Tage."
LEITET = (
    "Wer leitet die Personalabteilung? = Die Personalabteilung wird von Frau Ines Mayer geleitet."
)
PUMP = "What does the Grebe dosing pump GB-040-P cost? = 694.00 euros."
SAFETY = (
    "Who is the safety officer in Galway? = "
    "The safety officer in Galway is Orla Brennan, extension 118; "
    "in Graz it is Matthias Kogler, extension 518."
)

FIRST_HALF = [
    # what is elliptic changes one thing
    _talk(LEAVE, "And interns?", "How many days of annual leave do interns have?", "interns"),
    _talk(
        LEAVE, "And sick leave?", "How many days of sick leave do full-time employees have?", "sick"
    ),
    _talk(
        LEAVE,
        "What about part-time employees?",
        "How many days of annual leave do part-time employees have?",
        "part",
    ),
    _talk(MEALS, "And in Norway?", "How much is the meal allowance in Norway?", "norway"),
    _talk(MEALS, "What about Norway?", "How much is the meal allowance in Norway?", "norway"),
    _talk(MEALS, "In Denmark?", "How much is the meal allowance in Denmark?", "denmark"),
    _talk(
        MEALS, "And the hotel limit?", "How much is the hotel limit in Switzerland?", "hotel limit"
    ),
    _talk(
        "What does error E-47 of the Heron mean? = A memory fault.",
        "And E-23?",
        "What does error E-23 of the Heron mean?",
        "e-23",
    ),
    _talk(
        "What was the revenue in 2023? = 12 million.",
        "And in 2024?",
        "What was the revenue in 2024?",
        "2024",
    ),
    _talk(
        "What notice must I give after three years with the company? = 6 weeks.",
        "And the company?",
        "What notice must the company give after three years with the company?",
        "company",
    ),
    _talk(
        f"{SAFETY}|And in Ghent? = In Ghent it is Lien De Smet.",
        "What about Graz?",
        "Who is the safety officer in Graz?",
        "graz",
    ),
    _talk(
        "How many days a month may I work from home? = Ten days.",
        "Does that also go for Spain?",
        "How many days a month may I work from home for Spain?",
        "spain",
    ),
    _talk(URLAUB, "Und Praktikanten?", "Wie viele Urlaubstage haben Praktikanten?", "praktikanten"),
    _talk(
        URLAUB, "Und für Praktikanten?", "Wie viele Urlaubstage haben Praktikanten?", "praktikanten"
    ),
    _talk(
        "Wie hoch ist das Tagegeld in der Schweiz? = 72 Euro.",
        "Und in Norwegen?",
        "Wie hoch ist das Tagegeld in Norwegen?",
        "norwegen",
    ),
    _talk(
        "Was kostet die Pumpe GB-040-P? = 694 Euro.",
        "Und die GB-012-P?",
        "Was kostet die GB-012-P?",
        "gb-012-p",
    ),
    _talk(
        "Wie hoch war der Umsatz im Jahr 2023? = 12 Millionen.",
        "Und 2024?",
        "Wie hoch war der Umsatz im Jahr 2024?",
        "2024",
    ),
    # pronouns
    _talk(
        LEADS,
        "What is her telephone number?",
        "What is Dr. Ines K. Mayer's telephone number?",
        "mayer",
    ),
    _talk(LEADS, "Where does she work?", "Where does Dr. Ines K. Mayer work?", "mayer"),
    _talk(
        PUMP,
        "Which membrane fits it?",
        "Which membrane fits the Grebe dosing pump GB-040-P?",
        "grebe dosing pump gb-040-p",
    ),
    _talk(
        "What is the meal allowance in Denmark? = 68 euros.|And in France? = 55 euros.",
        "How much may the hotel cost there?",
        "How much may the hotel cost in France?",
        "france",
    ),
    _talk(
        LEITET,
        "Wie lautet ihre Telefonnummer?",
        "Wie lautet Frau Ines Mayers Telefonnummer?",
        "mayer",
    ),
    _talk(
        "Wo ist das Lager in Husum? = In der Hafenstraße.",
        "Wer arbeitet dort?",
        "Wer arbeitet in Husum?",
        "husum",
    ),
    _talk(
        f"{SAFETY}|And in Graz? = The safety officer in Galway is Orla Brennan, extension 118; "
        "in Graz it is Matthias Kogler, extension 518.",
        "What is his extension?",
        "What is Matthias Kogler's extension?",
        "kogler",
    ),
    # whole questions are left alone
    _talk(
        LEAVE,
        "What does a main dish cost in the canteen?",
        "What does a main dish cost in the canteen?",
    ),
    _talk(
        MEALS,
        "Is it allowed to smoke in the warehouse?",
        "Is it allowed to smoke in the warehouse?",
    ),
    _talk(MEALS, "Are there parking spaces in Ghent?", "Are there parking spaces in Ghent?"),
    _talk(
        LEAVE,
        "How long does it take to get a new badge?",
        "How long does it take to get a new badge?",
    ),
    _talk(
        LEAVE, "When must managers sign their reports?", "When must managers sign their reports?"
    ),
    _talk(LEAVE, "What is the notice period?", "What is the notice period?"),
    _talk(URLAUB, "Gibt es eine Kantine in Graz?", "Gibt es eine Kantine in Graz?"),
    _talk(
        URLAUB,
        "Wie kann ich Sie in Notfällen erreichen?",
        "Wie kann ich Sie in Notfällen erreichen?",
    ),
    _talk(
        MEALS,
        "And how many days of leave do interns get?",
        "How many days of leave do interns get?",
    ),
    _talk(
        URLAUB,
        "Und wie lange dauert die Probezeit in Graz?",
        "Wie lange dauert die Probezeit in Graz?",
    ),
]

SECOND_HALF = [
    _talk(
        "How many hours a week do warehouse workers work? = 38.",
        "And drivers?",
        "How many hours a week do drivers work?",
        "drivers",
    ),
    _talk(
        "What is the deposit for a locker? = 20 euros.",
        "And for a bicycle?",
        "What is the deposit for a bicycle?",
        "bicycle",
    ),
    _talk(
        "Who signs purchase orders above 5,000 euros? = The head of Finance.",
        "And above 20,000 euros?",
        "Who signs purchase orders above 20,000 euros?",
        "20000",
    ),
    _talk(
        "When does the office in Ghent open? = At 8.",
        "And in Galway?",
        "When does the office in Galway open?",
        "galway",
    ),
    _talk(
        "When does the office in Ghent open? = At 8.",
        "What about Limerick?",
        "When does the office in Limerick open?",
        "limerick",
    ),
    _talk(
        "How heavy is the HX-450? = 310 kg.",
        "And the HX-300?",
        "How heavy is the HX-300?",
        "hx-300",
    ),
    _talk(
        "What did the board decide on 12 March 2024? = To buy a forklift.",
        "And on 9 April 2024?",
        "What did the board decide on 9 April 2024?",
        "2024-04-09",
    ),
    _talk(
        "How many wagons did we sell in 2022? = 40.",
        "And 2023?",
        "How many wagons did we sell in 2023?",
        "2023",
    ),
    _talk(
        "What is the discount for schools? = 10 %.",
        "And hospitals?",
        "What is the discount for hospitals?",
        "hospitals",
    ),
    _talk(
        "How long is the warranty on pumps? = Two years.",
        "And on meters?",
        "How long is the warranty on meters?",
        "meters",
    ),
    _talk(
        "Can contractors use the canteen? = Yes.",
        "And visitors?",
        "Can visitors use the canteen?",
        "visitors",
    ),
    _talk(
        "Wie lange ist die Kündigungsfrist für Angestellte? = Sechs Wochen.",
        "Und für Auszubildende?",
        "Wie lange ist die Kündigungsfrist für Auszubildende?",
        "auszubildende",
    ),
    _talk(
        "Wann öffnet das Büro in Graz? = Um acht.",
        "Und in Gent?",
        "Wann öffnet das Büro in Gent?",
        "gent",
    ),
    _talk(
        "Wie viele Stunden arbeiten Fahrer? = 40.",
        "Und Lagerarbeiter?",
        "Wie viele Stunden arbeiten Lagerarbeiter?",
        "lagerarbeiter",
    ),
    _talk(
        "Was kostet ein Mittagessen in Galway? = 3,60 Euro.",
        "Wie ist es in Graz?",
        "Was kostet ein Mittagessen in Graz?",
        "graz",
    ),
    _talk(
        "Dürfen Praktikanten zu Hause arbeiten? = Ja.",
        "Gilt das auch für Werkstudenten?",
        "Dürfen Werkstudenten zu Hause arbeiten?",
        "werkstudenten",
    ),
    _talk(
        "Wie hoch war der Gewinn 2021? = 3 Millionen.",
        "Und im Jahr 2022?",
        "Wie hoch war der Gewinn 2022?",
        "2022",
    ),
    _talk(
        "Who is the works doctor? = The works doctor is Prof. Ann Byrne.",
        "When is she in Galway?",
        "When is Prof. Ann Byrne in Galway?",
        "byrne",
    ),
    _talk(
        "Who maintains the network? = Peter Lang maintains the network.",
        "How can I reach him?",
        "How can I reach Peter Lang?",
        "lang",
    ),
    _talk(
        "Who is the data protection officer? = It is Tom Fox.",
        "What is his e-mail address?",
        "What is Tom Fox's e-mail address?",
        "fox",
    ),
    _talk(
        "What is the range of the Otter meter? = 0.2 to 4 m3/h.",
        "What does it cost?",
        "What does the Otter meter cost?",
        "otter meter",
    ),
    _talk(
        "When was the forklift bought? = In 2024.",
        "How much did it cost?",
        "How much did the forklift cost?",
    ),
    _talk(
        "Is there an office in Limerick? = Yes.",
        "Who works there?",
        "Who works in Limerick?",
        "limerick",
    ),
    _talk(
        "Wer ist der Betriebsarzt? = Der Betriebsarzt ist Dr. Karl Huber.",
        "Wann ist er in Graz?",
        "Wann ist Dr. Karl Huber in Graz?",
        "huber",
    ),
    _talk(
        "Wo findet die Schulung in Wien statt? = Im Haus 2.",
        "Wie komme ich dorthin?",
        "Wie komme ich in Wien?",
        "wien",
    ),
    _talk(
        "How heavy is the HX-450? = 310 kg.",
        "What must visitors wear in the hall?",
        "What must visitors wear in the hall?",
    ),
    _talk(
        "How heavy is the HX-450? = 310 kg.",
        "Is there a bus from the station to the works?",
        "Is there a bus from the station to the works?",
    ),
    _talk(
        MEALS,
        "Do employees have to pay for their uniforms?",
        "Do employees have to pay for their uniforms?",
    ),
    _talk(
        MEALS,
        "Is it possible to carry over leave to next year?",
        "Is it possible to carry over leave to next year?",
    ),
    _talk(
        LEADS, "What is the phone number of reception?", "What is the phone number of reception?"
    ),
    _talk(
        LEITET, "Wie viele Tage Homeoffice sind erlaubt?", "Wie viele Tage Homeoffice sind erlaubt?"
    ),
    _talk(
        LEITET,
        "Wann wird der Lohn in diesem Jahr ausgezahlt?",
        "Wann wird der Lohn in diesem Jahr ausgezahlt?",
    ),
    _talk(LEAVE, "But who approves travel outside Europe?", "Who approves travel outside Europe?"),
    _talk(
        PUMP,
        "How often are the file servers in Limerick backed up?",
        "How often are the file servers in Limerick backed up?",
    ),
]

FRESH = [
    _talk(
        "How many vacation days do teachers get? = 30.",
        "And cooks?",
        "How many vacation days do cooks get?",
        "cooks",
    ),
    _talk(
        "What is the speed limit for trucks in Norway? = 80 km/h.",
        "And in Sweden?",
        "What is the speed limit for trucks in Sweden?",
        "sweden",
    ),
    _talk(
        "What is the speed limit for trucks in Norway? = 80 km/h.",
        "And for buses?",
        "What is the speed limit for buses in Norway?",
        "buses",
    ),
    _talk(
        "What does clause 7 of the supply agreement say? = Payment is due in 30 days.",
        "And clause 9?",
        "What does clause 9 of the supply agreement say?",
        "9",
    ),
    _talk(
        "Who is responsible for fire drills in Limerick? = Maeve Kelly is.",
        "What about Ghent?",
        "Who is responsible for fire drills in Ghent?",
        "ghent",
    ),
    _talk(
        "How often is the HX-450 serviced? = Every six months.",
        "And the HX-300?",
        "How often is the HX-300 serviced?",
        "hx-300",
    ),
    _talk(
        "How much is the parking fee for employees? = 12 euros.",
        "Is it the same for visitors?",
        "How much is the parking fee for visitors?",
        "visitors",
    ),
    _talk(
        "How many employees did we have in 2021? = 410.",
        "In 2022?",
        "How many employees did we have in 2022?",
        "2022",
    ),
    _talk(
        "Wer genehmigt Dienstreisen nach Norwegen? = Der Abteilungsleiter.",
        "Und nach Japan?",
        "Wer genehmigt Dienstreisen nach Japan?",
        "japan",
    ),
    _talk(
        "Wie hoch ist der Zuschlag für Nachtarbeit? = 25 Prozent.",
        "Und für Sonntagsarbeit?",
        "Wie hoch ist der Zuschlag für Sonntagsarbeit?",
        "sonntagsarbeit",
    ),
    _talk(
        "Wie viel kostet das Jobticket? = 49 Euro.",
        "Und der Parkplatz?",
        "Wie viel kostet der Parkplatz?",
        "parkplatz",
    ),
    _talk(
        "Who chairs the works committee? = The works committee is chaired by Paul Denham.",
        "How long has he been chairman?",
        "How long has Paul Denham been chairman?",
        "denham",
    ),
    _talk(
        "Where is the archive in Tolby? = In hall 3.",
        "Who has a key there?",
        "Who has a key in Tolby?",
        "tolby",
    ),
    _talk(
        "Wer ist die Datenschutzbeauftragte? = Das ist Frau Dr. Eva Sommer.",
        "Wie erreiche ich sie?",
        "Wie erreiche ich Frau Dr. Eva Sommer?",
        "sommer",
    ),
    _talk(
        "How heavy is the HX-450? = 310 kg.",
        "Who may drive company cars abroad?",
        "Who may drive company cars abroad?",
    ),
    _talk(
        "Wie schwer ist die HX-450? = 310 kg.",
        "Ist es erlaubt, im Lager zu rauchen?",
        "Ist es erlaubt, im Lager zu rauchen?",
    ),
    _talk(
        "How heavy is the HX-450? = 310 kg.",
        "What is it made of?",
        "What is the HX-450 made of?",
        "hx-450",
    ),
    _talk(
        "How heavy is the HX-450? = 310 kg.",
        "Do new employees get a badge on their first day?",
        "Do new employees get a badge on their first day?",
    ),
]

MODES = "Which modes does the relay have? = - STANDBY (the default)\n- Pass-Through\n- LOCKED"
CLOSURE = "How long is the notice if I've been here for less than a year? = Two weeks."

# Of manuals and handbooks: items of lists, bounds, corrections, whole questions behind small words.
MANUALS = [
    _talk(MODES, "What does the second one do?", "What does Pass-Through do?", "pass"),
    _talk(MODES, "How do I set the first mode?", "How do I set STANDBY?", "standby"),
    _talk(
        f"{MODES}|What does the second one do? = It passes the signal on.",
        "And the last one?",
        "What does LOCKED do?",
        "locked",
    ),
    _talk(MODES, "Which of them is the default?", "Which of modes is the default?"),
    _talk(
        "Welche Werkzeuge nutzt die Werkstatt? = - Fräse\n- Drehbank",
        "Was kostet das zweite?",
        "Was kostet Drehbank?",
        "drehbank",
    ),
    _talk(
        CLOSURE,
        "And after five years?",
        "How long is the notice if I've been here after five years?",
        "5",
    ),
    _talk(
        "How many points do I get with fewer than 3 years? = 4.",
        "And after 12 years?",
        "How many points do I get after 12 years?",
        "12",
    ),
    _talk(
        f"{CLOSURE}|Does it include holidays? = Yes.",
        "No, I meant the bonus - is the bonus paid out?",
        "Is the bonus paid out?",
    ),
    _talk(
        "How do I export the audit log? = With the command export.|"
        "And for how long is it kept? = For a year.",
        "I meant the session, not the audit log.",
        "For how long is the session kept?",
        "session",
    ),
    _talk(
        "How do I export the audit log? = With the command export.",
        "And for how long is the log kept?",
        "For how long is the log kept?",
    ),
    _talk(
        "How many days for an immediate family member? = Ten.",
        "What about extended family?",
        "How many days for extended family?",
        "extended",
    ),
    _talk(
        "Does the audit log work while Relay is down? = Yes.",
        "Where is it stored?",
        "Where is the audit log stored?",
    ),
    _talk(
        "How much RAM does Relay need? = 512 MB.",
        "And disk space?",
        "How much disk space does Relay need?",
        "disk space",
    ),
    _talk(
        "When should I not use the date field? = Where the date is unknown.",
        "And character count?",
        "When should I not use character count?",
        "character count",
    ),
    _talk(
        "May I work for another company on the side? = In another trade.",
        "What about volunteering?",
        "May I do volunteering?",
        "volunteering",
    ),
    _talk(
        "What is the real-time signal 3 for? = It reads the clients anew.",
        "And 5?",
        "What is the real-time signal 5 for?",
        "5",
    ),
    _talk(
        "What does the image tag nightly mean? = Built every night.",
        "And latest?",
        "What does latest mean?",
        "latest",
    ),
    _talk(
        "What are the exit codes? = - Code: 0; Meaning: all is well.\n- Code: 1; Meaning: failed.",
        "What does the second mean?",
        "What does Code 1 mean?",
        "code 1",
    ),
    _talk(
        "Can paid parental leave be taken in parts? = Yes.",
        "And military leave?",
        "Can military leave be taken in parts?",
        "military",
    ),
    _talk(
        "What percentage of company profits is shared with employees? = 10 %.",
        "When are they distributed?",
        "When are company profits distributed?",
    ),
]
