"""The language model before it sees: pretrained on text alone, of which much is pictures made of words.

Each of the 64 positions where a picture's tokens will stand holds the words one would write there (" large", " red",
" circle", or " sign" and the letter, or the background), their embeddings summed up; captions and questions about the
scene follow. So the language model learns the two languages, and to look things up, count and compare over a grid of
positions. The projector will later have to say in these same words what the tower sees.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from language import KO, LANGUAGES, caption, parts
from model import language_model
from packing import NO_LOSS, Writer, pack
from questions import CONVERSATION, REASONING, ask
from training import Run
from world import BACKGROUNDS, COLOURS, GRID, LETTERS, PLACES, SHAPES, SIZES, TEXTURES, Scene, patch_labels, sample_scene

PER_PATCH = 5
FORGET = 0.05                            # so many words are left out, as no tower sees everything


class Words:
    """The token of every word that a grid may hold."""

    def __init__(self, writer: Writer):
        words = [*SHAPES, "sign", *COLOURS, *SIZES, *BACKGROUNDS, *TEXTURES, "top", "bottom", "left", "right"]
        self.token = {w: writer.ids(" " + w)[-1] for w in words} | {c: writer.ids(c)[0] for c in LETTERS}
        self.nothing = writer.pad

    def grid(self, scene: Scene, rng: np.random.Generator, forget: float = FORGET) -> np.ndarray:
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
            words = [w for w in words if rng.random() >= forget]
            words += ["top" if p // GRID < GRID // 2 else "bottom", "left" if p % GRID < GRID // 2 else "right"]
            ids[p, :len(words)] = [self.token[w] for w in words]
        return ids


def tags(scene: Scene, lang: str, rng: np.random.Generator) -> str:
    """The words of each object in any order, without anything between them: looking up at its plainest."""
    found = []
    for i in rng.permutation(len(scene.things)):
        t = scene.things[i]
        words = [(t.shape, t.colour, t.size, PLACES[t.place])[k] for k in rng.permutation(4)]
        found.append(" ".join(words if lang == "en" else [KO[w] for w in words]))
    return " " + ", ".join(found)


def loss(language_model, head, embeddings, batch) -> torch.Tensor:
    """Cross entropy of the learnt tokens only; bfloat16 is half as fast again as float32 on a CPU that has it."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = language_model(inputs_embeds=embeddings, attention_mask=batch.mask, position_ids=batch.positions,
                                use_cache=False).last_hidden_state
        learnt = batch.labels != NO_LOSS
        logits = head(hidden[learnt])
    return F.cross_entropy(logits.float(), batch.labels[learnt])


def train(work: Path, tokenizer, steps: int, rows: int = 8) -> None:
    torch.manual_seed(12)
    writer = Writer(tokenizer)
    words, prefix = Words(writer), writer.image_prefix(GRID * GRID, chat=True)
    model = language_model(tokenizer)

    def sample(rng):
        scene = sample_scene(rng)
        kinds = CONVERSATION if rng.random() < 0.7 else CONVERSATION | REASONING
        turns = [ask(name, function, scene, rng, LANGUAGES[int(rng.random() < 0.4)]) for name, function in kinds.items()]
        blocks = [writer.conversation([(t.question, t.answer)]) for t in turns if t]
        blocks = [blocks[i] for i in rng.permutation(len(blocks))]
        blocks.insert(0, writer.plain(tags(scene, LANGUAGES[int(rng.random() < 0.4)], rng)))
        order = rng.permutation(len(parts("en", scene)))
        blocks.insert(1, writer.plain(caption(LANGUAGES[int(rng.random() < 0.4)], scene, order)))
        for block in blocks:             # text is learnt whole, questions too: "the large red" already asks for "circle"
            block.labels = block.ids
        return words.grid(scene, rng), blocks

    def step(i):
        rng = np.random.default_rng((12, i))
        samples = [sample(rng) for _ in range(rows)]
        batch = pack(writer, [(prefix, blocks) for _, blocks in samples], limit=272)
        embedding = model.model.embed_tokens
        patches = embedding(torch.from_numpy(np.stack([grid for grid, _ in samples]))).sum(2)
        seen = embedding(batch.ids).masked_scatter((batch.ids == writer.image)[..., None], patches)
        return {"text": loss(model.model, model.lm_head, seen, batch)}

    Run("text", work, model, steps, rate=2e-3).run(step)


def load(work: Path) -> dict:
    return torch.load(work / "text.pt", weights_only=True)["weights"]
