"""The committed results: the checkpoint as save_pretrained writes it, loss curves, samples and the sample sheet."""
from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import evaluate
import stages
import tokens
from questions import CONVERSATION, REASONING, ask, detail
from world import render, sample_scene

HERE = Path(__file__).parent
SAMPLES_SEED = 30_000_001


def export(work: Path, tokenizer, args) -> None:
    target = work / "export" if args.smoke else HERE
    checkpoint = target / "checkpoint"
    shutil.rmtree(checkpoint, ignore_errors=True)
    model = stages.load(work, tokenizer, args).to(torch.float16)
    model.config.dtype = torch.float16
    model.save_pretrained(checkpoint)
    tokens.processor(tokenizer).save_pretrained(checkpoint)
    size = sum(f.stat().st_size for f in checkpoint.iterdir())
    print(f"checkpoint: {size / 1e6:.2f} MB")
    assert size <= 8_000_000

    (target / "report").mkdir(exist_ok=True)
    for stage in ("tower", "text", "stage1", "stage2"):
        shutil.copy(work / f"loss-{stage}.png", target / "report")
    samples(target / "samples")
    sheet(checkpoint, target / "samples", target / "report" / "sample-sheet.png")


def samples(folder: Path) -> None:
    """Twelve held-out pictures, with and without signs, of one to four objects, with three questions each."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rng = np.random.default_rng(SAMPLES_SEED)
    kinds = CONVERSATION | REASONING
    order = ["colour", "position", "count", "existence", "kind", "relation", "comparison", "absent", "size", "background",
             "remaining", "walk"]
    with open(folder / "samples.jsonl", "w") as requests, open(folder / "truth.jsonl", "w") as truth:
        for i in range(12):
            while True:                  # every second picture has a sign; the number of objects goes round
                scene = sample_scene(rng, held_out=True)
                if bool(scene.sign) == bool(i % 2) and len(scene.things) == (1 + i // 2 % 3 if i % 2 else 1 + i // 2 % 4):
                    break
            name = f"scene-{i + 1:02}.png"
            Image.fromarray(render(scene)).save(folder / name)
            asked = [("sign", "en") if scene.sign else (order[i % 12], "en"), (order[(i + 5) % 12], ("ko", "en")[i % 2])]
            asked.append(("detail", "en" if i % 3 else "ko"))
            for k, (kind, lang) in enumerate(asked):
                function = detail if kind == "detail" else kinds[kind]
                turn = ask(kind, function, scene, rng, lang)
                while turn is None:      # a question that needs two objects where there is one
                    kind = order[int(rng.integers(5))]
                    turn = ask(kind, kinds[kind], scene, rng, lang)
                case = {"id": f"scene-{i + 1:02}-{k + 1}", "images": [name], "question": turn.question}
                requests.write(json.dumps(case, ensure_ascii=False) + "\n")
                truth.write(json.dumps(case | {"kind": turn.kind, "lang": lang, "answer": turn.answer}, ensure_ascii=False) + "\n")


def sheet(checkpoint: Path, folder: Path, path: Path) -> None:
    """The samples with the model's own answers; the English ones, as plotting fonts lack Hangul."""
    import textwrap
    from matplotlib import pyplot
    shutil.copy(folder / "samples.jsonl", folder / "requests.jsonl")
    answers = {a["id"]: a["answer"] for a in evaluate.answer(checkpoint, folder)}
    (folder / "requests.jsonl").unlink()
    cases = evaluate.read(folder / "truth.jsonl")
    figure, axes = pyplot.subplots(3, 4, figsize=(12, 13), dpi=80)
    for i, axis in enumerate(axes.flat):
        name = f"scene-{i + 1:02}.png"
        axis.imshow(Image.open(folder / name), interpolation="nearest")
        axis.axis("off")
        lines = []
        for c in cases:
            if c["images"] == [name] and c["lang"] == "en":
                said = answers[c["id"]]
                lines += textwrap.wrap("Q: " + c["question"], 42) + textwrap.wrap(("A: " if said == c["answer"] else "A (wrong): ") + said, 42)
        axis.set_title("\n".join(lines), fontsize=8, loc="left", va="top", y=-0.04)
    figure.subplots_adjust(left=0.02, right=0.98, top=0.98, bottom=0.13, hspace=0.85, wspace=0.12)
    figure.savefig(path)
    pyplot.close(figure)
    Image.open(path).convert("RGB").quantize(256, Image.Quantize.FASTOCTREE).save(path, optimize=True)
