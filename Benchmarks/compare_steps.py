#!/usr/bin/env python3
"""Times our training steps and PyTorch's side by side: pairs one after the other, medians, and the machine's load.

    swift build -c release && python3 Benchmarks/compare_steps.py [--pairs 5] [--only NAME] [-o Benchmarks/results/FILE.json]

Needs torch for `torch_lstm.py` beside it. A ratio above 1: ours is faster. On a busy machine look at `processor`: with
--threads 1 the seconds that the thread really ran.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SHAPES = {
    "a": "train --vocab 400 --embedding 256 --hidden 512 --layers 2 --sequence 128 --batch 32",
    "b": "train --frame 88 --hidden 1024 --layers 1 --sequence 64 --batch 16",
    "c": "train --vocab 200 --embedding 64 --hidden 128 --layers 1 --sequence 64 --batch 16 --steps 31",
    "generate": "generate --vocab 400 --embedding 256 --hidden 512 --layers 2 --batch 1 --steps 200",
}


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def machine():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(l.split(":", 1)[1].strip() for l in lines if l.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--pairs", type=int, default=5)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--only", choices=SHAPES)
    p.add_argument("--ours", default=str(HERE.parent / ".build/release/ritornello-bench"))
    p.add_argument("-o", dest="output")
    a = p.parse_args()
    results = {"machine": machine(), "threads": a.threads, "shapes": {}}
    for name, shape in SHAPES.items():
        if a.only and name != a.only:
            continue
        words = shape.split() + ["--threads", str(a.threads)]
        ours, theirs, loads = [], [], []
        for _ in range(a.pairs):
            ours.append(run([a.ours, *words]))
            theirs.append(run([sys.executable, str(HERE / "torch_lstm.py"), *words]))
            loads.append(os.getloadavg()[0])
        mine, torch = (statistics.median(r["seconds"] for r in side) for side in (ours, theirs))
        result = {
            "options": shape, "ours": mine, "torch": torch, "ratio": torch / mine,
            "processor": statistics.median(r["processor_seconds"] for r in ours),
            "torch_processor": statistics.median(r.get("processor_seconds", 0) for r in theirs),
            "load": statistics.median(loads), "kernels": ours[0]["kernels"], "peer": theirs[0]["peer"],
            "peak_mib": ours[0]["peak_mib"], "torch_peak_mib": theirs[0]["peak_mib"],
        }
        results["shapes"][name] = result
        print(f"{name}: ours {mine * 1e3:.2f} ms, torch {torch * 1e3:.2f} ms, ratio {result['ratio']:.2f}; processor "
              f"{result['processor'] * 1e3:.2f} and {result['torch_processor'] * 1e3:.2f} ms; load {result['load']:.1f}",
              file=sys.stderr)
    text = json.dumps(results, indent=1)
    if a.output:
        pathlib.Path(a.output).write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
