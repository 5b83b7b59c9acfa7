#!/usr/bin/env bash
# Golden tests and benchmark on an NVIDIA GPU, written down as Markdown.
#
# Usage: run.sh [--dry-run] [--jar FILE] [--device gpu:0] [--bandwidth GB/S] [--work DIR] [--without-transformers] REPORT.md
#
#   --dry-run               everything on the CPU with a tiny model, to see that it works; its figures mean nothing
#   --jar FILE              a flink-llava-local.jar with onnxruntime_gpu; without it one is built, and the golden tests run
#   --bandwidth GB/S        the card's memory bandwidth, where this script does not know the card
#   --work DIR              where the random checkpoint lies, 14 GB, kept for the next run; default: a temporary folder
#   --without-transformers  leaves the peer out; else it runs where python3 has torch and transformers
set -euo pipefail

usage() {
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
dry='' jar='' device=gpu:0 bandwidth='' work='' peer=yes report=''
while [ $# -gt 0 ]; do
    case $1 in
    --dry-run) dry=yes ;;
    --without-transformers) peer='' ;;
    --jar | --device | --bandwidth | --work)
        [ $# -ge 2 ] || usage
        declare "${1#--}=$2"
        shift
        ;;
    -*) usage ;;
    *) [ -z "$report" ] || usage; report=$1 ;;
    esac
    shift
done
[ -n "$report" ] || usage

shape=llava-15-7b batches='1 2 4 8 16 32' short=32 long=160 length=1024 dtype=float16 torch_device=cuda:${device#gpu:}
if [ -n "$dry" ]; then
    shape=tiny batches='1 2' short=4 long=24 length=256 device=cpu dtype=auto torch_device=cpu
    [ -n "$bandwidth" ] || bandwidth=10
fi
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
model=$work/$shape

# GB/s of NVIDIA's data sheets.
known_bandwidth() {
    case $1 in
    *H200*) echo 4800 ;;
    *H100*PCIe*) echo 2000 ;;
    *H100*) echo 3350 ;;
    *A100*80GB*PCIe*) echo 1935 ;;
    *A100*80GB*) echo 2039 ;;
    *A100*) echo 1555 ;;
    *L40S*) echo 864 ;;
    *L4*) echo 300 ;;
    *A10G* | *A10*) echo 600 ;;
    *V100*) echo 900 ;;
    *T4*) echo 320 ;;
    *4090*) echo 1008 ;;
    esac
}
card='the CPU (dry run)'
if [ -z "$dry" ]; then
    card=$(nvidia-smi --id="${device#gpu:}" --query-gpu=name --format=csv,noheader)
    [ -n "$bandwidth" ] || bandwidth=$(known_bandwidth "$card")
    [ -n "$bandwidth" ] || { echo "Say the memory bandwidth of $card: --bandwidth GB/S" >&2 && exit 2; }
fi

golden='not run (a jar was given)'
if [ -z "$jar" ]; then
    maven=(mvn -B -ntp -f "$root/pom.xml")
    if [ -z "$dry" ]; then
        maven+=(-Donnxruntime.artifact=onnxruntime_gpu "-Dflink-llava.device=$device")
    fi
    golden=passed
    "${maven[@]}" test -pl flink-llava-connector -Dtest=GoldenOnDeviceTest >"$work/golden.log" 2>&1 || golden=FAILED
    grep -h '^GOLDEN ' "$work/golden.log" >"$work/golden.txt" || true
    "${maven[@]}" -q -DskipTests package -pl examples -am
    jar=$root/examples/target/flink-llava-local.jar
fi

if [ ! -f "$work/$shape.bytes" ]; then
    java -jar "$jar" random-checkpoint "$model" --shape "$shape" | tail -1 >"$work/$shape.bytes.new"
    mv "$work/$shape.bytes.new" "$work/$shape.bytes"
fi
step_bytes=$(cat "$work/$shape.bytes")

# A picture of noise, as PPM would be refused: the smallest PNG there is will do, the tower's work is the same.
base64 -d >"$work/picture.png" <<'PNG'
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
PNG
requests() {
    for ((i = 0; i < $1; i++)); do
        echo "{\"id\": $i, \"images\": [\"picture.png\"], \"question\": \"Describe the picture in detail.\"}"
    done >"$work/requests.jsonl"
}
# Both print requests per second: BATCH NEW_TOKENS
ours() {
    java -jar "$jar" run-batch --model "$model" --input "$work/requests.jsonl" --output "$work/answers.jsonl" \
        --device "$device" --dtype "$dtype" --max-batch-size "$1" --max-sequence-length $length \
        --min-new-tokens "$2" --max-new-tokens "$2" >"$work/run.log" 2>&1 || { cat "$work/run.log" >&2 && exit 1; }
    ! grep -q '"error":{' "$work/answers.jsonl" || { head -1 "$work/answers.jsonl" >&2 && exit 1; }
    grep -oE '[0-9.]+ rows/s' "$work/run.log" | tail -1 | grep -oE '^[0-9.]+'
}
theirs() {
    python3 "$here/../cpu/transformers_peer.py" "$model" "$work/requests.jsonl" "$work" "$1" "$2" \
        "$torch_device" "${dtype/auto/float32}" 2>/dev/null | tail -1
}
if [ -n "$peer" ] && ! python3 -c 'import torch, transformers' 2>/dev/null; then
    peer=''
fi

: >"$work/figures"
for batch in $batches; do
    requests "$batch"
    line="$batch $(ours "$batch" $short) $(ours "$batch" $long)"
    [ -z "$peer" ] || line="$line $(theirs "$batch" $short) $(theirs "$batch" $long)"
    echo "batch $line" >&2
    echo "$line" >>"$work/figures"
done

{
    echo "# $card"
    echo
    [ -z "$dry" ] || { echo '**A dry run: a tiny model on the CPU. These figures mean nothing.**' && echo; }
    echo "$(date -u +%F), LLaVA-1.5 in the shape \`$shape\` with random weights, $dtype; memory bandwidth $bandwidth GB/s."
    echo
    echo "Golden tests on this device: $golden."
    if [ -s "$work/golden.txt" ]; then
        echo
        echo '| checkpoint | error of scores | answers held against transformers |'
        echo '|---|---|---|'
        awk '{ printf "| `%s` | %s | %s |\n", $2, $3, $4 }' "$work/golden.txt"
    fi
    echo
    echo '## Decoding'
    echo
    echo "A step's time is the difference between answers of $long and of $short tokens, so that loading, pictures and prompts"
    echo 'cancel out. The floor is the time to read the weights that a step needs once from memory.'
    echo
    echo '| batch | ms a step | tokens/s | share of the floor | times batch 1 | transformers, tokens/s | ratio |'
    echo '|---|---|---|---|---|---|---|'
    awk -v bytes="$step_bytes" -v bandwidth="$bandwidth" -v steps=$((long - short)) '
        function positive(seconds) { return seconds > 1e-9 ? seconds : 1e-9 }
        {
            step = positive($1 / $3 - $1 / $2) / steps
            rate = $1 / step
            if (NR == 1) first = rate
            peer = "not run"; ratio = "-"
            if (NF == 5) {
                theirs = $1 * steps / positive($1 / $5 - $1 / $4)
                peer = sprintf("%.1f", theirs); ratio = sprintf("%.2f", rate / theirs)
            }
            printf "| %d | %.2f | %.1f | %.0f %% | %.1f | %s | %s |\n", $1, step * 1000, rate,
                100 * bytes / (bandwidth * 1e9) / step, rate / first, peer, ratio
        }' "$work/figures"
} >"$report"
echo "Written to $report" >&2
[ "$golden" != FAILED ] || { echo "The golden tests failed" >&2 && exit 1; }
