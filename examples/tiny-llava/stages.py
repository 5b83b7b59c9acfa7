"""LLaVA's two stages: align the projector on captions, then tune projector and language model on instructions.

The tower is frozen in both, the language model in the first.
"""
from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

import text
import tower
from model import build
from packing import Block, Writer, pack
from training import Run
from world import GROUND

FIT_RATE = 3e-3
WHOLE_CONVERSATIONS = 0.3                # the rest is cut into single turns, each the first of its conversation
TOLD_EVERY = 1                           # so often conversations without a picture are among the steps, as in LLaVA-1.5's
TOLD_ROWS = 4                            # mixture: else the language model forgets the pairs that no picture shows


@torch.no_grad()
def tower_features(model, pictures: np.ndarray, tokens: int = 64) -> torch.Tensor:
    """[n, tokens, width of the tower]: layer -2 without its class token."""
    seen = model.model.vision_tower(tower.pixels(pictures), output_hidden_states=True).hidden_states[-2][:, 1:]
    return fewer(seen, tokens)


def fewer(patches: torch.Tensor, tokens: int) -> torch.Tensor:
    """The ablation with fewer image tokens: neighbours are averaged."""
    return patches if tokens == patches.shape[1] else patches.unflatten(1, (tokens, -1)).mean(2)


def image_features(model, pictures: np.ndarray, tokens: int = 64) -> torch.Tensor:
    """[n, tokens, width of the language model]: through the projector."""
    return model.model.multi_modal_projector(tower_features(model, pictures, tokens))


def embed(model, writer: Writer, ids: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """Text embeddings with the picture's features at the <image> tokens."""
    words = model.model.language_model.embed_tokens(ids)
    return words.masked_scatter((ids == writer.image)[..., None], features.to(words.dtype))


class Data:
    """Records of LLaVA's JSON, by picture, and what the frozen tower sees in each picture, worked out once."""

    def __init__(self, work: Path, name: str, model, tokens: int):
        folders = work / "data", work / "data" / "repainted"
        self.pictures = [np.load(f / "pictures.npy", mmap_mode="r") for f in folders]
        self.labels = np.concatenate([np.load(f / "labels.npy") for f in folders])
        self.model, self.tokens = model, tokens
        self.features = torch.zeros(len(self.labels), self.labels.shape[-1], model.config.vision_config.hidden_size, dtype=torch.half)
        self.known = np.zeros(len(self.labels), bool)
        self.by_picture = defaultdict(list)
        for record in json.loads((work / "data" / f"{name}.json").read_text()):
            said = [turn["value"] for turn in record["conversations"]]
            said[0] = said[0].replace("<image>", "").strip()
            row = int(Path(record["image"]).stem) + len(self.pictures[0]) * record["image"].startswith("repainted/")
            self.by_picture[row].append(list(zip(said[::2], said[1::2])))
        self.rows = np.array(sorted(self.by_picture))

    def draw(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return np.sort(rng.choice(self.rows, n, replace=False))

    def picture(self, row: int) -> np.ndarray:
        named, repainted = self.pictures
        return named[row] if row < len(named) else repainted[row - len(named)]

    def seen(self, rows: np.ndarray) -> torch.Tensor:
        new = np.unique(rows[~self.known[rows]])
        if len(new):
            self.features[torch.from_numpy(new)] = tower_features(self.model, np.stack([self.picture(r) for r in new])).half()
            self.known[new] = True
        return fewer(self.features[torch.from_numpy(rows)].float(), self.tokens)


def start(work: Path, tokenizer, args):
    model = build(tokenizer, tower.load(work), text.load(work), args.projector == "linear")
    for p in model.model.vision_tower.parameters():
        p.requires_grad_(False)
    return model


def answers(model, writer, data, picked, rows):
    batch = pack(writer, rows)
    seen = embed(model, writer, batch.ids, model.model.multi_modal_projector(data.seen(picked)))
    return batch, *text.answers(model.model.language_model, model.lm_head, seen, batch)


def variant(args, stage: str) -> str:
    return stage if args.name == "main" else f"{stage}-{args.name}"


def align(work: Path, tokenizer, steps: int, args, pictures: int = 32) -> None:
    if args.one_stage:
        return
    torch.manual_seed(13)
    model, writer = start(work, tokenizer, args), Writer(tokenizer)
    data = Data(work, "captions", model, args.image_tokens)
    model.requires_grad_(False)
    model.model.multi_modal_projector.requires_grad_(True)
    prefix = writer.image_prefix(args.image_tokens, chat=False)

    fit_words(model, writer, data, 50 if args.smoke else 3_000, 20 if args.smoke else 1_500)

    def step(i):
        picked = data.draw(np.random.default_rng((13, i)), pictures)
        rows = [(prefix, [writer.plain(data.by_picture[p][0][0][1])]) for p in picked]
        return {"captions": answers(model, writer, data, picked, rows)[1]}

    Run(variant(args, "stage1"), work, model, steps, rate=1e-3, decay=0.0).run(step)


def fit_words(model, writer, data: Data, pictures: int, steps: int, batch: int = 32) -> None:
    """Gives the projector a start: each position says its words, by least squares over some pictures."""
    words, rng = text.Words(writer), np.random.default_rng(16)
    projector, embedding = model.model.multi_modal_projector, model.model.language_model.embed_tokens
    optimiser = torch.optim.AdamW(projector.parameters(), lr=FIT_RATE, weight_decay=0)
    for i in range(steps):
        rows = np.sort(rng.integers(pictures, size=batch))
        with torch.no_grad():
            said = embedding(torch.from_numpy(words.grid(data.labels[rows]))).sum(2)
            weight = torch.from_numpy(np.where(data.labels[rows, 0] == GROUND, 0.3, 1.0))[..., None].float()
        error = (fewer(weight, data.tokens) * (projector(data.seen(rows)) - fewer(said, data.tokens)) ** 2).mean()
        optimiser.param_groups[0]["lr"] = FIT_RATE * (1 - i / steps)
        error.backward()
        optimiser.step()
        optimiser.zero_grad()
    print(f"words of positions: error {error.item():.3f} of {said.var().item():.2f}", flush=True)


def instruct(work: Path, tokenizer, steps: int, args, pictures: int = 8) -> None:
    torch.manual_seed(14)
    model, writer, accuracy = start(work, tokenizer, args), Writer(tokenizer), text.Accuracy()
    data = Data(work, "instruct", model, args.image_tokens)
    if not args.one_stage:
        model.load_state_dict(torch.load(work / f"{variant(args, 'stage1')}.pt", weights_only=True)["weights"])
    prefix = writer.image_prefix(args.image_tokens, chat=True)
    told = text.ToldScenes(writer)

    def blocks(rng, conversations) -> list[Block]:
        found = []
        for turns in conversations:
            if rng.random() < WHOLE_CONVERSATIONS:
                found.append(writer.conversation(turns, "whole"))
            else:
                found += [writer.conversation([turn], "single") for turn in turns]
        return [found[i] for i in rng.permutation(len(found))]

    def step(i):
        rng = np.random.default_rng((14, i))
        picked = data.draw(rng, pictures)
        rows = [(prefix, blocks(rng, data.by_picture[p])) for p in picked]
        batch, loss, said = answers(model, writer, data, picked, rows)
        accuracy.add(batch, said)
        if i % TOLD_EVERY or args.image_tokens != 64:
            return {"answers": loss}
        return {"answers": loss, "told": told.loss(model.model.language_model, model.lm_head, rng, TOLD_ROWS)[1]}

    def check(_):
        from evaluate import quick_check
        print("  right: " + accuracy.line(), flush=True)
        quick_check(model, tokenizer, args.image_tokens, pictures=4 if args.smoke else 20)

    Run(variant(args, "stage2"), work, model, steps, rate=1.5e-3, decay=0.01).run(step, check)
    if args.name != "main":              # an ablation has no checkpoint: its figures are all that is wanted
        from evaluate import quick_check
        report = quick_check(model, tokenizer, args.image_tokens, pictures=4 if args.smoke else 100).markdown()
        (work / f"{variant(args, 'stage2')}.md").write_text(report + "\n")


def load(work: Path, tokenizer, args):
    model = start(work, tokenizer, args)
    model.load_state_dict(torch.load(work / f"{variant(args, 'stage2')}.pt", weights_only=True)["weights"])
    return model.eval()
