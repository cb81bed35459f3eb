#!/usr/bin/env python3
"""Times training steps of growing networks and batches, and writes the table in docs/performance.md.

    swift build -c release --product ritornello-bench && python3 Benchmarks/growth.py [--threads 2]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent / "docs/performance.md"
BEGIN, END = "<!-- made by Benchmarks/growth.py -->\n", "<!-- end of growth -->\n"
BASE = {"vocab": 400, "embedding": 256, "hidden": 256, "layers": 1, "sequence": 64, "batch": 32, "steps": 9}
GROWING = {"hidden": (128, 256, 512, 1024), "layers": (1, 2, 3), "batch": (8, 16, 32, 64), "sequence": (32, 64, 128)}


def seconds(program, threads, options):
    """The median of three runs' medians."""
    words = [w for name, value in options.items() for w in (f"--{name}", str(value))]
    return statistics.median(
        json.loads(subprocess.run([program, "train", *words, "--threads", str(threads)], check=True,
                                  capture_output=True, text=True).stdout)["seconds"] for _ in range(3))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--ours", default=str(HERE.parent / ".build/release/ritornello-bench"))
    a = p.parse_args()
    lines = [f"Milliseconds of a training step with {a.threads} threads; what is not named: vocabulary 400, embedding "
             "256, 256 × 1, sequence 64, batch 32.", "", "| growing | milliseconds |", "|---|---|"]
    for name, values in GROWING.items():
        found = [f"{value}: {seconds(a.ours, a.threads, BASE | {name: value}) * 1e3:.1f}" for value in values]
        lines.append(f"| {name} | {'; '.join(found)} |")
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
