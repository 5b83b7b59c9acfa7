"""Held-out evaluation: pictures and questions to files, and answers from anywhere scored against the truth.

    python evaluate.py write FOLDER [--pictures 1000]      pictures, requests.jsonl and truth.jsonl
    python evaluate.py answer CHECKPOINT FOLDER            answers.jsonl by transformers itself
    python evaluate.py score FOLDER ANSWERS [--markdown]   accuracy per kind and language, facts of descriptions

Held-out scenes have seeds of their own, and each contains a pair of shape and colour that training never showed. An
answer counts as right only if its whole text is; a description counts by its facts (what, colour, size and place of each
object, text and place of the sign, background).
"""
from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image

from language import LANGUAGES, scene_facts, text_facts
from questions import CONVERSATION, REASONING, Turn, ask, detail
from world import Scene, render, sample_scene

SEED = 20_000_001
KINDS = CONVERSATION | REASONING
QUESTIONS = {"en": 4, "ko": 3}           # a picture, besides one description


def held_out(pictures: int, seed: int = SEED, unseen_pairs: bool = True) -> list[tuple[Scene, list[Turn]]]:
    rng = np.random.default_rng(seed)
    cases = []
    for i in range(pictures):
        scene = sample_scene(rng, held_out=unseen_pairs)
        turns = [ask("detail", detail, scene, rng, LANGUAGES[i % 2])]
        for lang, n in QUESTIONS.items():
            names = [list(KINDS)[k] for k in rng.permutation(len(KINDS))]
            found = (ask(name, KINDS[name], scene, rng, lang) for name in names)
            turns += [t for t in found if t][:n]
        cases.append((scene, turns))
    return cases


def write(folder: Path, pictures: int, seed: int, unseen_pairs: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "requests.jsonl", "w") as requests, open(folder / "truth.jsonl", "w") as truth:
        for i, (scene, turns) in enumerate(held_out(pictures, seed, unseen_pairs)):
            name = f"scene-{i:04}.png"
            Image.fromarray(render(scene)).save(folder / name)
            for k, t in enumerate(turns):
                case = {"id": f"{i:04}-{k}", "images": [name], "question": t.question}
                requests.write(json.dumps(case, ensure_ascii=False) + "\n")
                truth.write(json.dumps(case | {"kind": t.kind, "lang": t.lang, "answer": t.answer}, ensure_ascii=False) + "\n")


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]


class Score:
    """Counts right answers by language and kind, and facts of descriptions by language."""

    def __init__(self):
        self.cases = defaultdict(lambda: [0, 0])           # (lang, kind): right, all
        self.facts = defaultdict(lambda: [0, 0, 0])        # lang: stated and true, stated, true
        self.wrong = []

    def add(self, kind: str, lang: str, truth: str, answer: str, question: str = "") -> None:
        right = answer.strip() == truth
        self.cases[lang, kind][0] += right
        self.cases[lang, kind][1] += 1
        if not right:
            self.wrong.append((kind, question, truth, answer.strip()))
        if kind == "detail":
            said, facts = text_facts(lang, answer), text_facts(lang, truth)
            for i, n in enumerate((len(said & facts), len(said), len(facts))):
                self.facts[lang][i] += n

    def overall(self, lang: str) -> tuple[int, int]:
        counts = [c for (l, kind), c in self.cases.items() if l == lang and kind != "detail"]
        return sum(c[0] for c in counts), sum(c[1] for c in counts)

    def description(self, langs=LANGUAGES) -> tuple[float, float, float]:
        both, said, true = (sum(self.facts[l][i] for l in langs) for i in range(3))
        precision, recall = both / max(said, 1), both / max(true, 1)
        return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)

    def markdown(self) -> str:
        def cell(right, all_):
            return f"{right / all_:.1%} of {all_}" if all_ else "-"

        lines = ["| question | English | Korean |", "|---|---|---|"]
        for kind in list(KINDS):
            lines.append(f"| {kind} | " + " | ".join(cell(*self.cases[l, kind]) for l in LANGUAGES) + " |")
        lines.append("| **all questions** | " + " | ".join(cell(*self.overall(l)) for l in LANGUAGES) + " |")
        lines.append("| description, word for word | " + " | ".join(cell(*self.cases[l, "detail"]) for l in LANGUAGES) + " |")
        for i, name in enumerate(("precision", "recall", "F1")):
            lines.append(f"| description, facts: {name} | " + " | ".join(f"{self.description([l])[i]:.3f}" for l in LANGUAGES) + " |")
        return "\n".join(lines)

    def line(self) -> str:
        kinds = defaultdict(lambda: [0, 0])
        for (_, kind), (right, n) in self.cases.items():
            kinds[kind][0] += right
            kinds[kind][1] += n
        return " ".join(f"{l} {r / max(n, 1):.1%}" for l in LANGUAGES for r, n in [self.overall(l)]) \
            + f" F1 {self.description()[2]:.3f} | " + " ".join(f"{k} {r / n:.0%}" for k, (r, n) in kinds.items())


def score(truth: list[dict], answers: list[dict]) -> Score:
    by_id, result = {a["id"]: a["answer"] for a in answers}, Score()
    for case in truth:
        result.add(case["kind"], case["lang"], case["answer"], by_id.get(case["id"], ""), case["question"])
    return result


# --- answers by transformers -----------------------------------------------------------------------------------------

def quick_check(model, tokenizer, tokens: int = 64, pictures: int = 60, seed: int = SEED + 1) -> Score:
    """A small held-out sample, answered from a model in training."""
    import torch
    from packing import Writer
    from stages import embed, image_features
    writer, result, prompts = Writer(tokenizer), Score(), []
    prefix = writer.image_prefix(tokens, chat=True)
    with torch.no_grad():
        for scene, turns in held_out(pictures, seed):
            features = image_features(model, render(scene)[None], tokens)
            for t in turns:
                ids = torch.tensor([prefix + writer.ids(t.question) + writer.ids(" ASSISTANT:")])
                prompts.append((t, embed(model, writer, ids, features)[0]))
        prompts.sort(key=lambda p: (p[0].kind == "detail", len(p[0].answer)))
        for at in range(0, len(prompts), 64):
            group = prompts[at:at + 64]
            length = max(len(e) for _, e in group)
            embedded = torch.stack([torch.nn.functional.pad(e, (0, 0, length - len(e), 0)) for _, e in group])
            mask = torch.stack([torch.arange(length) >= length - len(e) for _, e in group]).long()
            said = model.generate(inputs_embeds=embedded, attention_mask=mask, max_new_tokens=120, do_sample=False)
            for (t, _), ids in zip(group, said):
                result.add(t.kind, t.lang, t.answer, tokenizer.decode(ids, skip_special_tokens=True), t.question)
    print("  held-out: " + result.line(), flush=True)
    return result


def answer(checkpoint: Path, folder: Path, limit: int | None = None, batch: int = 64) -> list[dict]:
    """The committed folder through transformers' own processor and generate()."""
    import torch
    from transformers import AutoProcessor, LlavaForConditionalGeneration
    model = LlavaForConditionalGeneration.from_pretrained(checkpoint, dtype=torch.float32).eval()
    processor = AutoProcessor.from_pretrained(checkpoint, backend="pil")
    requests = sorted(read(folder / "requests.jsonl")[:limit], key=lambda r: len(r["question"]))
    answers = []
    for at in range(0, len(requests), batch):
        group = requests[at:at + batch]
        texts = [processor.apply_chat_template([{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": r["question"]}]}],
                                               add_generation_prompt=True) for r in group]
        inputs = processor(images=[Image.open(folder / r["images"][0]) for r in group], text=texts, padding=True, return_tensors="pt")
        with torch.no_grad():
            said = model.generate(**inputs, max_new_tokens=120, do_sample=False)[:, inputs["input_ids"].shape[1]:]
        answers += [{"id": r["id"], "answer": processor.tokenizer.decode(ids, skip_special_tokens=True).strip()}
                    for r, ids in zip(group, said)]
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("write", "answer", "score"))
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--seen-pairs", action="store_true", help="write only pairs of shape and colour that training showed")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--wrong", type=int, default=0, help="also print so many wrong answers")
    args = parser.parse_args()
    if args.command == "write":
        write(args.paths[0], args.pictures, args.seed, not args.seen_pairs)
    elif args.command == "answer":
        checkpoint, folder = args.paths
        with open(folder / "answers.jsonl", "w") as f:
            for a in answer(checkpoint, folder, args.limit):
                f.write(json.dumps(a, ensure_ascii=False) + "\n")
    else:
        folder, answers = args.paths
        answers = read(answers)
        known = {a["id"] for a in answers}
        result = score([t for t in read(folder / "truth.jsonl") if not args.limit or t["id"] in known], answers)
        print(result.markdown())
        for kind, question, truth, said in result.wrong[:args.wrong]:
            print(f"{kind}: {question}\n    {truth}\n    {said}")


if __name__ == "__main__":
    main()
