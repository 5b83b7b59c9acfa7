"""The language model's last step before it sees: pictures made of words.

Each of the 64 positions where a picture's tokens will stand holds the words one would write there (" large", " red",
" circle", or " sign" and the letter, or the background), their embeddings summed up. So the language model learns to look
things up, count and compare over a grid of positions, still from text alone; the projector will later have to say in these
same words what the tower sees. It needs no picture and no tower.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from transformers import LlamaForCausalLM

import text
from language import LANGUAGES
from model import text_config
from packing import Writer, pack
from questions import CONVERSATION, REASONING, ask, detail
from training import Run
from world import BACKGROUNDS, COLOURS, GRID, LETTERS, SHAPES, SIZES, TEXTURES, Scene, patch_labels, sample_scene

PER_PATCH = 5
FORGET = 0.05                            # so many words are left out, as no tower sees everything


class Words:
    """The token of every word that a grid may hold."""

    def __init__(self, writer: Writer):
        words = [*SHAPES, "sign", *COLOURS, *SIZES, *BACKGROUNDS, *TEXTURES, "top", "bottom", "left", "right"]
        self.token = {w: writer.ids(" " + w)[-1] for w in words} | {c: writer.ids(c)[0] for c in LETTERS}
        self.nothing = writer.pad

    def grid(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        """Token ids [patches, PER_PATCH]."""
        (shape, colour, size, letter), _ = patch_labels(scene)
        ids = np.full((len(shape), PER_PATCH), self.nothing)
        for p in range(len(shape)):
            if shape[p] < len(SHAPES):
                words = [SHAPES[shape[p]], list(COLOURS)[colour[p]], list(SIZES)[size[p]]]
            elif shape[p] == len(SHAPES):
                words = ["sign"] + ([LETTERS[letter[p]]] if letter[p] < len(LETTERS) else [])
            else:
                words = [scene.background, scene.texture]
            words = [w for w in words if rng.random() > FORGET]
            words += ["top" if p // GRID < GRID // 2 else "bottom", "left" if p % GRID < GRID // 2 else "right"]
            ids[p, :len(words)] = [self.token[w] for w in words]
        return ids


def train(work: Path, tokenizer, steps: int, rows: int = 12) -> None:
    torch.manual_seed(15)
    writer = Writer(tokenizer)
    words, prefix = Words(writer), writer.image_prefix(GRID * GRID, chat=True)
    model = LlamaForCausalLM(text_config(tokenizer))
    model.load_state_dict(text.load(work))

    def sample(rng):
        scene = sample_scene(rng)
        turns = [ask(name, function, scene, rng, LANGUAGES[int(rng.random() < 0.4)])
                 for name, function in (CONVERSATION | REASONING | {"detail": detail}).items()]
        blocks = [writer.conversation([(t.question, t.answer)]) for t in turns if t]
        return words.grid(scene, rng), [blocks[i] for i in rng.permutation(len(blocks))]

    def step(i):
        rng = np.random.default_rng((15, i))
        samples = [sample(rng) for _ in range(rows)]
        batch = pack(writer, [(prefix, blocks) for _, blocks in samples], limit=288)
        embedding = model.model.embed_tokens
        patches = embedding(torch.from_numpy(np.stack([grid for grid, _ in samples]))).sum(2)
        seen = embedding(batch.ids).masked_scatter((batch.ids == writer.image)[..., None], patches)
        return {"answers": text.loss(model.model, model.lm_head, seen, batch)}

    Run("grid", work, model, steps, rate=2e-3).run(step)


def load(work: Path) -> dict:
    return torch.load(work / "grid.pt", weights_only=True)["weights"]
