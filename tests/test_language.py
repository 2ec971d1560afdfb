"""Words as they are compared, and tokens and sentence ends of running text."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.language import Parser, word_key

SAME = [
    ("licence", "licenses"),
    ("Licensing", "licensed"),
    ("organisation", "organizations"),
    ("colour", "colors"),
    ("analyse", "analyzing"),
    ("centre", "centers"),
    ("programme", "programs"),
    ("metres", "meter"),
    ("bought", "buying"),
    ("chosen", "choose"),
    ("drew", "drawn"),
    ("Kestrel’s", "kestrel"),
    ("modelled", "modeled"),
    ("behaviour", "behavior"),
    ("optimise", "optimized"),
    ("defence", "defense"),
    ("tyres", "tire"),
    ("cheques", "check"),
    ("“open”", "open"),
    ("v0.23.0", "0.23"),
    ("v15.4", "15.4"),
    ("2.0.0", "2.0"),
    ("v0.23.0rc1", "0.23rc1"),
    ("governments", "government"),
    ("universities", "university"),
    ("engineering", "engineers"),
]
APART = [
    ("910B", "910C"),
    ("v1.2", "v1.3"),
    ("2.0", "20"),
    ("2.0", "2"),
    ("2.10", "2.1"),
    ("v0.23.0", "0.23.1"),
    ("v0.23.0rc1", "0.23"),
    ("government", "governance"),
    ("engine", "engineer"),
    ("author", "authority"),
    ("import", "important"),
    ("organ", "organisation"),
    ("custom", "customer"),
    ("universe", "university"),
    ("promise", "premise"),
    ("four", "for"),
    ("hour", "hor"),
    ("rise", "rize"),
    ("Heron", "Heroine"),
    ("price", "prize"),
    ("patient", "patent"),
    ("compete", "computer"),
    ("7B", "70B"),
    ("H100", "H200"),
    ("tour", "tor"),
    ("poor", "pour"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_word_in_another_form_or_spelling_is_the_same_word(one: str, other: str) -> None:
    assert word_key(one) == word_key(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert word_key(one) != word_key(other)


@given(st.text(max_size=30))
def test_every_word_has_a_key_without_capitals(word: str) -> None:
    assert word_key(word) == word_key(word)
    assert not re.search("[A-Z]", word_key(word))


PARAGRAPHS = [
    ["It needs v1.2.3.", "Then restart."],
    ["It needs v1.2.", "Then restart."],
    ["The firm is Acme Inc. and it makes pumps."],
    ["Use a shell, e.g. bash, to run it."],
    ["Use a shell, i.e. Bash, to run it."],
    ["The pump weighs 3.5 kg.", "It is blue."],
    ["Dr. Lee met Mr. Osei at St. Mary's."],
    ["It opens at 5 p.m. on Monday."],
    ["Visit https://example.org/a.b?c=d.", "Then log in."],
    ["Visit example.org for more.", "It is free."],
    ["Is it free?", "Yes!", "It is."],
    ["“It works.” said Lee."],
    ["“Does it work?” she asked."],
    ["It works.", "(It is free.)", "It is red."],
    ["Wait...", "It works."],
    ["Version 2.0 is out.", "Version 2.1 is next."],
    ["It sold in the U.S. last year."],
    ["Acme makes pumps.", "iOS is not supported."],
    ["Acme makes pumps.", "vLLM is supported."],
    ["It is red.", "5 units were sold."],
    ["It runs on Node.js.", "It is fast."],
    ["Run `make test`.", "It is fast."],
    ["It was *fast*.", "It was **red.**", "It was new."],
    ["In Jan. 2025 it closed.", "In Feb. it opened."],
    ["J. R. Smith wrote it.", "It is old."],
    ["It is 10%.", "It was 5%."],
    ["It ended in 1998.", "It began in 1990."],
    ["What?!", "No way."],
    ["He called it “the end”.", "Then he left."],
    ["The vLLM server uses the 910B.", "In May it will move."],
    ["It opens at 5 p.m.", "The bar opens later."],
    ["It sold in the U.S.", "The firm was glad."],
    ["It has parts a, b and c.", "It is red."],
    ["The module is written in C.", "It is fast."],
    ["He chose option B.", "She chose option A."],
    ["The model is 7B.", "The larger one is 70B."],
]
SPLIT_WRONG = [
    ["See Fig. 3 and No. 4 for more."],
    ["The study by Lee et al. (2020) is old."],
    ["It costs approx. 5 euros vs. 6 before."],
    ["Wait… it works."],
]


def _pieces(parser: Parser, text: str) -> list[str]:
    return [text[start:end] for start, end in parser.sentences(text)]


@pytest.mark.parametrize("wanted", PARAGRAPHS, ids=" ".join)
def test_sentences_end_where_a_reader_ends_them(parser: Parser, wanted: list[str]) -> None:
    assert _pieces(parser, " ".join(wanted)) == wanted


@pytest.mark.parametrize("wanted", SPLIT_WRONG, ids=" ".join)
@pytest.mark.xfail(strict=True, reason="an abbreviation, or three dots, end a sentence")
def test_sentences_end_where_a_reader_ends_them_wrong_today(parser: Parser, wanted: list[str]) -> None:
    assert _pieces(parser, " ".join(wanted)) == wanted


MESSY = [
    "",
    " ",
    "  two  spaces ",
    "a\tb\n\nc",
    "naïve café — “quoted”",
    "910B/910C-based",
    "🚢 sails at 5 p.m.",
    "İstanbul’s",
]


@pytest.mark.parametrize("text", MESSY)
def test_tokens_stand_where_their_offsets_say(parser: Parser, text: str) -> None:
    row = parser.parse([text])[0]
    assert [text[t.start : t.end] for t in row] == [t.text for t in row]
    assert "".join(t.text for t in row) == re.sub(r"\s", "", text)
    assert all(0 <= t.head < len(row) for t in row)


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_is_cut_in_order_without_overlap(parser: Parser, text: str) -> None:
    spans = parser.sentences(text)
    assert all(first < last for first, last in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    kept = "".join(text[first:last] for first, last in spans)
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", text)


def test_a_sentence_reads_the_same_alone_and_in_a_batch(parser: Parser) -> None:
    texts = [f"Ship {n} will carry {n} lamps to Leeds." for n in range(70)]
    assert parser.parse(texts)[69] == parser.parse(texts[69:])[0]


def test_one_parser_serves_several_threads() -> None:
    shared = Parser()
    texts = ["The ferry sails at noon.", "Nobody knows why the pump failed."] * 4
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: shared.parse([text])[0], texts))
    assert rows[0] == rows[2] and rows[1] == rows[3] and rows[0] != rows[1]
