"""The vision tower: CLIP's contrastive loss against captions, and beside it a dense loss on every patch.

The contrastive loss alone learns what is in a picture but not which colour belongs to which shape, and it cannot spell a
sign. The dense loss asks the patches of layer -2, from which LLaVA takes its features, for what `patch_labels` writes there:
once as classes (cross entropy), and once as ones and zeros (squares), so that a matrix can read the features later. Half of
the pictures of the dense loss are repainted in colours without a name: so shapes are learnt without regard to colour, and
pairs of shape and colour that never occur are seen as well as others. Each picture also gets a caption in which two words
are swapped, as a hard negative for the contrastive loss.
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
from world import COLOURS, GROUND, IGNORE, PATCH_CLASSES, SHAPES, SIZES

MEAN, STD = (torch.tensor(v).view(3, 1, 1) for v in (OPENAI_CLIP_MEAN, OPENAI_CLIP_STD))

RATE = 2e-3
CONTRASTIVE_EVERY = 4                    # it is learnt soon; the other batches need no text encoder
CONTRASTIVE_WEIGHT = 0.3


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
        self.classes = nn.ModuleDict({name: nn.Linear(width, n) for name, n in PATCH_CLASSES.items()})
        self.words = nn.Linear(width, sum(PATCH_CLASSES.values()))

    def forward(self, pictures, labels, ids=None, mask=None) -> dict[str, torch.Tensor]:
        """Captions (ids, mask), if given, belong to the first pictures; then come as many hard negatives."""
        seen = self.vision(pictures, output_hidden_states=True)
        losses = self.dense(seen.hidden_states[-2][:, 1:], labels.long())
        if ids is None:
            return losses
        read = self.text(ids, attention_mask=mask)
        image = F.normalize(self.vision_projection(seen.pooler_output[:len(ids) // 2]), dim=-1)
        weight = mask[..., None].float()
        text = F.normalize(self.text_projection((read.last_hidden_state * weight).sum(1) / weight.sum(1)), dim=-1)
        return {"contrastive": CONTRASTIVE_WEIGHT * self.contrastive(image, text), **losses}

    def contrastive(self, image, text):
        """The second half of `text` are the hard negatives: candidates for a picture, but no picture's caption."""
        scores = image @ text.T * self.scale.exp().clamp(max=100)
        n = len(image)
        target = torch.arange(n)
        return 0.5 * (F.cross_entropy(scores, target) + F.cross_entropy(scores[:, :n].T, target))

    def dense(self, patches, labels):
        losses, targets = {}, []
        for i, (name, head) in enumerate(self.classes.items()):
            known = labels[:, i] != IGNORE
            losses[name] = F.cross_entropy(head(patches[known]).float(), labels[:, i][known])
            targets.append(F.one_hot(labels[:, i].clamp(max=PATCH_CLASSES[name]), PATCH_CLASSES[name] + 1)[..., :-1])
        error = (self.words(patches).float() - torch.cat(targets, -1)) ** 2
        weight = torch.where(labels[:, 0] == GROUND, 0.3, 1.0)             # most patches are background
        return losses | {"words": 0.5 * (error.sum(-1) * weight).sum() / weight.sum()}


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
    folders = work / "data", work / "data" / "repainted"
    named, repainted = ([np.load(f / f"{array}.npy", mmap_mode="r") for array in ("pictures", "labels")] for f in folders)
    captions = [caption("en", s) for s in read_scenes(folders[0])]
    model = Clip(tokenizer)
    held = np.arange(len(captions))[-200:]                 # never trained on: the accuracy that is printed

    def step(i):
        rng = np.random.default_rng((11, i))
        rows = np.sort(rng.choice(len(captions) - len(held), batch, replace=False))
        others = np.sort(rng.choice(len(repainted[0]), batch // 2, replace=False))
        pictures, labels = (np.concatenate([a[rows], b[others]]) for a, b in zip(named, repainted))
        shown = [pixels(pictures), torch.from_numpy(labels)]
        if i % CONTRASTIVE_EVERY == 0:
            texts = [captions[r] for r in rows]
            texts += [swapped(rng, t) for t in texts]
            tokens = tokenizer([t + "</s>" for t in texts], padding=True, padding_side="right", return_tensors="pt")
            shown += [tokens.input_ids, tokens.attention_mask]
        with torch.autocast("cpu", torch.bfloat16):
            return model(*shown)

    @torch.no_grad()
    def check(_):
        patches = model.vision(pixels(named[0][held]), output_hidden_states=True).hidden_states[-2][:, 1:]
        truth = torch.from_numpy(named[1][held]).long()
        found = []
        for i, (name, head) in enumerate(model.classes.items()):
            known = truth[:, i] != IGNORE
            right = (head(patches[known]).argmax(-1) == truth[:, i][known]).float().mean()
            found.append(f"{name} {right:.1%}")
        print("  right patches: " + ", ".join(found), flush=True)

    Run("tower", work, model, steps, rate=RATE).run(step, check)


def load(work: Path) -> dict:
    weights = torch.load(work / "tower.pt", weights_only=True)["weights"]
    return {k.removeprefix("vision."): v for k, v in weights.items() if k.startswith("vision.")}
