#!/usr/bin/env bash
# Requests per second of run-batch beside transformers, in turns on the same requests.
#
# Usage: compare.sh CHECKPOINT BATCH REQUESTS [TURNS, 3]
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,4s/^# \{0,1\}//p' "$0"
    exit 2
fi
checkpoint=$1 batch=$2 requests=$3 turns=${4:-3} tokens=32
here=$(cd "$(dirname "$0")" && pwd)
jar=$here/../target/flink-llava-local.jar
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work" "$requests" <<'PYTHON'
import json, sys
import numpy as np
from PIL import Image

folder, requests = sys.argv[1], int(sys.argv[2])
rough = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
Image.fromarray(rough).resize((640, 480), Image.BICUBIC).save(f"{folder}/picture.png")
with open(f"{folder}/requests.jsonl", "w") as lines:
    for i in range(requests):
        row = {"id": i, "images": ["picture.png"], "question": "Describe the picture in detail."}
        print(json.dumps(row), file=lines)
PYTHON

ours() {
    java -jar "$jar" run-batch --model "$checkpoint" --input "$work/requests.jsonl" \
        --output "$work/answers.jsonl" --device cpu --max-batch-size "$batch" \
        --max-sequence-length 512 --max-new-tokens $tokens --min-new-tokens $tokens 2>&1 |
        grep -oE '[0-9.]+ rows/s' | tail -1 | grep -oE '^[0-9.]+'
}
peer() {
    python3 "$here/transformers_peer.py" "$checkpoint" "$work/requests.jsonl" "$work" "$batch" \
        $tokens 2>/dev/null | tail -1
}
for turn in $(seq "$turns"); do
    a=$(ours) b=$(peer)
    echo "turn $turn: run-batch $a requests/s, transformers $b requests/s"
    echo "$a $b" >>"$work/turns"
done
awk -v batch="$batch" '
    function median(values, n,   i, j, t) {
        for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++)
            if (values[j] < values[i]) { t = values[i]; values[i] = values[j]; values[j] = t }
        return values[int((n + 1) / 2)]
    }
    { ours[NR] = $1; peer[NR] = $2 }
    END {
        a = median(ours, NR); b = median(peer, NR)
        printf "batch %d, medians: run-batch %.2f, transformers %.2f requests/s, ratio %.2f\n", batch, a, b, a / b
    }' "$work/turns"
