#!/usr/bin/env python3
"""Measures what a checkpoint costs, as a share of training at the default interval of 30 s.

    make build && python3 Benchmarks/checkpoint_cost.py [--pairs 3] [--only NAME …] [-o Benchmarks/results/checkpoints.json]

A worker trains once with a checkpoint after every iteration and once with none, in pairs; the difference of their
medians is what a checkpoint takes, with its flush to the disk. From 30 s on, an interval is a hundred times that at least.
"""

import argparse
import json
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Crash"))
from resume import Run  # noqa: E402
from studio import Studio  # noqa: E402

INTERVAL = 30
CASES = {
    "chorale": "preset: chorale",
    "original": "preset: original",
    "512 × 2": "representation: {name: steps}\n      network: {reads: tokens, hidden: 512, layers: 2, embedding: 256}",
    "1024 × 2": "representation: {name: steps}\n      network: {reads: tokens, hidden: 1024, layers: 2, embedding: 256}\n"
    "      average: 0.99",
}
JOBS = """version: 1
studio: {poll: 200ms, settle: 0s}
jobs:
  tiny:
    corpus: bach
    train:
      %s
      iterations: 1
      batch: 4
      sequence: 16
"""


def order_for(program, train):
    studio = Studio(program, settle="0s")
    try:
        pathlib.Path(studio.path("jobs.yaml")).write_text(JOBS % train)
        for path in sorted((ROOT / "Examples/chorales/train").glob("00?.mid")):
            studio.drop(f"bach/{path.name}", path.read_bytes())
        result = studio.call("run", "tiny")
        assert result.returncode == 0, result.stderr
        folder = pathlib.Path(studio.path(".ritornello/runs/tiny/0001"))
        order = json.loads((folder / "order.json").read_text())
        return order, {entry["sha256"]: (folder / entry["path"]).read_bytes() for entry in order["files"]}
    finally:
        studio.remove()


def seconds(program, order, files, every, iterations):
    run = Run(program, order, files, 0, every)
    try:
        worker = run.start()
        assert worker.wait() == 0, pathlib.Path(run.path("log")).read_text()
        training = json.loads(pathlib.Path(run.path("result.json")).read_text())["training"]
        assert training["iterations"] == iterations
        return training["seconds"], training["parameters"]
    finally:
        run.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/ritornello"))
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--only", choices=CASES, nargs="+")
    parser.add_argument("-o", dest="output")
    arguments = parser.parse_args()
    results = {}
    for name, train in CASES.items():
        if arguments.only and name not in arguments.only:
            continue
        order, files = order_for(arguments.program, train)
        # The best weights are in a checkpoint from the first validation on.
        order["train"] = {**order["train"], "iterations": arguments.iterations, "validate_every": 1}
        pairs = [[seconds(arguments.program, order, files, every, arguments.iterations) for every in (0, 3600)]
                 for _ in range(arguments.pairs)]
        with_all, with_none = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
        cost = (with_all - with_none) / arguments.iterations
        share = cost / max(INTERVAL, 100 * cost)
        results[name] = {
            "parameters": pairs[0][0][1], "seconds": cost, "share": share, "pairs": [[a[0], b[0]] for a, b in pairs]}
        print(f"{name}: {pairs[0][0][1]} parameters, {cost * 1000:.0f} ms a checkpoint, {share:.2%} of training at every "
              f"{max(INTERVAL, 100 * cost):.0f} s", flush=True)
    if arguments.output:
        pathlib.Path(arguments.output).write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    assert all(result["share"] <= 0.01 + 1e-9 for result in results.values())


if __name__ == "__main__":
    main()
