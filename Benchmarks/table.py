#!/usr/bin/env python3
"""Makes docs/performance.md's tables from Benchmarks/results/steps-*.json, between its two marks.

    python3 Benchmarks/table.py [--check]      # --check: fails if the page is not up to date
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent / "docs/performance.md"
BEGIN, END = "<!-- made by Benchmarks/table.py -->\n", "<!-- end -->\n"
TITLES = {
    "frames": "train, reads frames: chorales as steps, 256, head 256, 32 lanes of 64 frames",
    "a": "train, vocabulary 400, embedding 256, 512 × 2, sequence 128, batch 32",
    "b": "train, rolls of 88, 1024 × 1, sequence 64, batch 16",
    "c": "train, vocabulary 200, embedding 64, 128 × 1, sequence 64, batch 16",
    "a-bf16": "the first, `precision: bf16` beside PyTorch's bf16",
    "d": "train, vocabulary 400, embedding 256, 1024 × 2, sequence 256, batch 64",
    "generate": "generate one song, 512 × 2",
    "generate16": "generate 16 songs at once, 512 × 2",
}


def milliseconds(seconds):
    return f"{seconds * 1e3:.2f}" if seconds < 0.1 else f"{seconds * 1e3:.0f}"


def ratio(ours, theirs):
    return f"{theirs / ours:.2f} ×" if ours and theirs else "–"


def table(path):
    r = json.loads(path.read_text())
    m, shapes = r["machine"], r["shapes"]
    if isinstance(m, dict):
        m = f"{m.get('model', m['system'])}, {m['processors']} processors, {' '.join(m.get('instructions', []))}"
    peers = ", ".join(sorted({s["peer"] for s in shapes.values()}))
    kernels = ", ".join(sorted({s["kernels"] for s in shapes.values()} - {""}))
    threads = f"{r['threads']} thread" + ("s" if r["threads"] > 1 else "")
    lines = [
        f"### {threads}: {m}", "",
        f"Ours: kernels {kernels}; beside {peers}. From `Benchmarks/results/{path.name}`.", "",
        "| work | ours, ms | PyTorch, ms | ratio | processor ms, ours and PyTorch | ratio | peak MiB | others took |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, title in TITLES.items():
        if name not in shapes:
            continue
        s = shapes[name]
        processor = s["torch_processor"]
        lines.append(
            f"| {title} | {milliseconds(s['ours'])} | {milliseconds(s['torch'])} | {ratio(s['ours'], s['torch'])} | "
            f"{milliseconds(s['processor'])} and {milliseconds(processor) if processor else '–'} | "
            f"{ratio(s['processor'], processor)} | {s['peak_mib']:.0f} and {s['torch_peak_mib']:.0f} | "
            f"{s['others']:.0%} and {s['torch_others']:.0%} |")
    if "peak_gflops" in r and "a" in shapes:
        peak, needed = r["peak_gflops"], shapes["a"]["needed_gflops"]
        lines += ["", f"Multiply-adds alone run at {peak:.0f} GF/s here; the products that the first training needs ran at "
                  f"{needed:.0f} GF/s, {needed / peak:.0%} of that."]
    return "\n".join(lines) + "\n"


def main():
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    tables = "\n".join(table(path) for path in sorted(HERE.glob("results/steps-*.json")))
    made = before + BEGIN + "\n" + tables + "\n" + END + after
    if "--check" in sys.argv[1:]:
        sys.exit(0 if made == page else f"{PAGE} is not up to date: run {sys.argv[0]}")
    PAGE.write_text(made)


if __name__ == "__main__":
    main()
