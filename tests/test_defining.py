"""What a thing is or does, and who somebody is, is told by a sentence's grammar, by no mere mention."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag import Assistant, Settings, Status
from rag.asked import Ask, Detail, Term
from rag.defining import acts, defines, describes, introduces, serves
from rag.language import Parser, Token
from rag.question import understand
from rag.slips import mended

NOUN = Term("lock", "lock", "noun", frozenset(), frozenset())
Told = Callable[[Sequence[Token], int], bool]
TELLS: list[tuple[Told, str, str]] = [
    (describes, "Norvik", "Norvik is a pump for salt water."),
    (describes, "Norvik", "The works bought Norvik, a pump for salt water."),
    (describes, "Norvik", "The firm showed pumps like Norvik."),
    (describes, "Norvik", "The firm sells pumps such as Norvik."),
    (describes, "Norvik", "The brewer Norvik pays for the roof."),
    (describes, "Union", "The Tillage Union, a co-operative, lends tools."),
    (introduces, "Xu", "Eric Xu, Arvik's Deputy Chairman, began his speech."),
    (introduces, "Lanyon", "The loss, which its secretary, Piers Lanyon, regrets, is large."),
    (introduces, "Lee", "The chair is Ann Lee."),
    (introduces, "Okafor", "Rudi Okafor, an analyst at Bramble, thinks so."),
    (acts, "Norvik", "Norvik moves salt water."),
    (serves, "Norvik", "Norvik is used for moving salt water."),
    (serves, "Norvik", "Norvik helps to move salt water."),
    (defines, "lock", "A tide lock is a gate."),
]
MENTIONS: list[tuple[Told, str, str]] = [
    (describes, "Norvik", "The tram uses Norvik."),
    (describes, "Norvik", "Norvik is under MIT."),
    (describes, "Norvik", "The release notes of Norvik are short."),
    (introduces, "Lee", "Ann Lee began to speak in May."),
    (introduces, "Lee", "The firm thanked Ann Lee."),
    (acts, "Norvik", "Norvik was released in May."),
    (serves, "Norvik", "Norvik was licensed under MIT."),
    (defines, "views", "The release also brings stored views."),
    (defines, "wheat", "The firm has shown a winter wheat that can stand a drought."),
]


def _tells(parser: Parser, told: Told, word: str, sentence: str) -> bool:
    tokens = mended(parser.parse([sentence])[0])
    return told(tokens, next(p for p, t in enumerate(tokens) if t.text == word))


@pytest.mark.parametrize(("told", "word", "sentence"), TELLS)
def test_what_tells_the_nature_of_a_thing(parser: Parser, told: Told, word: str, sentence: str) -> None:
    assert _tells(parser, told, word, sentence)


@pytest.mark.parametrize(("told", "word", "sentence"), MENTIONS)
def test_what_only_mentions_a_thing(parser: Parser, told: Told, word: str, sentence: str) -> None:
    assert not _tells(parser, told, word, sentence)


@pytest.mark.parametrize(
    ("question", "nature", "things"),
    [
        ("What is Norvik?", "is", {"Norvik"}),
        ("Norvik – what's that?", "is", {"Norvik"}),
        ("Can you explain to me what Norvik is?", "is", {"Norvik"}),
        ("Who is Piers Lanyon?", "is", {"Piers", "Lanyon"}),
        ("Piers Lanyon, who is he?", "is", {"Piers", "Lanyon"}),
        ("What's Marl & Sons?", "is", {"Marl", "Sons"}),
        ("What kind of pump is Norvik?", "is", {"Norvik"}),
        ("What does Piers Lanyon do at Arvik?", "does", {"Piers", "Lanyon"}),
        ("What is Norvik used for?", "for", {"Norvik"}),
        ("What is the price of Norvik?", "", set()),
        ("Who is the chair of Norvik?", "", set()),
        ("What is Norvik under?", "", set()),
    ],
)
def test_whose_nature_is_asked_for(parser: Parser, question: str, nature: str, things: set[str]) -> None:
    (found,) = understand(question, parser.parse, {}).details
    assert (found.nature, {t.text for t in found.described}) == (nature, things)


@pytest.mark.parametrize(
    ("question", "of_a_kind"),
    [
        ("What is a tide lock?", True),
        ("What exactly is a tide lock?", True),
        ("What are tide locks?", True),
        ("What are materialised views?", True),
        ("What is the tide lock?", False),
        ("What are the prices of locks?", False),
        ("What is a lock for?", False),
    ],
)
def test_what_things_of_a_kind_are(parser: Parser, question: str, of_a_kind: bool) -> None:
    assert understand(question, parser.parse, {}).details[0].of_a_kind is of_a_kind


def test_a_long_word_takes_no_longer_to_tell_than_it_is_long() -> None:
    began = time.perf_counter()
    for text in (f"what is a {'a' * 1900}!", f"{'a ' * 900}– what's that!", f"what are {'as ' * 600}!"):
        assert not Detail(text, Ask.WHAT, (NOUN,), "", "", frozenset()).of_a_kind
    assert time.perf_counter() - began < 1.0


def test_who_somebody_is_and_what_a_thing_is_for_come_from_what_tells_it(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "2025-05-06-works.md").write_text(
        "---\ntitle: The works\nkind: article\n---\nRudi Okafor, an analyst at Bramble Research, thinks that "
        "the works will last. Norvik is licensed under MIT. Tarn is used for storing salt. The council "
        "thanked Ann Lee. Lise Ardt farms near Tamsin and likes the works.\n",
        "utf-8",
    )
    settings = Settings(corpus_dir=str(tmp_path / "corpus"), data_dir=str(tmp_path / "data"), llm="none")
    with Assistant(settings) as assistant:
        who = assistant.ask("Who is Rudi Okafor?")
        assert who.status is Status.STATED and who.claims[0].kind == "fact"
        assert assistant.ask("What is Tarn for?").status is Status.STATED
        assert assistant.ask("What is Norvik for?").status is Status.NOT_COVERED
        assert assistant.ask("Who is Ann Lee?").status is Status.NOT_COVERED
