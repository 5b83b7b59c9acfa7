"""The language model before it sees: pretrained on text alone.

It reads a scene in words, its parts in any order and in either language, and learns to answer questions about it and to
repeat it as a caption. The words stand exactly where the picture's tokens will stand later, so that what is left to learn
from pictures is mostly what the projector does: saying in the language model's terms what the tower saw.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from transformers import LlamaForCausalLM

from language import LANGUAGES, caption, parts
from model import text_config
from packing import NO_LOSS, Writer, pack
from questions import CONVERSATION, REASONING, ask, detail
from training import Run
from world import sample_scene


def loss(language_model, head, embeddings, batch) -> torch.Tensor:
    """Cross entropy of the learnt tokens only; bfloat16 is half as fast again as float32 on a CPU that has it."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = language_model(inputs_embeds=embeddings, attention_mask=batch.mask, position_ids=batch.positions,
                                use_cache=False).last_hidden_state
        learnt = batch.labels != NO_LOSS
        logits = head(hidden[learnt])
    return F.cross_entropy(logits.float(), batch.labels[learnt])


def sample(rng: np.random.Generator, writer: Writer):
    scene = sample_scene(rng)
    words = caption(LANGUAGES[int(rng.random() < 0.4)], scene, order=rng.permutation(len(parts("en", scene))))
    lang = LANGUAGES[int(rng.random() < 0.4)]
    if rng.random() < 0.15:
        return writer.text_prefix(words, chat=False), [writer.plain(caption(lang, scene))]
    turns = [ask(name, function, scene, rng, LANGUAGES[int(rng.random() < 0.4)])
             for name, function in (CONVERSATION | REASONING | {"detail": detail}).items()]
    blocks = [writer.conversation([(t.question, t.answer)]) for t in turns if t]
    return writer.text_prefix(words, chat=True), [blocks[i] for i in rng.permutation(len(blocks))]


def train(work: Path, tokenizer, steps: int, rows: int = 12) -> None:
    torch.manual_seed(12)
    writer = Writer(tokenizer)
    model = LlamaForCausalLM(text_config(tokenizer))

    def step(i):
        rng = np.random.default_rng((12, i))
        batch = pack(writer, [sample(rng, writer) for _ in range(rows)], limit=256)
        return {"text": loss(model.model, model.lm_head, model.model.embed_tokens(batch.ids), batch)}

    Run("text", work, model, steps, rate=1.5e-3).run(step)


def load(work: Path) -> dict:
    return torch.load(work / "text.pt", weights_only=True)["weights"]
