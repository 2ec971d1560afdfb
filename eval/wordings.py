"""How well a language model words findings: accepted share, seconds, and the sentences to read.

``python -m eval.wordings --model NAME`` takes recorded answers (``python -m eval`` writes them), lets
the model word each finding that has evidence, runs every exact check, and writes one JSON line a
wording.  A person then reads the accepted ones: does any say more than its evidence?
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import BackendError, StatedError
from rag.generation import Backend, WordingRequest, open_backend
from rag.records import Answer, Finding
from rag.settings import Settings
from rag.verification import check_sentence, sentence_accepted


def requests(answers: Sequence[Answer]) -> Iterator[WordingRequest]:
    """A request for every finding that has evidence."""
    for answer in answers:
        for number, finding in enumerate(answer.findings):
            request = _request(answer, number, finding)
            if request is not None:
                yield request


def _request(answer: Answer, number: int, finding: Finding) -> WordingRequest | None:
    claims = [c for c in answer.claims if c.finding == number and c.citations]
    if not claims:
        return None
    evidence = tuple(dict.fromkeys(answer.citations[i].quote for c in claims for i in c.citations))
    first = claims[0]
    return WordingRequest(
        answer.question, finding.verdict, first.kind, first.speaker, evidence, finding.subject, finding.detail
    )


def worded(backend: Backend, request: WordingRequest, timeout: float) -> dict[str, Any]:
    """One wording with its checks, as a plain record."""
    start = time.perf_counter()
    sentence, fault = "", ""
    try:
        sentence = " ".join("".join(backend.stream(request, timeout)).split())
    except BackendError as error:
        fault = str(error)
    checks = check_sentence(
        sentence, request.evidence, kind=request.kind, speaker=request.speaker,
        question=request.question, verdict=request.verdict,
    )  # fmt: skip
    return {
        "question": request.question, "verdict": request.verdict.value, "kind": request.kind.value,
        "evidence": list(request.evidence), "sentence": sentence, "fault": fault,
        "accepted": not fault and sentence_accepted(checks),
        "copied": any(sentence.rstrip(".") in quote for quote in request.evidence) and bool(sentence),
        "failed": [c.name for c in checks if not c.passed], "seconds": round(time.perf_counter() - start, 2),
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Word a sample of findings; 0 when done, 2 when it could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.wordings", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--model", default="", help="a name of `stated models`")
    parser.add_argument("--answers", type=Path, default=Path(".stated/eval/answers.jsonl"))
    parser.add_argument("--out", type=Path, default=Path(".stated/eval/wordings.jsonl"))
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        lines = [json.loads(line) for line in options.answers.read_text("utf-8").splitlines()]
        answers = [Answer.from_dict(line["answer"]) for line in lines if line.get("answer")]
        backend = open_backend(Settings(llm="embedded", llm_model=options.model))
    except (OSError, ValueError, StatedError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    assert backend is not None
    chosen = list(requests(answers))
    random.Random(options.seed).shuffle(chosen)
    records: list[dict[str, Any]] = []
    with options.out.open("w", encoding="utf-8") as out:
        for request in chosen[: options.sample]:
            records.append(worded(backend, request, 120.0))
            out.write(json.dumps(records[-1], ensure_ascii=False) + "\n")
            out.flush()
            sys.stderr.write(f"\r{len(records)}/{min(options.sample, len(chosen))}")
    backend.close()
    _report(backend.name, records)
    return 0


def _report(name: str, records: Sequence[dict[str, Any]]) -> None:
    accepted = [r for r in records if r["accepted"]]
    seconds = statistics.median(r["seconds"] for r in records)
    copied = sum(r["copied"] for r in accepted)
    sys.stdout.write(
        f"\n{name}: {len(accepted)}/{len(records)} accepted, of them {copied} are the "
        f"quote or a part of it; median {seconds:.1f} s a wording\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
