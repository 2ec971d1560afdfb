"""Train the layers of ``rag.reader`` on the documents in ``eval/training/``.

``python -m eval.train_reader`` writes ``rag/reader.safetensors``; ``eval/training/README.md`` has the
command that made the shipped file.  The training documents are of other fields than every question set,
so what the question sets measure is how the reader does on documents that it has never seen.

Each question is held against sentences of its own document and of others; the loss is the cross entropy
over "this sentence answers", "this sentence withholds it" and "none does", so that sentences compete as
they do when the product answers.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import BertModel

from eval import squad_training
from eval.reading_tasks import FOLDER, LEFT_OUT, Group, Training, batches, fewer, load, read
from rag import weights
from rag.reader import WEIGHTS
from rag.reader_layers import Network

TARGET = Path(__file__).resolve().parent.parent / "rag" / WEIGHTS
NEVER = -1e4  # a score that no exponential function brings back
QUESTIONS_AT_ONCE = 8
_LAYER_RATE, _HEAD_RATE, _FEATURE_RATE, _WARM_UP = 6e-5, 3e-4, 2e-3, 80
# A lower layer learns the more slowly the lower it is (discriminative fine-tuning, Howard and Ruder 2018).
_LOWER_RATE, _DECAY = 4e-5, 0.85
_SEED = 20261122
# Where training starts: near sentences are likely, most sentences answer nothing.
_START = ([[8.0, -8.0, 1.0], [8.0, -8.0, 1.0]], -4.0)


class Trainee:
    """The network that is trained, over the embedder's own embeddings of word pieces, which are not."""

    def __init__(self, base: BertModel) -> None:
        self.network = begin(base)
        self._embeddings = base.embeddings.train(False)

    def states(self, texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """The lower states of some texts' word pieces, and the mask of what is no padding."""
        pieces = pad_sequence([torch.tensor(text) for text in texts], batch_first=True)
        mask = pad_sequence([torch.ones(len(text)) for text in texts], batch_first=True)
        with torch.no_grad():
            embedded = self._embeddings(pieces)
        return self.network.states(embedded, mask), mask


def loss(trainee: Trainee, batch: Sequence[Group], data: Training) -> Tensor:
    """Cross entropy of the right choices among each question's candidates and "none"."""
    pairs = [
        (place, unit, extra)
        for place, g in enumerate(batch)
        for unit, extra in zip(g.candidates, g.extra, strict=True)
    ]
    asked, asked_mask = trainee.states([data.question_pieces[g.question] for g in batch])
    # Sentences of like length together: half as much padding is computed.
    order = sorted(range(len(pairs)), key=lambda number: len(data.unit_pieces[pairs[number][1]]))
    half = len(order) // 2
    found = []
    for part in (order[:half], order[half:]):
        told, told_mask = trainee.states([data.unit_pieces[pairs[n][1]] for n in part])
        whose = torch.tensor([pairs[n][0] for n in part])
        extra = torch.tensor([pairs[n][2] for n in part])
        found.append(trainee.network.upper(asked[whose], asked_mask[whose], told, told_mask, extra))
    scores = torch.cat(found)[torch.argsort(torch.tensor(order))].view(len(batch), -1)
    return missed(scores, torch.stack([g.wanted for g in batch]) != 0).mean()


def missed(scores: Tensor, right: Tensor) -> Tensor:
    """What each question's scores miss: the negative log of the share of its right choices.

    Args:
        scores: of its candidates, a row a question; "none" has the score 0.
        right: which are right, with a column more, the last, for "none".
    """
    choices = torch.cat([scores.float(), torch.zeros(len(scores), 1)], 1).log_softmax(-1)
    return -torch.logsumexp(choices.masked_fill(~right, NEVER), 1)


def train(data: Training, trainee: Trainee, epochs: int, report: Callable[[str], object]) -> None:
    """Fit the layers in place; the same data and seed give the same weights on the same machine.

    Args:
        data: what to train on.
        trainee: the layers to fit.
        epochs: how often each question is seen.
        report: told the loss from time to time.
    """
    chance = random.Random(_SEED)
    torch.manual_seed(_SEED)
    lower, upper = trainee.network.lower, trainee.network.upper
    optimizer = torch.optim.AdamW(
        [
            *(
                {"params": list(layer.parameters()), "lr": _LOWER_RATE * _DECAY**depth}
                for depth, layer in enumerate(reversed(lower))
            ),
            {"params": [*upper.layers.parameters(), *upper.seg.parameters()], "lr": _LAYER_RATE},
            {"params": [*upper.head.parameters(), *upper.out.parameters()], "lr": _HEAD_RATE},
            {"params": list(upper.lin.parameters()), "lr": _FEATURE_RATE},
        ],
        weight_decay=0.01,
    )
    steps = epochs * -(-len(data.items) // QUESTIONS_AT_ONCE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / _WARM_UP) * max(0.02, 1 - step / steps)
    )
    trainee.network.train()
    done, total = 0, 0.0
    for _ in range(epochs):
        for batch in batches(data, QUESTIONS_AT_ONCE, chance):
            with torch.autocast("cpu", torch.bfloat16, enabled=_has_bfloat16()):
                value = loss(trainee, batch, data)
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(trainee.network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done, total = done + 1, total + float(value.detach())
            if done % 50 == 0:
                report(f"step {done} of {steps}, loss {total / 50:.3f}")
                total = 0.0


def _has_bfloat16() -> bool:
    """Whether the CPU multiplies in bfloat16: two or three times as fast there, else fifty times slower."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def begin(base: BertModel) -> Network:
    """Layers as the embedder has them, with a head that starts from the cosine."""
    network = Network(base.encoder.layer, base.config.hidden_size)
    upper = network.upper
    with torch.no_grad():
        upper.seg.weight.zero_()
        upper.out.weight.mul_(0.1)
        upper.lin.weight.copy_(torch.tensor(_START[0]))
        upper.lin.bias.fill_(_START[1])
    return network


def _start(file: Path, network: Network) -> dict[str, Tensor]:
    """Weights to go on from; where a file has upper layers only, the lower ones are the embedder's."""
    found = {name: value.float() for name, value in load_file(file).items()}
    if not any(name.startswith("upper.") for name in found):
        found = {f"upper.{name}": value for name, value in found.items()}
    return {name: value.detach().clone() for name, value in {**network.state_dict(), **found}.items()}


def mixed(start: Mapping[str, Tensor], trained: Mapping[str, Tensor], keep: float) -> dict[str, Tensor]:
    """The mean of old and new weights, ``keep`` of it the old ones'.

    It forgets less of what the old ones knew than the new ones alone (Wortsman et al. 2022, "Robust
    fine-tuning of zero-shot models").
    """
    return {name: keep * start[name] + (1 - keep) * value for name, value in trained.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the weights; 0 when done."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.train_reader", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--target", type=Path, default=TARGET, help="the file to write")
    parser.add_argument(
        "--leave-out", nargs="*", default=LEFT_OUT, metavar="SET", help="sets not to train on"
    )
    parser.add_argument("--sets", nargs="*", metavar="SET", help="sets to train on (default: all)")
    parser.add_argument(
        "--from",
        type=Path,
        dest="start",
        metavar="FILE",
        help="weights that an earlier training wrote, to go on from",
    )
    parser.add_argument(
        "--keep", type=float, default=0.7, metavar="SHARE",
        help="of those weights in the mean with the new ones (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--questions",
        type=int,
        metavar="COUNT",
        help="so many of the sets' questions, by chance (default: all)",
    )
    parser.add_argument(
        "--squad", type=Path, metavar="FILE", help="train on questions of SQuAD 1.1's train-v1.1.json besides"
    )
    parser.add_argument(
        "--squad-questions", type=int, default=14000, metavar="COUNT", help="how many of them (%(default)s)"
    )
    options = parser.parse_args(arguments)
    torch.manual_seed(_SEED)
    base = BertModel.from_pretrained(str(weights.embedder_path()), local_files_only=True)
    trainee = Trainee(base)
    start = _start(options.start, trainee.network) if options.start is not None else None
    if start:
        trainee.network.load_state_dict(start)
    there = {file.stem: file for file in sorted(FOLDER.glob("*.jsonl"))}
    if unknown := {*options.leave_out, *(options.sets or ())} - set(there):
        parser.error(f"there is no training set {', '.join(sorted(unknown))} in eval/training")
    wanted = set(options.sets or there) - set(options.leave_out)
    documents = read([file for name, file in there.items() if name in wanted])
    if options.questions is not None:
        documents = fewer(documents, options.questions, random.Random(_SEED))
    if options.squad is not None:
        documents += squad_training.documents(options.squad, options.squad_questions, _SEED)
    data = load(documents)
    sys.stdout.write(f"{len(data.items)} questions, {len(data.units)} sentences\n")
    train(data, trainee, options.epochs, lambda line: sys.stdout.write(line + "\n"))
    trained = trainee.network.state_dict()
    if start:
        trained = mixed(start, trained, options.keep)
    save_file({name: value.half().contiguous() for name, value in trained.items()}, options.target)
    sys.stdout.write(f"wrote {options.target.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
