#!/usr/bin/env python3
"""Times our training steps and PyTorch's side by side: pairs one after the other, medians, and the machine's load.

    swift build -c release && python3 Benchmarks/compare_steps.py [--pairs 5] [--only NAME …] [-o Benchmarks/results/FILE.json]
    python3 Benchmarks/table.py             # then makes docs/performance.md from all results

Needs torch for `torch_lstm.py` beside it. A ratio above 1: ours is faster. `others` is the share of the machine that
other processes took meanwhile, `pairs` holds every pair's seconds. On a busy machine look at `processor`: with
--threads 1 the seconds that the thread really ran.
"""
import argparse
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SHAPES = {
    "a": "train --vocab 400 --embedding 256 --hidden 512 --layers 2 --sequence 128 --batch 32 --steps 3",
    "b": "train --frame 88 --hidden 1024 --layers 1 --sequence 64 --batch 16 --steps 3",
    "c": "train --vocab 200 --embedding 64 --hidden 128 --layers 1 --sequence 64 --batch 16 --steps 31",
    "d": "train --vocab 400 --embedding 256 --hidden 1024 --layers 2 --sequence 256 --batch 64 --steps 1",
    "generate": "generate --vocab 400 --embedding 256 --hidden 512 --layers 2 --batch 1 --steps 200",
    "generate16": "generate --vocab 400 --embedding 256 --hidden 512 --layers 2 --batch 16 --steps 100",
}


def ticks():
    """Seconds of all processors since the start of the machine, and how many of them were not idle."""
    try:
        fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return 0, 0
    second = os.sysconf("SC_CLK_TCK")
    return sum(fields) / second, (sum(fields) - fields[3] - fields[4]) / second


def run(command):
    """What a program prints, and the share of the machine that others took meanwhile."""
    (all0, busy0), own0 = ticks(), resource.getrusage(resource.RUSAGE_CHILDREN)
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    (all1, busy1), own1 = ticks(), resource.getrusage(resource.RUSAGE_CHILDREN)
    own = own1.ru_utime + own1.ru_stime - own0.ru_utime - own0.ru_stime
    result["others"] = max(0.0, busy1 - busy0 - own) / max(all1 - all0, 0.01)
    return result


def machine():
    """The processor as Linux describes it."""
    description = {"processors": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}"}
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return description
    for name, key in (("model name", "model"), ("cpu family", "family"), ("model", "number"), ("cache size", "cache")):
        values = [l.split(":", 1)[1].strip() for l in lines if l.split(":")[0].strip() == name]
        if values:
            description[key] = values[0]
    flags = next((l.split(":", 1)[1].split() for l in lines if l.startswith("flags")), [])
    description["instructions"] = [f for f in ("avx2", "fma", "avx512f", "avx512_bf16") if f in flags]
    return description


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--pairs", type=int, default=5)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--only", choices=SHAPES, nargs="+")
    p.add_argument("--ours", default=str(HERE.parent / ".build/release/ritornello-bench"))
    p.add_argument("-o", dest="output")
    a = p.parse_args()
    results = {"machine": machine(), "threads": a.threads, "shapes": {}}
    for name, shape in SHAPES.items():
        if a.only and name not in a.only:
            continue
        words = shape.split() + ["--threads", str(a.threads)]
        ours, theirs = [], []
        for _ in range(a.pairs):
            ours.append(run([a.ours, *words]))
            theirs.append(run([sys.executable, str(HERE / "torch_lstm.py"), *words]))

        def median(side, field):
            return statistics.median(r.get(field, 0) for r in side)

        mine, torch = median(ours, "seconds"), median(theirs, "seconds")
        result = {
            "options": shape, "ours": mine, "torch": torch, "ratio": torch / mine,
            "processor": median(ours, "processor_seconds"), "torch_processor": median(theirs, "processor_seconds"),
            "gflops": median(ours, "gflops"), "torch_gflops": median(theirs, "gflops"),
            "pairs": [[o["seconds"], t["seconds"]] for o, t in zip(ours, theirs)],
            "others": median(ours, "others"), "torch_others": median(theirs, "others"),
            "load": os.getloadavg()[0], "kernels": ours[0]["kernels"], "peer": theirs[0]["peer"],
            "peak_mib": median(ours, "peak_mib"), "torch_peak_mib": median(theirs, "peak_mib"),
        }
        results["shapes"][name] = result
        print(f"{name}: ours {mine * 1e3:.2f} ms, torch {torch * 1e3:.2f} ms, ratio {result['ratio']:.2f}; processor "
              f"{result['processor'] * 1e3:.2f} and {result['torch_processor'] * 1e3:.2f} ms; others took "
              f"{result['others']:.0%} and {result['torch_others']:.0%} of the machine", file=sys.stderr)
    text = json.dumps(results, indent=1)
    if a.output:
        pathlib.Path(a.output).write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
