"""Near misses that share nearly every word with a question: another of the same kind, and the contrary."""

from __future__ import annotations

import pytest

from rag.language import Parser
from tests.test_evidence import evidence, sentences

# Sentence, question that it answers, question that it does not answer.
CASES = [
    ("The Second Chamber meets on Tuesdays.", "When does the Second Chamber meet?",
     "When does the First Chamber meet?"),
    ("The first meeting of the council took place on 12 May 1999.", "What took place on 12 May 1999?",
     "What took place on 12 March 1999?"),
    ("The northern gate opens at seven.", "When does the northern gate open?",
     "When does the southern gate open?"),
    ("The red boats belong to the Orlen yard.", "Who owns the red boats?", "Who owns the blue boats?"),
    ("The chair can reduce speaking time if many members wish to speak.",
     "When can the chair reduce speaking time?", "When can the chair increase speaking time?"),
    ("The islands of Sund have a smaller number of voters.", "Which islands have a smaller number of voters?",
     "Which islands have a larger number of voters?"),
    ("Mayor Berg congratulated the club on its victory.", "Who congratulated the club on its victory?",
     "Who congratulated the club on its loss?"),
    ("The party with the highest share gets the seat, which is then added to its own.",
     "What does the party with the highest share get?", "What does the party with the lowest share get?"),
    ("The leaders open the debates.", "Who opens the debates?", "Who closes the debates?"),
    ("The council has the power to alter the toll.", "Who has the power to alter the toll?",
     "Who does not have the power to alter the toll?"),
    ("Adults pay nine crowns for a ride on the tram.", "What do adults pay for a ride on the tram?",
     "What do children pay for a ride on the tram?"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "answered", "asked_otherwise"), CASES)
def test_what_is_said_of_another_or_to_the_contrary_is_no_answer(
    parser: Parser, sentence: str, answered: str, asked_otherwise: str
) -> None:
    text = f"## Notes\n\n{sentence} In March a blue tent was the first loss of southern voters.\n"
    assert sentence in sentences(*evidence(parser, answered, text))
    assert sentence not in sentences(*evidence(parser, asked_otherwise, text))


STILL = [
    ("The shop is open until six.", "When does the shop close?"),
    ("The tower is small: it has two rooms.", "How large is the tower?"),
    ("The pump does not increase the flow.", "What does not increase the flow?"),
    ("Nobody but the board can raise the toll.", "Who cannot raise the toll?"),
    ("The fee was lowered in May, and raised again in June.", "When was the fee raised?"),
    ("The gate is open in May.", "Is the gate open in March?"),
    ("The board did not reduce the toll.", "Who did not reduce the toll?"),
    ("The second harbour was opened by the first mayor.", "Who opened the second harbour?"),
    ("Adults may stay in the studio and watch.", "What may be done in the children's studio?"),
    ("Six children may be brought by any grown-up.", "How many children may an adult bring?"),
]


@pytest.mark.parametrize(("sentence", "question"), STILL)
def test_a_denial_a_scale_and_both_words_are_left_alone(parser: Parser, sentence: str, question: str) -> None:
    text = f"## Notes\n\n{sentence} In March a large toll did increase.\n"
    assert sentence in sentences(*evidence(parser, question, text))


def test_the_reason_of_another_event_is_no_answer_to_a_why(parser: Parser) -> None:
    shut = "The Orlen bridge was shut in May because its cables were worn."
    ferry = "The cheaper yard was passed over because its dock is too small."
    text = f"## Notes\n\n{shut} {ferry}\n"
    found = sentences(
        *evidence(parser, "Why was the Orlen bridge moved to Sund?", text + "\nSund has a tower.\n")
    )
    assert ferry not in found
    assert ferry in sentences(*evidence(parser, "Why was the cheaper yard passed over?", text))
    assert shut in sentences(*evidence(parser, "Why was the Orlen bridge shut?", text))
