"""Training documents made from a file of SQuAD 1.1 (Rajpurkar et al. 2016), for ``eval.train_reader``.

People who had the paragraph before them wrote these questions, some eighty thousand of them over Wikipedia
articles: wordings that no set of ``eval/training`` has.  Every question there has an answer, so those that
have none are made of them, in two ways of which both leave the nearest sentences in place: the sentence that
answers is taken out, or a word of the question is changed for one of its kind (a name, a date, a number,
a contrary), which is how people made most of SQuAD 2.0's (Rajpurkar et al. 2018).
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

from eval.reading_tasks import fewer
from rag.language import Parser, Token

# Of an article's paragraphs so many are taken, and of their questions so many share their kind of change.
_PARAGRAPHS, _TAKEN_OUT, _CHANGED = 12, 0.22, 0.28
_FEWEST_WORDS = 4


def documents(file: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """``count`` questions by chance with their paragraphs, an article a document.

    The form is that of ``eval/training/README.md``; a question may have ``without`` besides, the sentences
    (pairs like those of ``gold``) that are taken out where it is asked.
    """
    chance, parser = random.Random(seed), Parser()
    articles = [_article(article, parser, chance) for article in json.loads(file.read_text("utf-8"))["data"]]
    kept = [article for article in fewer(articles, count, chance) if article["questions"]]
    for article in kept:
        _unanswer(article, parser, chance)
    return kept


def _article(article: dict[str, Any], parser: Parser, chance: random.Random) -> dict[str, Any]:
    title = str(article["title"]).replace("_", " ")
    chosen = chance.sample(article["paragraphs"], min(_PARAGRAPHS, len(article["paragraphs"])))
    sections, questions = [], []
    for place, paragraph in enumerate(chosen):
        context = str(paragraph["context"]).replace("\n", " ")
        spans = parser.sentences(context)
        sections.append({"heading": "", "sentences": [context[start:end] for start, end in spans]})
        for asked in paragraph["qas"]:
            at = int(asked["answers"][0]["answer_start"])
            gold = [[place, n] for n, (start, end) in enumerate(spans) if start <= at < end]
            text = " ".join(str(asked["question"]).split())
            if gold and len(text.split()) >= _FEWEST_WORDS:
                questions.append({"q": text, "target": "stated", "gold": gold})
    return {"id": f"squad-{title}", "title": title, "sections": sections, "questions": questions}


def _unanswer(article: dict[str, Any], parser: Parser, chance: random.Random) -> None:
    """Make some of an article's questions unanswerable, in place."""
    texts = [asked["q"] for asked in article["questions"]]
    parsed = parser.parse(texts)
    names = _names(texts, parsed)
    for asked, tokens in zip(article["questions"], parsed, strict=True):
        drawn = chance.random()
        if drawn < _TAKEN_OUT:
            asked.update(target="not_covered", without=asked["gold"], gold=[])
        elif drawn < _TAKEN_OUT + _CHANGED:
            section, sentence = asked["gold"][0]
            told = article["sections"][section]["sentences"][sentence]
            if changed := list(_changes(asked["q"], tokens, names, told)):
                asked.update(q=chance.choice(changed), target="not_covered", gold=[])


def _names(texts: Sequence[str], parsed: Sequence[Sequence[Token]]) -> dict[str, list[str]]:
    """The names, dates and numbers of some questions, by their kind."""
    found: dict[str, dict[str, None]] = {}
    for text, tokens in zip(texts, parsed, strict=True):
        for kind, first, last in _entities(tokens):
            found.setdefault(kind, {})[text[tokens[first].start : tokens[last - 1].end]] = None
    return {kind: list(words) for kind, words in found.items()}


def _entities(tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """Kind, first and after the last word of each run of words of one kind."""
    for kind, run in groupby(range(len(tokens)), key=lambda place: tokens[place].ent):
        places = list(run)
        if kind:
            yield kind, places[0], places[-1] + 1


def _changes(text: str, tokens: Sequence[Token], names: dict[str, list[str]], told: str) -> Iterator[str]:
    """The question with one name, number or contrary in another's place, which the sentence does not have."""
    for kind, first, last in _entities(tokens):
        start, end = tokens[first].start, tokens[last - 1].end
        own = text[start:end].lower()
        for other in names[kind]:
            if other.lower() not in told.lower() and other.lower() not in own and own not in other.lower():
                yield text[:start] + other + text[end:]
    for token in tokens:
        for other in _contraries().get(token.low, ()):
            if not re.search(rf"\b{re.escape(other)}\b", told, re.IGNORECASE):
                yield text[: token.start] + other + text[token.end :]


@cache
def _contraries() -> dict[str, tuple[str, ...]]:
    """Each word's contraries that end as it does ("larger": "smaller")."""
    lists = tomllib.loads(resources.files("rag").joinpath("contrast.toml").read_text("utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for one, other in lists["contraries"] + lists["phases"]:
        for words, against in ((one, other), (other, one)):
            for word in words.split():
                found[word] = found.get(word, ()) + tuple(w for w in against.split() if _end(w) == _end(word))
    return found


def _end(word: str) -> str:
    return next((end for end in ("est", "er", "ing", "ed") if word.endswith(end)), "")
