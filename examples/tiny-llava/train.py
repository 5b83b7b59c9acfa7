"""The recipe, stage by stage:  python train.py [--stages data,tokenizer,tower,text,stage1,stage2,export]

Each stage leaves its result in the work folder; one that was interrupted goes on where it was, one that is complete is
not repeated. `--smoke` runs every stage with a handful of steps in about a minute.
"""
from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

STAGES = ("data", "tokenizer", "tower", "text", "stage1", "stage2", "export")
FULL = {"scenes": 24_000, "tower": 2_450, "text": 4_000, "stage1": 80, "stage2": 4_920}
SMOKE = {"scenes": 400, "tower": 4, "text": 4, "stage1": 4, "stage2": 6}


def make_data(args, work):
    import data
    import teacher
    if not (work / "data" / "instruct.json").exists():
        chosen = teacher.FactTeacher()
        if args.chat_url:
            chosen = teacher.ChatTeacher(args.chat_url, args.chat_model, os.environ.get("OPENAI_API_KEY", ""))
        data.write(work / "data", args.scenes or args.size["scenes"], chosen)


def make_tokenizer(args, work):
    import tokens
    if not (work / "tokenizer").exists():
        records = json.loads((work / "data" / "instruct.json").read_text())[:40_000]
        records += json.loads((work / "data" / "captions.json").read_text())[:10_000]
        said = []
        for record in records:           # pieces of prompts as the chat template writes them
            turns = [turn["value"] for turn in record["conversations"]]
            said += ["USER: " + q.removeprefix("<image>") + " ASSISTANT: " + a for q, a in zip(turns[::2], turns[1::2])]
        tokens.train_tokenizer(said).save_pretrained(work / "tokenizer")


def load_tokenizer(work):
    from transformers import PreTrainedTokenizerFast
    return PreTrainedTokenizerFast.from_pretrained(work / "tokenizer")


def make_tower(args, work):
    import tower
    tower.train(work, load_tokenizer(work), args.size["tower"])


def make_text(args, work):
    import text
    text.train(work, load_tokenizer(work), args.size["text"])


def make_stage1(args, work):
    import stages
    stages.align(work, load_tokenizer(work), args.size["stage1"], args)


def make_stage2(args, work):
    import stages
    stages.instruct(work, load_tokenizer(work), args.size["stage2"], args)


def make_export(args, work):
    import export
    export.export(work, load_tokenizer(work), args)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--stages", default=",".join(STAGES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scenes", type=int, help="number of pictures for training")
    parser.add_argument("--chat-url", help="let a chat model write the instruction data, e.g. http://localhost:8000/v1")
    parser.add_argument("--chat-model", default="")
    parser.add_argument("--smoke", action="store_true", help="every stage, a few steps each")
    parser.add_argument("--name", default="main", help="name of a variant of stages 1 and 2")
    parser.add_argument("--projector", choices=("mlp", "linear"), default="mlp")
    parser.add_argument("--one-stage", action="store_true", help="no alignment stage")
    parser.add_argument("--image-tokens", type=int, default=64, help="fewer: neighbouring patches are averaged")
    parser.add_argument("--stage2-steps", type=int, help="shorter, for ablations")
    args = parser.parse_args()
    args.size = dict(SMOKE if args.smoke else FULL)
    if args.stage2_steps:
        args.size["stage2"] = args.stage2_steps
    work = args.work / "smoke" if args.smoke else args.work
    work.mkdir(parents=True, exist_ok=True)

    import torch
    torch.set_num_threads(args.threads)
    for stage in args.stages.split(","):
        start = time.time()
        globals()[f"make_{stage}"](args, work)
        print(f"== {stage}: {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
