"""Packs all that is said about one picture into one sequence.

The picture's prefix is computed once; the blocks behind it (one conversation or one turn each) see the prefix and
themselves, but not each other, and each block counts its positions from the end of the prefix. To the model every block
is a conversation of its own, at a fraction of the cost.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import torch

NO_LOSS = -100


@dataclass
class Block:
    ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    kind: str = ""                       # of its question, for the accuracy while training

    def add(self, ids: list[int], learn: bool) -> None:
        self.ids += ids
        self.labels += ids if learn else [NO_LOSS] * len(ids)


class Writer:
    """Texts to blocks. Token ids are those of the whole prompt: the pieces meet only where the tokenizer splits anyway."""

    def __init__(self, tokenizer):
        self.tokenizer, self.known = tokenizer, {}
        self.bos, self.eos, self.pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
        self.image = tokenizer.convert_tokens_to_ids("<image>")

    def ids(self, text: str) -> list[int]:
        if text not in self.known:
            self.known[text] = self.tokenizer(text, add_special_tokens=False).input_ids
        return self.known[text]

    def conversation(self, turns: list[tuple[str, str]], kind: str = "") -> Block:
        """(question, answer) pairs as the chat template writes them behind "USER: <image>\\n"; the answers are learnt."""
        block = Block(kind=kind)
        for i, (question, answer) in enumerate(turns):
            block.add(self.ids(question if i == 0 else "USER: " + question), False)
            block.add(self.ids(" ASSISTANT:"), False)
            block.add(self.ids(" " + answer) + [self.eos], True)
        return block

    def plain(self, caption: str) -> Block:
        """LLaVA's `plain` prompt of stage 1: the caption and a line break."""
        block = Block(kind="caption")
        block.add(self.ids(caption) + self.ids("\n"), True)
        return block

    def image_prefix(self, tokens: int, chat: bool) -> list[int]:
        image = [self.image] * tokens
        return [self.bos] + (self.ids("USER: ") + image + self.ids("\n") if chat else image)


@dataclass
class Batch:
    ids: torch.Tensor                    # [rows, length]
    positions: torch.Tensor
    labels: torch.Tensor                 # already shifted: what should come next
    mask: torch.Tensor                   # bool [rows, 1, length, length]
    part: torch.Tensor                   # [rows, length]: 0 = prefix, k = block k - 1
    kinds: list[list[str]]               # of the blocks of each row


def pack(writer: Writer, rows: list[tuple[list[int], list[Block]]], limit: int = 320) -> Batch:
    rows = [(prefix, fitting(prefix, blocks, limit)) for prefix, blocks in rows]
    length = max(len(prefix) + sum(len(b.ids) for b in blocks) for prefix, blocks in rows)
    shape = (len(rows), length)
    ids, positions = torch.full(shape, writer.pad), torch.zeros(shape, dtype=torch.long)
    labels, part = torch.full(shape, NO_LOSS), torch.full(shape, -1)
    for r, (prefix, blocks) in enumerate(rows):
        at = len(prefix)
        ids[r, :at], positions[r, :at], part[r, :at] = torch.tensor(prefix), torch.arange(at), 0
        first = at
        for k, block in enumerate(blocks, 1):
            end = at + len(block.ids)
            ids[r, at:end], part[r, at:end] = torch.tensor(block.ids), k
            positions[r, at:end] = torch.arange(first, first + end - at)
            labels[r, at:end - 1] = torch.tensor(block.labels[1:])
            if k == 1 and block.labels[0] != NO_LOSS:      # plain prompt: the prefix already predicts the first word
                labels[r, at - 1] = block.labels[0]
            at = end
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    own = part[:, None, :] == part[:, :, None]
    mask = (causal & (own | (part[:, None, :] == 0)))[:, None]
    return Batch(ids, positions, labels, mask, part, [[b.kind for b in blocks] for _, blocks in rows])


def fitting(prefix: list[int], blocks: list[Block], limit: int) -> list[Block]:
    room, kept = limit - len(prefix), []
    for block in blocks:
        if len(block.ids) <= room:
            kept.append(block)
            room -= len(block.ids)
    return kept
