"""Draws what all.sh has measured, and prints it as tables of Markdown.

Usage: plot.py MEASURED.jsonl FOLDER     (writes benchmarks-peer.svg, -latency.svg and -engine.svg)
"""
import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

OURS, PEER, GREY = "#0b6e99", "#d98f2b", "#8a8a8a"
plt.rcParams.update({"svg.hashsalt": "flink-llava", "axes.spines.top": False, "axes.spines.right": False, "font.size": 10})


def save(figure, path):
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def peer(rows, folder):
    labels = [f"{row['name']}\nbatch {row['batch']}" for row in rows]
    figure, axes = plt.subplots(figsize=(9, 3.4))
    ratios = [row["run_batch"] / row["transformers"] for row in rows]
    bars = axes.bar(labels, ratios, color=OURS, width=0.6)
    axes.bar_label(bars, [f"{ratio:.2f}" for ratio in ratios])
    axes.axhline(1, color=PEER, label="transformers")
    axes.legend(frameon=False, loc="upper left")
    axes.set_ylabel("requests/s, times transformers")
    axes.tick_params(axis="x", labelsize=8)
    save(figure, folder / "benchmarks-peer.svg")
    table(
        ["checkpoint", "batch", "run-batch", "transformers", "ratio"],
        [(r["name"], r["batch"], r["run_batch"], r["transformers"], f"{q:.2f}") for r, q in zip(rows, ratios)],
    )


def latency(rows, folder):
    rates = [float(row["name"]) for row in rows]
    figure, axes = plt.subplots(figsize=(7, 3.4))
    for key, label, colour in (("latency", "answer", OURS), ("first_token", "first token", PEER)):
        for quantile, style in (("p50", "-o"), ("p99", "--o")):
            values = [row[f"{key}_{quantile}_ms"] for row in rows]
            axes.plot(rates, values, style, color=colour, markersize=4, label=f"{label}, {quantile}")
    axes.set_yscale("log")
    axes.set_xlabel("requests arriving in a second, at random")
    axes.set_ylabel("milliseconds")
    axes.set_yticks([50, 100, 200, 400, 800])
    axes.yaxis.set_major_formatter("{x:.0f}")
    axes.minorticks_off()
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    save(figure, folder / "benchmarks-latency.svg")
    table(
        ["arriving/s", "answered/s", "first token p50 / p99 ms", "answer p50 / p99 ms", "mean batch", "outside steps"],
        [
            (
                r["name"],
                f"{r['requests_per_second']:.2f}",
                f"{r['first_token_p50_ms']:.0f} / {r['first_token_p99_ms']:.0f}",
                f"{r['latency_p50_ms']:.0f} / {r['latency_p99_ms']:.0f}",
                f"{r['mean_batch']:.2f}",
                f"{100 * r['outside_steps']:.1f} %",
            )
            for r in rows
        ],
    )


def engine(rows, folder):
    """Requests/s of pairs that are compared with each other, medians over the turns."""
    turns = defaultdict(list)
    for row in rows:
        turns[row["name"]].append(row["requests_per_second"])
    names = list(turns)
    medians = [statistics.median(turns[name]) for name in names]
    figure, axes = plt.subplots(figsize=(8, 0.45 * len(names) + 0.8))
    bars = axes.barh(names[::-1], medians[::-1], color=[GREY, OURS] * (len(names) // 2), height=0.6)
    axes.bar_label(bars, [f"{median:.2f}" for median in medians[::-1]], padding=3)
    axes.set_xlabel("requests/s, median of the turns")
    save(figure, folder / "benchmarks-engine.svg")
    table(
        ["run", "requests/s, each turn", "median"],
        [(name, ", ".join(f"{v:.2f}" for v in turns[name]), f"{m:.2f}") for name, m in zip(names, medians)],
    )


def main(measured, folder):
    groups = defaultdict(list)
    for line in Path(measured).read_text().splitlines():
        row = json.loads(line)
        groups[row["group"]].append(row)
    folder = Path(folder)
    peer(groups["peer"], folder)
    latency(groups["rate"], folder)
    engine(groups["lengths"] + groups["questions"] + groups["job"], folder)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
