"""Writes the training data: pictures, patch labels, and LLaVA's JSON for both stages.

    scenes.jsonl     the facts of every picture
    pictures.npy     uint8 [n, side, side, 3], row i is the picture "i.png" (one array instead of many small files)
    labels.npy       uint8 [n, kinds of labels, patches], for the dense loss of the tower
    repainted/       pictures and labels of other scenes in unnamed colours, without captions
    captions.json    stage 1: one picture and its caption a record
    instruct.json    stage 2: conversation, detailed description and complex reasoning, 58 : 23 : 77
"""
from __future__ import annotations

import json
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from language import LANGUAGES, caption, names_all
from teacher import FactTeacher, Teacher
from world import Scene, patch_labels, render, repainted, sample_scene

PROPORTION = {"conversation": 58, "detail": 23, "reasoning": 77}      # LLaVA-Instruct-158K
RECORDS_PER_PICTURE = 4
KOREAN = 0.4                                                          # share of Korean records


def _draw(scene: Scene) -> tuple[np.ndarray, ...]:
    return render(scene), patch_labels(scene)


def write_scenes(folder: Path, scenes: list[Scene], workers: int = 2) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    arrays = None
    with Pool(workers) as pool:
        for i, drawn in enumerate(pool.imap(_draw, scenes, chunksize=64)):
            if arrays is None:
                arrays = [np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.uint8, (len(scenes), *array.shape))
                          for name, array in zip(("pictures", "labels"), drawn)]
            for array, value in zip(arrays, drawn):
                array[i] = value
    for array in arrays:
        array.flush()
    with open(folder / "scenes.jsonl", "w") as f:
        for scene in scenes:
            f.write(json.dumps(scene.to_json()) + "\n")


def read_scenes(folder: Path) -> list[Scene]:
    return [Scene.from_json(json.loads(line)) for line in open(folder / "scenes.jsonl")]


def task_list(n: int, rng: np.random.Generator) -> list[str]:
    """n tasks in LLaVA's proportion, shuffled."""
    total = sum(PROPORTION.values())
    tasks = [task for task, share in PROPORTION.items() for _ in range(round(n * share / total))]
    tasks = (tasks + ["reasoning"] * n)[:n]
    return [tasks[i] for i in rng.permutation(n)]


def record(name: str, image: str, turns) -> dict:
    """One record of LLaVA's JSON; the picture stands before the first question."""
    said = []
    for i, turn in enumerate(turns):
        said += [{"from": "human", "value": ("<image>\n" if i == 0 else "") + turn.question},
                 {"from": "gpt", "value": turn.answer}]
    return {"id": name, "image": image, "conversations": said}


def instruction_records(scenes: list[Scene], repainted: list[Scene], teacher: Teacher, seed: int) -> list[dict]:
    """RECORDS_PER_PICTURE about each scene and half as many about each repainted one.

    Colours without a name cannot be described: the repainted ones get conversations and reasoning about all the rest, and
    the others so many descriptions that the proportion holds over all.
    """
    rng = np.random.default_rng(seed)
    slots = [(f"{i}.png", s) for i, s in enumerate(scenes) for _ in range(RECORDS_PER_PICTURE)]
    extra = [(f"repainted/{i}.png", s) for i, s in enumerate(repainted) for _ in range(RECORDS_PER_PICTURE // 2)]
    tasks = task_list(len(slots) + len(extra), rng)
    without_detail = [t for t in tasks if t != "detail"]
    rest = without_detail[len(extra):] + ["detail"] * tasks.count("detail")
    tasks = [rest[i] for i in rng.permutation(len(rest))] + without_detail[:len(extra)]
    records = []
    for i, (task, (image, scene)) in enumerate(zip(tasks, slots + extra)):
        lang = LANGUAGES[int(rng.random() < KOREAN)]
        turns = [t for t in getattr(teacher, task)(scene, rng, lang) if t and names_all(t.question, t.answer)]
        if turns:                        # a chat model may answer in another form than it was asked for
            records.append(record(f"{task}-{lang}-{i}", image, turns))
    return records


def caption_records(scenes: list[Scene], seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    return [{"id": f"caption-{i}", "image": f"{i}.png",
             "conversations": [{"from": "human", "value": "<image>"},
                               {"from": "gpt", "value": caption(LANGUAGES[int(rng.random() < KOREAN)], scene)}]}
            for i, scene in enumerate(scenes)]


def write(folder: Path, n: int, teacher: Teacher = FactTeacher(), seed: int = 1) -> None:
    rng = np.random.default_rng(seed)
    scenes = [sample_scene(rng) for _ in range(n)]
    write_scenes(folder, scenes)
    others = [repainted(sample_scene(rng), rng) for _ in range(n // 2)]
    write_scenes(folder / "repainted", others)
    for name, records in (("captions", caption_records(scenes, seed + 1)),
                          ("instruct", instruction_records(scenes, others, teacher, seed + 2))):
        (folder / f"{name}.json").write_text(json.dumps(records, ensure_ascii=False))
