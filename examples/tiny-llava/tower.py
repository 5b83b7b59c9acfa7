"""The vision tower: CLIP's contrastive loss against captions, and beside it a dense loss on every patch.

The contrastive loss alone learns what is in a picture but not which colour belongs to which shape, and it cannot spell a
sign. The dense loss asks each patch for its object's shape, colour and size and for its sign character. It sits on the
layer from which LLaVA takes its features (-2). Half-way up, each patch is asked for the silhouette it sees and for where
its object's centre lies: without that step the tower knows all colours long before it knows any shape. Each picture also gets a caption in which two words are swapped, as a
hard negative for the contrastive loss.
"""
from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel, CLIPVisionModel
from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

from data import read_scenes
from language import caption
from model import vision_config
from training import Run
from world import COLOURS, IGNORE, MASK, PATCH_HEADS, SHAPES, SIZES

MEAN, STD = (torch.tensor(v).view(3, 1, 1) for v in (OPENAI_CLIP_MEAN, OPENAI_CLIP_STD))

CONTRASTIVE_EVERY = 4                    # it is learnt soon; the other batches need no text encoder


def pixels(pictures: np.ndarray) -> torch.Tensor:
    """What CLIPImageProcessor gives for pictures that already have the tower's size."""
    return (torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255 - MEAN) / STD


class Clip(nn.Module):
    def __init__(self, tokenizer):
        super().__init__()
        width, words = 128, 64
        self.vision = CLIPVisionModel(vision_config())
        self.text = CLIPTextModel(CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=words, intermediate_size=4 * words, num_hidden_layers=2,
            num_attention_heads=2, max_position_embeddings=96, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id))
        self.vision_projection, self.text_projection = (nn.Linear(n, width, bias=False) for n in (width, words))
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.patch_norm = nn.LayerNorm(width)
        self.geometry = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 + MASK * MASK))
        self.patch_heads = nn.ModuleDict({name: nn.Linear(width, n) for name, n in PATCH_HEADS.items()})

    def forward(self, pictures, classes, geometry, ids=None, mask=None) -> dict[str, torch.Tensor]:
        seen = self.vision(pictures, output_hidden_states=True)
        losses = {"geometry": self.shapes(seen.hidden_states[3][:, 1:], geometry),
                  **self.dense(seen.hidden_states[-2][:, 1:], classes)}
        if ids is None:
            return losses
        read = self.text(ids, attention_mask=mask)
        image = F.normalize(self.vision_projection(seen.pooler_output), dim=-1)
        weight = mask[..., None].float()
        text = F.normalize(self.text_projection((read.last_hidden_state * weight).sum(1) / weight.sum(1)), dim=-1)
        return {"contrastive": self.contrastive(image, text), **losses}

    def contrastive(self, image, text):
        """The second half of `text` are the hard negatives: candidates for a picture, but no picture's caption."""
        scores = image @ text.T * self.scale.exp().clamp(max=100)
        n = len(image)
        target = torch.arange(n)
        return 0.5 * (F.cross_entropy(scores, target) + F.cross_entropy(scores[:, :n].T, target))

    def shapes(self, patches, geometry):
        seen, target = self.geometry(patches).float(), geometry.transpose(1, 2)
        known = target[..., 0] != IGNORE
        target = target.float() / 254
        offset = F.mse_loss(seen[known][:, :2], (target[known][:, :2] - 0.5) * 4)
        return offset + F.binary_cross_entropy_with_logits(seen[..., 2:], target[..., 2:])

    def dense(self, patches, labels):
        patches = self.patch_norm(patches)
        losses = {}
        for i, (name, head) in enumerate(self.patch_heads.items()):
            target = labels[:, i].long()
            known = target != IGNORE
            weight = torch.ones(PATCH_HEADS[name])
            if name in ("shape", "letter"):                # most patches show no object and no letter
                weight[-1] = 0.1
            losses[name] = F.cross_entropy(head(patches[known]), target[known], weight=weight)
        return losses


def swapped(rng: np.random.Generator, text: str) -> str:
    """The caption with two colours, shapes or sizes exchanged, or one replaced where all are the same."""
    groups = [list(COLOURS), list(SHAPES), list(SIZES)]
    for g in rng.permutation(3):
        words = text.split(" ")
        at = [i for i, w in enumerate(words) if w.strip(",") in groups[g]]
        values = [words[i].strip(",") for i in at]
        if not at:
            continue
        i = int(rng.integers(len(at)))
        others = [v for v in values if v != values[i]]
        if others:
            j = values.index(others[int(rng.integers(len(others)))])
            words[at[i]], words[at[j]] = values[j], values[i]
        else:
            words[at[i]] = str(rng.choice([v for v in groups[g] if v != values[i]]))
        return " ".join(words)
    return text


def train(work: Path, tokenizer, steps: int, batch: int = 32) -> None:
    torch.manual_seed(11)
    pictures = np.load(work / "data" / "pictures.npy", mmap_mode="r")
    classes = np.load(work / "data" / "classes.npy", mmap_mode="r")
    geometry = np.load(work / "data" / "geometry.npy", mmap_mode="r")
    captions = [caption("en", s) for s in read_scenes(work / "data")]
    model = Clip(tokenizer)
    held = np.arange(len(captions))[-200:]                 # never trained on: the accuracy that is printed

    def step(i):
        rng = np.random.default_rng((11, i))
        rows = np.sort(rng.choice(len(captions) - 200, batch, replace=False))
        shown = [pixels(pictures[rows]), torch.from_numpy(classes[rows]), torch.from_numpy(geometry[rows])]
        if i % CONTRASTIVE_EVERY == 0:
            texts = [captions[r] for r in rows]
            texts += [swapped(rng, t) for t in texts]
            tokens = tokenizer([t + "</s>" for t in texts], padding=True, padding_side="right", return_tensors="pt")
            shown += [tokens.input_ids, tokens.attention_mask]
        with torch.autocast("cpu", torch.bfloat16):
            losses = model(*shown)
        return {k: v * (0.3 if k == "contrastive" else 1.0) for k, v in losses.items()}

    @torch.no_grad()
    def check(_):
        patches = model.patch_norm(model.vision(pixels(pictures[held]), output_hidden_states=True).hidden_states[-2][:, 1:])
        truth = torch.from_numpy(classes[held]).long()
        shown = {"letter": truth[:, 3] < PATCH_HEADS["letter"] - 1}
        for i, (name, head) in enumerate(model.patch_heads.items()):
            known = shown.get(name, truth[:, 0] < len(SHAPES))     # patches of objects, or of letters
            right = (head(patches[known]).argmax(-1) == truth[:, i][known]).float().mean()
            print(f"  patches with the right {name}: {right:.1%}", flush=True)

    Run("tower", work, model, steps, rate=1e-3).run(step, check)


def load(work: Path) -> dict:
    weights = torch.load(work / "tower.pt", weights_only=True)["weights"]
    return {k.removeprefix("vision."): v for k, v in weights.items() if k.startswith("vision.")}
