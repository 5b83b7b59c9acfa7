#!/usr/bin/env bash
# Requests per second of run-batch beside transformers, in turns on the same requests.
#
# Every request has a picture and a question of its own, so that no cache answers. The checkpoint's family decides about the
# sizes of the pictures: one for LLaVA-1.5, several for LLaVA-NeXT.
#
# Usage: compare.sh CHECKPOINT BATCH REQUESTS [TURNS, 3] [OPTION OF run-batch...]
# Example: compare.sh /tmp/base 8 32 3 --quantization rowwise-8bit
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,8s/^# \{0,1\}//p' "$0"
    exit 2
fi
checkpoint=$1 batch=$2 requests=$3 turns=${4:-3} tokens=32
shift $(($# < 4 ? $# : 4))
family=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["model_type"])' "$checkpoint/config.json")
case $family in
llava) sizes=640x480 length=512 ;;
llava_next) sizes="672x672 640x480 300x900" length=3072 ;;
*) echo "no benchmark for the family $family" >&2 && exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
jar=$here/../../target/flink-llava-local.jar
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work" "$requests" $sizes <<'PYTHON'
import json, sys
import numpy as np
from PIL import Image

folder, requests, sizes = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
with open(f"{folder}/requests.jsonl", "w") as lines:
    for i in range(requests):
        rough = np.random.default_rng(i).integers(0, 256, (60, 80, 3), dtype=np.uint8)
        width, height = map(int, sizes[i % len(sizes)].split("x"))
        Image.fromarray(rough).resize((width, height), Image.BICUBIC).save(f"{folder}/{i}.png")
        question = f"Describe picture {i:04d} in detail."
        print(json.dumps({"id": i, "images": [f"{i}.png"], "question": question}), file=lines)
PYTHON

options=("$@")
ours() {
    java -jar "$jar" run-batch --model "$checkpoint" --input "$work/requests.jsonl" \
        --output "$work/answers.jsonl" --device cpu --max-batch-size "$batch" \
        --max-sequence-length $length --max-new-tokens $tokens --min-new-tokens $tokens "${options[@]}" 2>&1 |
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
