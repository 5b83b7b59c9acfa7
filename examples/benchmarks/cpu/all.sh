#!/usr/bin/env bash
# Everything that docs/benchmarks.md says of an idle machine, in one go: about 27 minutes on two cores.
#
# Writes one line of JSON for each run, which plot.py draws. Checkpoints of random weights are made where they are not there yet
# (2.1 GB). Nothing else should run meanwhile.
#
# Usage: all.sh CHECKPOINTS_DIR MEASURED.jsonl
set -euo pipefail
if [ $# -ne 2 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 2
fi
checkpoints=$1 measured=$2
here=$(cd "$(dirname "$0")" && pwd)
jar=$here/../../target/flink-llava-local.jar
mkdir -p "$checkpoints"
for size in small base base576 next; do
    [ -d "$checkpoints/$size" ] || python3 "$here/make_checkpoint.py" "$checkpoints/$size" $size
done
: >"$measured"

say() { echo "$(date +%T) $*" >&2; }

# Beside transformers: name, then what compare.sh takes.
beside() {
    say "$1"
    "$here/compare.sh" "$checkpoints/$2" "${@:3}" | tee >(cat >&2) |
        sed -nE "s|^batch ([0-9]+), medians: run-batch ([0-9.]+), transformers ([0-9.]+) .*|{\"group\": \"peer\", \"name\": \"$1\", \"batch\": \1, \"run_batch\": \2, \"transformers\": \3}|p" >>"$measured"
}
# The bare engine: group, name, checkpoint, then what benchmark takes.
bare() {
    say "$1: $2"
    java -jar "$jar" benchmark --json --device cpu --model "$checkpoints/$3" --max-batch-size 8 --name "$2" "${@:4}" 2>/dev/null |
        sed "s|^{|{\"group\": \"$1\", |" | tee -a "$measured" >&2
}

beside small small 1 20
beside small small 8 64
beside base base 1 8
beside base base 8 32
beside "base, rowwise-8bit" base 8 32 3 --quantization rowwise-8bit
beside next next 1 6
beside next next 4 12

for rate in 2 4 6 8 10; do
    bare rate $rate small --max-sequence-length 512 --requests 100 --rate $rate
done
for turn in 1 2 3; do
    lengths="--max-sequence-length 512 --requests 64 --new-tokens 8,8,8,256"
    bare lengths continuous small $lengths --concurrency 64
    bare lengths "static batches of 8" small $lengths --concurrency 8 --static
    for tokens in 8 32; do
        questions="--max-sequence-length 1024 --requests 8 --concurrency 8 --new-tokens $tokens"
        bare questions "one picture, $tokens tokens" base576 $questions --pictures 1
        bare questions "eight pictures, $tokens tokens" base576 $questions
    done
done
say "job: in turns"
java -jar "$jar" benchmark --json --device cpu --model "$checkpoints/small" --max-batch-size 8 --max-sequence-length 512 \
    --requests 500 --concurrency 16 --job --repeat 7 2>/dev/null |
    sed 's|^{|{"group": "job", |' | tee -a "$measured" >&2
say "done"
