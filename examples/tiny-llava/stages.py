"""LLaVA's two stages: align the projector on captions, then tune projector and language model on instructions.

The tower is frozen in both, the language model in the first.
"""
from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import text
import tower
from data import read_scenes
from model import build
from packing import Block, Writer, pack
from training import Run

WHOLE_CONVERSATIONS = 0.3                # the rest is cut into single turns, each the first of its conversation


def image_features(model, pictures: np.ndarray, tokens: int = 64) -> torch.Tensor:
    """[n, tokens, width]: layer -2 of the tower without its class token, through the projector."""
    with torch.no_grad():
        seen = model.model.vision_tower(tower.pixels(pictures), output_hidden_states=True).hidden_states[-2][:, 1:]
        if tokens < seen.shape[1]:       # the ablation: neighbours are averaged
            seen = seen.unflatten(1, (tokens, -1)).mean(2)
    return model.model.multi_modal_projector(seen)


def embed(model, writer: Writer, ids: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """Text embeddings with the picture's features at the <image> tokens."""
    words = model.model.language_model.embed_tokens(ids)
    return words.masked_scatter((ids == writer.image)[..., None], features.to(words.dtype))


class Data:
    """Records of LLaVA's JSON, by picture."""

    def __init__(self, work: Path, name: str):
        self.pictures = np.load(work / "data" / "pictures.npy", mmap_mode="r")
        self.by_picture = defaultdict(list)
        for record in json.loads((work / "data" / f"{name}.json").read_text()):
            said = [turn["value"] for turn in record["conversations"]]
            said[0] = said[0].replace("<image>", "").strip()
            self.by_picture[int(record["image"].removesuffix(".png"))].append(list(zip(said[::2], said[1::2])))

    def draw(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return np.sort(rng.choice(len(self.pictures), n, replace=False))


def start(work: Path, tokenizer, args):
    model = build(tokenizer, tower.load(work), text.load(work), args.projector == "linear")
    for p in model.model.vision_tower.parameters():
        p.requires_grad_(False)
    return model


def losses(model, writer, data, picked, rows, tokens):
    batch = pack(writer, rows)
    features = image_features(model, data.pictures[picked], tokens)
    return text.loss(model.model.language_model, model.lm_head, embed(model, writer, batch.ids, features), batch)


def variant(args, stage: str) -> str:
    return stage if args.name == "main" else f"{stage}-{args.name}"


def align(work: Path, tokenizer, steps: int, args, pictures: int = 32) -> None:
    if args.one_stage:
        return
    torch.manual_seed(13)
    model, writer, data = start(work, tokenizer, args), Writer(tokenizer), Data(work, "captions")
    model.requires_grad_(False)
    model.model.multi_modal_projector.requires_grad_(True)
    prefix = writer.image_prefix(args.image_tokens, chat=False)

    if args.image_tokens == 64 and args.projector == "mlp":
        fit_words(model, writer, data, read_scenes(work / "data"), 50 if args.smoke else 1_500)

    def step(i):
        picked = data.draw(np.random.default_rng((13, i)), pictures)
        rows = [(prefix, [writer.plain(data.by_picture[p][0][0][1])]) for p in picked]
        return {"captions": losses(model, writer, data, picked, rows, args.image_tokens)}

    Run(variant(args, "stage1"), work, model, steps, rate=1e-3, decay=0.0).run(step)


def fit_words(model, writer, data: Data, scenes, pictures: int, steps: int = 500, batch: int = 2048) -> None:
    """Gives the projector a start: each position says its words, by least squares over some pictures."""
    words, rng = text.Words(writer), np.random.default_rng(16)
    projector, embedding = model.model.multi_modal_projector, model.model.language_model.embed_tokens
    with torch.no_grad():
        seen = torch.cat([model.model.vision_tower(tower.pixels(data.pictures[i:i + 50]), output_hidden_states=True)
                          .hidden_states[-2][:, 1:] for i in range(0, pictures, 50)]).flatten(0, 1)
        said = embedding(torch.from_numpy(np.concatenate([words.grid(s, rng, forget=0) for s in scenes[:pictures]]))).sum(1)
    optimiser = torch.optim.AdamW(projector.parameters(), lr=1e-2, weight_decay=0)
    for i in range(steps):
        rows = torch.from_numpy(rng.integers(len(seen), size=batch))
        optimiser.param_groups[0]["lr"] = 1e-2 * (1 - i / steps)
        error = F.mse_loss(projector(seen[rows]), said[rows])
        error.backward()
        optimiser.step()
        optimiser.zero_grad()
    print(f"words of positions: error {error.item():.2f} of {said.var().item():.2f}", flush=True)


def instruct(work: Path, tokenizer, steps: int, args, pictures: int = 8) -> None:
    torch.manual_seed(14)
    model, writer, data = start(work, tokenizer, args), Writer(tokenizer), Data(work, "instruct")
    if not args.one_stage:
        model.load_state_dict(torch.load(work / f"{variant(args, 'stage1')}.pt", weights_only=True)["weights"])
    prefix = writer.image_prefix(args.image_tokens, chat=True)

    def blocks(rng, conversations) -> list[Block]:
        found = []
        for turns in conversations:
            if rng.random() < WHOLE_CONVERSATIONS:
                found.append(writer.conversation(turns))
            else:
                found += [writer.conversation([turn]) for turn in turns]
        return [found[i] for i in rng.permutation(len(found))]

    def step(i):
        rng = np.random.default_rng((14, i))
        picked = data.draw(rng, pictures)
        rows = [(prefix, blocks(rng, data.by_picture[p])) for p in picked]
        return {"answers": losses(model, writer, data, picked, rows, args.image_tokens)}

    def check(_):
        from evaluate import quick_check
        quick_check(model, tokenizer, args.image_tokens, pictures=4 if args.smoke else 20)

    Run(variant(args, "stage2"), work, model, steps, rate=1e-3, decay=0.01).run(step, check)


def load(work: Path, tokenizer, args):
    model = start(work, tokenizer, args)
    model.load_state_dict(torch.load(work / f"{variant(args, 'stage2')}.pt", weights_only=True)["weights"])
    return model.eval()
