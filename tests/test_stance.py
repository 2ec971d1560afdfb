"""What a sentence does, over many fields and wordings; the sentences are written from no list of ours."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from rag.language import Parser
from rag.stance import Stance, plain, read
from tests.engine_fixtures import stance_of, topics_of

MEASURED = tomllib.loads((Path(__file__).parent / "data" / "non_disclosure.toml").read_text("utf-8"))

DISCLOSED_NOT = [
    ("A decision on fares is pending.", ("fares",)),
    ("Asked about layoffs, the director offered no numbers.", ("layoffs",)),
    (
        "The maintainers have not said which licence version 3 will carry.",
        ("which licence version 3 will carry",),
    ),
    ("Pricing for the enterprise tier has not been announced.", ("Pricing for the enterprise tier",)),
    ("There is still no word on when the Linux client will ship.", ("when the Linux client will ship",)),
    (
        "The release notes don't say whether the old API will keep working.",
        ("whether the old API will keep working",),
    ),
    ("Supported GPUs: to be confirmed.", ("Supported GPUs",)),
    ("The post is silent on the model's training data.", ("training data",)),
    ("The team would not be drawn on a date for the stable branch.", ("date for the stable branch",)),
    ("Nothing has been said about telemetry.", ("telemetry",)),
    ("What the hosted version will cost has not been made public.", ("What the hosted version will cost",)),
    ("Who will chair the steering group has yet to be decided.", ("Who will chair the steering group",)),
    (
        "The company did not disclose how many patients dropped out of the trial.",
        ("how many patients dropped out",),
    ),
    ("The recommended dose for children is not yet known.", ("recommended dose for children",)),
    (
        "It was not immediately clear who will pay for the follow-up visits.",
        ("who will pay for the follow-up visits",),
    ),
    ("The list price of the inhaler is being kept confidential.", ("list price of the inhaler",)),
    ("Researchers are still unsure how long protection lasts.", ("how long protection lasts",)),
    ("The firm has so far refused to publish the trial protocol.", ("trial protocol",)),
    ("Dosing details will follow once the regulator has ruled.", ("Dosing details",)),
    (
        "The opening date of the second platform is still up in the air.",
        ("opening date of the second platform",),
    ),
    ("Neither side would confirm the number of carriages.", ("number of carriages",)),
    ("The route of the third line has not been settled.", ("route of the third line",)),
    (
        "Whether bicycles will be allowed on board is an open question.",
        ("Whether bicycles will be allowed on board",),
    ),
    ("The contractor's identity has been withheld.", ("contractor's identity",)),
    ("The yard has not yet put a figure on the refit.", ("refit",)),
    ("The airline stopped short of giving a date for the first flight.", ("date for the first flight",)),
    ("Volta Works has been tight-lipped about the chemistry of its cells.", ("chemistry of its cells",)),
    ("The plant's annual output was not specified.", ("plant's annual output",)),
    ("The value of the contract was undisclosed.", ("value of the contract",)),
    ("Drexler bought the mill for an undisclosed sum.", ("sum",)),
    ("The two firms did not provide financial details of the deal.", ("financial details of the deal",)),
    ("Little is known about the reactor's cooling system.", ("reactor's cooling system",)),
    ("The site of the new warehouse will be announced at a later date.", ("site of the new warehouse",)),
    ("The grid company said it could not yet give the cost of the cable.", ("cost of the cable",)),
    ("How the waste heat will be used is still being worked out.", ("How the waste heat will be used",)),
    ("The museum has not decided whether entry will be free.", ("whether entry will be free",)),
    ("The festival's headliner remains a secret.", ("headliner",)),
    ("The club declined to comment on the length of the contract.", ("length of the contract",)),
    ("The recipe of the sauce has never been revealed.", ("recipe of the sauce",)),
    (
        "The council has given no indication of how the fund will be shared out.",
        ("how the fund will be shared out",),
    ),
    ("The budget for the sequel is under wraps.", ("budget for the sequel",)),
    ("It is not known who designed the chapel's windows.", ("who designed the chapel's windows",)),
    ("The brewery hasn't named the farms that grow its hops.", ("farms that grow its hops",)),
    ("The jury's criteria were never explained.", ("jury's criteria",)),
    ("Organisers have yet to confirm the venue and the ticket prices.", ("venue", "ticket prices")),
    ("How much memory the indexer needs is not documented.", ("How much memory the indexer needs",)),
    ("Kestrel's context window was left out of the data sheet.", ("context window",)),
    ("It is anyone's guess whether Windows support will return.", ("whether Windows support will return",)),
    ("Side effects in older adults have not been reported.", ("Side effects in older adults",)),
    ("The ingredients of the coating are a trade secret.", ("ingredients of the coating",)),
    ("The operator won't reveal what the trams cost.", ("what the trams cost",)),
    (
        "The mayor sidestepped questions about who would run the station café.",
        ("who would run the station café",),
    ),
    ("The terms of the loan were not made available.", ("terms of the loan",)),
    ("The exact capacity has still to be determined.", ("exact capacity",)),
    ("The ministry left open whether schools may opt out.", ("whether schools may opt out",)),
    (
        "The agency says that it cannot say when the satellite will re-enter.",
        ("when the satellite will re-enter",),
    ),
    (
        "The launch window, the crew and the landing site are all still to be announced.",
        ("launch window", "crew", "landing site"),
    ),
    ("Neither the size nor the licence of the weights was given.", ("size", "licence of the weights")),
    ("The vendor gave no reason for the delay.", ("reason for the delay",)),
    ("The clinics taking part were not named.", ("clinics taking part",)),
    ("No timetable has been published for the night line.", ("timetable",)),
    ("Details about the prize money are scarce.", ("prize money",)),
]
LOOK_ALIKES = [
    "The program stopped with an unknown error.",
    "The library is not only fast but also small.",
    "The harbour is known for its fog.",
    "Inspectors made two unannounced visits to the bakery.",
    "The product is not available in the EU.",
    "The yard has yet to put one in the water.",
    "The company has not yet shipped the update to older phones.",
    "The album was not released until 1998.",
    "The bridge has not been painted for twenty years.",
    "The editor can open confidential files without a password.",
    "She is an unknown painter from Leeds.",
    "The tool removes unnamed columns from the table.",
    "The museum displays a portrait of an unknown soldier.",
    "There is no evidence of harm to the fish.",
    "The ferry does not stop at the island on Sundays.",
    "The vaccine is not approved for infants.",
    "The battery is not included in the price.",
    "Nobody was hurt in the fire.",
    "The new chip is not compatible with old boards.",
    "The agency published the results without delay.",
    "The recipe needs no sugar, no eggs and no flour.",
    "The town has not had a cinema since 2004.",
    "The protocol hides the names of unidentified callers.",
    "The trains are not known to be punctual.",
    "The regulator answered every question about the merger.",
    "The price, unknown until last week, is 40 euros.",
    "The company has disclosed the price, the size and the licence.",
    "The software is released without warranty.",
    "The road will be closed to traffic in the coming weeks.",
    "The store never gives refunds.",
    "The team has yet to lose a match this season.",
    "The secret of the cheese is raw milk.",
    "The owner left the gate open.",
    "The painting was not signed by the artist.",
    "The code is clear and well tested.",
    "It is clear who won the vote.",
    "The results will be published in May.",
    "The boat has no engine, no mast and no name.",
    "The court did not release the prisoner.",
    "The compiler does not give warnings for unused imports.",
    "The bank did not set a limit on withdrawals.",
    "The patch does not address older versions.",
    "Users can keep their data secret with a passphrase.",
    "He did not announce himself at the door.",
    "The lab does not share equipment with other departments.",
    "The committee settled the open question of the budget in June.",
    "The valve remains open during the test.",
    "The shop stays open until ten.",
]


def _missing(parser: Parser, sentence: str, wanted: tuple[str, ...]) -> list[str]:
    topics = topics_of(parser, sentence)
    return [words for words in wanted if not any(words in topic for topic in topics)]


@pytest.mark.parametrize(("sentence", "wanted"), DISCLOSED_NOT)
def test_a_non_disclosure_is_linked_to_what_is_not_disclosed(
    parser: Parser, sentence: str, wanted: tuple[str, ...]
) -> None:
    assert not _missing(parser, sentence, wanted)


@pytest.mark.parametrize("sentence", LOOK_ALIKES)
def test_what_only_looks_like_a_non_disclosure_is_none(parser: Parser, sentence: str) -> None:
    assert topics_of(parser, sentence) == []


def test_there_are_enough_sentences_to_mean_something() -> None:
    assert len(DISCLOSED_NOT) >= 40
    assert len(LOOK_ALIKES) >= 30


# ---- how many are found, in sentences from many fields ------------------------------------------------

# Measured: of the half that was read 83 of 84 with no false alarm, of the blind half 73 of 84 and 1 of 64.
FLOORS = {"seen": (81, 83, 1), "blind": (71, 74, 2)}


@pytest.mark.parametrize("half", FLOORS)
def test_most_non_disclosures_are_found_and_few_others(parser: Parser, half: str) -> None:
    """``floors``: least with every topic, least found or at least guarded, most false alarms."""
    linked, caught, false = FLOORS[half]
    texts = [entry["text"] for entry in MEASURED[half]["undisclosed"]]
    stances = dict(zip(texts, _stances(parser, texts), strict=True))
    assert sum(not _missing(parser, e["text"], e["topics"]) for e in MEASURED[half]["undisclosed"]) >= linked
    assert sum(bool(s.gaps or s.guarded) for s in stances.values()) >= caught
    silent = _stances(parser, MEASURED[half]["disclosed"])
    assert sum(bool(s.gaps) for s in silent) <= false


def test_who_does_not_tell_is_known(parser: Parser) -> None:
    told = [e for half in MEASURED.values() for e in half["undisclosed"] if "withholder" in e]
    right = 0
    for entry in told:
        row = parser.parse([entry["text"]])[0]
        spans = [g.withholder for g in read(entry["text"], row).gaps if g.withholder[1]]
        right += entry["withholder"] in [entry["text"][row[a].start : row[b - 1].end] for a, b in spans]
    assert len(told) >= 70 and right >= 0.93 * len(told)


def _stances(parser: Parser, texts: list[str]) -> list[Stance]:
    return [read(text, row) for text, row in zip(texts, parser.parse(texts), strict=True)]


GUARDED = [
    "Okular spoke of new jobs without saying how many.",
    "Farrow hinted that the code might move to a foundation, but wouldn't elaborate.",
    "Several critical aspects remain unspecified.",
]


@pytest.mark.parametrize("sentence", GUARDED)
def test_a_clause_that_may_withhold_is_guarded_though_nothing_is_found_that_it_withholds(
    parser: Parser, sentence: str
) -> None:
    stance = stance_of(parser, sentence)
    assert stance.guarded and not stance.gaps


@pytest.mark.parametrize(
    "sentence", ["The hull is steel.", "The firm gave its reasons.", "The flat has no balcony."]
)
def test_what_withholds_nothing_is_not_guarded(parser: Parser, sentence: str) -> None:
    assert not stance_of(parser, sentence).guarded


def test_a_stance_takes_little_time(parser: Parser) -> None:
    """Under 2 milliseconds for a sentence; the bound leaves room for a busy machine."""
    texts = [e["text"] for e in MEASURED["seen"]["undisclosed"]]
    rows = parser.parse(texts)
    start = time.process_time()
    for text, row in zip(texts, rows, strict=True):
        read(text, row)
    assert (time.process_time() - start) / len(texts) < 0.004


NOT_ITS_TOPIC = [
    ("The licence is MIT, but the price has not been announced.", "licence"),
    ("The hull is steel; the weight is undisclosed.", "hull"),
    ("The firm published the size of the model but has not disclosed its training data.", "size"),
    ("Although the fare is two euros, no date for the opening has been given.", "fare"),
    ("The dose is 5 mg, while the duration of treatment remains unclear.", "dose"),
    ("The clinic named its surgeons but would not say how many patients they had treated.", "surgeons"),
]


@pytest.mark.parametrize(("sentence", "other"), NOT_ITS_TOPIC)
def test_the_other_half_of_a_sentence_is_not_undisclosed(parser: Parser, sentence: str, other: str) -> None:
    topics = topics_of(parser, sentence)
    assert topics and not any(other in topic for topic in topics)


# ---- fact, commitment, opinion ---------------------------------------------------------------------

FACTS = """
The library is written in Rust.
The agency approved the vaccine in March 2024.
Version 2.1 adds a dark theme and removes the old importer.
The trial enrolled 412 patients at nine hospitals.
The company has begun shipping the new meters.
Two of the five turbines are already running.
The firm has signed a contract to build four trams.
Kestrel is licensed under MPL 2.0.
The museum was built in 1911 and holds 3,000 paintings.
Sales fell by 4 percent last year.
The old plant closed in 2019, and its site is now a park.
The council set the fare at two euros.
The team released the weights under Apache 2.0 last week.
The bridge opened to traffic on 4 May.
The May release fixed eleven bugs.
The committee agreed on a budget of 3 million euros.
Each unit needs critical spare parts for its pump.
The patient was in a critical condition.
The generally available build is 4.2.
The model is a mixture-of-experts network with about 40 billion weights.
The second version is a mixture of experts with 12 layers.
The plan the council approved is public.
The studio helps towns plan the use of their land.
"""
COMMITMENTS = """
The company will publish the source code by June.
The railway plans to electrify the branch line.
A second clinic is due to open in the autumn.
Drexler has promised a refund to every buyer.
The maintainers intend to drop Python 3.9 support in the next major version.
The ferry is scheduled to leave at six.
Deliveries are expected to begin in March.
The foundation aims to train 500 nurses a year.
We're going to open the code.
The minister pledged that no school would close.
Under the agreement the utility shall cut emissions by half.
The upgrade is slated for the second quarter.
The museum hopes to reopen the east wing next spring.
By the end of 2027 all buses will run on hydrogen.
The club is set to sign a new keeper.
The company will publish the code in May.
Construction is to start in 2027.
The operator plans a second round of tests.
The two owners foresee the sale of the mill for April.
The minutes name the harbour and plan the closing of its north quay.
"""
OPINIONS = """
The merger could hurt small suppliers.
It is probably the best trail in the valley.
The redesign is an elegant answer to an old problem.
Analysts expect prices to fall.
The delay may frustrate early buyers.
In her view the law goes too far.
Success will depend on how quickly clinics adopt the method.
The new rules appear to favour large farms.
Unfortunately the manual is hard to follow.
Critics called the tower an eyesore.
The decision seems unwise.
This should make repairs cheaper.
I think the plan is too slow.
"""
KINDS = [
    (line, kind)
    for kind, lines in (("fact", FACTS), ("commitment", COMMITMENTS), ("opinion", OPINIONS))
    for line in lines.strip().split("\n")
]


@pytest.mark.parametrize(("sentence", "kind"), KINDS)
def test_done_promised_and_judged_are_told_apart(parser: Parser, sentence: str, kind: str) -> None:
    assert stance_of(parser, sentence).kind == kind


CLAUSES = [
    ("The hull is steel, but the engine will be electric.", ["fact", "commitment"]),
    ("The core stays closed, while the tools will be opened in June.", ["fact", "commitment"]),
    ("Tests ended in June; the operator will run a second round.", ["fact", "commitment"]),
    ("The app is free, although the server could become paid.", ["fact", "opinion"]),
    ("The dam was finished in 1962, and the lake will be drained next year.", ["fact", "commitment"]),
    ("The drug was approved in March, yet doctors may hesitate to prescribe it.", ["fact", "opinion"]),
]


@pytest.mark.parametrize(("sentence", "kinds"), CLAUSES)
def test_each_clause_has_a_kind_of_its_own(parser: Parser, sentence: str, kinds: list[str]) -> None:
    assert [str(segment.kind) for segment in stance_of(parser, sentence).segments] == kinds


def test_a_concession_that_comes_first_is_a_clause_of_its_own(parser: Parser) -> None:
    segments = stance_of(parser, "Although the licence will change, version 2 is under MIT.").segments
    assert [str(segment.kind) for segment in segments] == ["commitment", "fact"]


@pytest.mark.parametrize("sentence", [sentence for sentence, _ in [*KINDS, *DISCLOSED_NOT]])
def test_clauses_tile_their_sentence(parser: Parser, sentence: str) -> None:
    count = len(parser.parse([sentence])[0])
    segments = stance_of(parser, sentence).segments
    assert [s.first for s in segments] == [0, *(s.last for s in segments[:-1])]
    assert segments[-1].last == count


# ---- speakers --------------------------------------------------------------------------------------

SPEAKERS = [
    ("According to the station master, the clock has stopped twice.", "the station master"),
    ("The clock has stopped twice, according to Dora Finch.", "Dora Finch"),
    ("“The clock will be repaired,” said Dora Finch, the station master.", "Dora Finch"),
    ('"We tested it for a year," Amir Soltani said.', "Amir Soltani"),
    ("Soltani said that the pump had failed.", "Soltani"),
    ("The ministry announced that fees would rise.", "The ministry"),
    ("A spokesman for the port said the crane was safe.", "A spokesman"),
    ("She added that nobody had complained.", "She"),
    ("Prices have doubled since 2020, the union says.", "the union"),
    ("The bridge is safe, engineers insisted.", "engineers"),
    ("In a statement, Volta Works confirmed that the mill had been sold.", "Volta Works"),
    ("“It was,” Mr Osei recalled, “a wet spring.”", "Mr Osei"),
    ("Asked about the delay, the director replied: “We needed better steel.”", "the director"),
    ("The report notes that traffic fell by a third.", "The report"),
    ("Holt, who joined in 2019, told investors that the plant was profitable.", "Holt"),
]
NO_SPEAKER = [
    "The pump failed twice in May.",
    "The company announced a new pump.",
    "She called the office at noon.",
    "He told his story to the children.",
    "The so-called “quiet zone” ends at the river.",
]


@pytest.mark.parametrize(("sentence", "speaker"), SPEAKERS)
def test_reported_words_have_their_speaker(parser: Parser, sentence: str, speaker: str) -> None:
    assert stance_of(parser, sentence).speaker == speaker


@pytest.mark.xfail(strict=True, reason="the parser reads 'estimate' as a noun, so the speaker is lost")
def test_reported_words_have_their_speaker_wrong_today(parser: Parser) -> None:
    sentence = "Researchers at the institute estimate that 300 pairs nest there."
    assert stance_of(parser, sentence).speaker == "Researchers"


@pytest.mark.parametrize("sentence", NO_SPEAKER)
def test_the_sources_own_words_have_no_speaker(parser: Parser, sentence: str) -> None:
    assert stance_of(parser, sentence).speaker == ""


def test_quoted_words_are_marked_without_their_quotation_marks(parser: Parser) -> None:
    sentence = "“It works,” she said, “and it is free.”"
    spans = stance_of(parser, sentence).quoted
    assert [sentence[start:end] for start, end in spans] == ["It works,", "and it is free."]


@pytest.mark.parametrize("text", ["İstanbul’s ﬁrst", "A – B\nC", "ẞ İİ", ""])
def test_patterns_see_a_text_of_the_same_length(text: str) -> None:
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize(
    "sentence", ["", " ", "?", "no", "TBD", "not", ": TBD", "whether", "“", "🚢", "yet to be"]
)
def test_a_fragment_has_a_stance_too(parser: Parser, sentence: str) -> None:
    assert stance_of(parser, sentence).kind == "fact"
