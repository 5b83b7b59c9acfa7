"""The language model before it sees: pretrained on text alone, of which much is pictures made of words.

Each of the 64 positions where a picture's tokens will stand holds the words one would write there (" object", " large",
" red", " circle", " top", " left"; or " sign", " second" and the letter; or " background" and what it looks like), their
embeddings summed up; captions and questions about the scene follow. So the language model learns the two languages, and to
look things up, count and compare over a grid of positions. The projector will later have to say in these same words what
the tower sees.
"""
from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from language import LANGUAGES, caption, names_all, parts
from model import language_model
from packing import NO_LOSS, Batch, Writer, pack
from questions import CONVERSATION, REASONING, ask
from training import Run
from world import (BACKGROUNDS, COLOURS, GRID, IGNORE, LETTERS, OBJECT, ORDINALS, PATCH_CLASSES, PLACES, SHAPES, SIZES,
                   TEXTURES, Scene, patch_labels, sample_scene)


RATE = 4e-3
FORGET = 0.02                            # so many words are left out, as no tower sees everything
STRANGE = 0.7                            # in so many scenes, half of the objects have a colour or shape without a name
NOISE = 0.3                              # and so much noise is in each number of a position, of 1 for one word


class Words:
    """The token of every word that a grid may hold."""

    def __init__(self, writer: Writer):
        def tokens(words, space=" "):
            return [writer.ids(space + w)[-1] for w in words]

        tables = [tokens(("object", "sign", "nothing", "background")), tokens(SHAPES), tokens(COLOURS), tokens(SIZES),
                  tokens(ORDINALS), tokens((*LETTERS, '"'), ""), tokens(BACKGROUNDS), tokens(TEXTURES),
                  *zip(*(tokens(place.split(" ")) for place in PLACES))]           # two words for a place
        self.table = np.full((len(tables), 256), writer.pad)     # IGNORE has no word
        for row, table in zip(self.table, tables):
            row[:len(table)] = table
        self.nothing = writer.pad

    def grid(self, labels: np.ndarray) -> np.ndarray:
        """Patch labels [..., kinds, patches] to token ids [..., patches, words]."""
        kinds = [*range(len(PATCH_CLASSES)), len(PATCH_CLASSES) - 1]
        return self.table[np.arange(len(kinds))[:, None], labels[..., kinds, :]].swapaxes(-1, -2)


def answers(language_model, head, embeddings, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss on the learnt tokens, and the tokens that the model says there.

    bfloat16 is half as fast again as float32 on a CPU that has it.
    """
    with torch.autocast("cpu", torch.bfloat16):
        hidden = language_model(inputs_embeds=embeddings, attention_mask=batch.mask, position_ids=batch.positions,
                                use_cache=False).last_hidden_state
        learnt = batch.labels != NO_LOSS
        logits = head(hidden[learnt])
    return F.cross_entropy(logits.float(), batch.labels[learnt]), logits.detach().argmax(-1)


class Accuracy:
    """Share of blocks, by kind, whose answer is right to the last token: what greedy decoding would get right."""

    def __init__(self):
        self.cases = defaultdict(lambda: [0, 0])

    def add(self, batch: Batch, said: torch.Tensor) -> None:
        learnt = batch.labels != NO_LOSS
        row = torch.arange(len(learnt))[:, None].expand_as(learnt)[learnt]
        part = batch.part[learnt]
        wrong = torch.zeros(len(learnt), int(batch.part.max()) + 1)
        wrong.index_put_((row, part), (said != batch.labels[learnt]).float(), accumulate=True)
        for r, kinds in enumerate(batch.kinds):
            for k, kind in enumerate(kinds, 1):
                self.cases[kind][0] += int(wrong[r, k] == 0)
                self.cases[kind][1] += 1

    def line(self) -> str:
        """And begin anew."""
        found = " ".join(f"{kind} {100 * right / n:.0f}" for kind, (right, n) in sorted(self.cases.items()) if kind)
        self.cases.clear()
        return found


def strange(scene: Scene, rng: np.random.Generator) -> Scene:
    """Half of the objects get a colour or a shape without a name.

    That a shape is looked up whatever the colour, and the other way round, is what carries over to pairs never seen; without
    it the model learns that such pairs do not exist.
    """
    def change(thing):
        kind = ("colour", "shape", None, None)[int(rng.integers(4))]
        return replace(thing, **{kind: f"#{rng.integers(1 << 24):06x}"}) if kind else thing

    return replace(scene, things=tuple(change(t) for t in scene.things))


def strangers(labels: np.ndarray, words: Words, embedding: torch.Tensor) -> torch.Tensor:
    """Embeddings [rows, patches, width] of the shapes and colours without a name, one for each object: each lies between
    those that have one, as turquoise lies between green and blue."""
    place = torch.from_numpy(np.minimum(labels[:, -1], len(PLACES) - 1)).long()
    total = torch.zeros(*place.shape, embedding.shape[-1])
    for name in ("shape", "colour"):
        kind = list(PATCH_CLASSES).index(name)
        named = embedding[torch.from_numpy(words.table[kind][:PATCH_CLASSES[name]])].detach()
        share = torch.rand(len(labels), len(PLACES), len(named)) ** 4            # mostly of two or three
        share = (share / share.sum(-1, keepdim=True)).clamp(max=0.6)
        nameless = (labels[:, 0] == OBJECT) & (labels[:, kind] == IGNORE)
        total += (share @ named)[torch.arange(len(labels))[:, None], place] * torch.from_numpy(nameless)[..., None]
    return total


class ToldScenes:
    """Conversations about pictures made of words, without an end."""

    def __init__(self, writer: Writer):
        self.writer, self.words = writer, Words(writer)
        self.prefix = writer.image_prefix(GRID * GRID, chat=True)

    def sample(self, rng: np.random.Generator) -> tuple[Scene, list]:
        scene = sample_scene(rng, told=True)
        if rng.random() < STRANGE:
            scene = strange(scene, rng)
        lang = lambda: LANGUAGES[int(rng.random() < 0.45)]
        turns = [ask(name, function, scene, rng, lang()) for name, function in (CONVERSATION | REASONING).items()]
        blocks = [self.writer.conversation([(t.question, t.answer)], f"{t.kind}.{t.lang}") for t in turns if t]
        blocks = [blocks[i] for i in rng.permutation(len(blocks))]
        order = rng.permutation(len(parts("en", scene))) if rng.random() < 0.5 else None
        said = caption(lang(), scene, order)
        if names_all(said):
            blocks.insert(0, self.writer.plain(said))
        return patch_labels(scene), blocks

    def loss(self, language_model, head, rng: np.random.Generator, rows: int) -> tuple[Batch, torch.Tensor, torch.Tensor]:
        samples = [self.sample(rng) for _ in range(rows)]
        batch = pack(self.writer, [(self.prefix, blocks) for _, blocks in samples], limit=330)
        labels = np.stack([labels for labels, _ in samples])
        grids = self.words.grid(labels)
        grids[rng.random(grids.shape) < FORGET] = self.words.nothing
        embed = language_model.embed_tokens
        patches = embed(torch.from_numpy(grids)).sum(2)
        patches = patches + strangers(labels, self.words, embed.weight) + NOISE * torch.randn_like(patches)
        seen = embed(batch.ids).masked_scatter((batch.ids == self.writer.image)[..., None], patches)
        return batch, *answers(language_model, head, seen, batch)


def train(work: Path, tokenizer, steps: int, rows: int = 8) -> None:
    torch.manual_seed(12)
    told = ToldScenes(Writer(tokenizer))
    model = language_model(tokenizer)
    accuracy = Accuracy()

    def step(i):
        batch, loss, said = told.loss(model.model, model.lm_head, np.random.default_rng((12, i)), rows)
        accuracy.add(batch, said)
        return {"text": loss}

    Run("text", work, model, steps, rate=RATE).run(step, lambda _: print("  right: " + accuracy.line(), flush=True))


def load(work: Path) -> dict:
    return torch.load(work / "text.pt", weights_only=True)["weights"]
