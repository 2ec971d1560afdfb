"""The reader's layers in PyTorch: the lower ones read a text by itself, the upper ones two together."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from rag.bert import BertModel, read_tokenizer, together
from rag.reader import MOST_WORD_PIECES

LOWER = 4  # layers that read question and sentence apart
_HIDDEN = 128
_AT_ONCE = 2  # sentences that are read together
_STEP = 8  # word pieces to whose multiple each is filled up
_FEATURES = 3  # cosine, distance to the best cosine, share of words in common
_SCALE = 4.0  # brings products of two mean states to the size of the states themselves


class Upper(nn.Module):
    """The layers that read question and sentence together, and what is made of their means."""

    def __init__(self, layers: Iterable[nn.Module], width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.seg = nn.Embedding(2, width)
        self.head = nn.Sequential(nn.Linear(width * 3, _HIDDEN), nn.GELU(), nn.Dropout(0.1))
        self.out = nn.Linear(_HIDDEN, 2)
        self.lin = nn.Linear(_FEATURES, 2)

    def forward(
        self, asked: Tensor, asked_mask: Tensor, told: Tensor, told_mask: Tensor, extra: Tensor
    ) -> Tensor:
        """Log-odds, shape (pairs, 2)."""
        states = torch.cat([asked + self.seg.weight[0], told + self.seg.weight[1]], 1)
        states = _through(self.layers, states, torch.cat([asked_mask, told_mask], 1))
        first = _mean(states[:, : asked.shape[1]], asked_mask)
        second = _mean(states[:, asked.shape[1] :], told_mask)
        meeting = torch.cat([first, second, first * second * _SCALE], -1)
        return cast(Tensor, self.out(self.head(meeting)) + self.lin(extra))


class Network(nn.Module):
    """All trained layers: the ``lower`` ones read question and sentence apart, the ``upper`` ones together.

    Both begin as copies of the embedder's; the embeddings of word pieces stay the embedder's own.
    """

    def __init__(self, layers: Iterable[nn.Module], width: int) -> None:
        """``layers`` are the embedder's, from ``rag.bert`` or from ``transformers``, which can train."""
        super().__init__()
        copies = [copy.deepcopy(layer) for layer in layers]
        self.lower = nn.ModuleList(copies[:LOWER])
        self.upper = Upper(copies[LOWER:], width)

    def states(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """What the lower layers make of word pieces, shape (texts, pieces, width)."""
        return _through(self.lower, embedded, mask)


class Layers:
    """The embeddings and all layers, ready to score; not safe to use from several threads at once."""

    def __init__(self, base: Path, trained: Path) -> None:
        """``base`` is the embedder's folder, ``trained`` the file of the trained layers."""
        model = BertModel.read(base)
        self._tokenizer = read_tokenizer(base)
        self._tokenizer.enable_truncation(MOST_WORD_PIECES)
        self._embeddings, self._network = model.embeddings, Network(model.layers, model.config.hidden_size)
        self._network.load_state_dict({name: value.float() for name, value in load_file(trained).items()})
        self._network.train(False)

    @torch.inference_mode()
    def lower(self, texts: Sequence[str]) -> list[NDArray[np.float16]]:
        """The states of each text's word pieces, shape (pieces, width)."""
        if not texts:
            return []
        pieces = [found.ids for found in self._tokenizer.encode_batch(list(texts))]
        found: dict[int, NDArray[np.float16]] = {}
        for numbers, full in together([len(one) for one in pieces]):
            ids = torch.tensor([pieces[n] for n in full])
            states = self._network.states(self._embeddings(ids), torch.ones(ids.shape)).half().numpy()
            found.update(zip(numbers, states, strict=False))  # what filled up is left out
        return [found[number] for number in range(len(texts))]

    @torch.inference_mode()
    def upper(
        self,
        asked: NDArray[np.float16],
        told: Sequence[NDArray[np.float16]],
        extra: Sequence[Sequence[float]],
    ) -> NDArray[np.float32]:
        """The scores of one question against several sentences.

        A sentence goes through in the same shape whatever else is read, so that its score is the same to the
        last bit (see ``bert.together``): those of about one length, always ``_AT_ONCE`` together.
        """
        question, question_mask = padded([asked] * _AT_ONCE)
        lengths = [-(-len(states) // _STEP) * _STEP for states in told]
        scores = np.zeros((len(told), 2), np.float32)
        for some, full in together(lengths, _AT_ONCE):
            sentences, mask = padded([told[number] for number in full], lengths[some[0]])
            extras = torch.tensor([extra[number] for number in full])
            found = self._network.upper(question, question_mask, sentences, mask, extras)
            scores[some] = found.numpy()[: len(some)]
        return scores


def padded(states: Sequence[NDArray[np.float16]], longest: int = 0) -> tuple[Tensor, Tensor]:
    """States of unequal length in one tensor (``longest`` or more), and the mask of what is no padding."""
    longest, width = max(longest, *(len(s) for s in states)), states[0].shape[1]
    values, mask = torch.zeros(len(states), longest, width), torch.zeros(len(states), longest)
    for place, state in enumerate(states):
        values[place, : len(state)] = torch.from_numpy(state).float()
        mask[place, : len(state)] = 1
    return values, mask


def _through(layers: nn.ModuleList, states: Tensor, mask: Tensor) -> Tensor:
    bias = (1 - mask[:, None, None, :]) * -1e4
    for layer in layers:
        out = layer(states, attention_mask=bias)
        states = out[0] if isinstance(out, tuple) else out
    return states


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
