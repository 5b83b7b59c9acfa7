"""Answers a requests.jsonl with Hugging Face transformers and prints requests per second.

Usage: transformers_peer.py CHECKPOINT REQUESTS IMAGE_ROOT BATCH NEW_TOKENS [DEVICE, cpu] [DTYPE, float32]
"""
import json
import os
import sys
import time

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor


def main(checkpoint, requests, image_root, batch, new_tokens, device="cpu", dtype="float32"):
    model = AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=getattr(torch, dtype)).eval().to(device)
    processor = AutoProcessor.from_pretrained(checkpoint, backend="pil")
    with open(requests, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]

    def answer(rows):
        images = [Image.open(os.path.join(image_root, row["images"][0])).convert("RGB") for row in rows]
        texts = [
            processor.apply_chat_template(
                [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": row["question"]}]}],
                add_generation_prompt=True,
            )
            for row in rows
        ]
        inputs = processor(images=images, text=texts, return_tensors="pt", padding=True).to(device)
        inputs["pixel_values"] = inputs["pixel_values"].to(model.dtype)
        with torch.no_grad():
            model.generate(**inputs, max_new_tokens=new_tokens, min_new_tokens=new_tokens, do_sample=False)

    answer(rows[:batch])
    start = time.time()
    for first in range(0, len(rows), batch):
        answer(rows[first : first + batch])
    print(f"{len(rows) / (time.time() - start):.3f}")


if __name__ == "__main__":
    if not 6 <= len(sys.argv) <= 8:
        sys.exit(__doc__)
    main(*sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5]), *sys.argv[6:])
