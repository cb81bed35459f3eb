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
import tempfile

HERE = pathlib.Path(__file__).parent
SHAPES = {
    "a": "train --vocab 400 --embedding 256 --hidden 512 --layers 2 --sequence 128 --batch 32 --steps 3",
    "b": "train --frame 88 --hidden 1024 --layers 1 --sequence 64 --batch 16 --steps 3",
    "c": "train --vocab 200 --embedding 64 --hidden 128 --layers 1 --sequence 64 --batch 16 --steps 31",
    "a-bf16": "train --vocab 400 --embedding 256 --hidden 512 --layers 2 --sequence 128 --batch 32 --steps 3",
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


def peak(ours, threads):
    """What the processor does where it makes multiply-adds and nothing else, in GF/s."""
    return run([ours, "peak", "--threads", str(threads)])["gflops"]


def frames(a):
    """A step of a network that reads frames, on the same music: ours by `ritornello train`, the other by `two_level.py`."""
    program = pathlib.Path(a.ours).with_name("ritornello")
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(a.pairs):
            result = run([str(program), "train", a.jsb + "/train", "--settings", str(HERE / "quality/jsb-steps-256.yaml"),
                          "--iterations", "100", "--validation", "0", "--threads", str(a.threads),
                          "-o", folder + "/w", "--json"])
            result["step"] = 32 * 64 / result["tokens_per_second"]
            ours.append(result)
            result = run([sys.executable, a.two_level, "--set", "jsb", "--inputs", "position,pitch-classes,key",
                          "--iterations", "100", "--threads", str(a.threads)])
            result["step"] = result["step_seconds"] / 100
            theirs.append(result)

    def median(side, field):
        return statistics.median(r[field] for r in side)

    mine, torch = median(ours, "step"), median(theirs, "step")
    return {
        "options": "JSB, steps, 32 lanes of 64 frames, hidden 256, head 256", "ours": mine, "torch": torch,
        "ratio": torch / mine, "pairs": [[o["step"], t["step"]] for o, t in zip(ours, theirs)],
        "processor": 0, "torch_processor": 0, "peak_mib": 0, "torch_peak_mib": 0, "others": median(ours, "others"),
        "torch_others": median(theirs, "others"), "load": os.getloadavg()[0], "kernels": "", "peer": "two_level.py",
    }


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
    description["instructions"] = [f for f in ("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16") if f in flags]
    return description


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--pairs", type=int, default=5)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--only", choices=SHAPES, nargs="+")
    p.add_argument("--ours", default=str(HERE.parent / ".build/release/ritornello-bench"))
    p.add_argument("--jsb", help="a folder with train/: then steps of a network that reads frames are compared too")
    p.add_argument("--two-level", help="PyTorch's side of that: a script that prints step_seconds")
    p.add_argument("-o", dest="output")
    a = p.parse_args()
    results = {"machine": machine(), "threads": a.threads, "peak_gflops": peak(a.ours, a.threads), "shapes": {}}

    def keep():
        if a.output:
            pathlib.Path(a.output).write_text(json.dumps(results, indent=1) + "\n")

    if a.jsb and a.two_level:
        results["shapes"]["frames"] = f = frames(a)
        print(f"frames: ours {f['ours'] * 1e3:.2f} ms, torch {f['torch'] * 1e3:.2f} ms, ratio {f['ratio']:.2f}",
              file=sys.stderr)
        keep()
    for name, shape in SHAPES.items():
        if a.only and name not in a.only:
            continue
        words = shape.split() + ["--threads", str(a.threads)]
        ours, theirs = [], []
        for _ in range(a.pairs):
            half = name.endswith("bf16")
            ours.append(run([a.ours, *words, "--bf16", str(int(half))]))
            theirs.append(run([sys.executable, str(HERE / "torch_lstm.py"), *words, *["--bf16"] * half]))

        def median(side, field):
            return statistics.median(r.get(field, 0) for r in side)

        mine, torch = median(ours, "seconds"), median(theirs, "seconds")
        result = {
            "options": shape, "ours": mine, "torch": torch, "ratio": torch / mine,
            "processor": median(ours, "processor_seconds"), "torch_processor": median(theirs, "processor_seconds"),
            "needed_gflops": median(ours, "needed_gflops"), "gflops": median(ours, "gflops"), "torch_gflops": median(theirs, "gflops"),
            "pairs": [[o["seconds"], t["seconds"]] for o, t in zip(ours, theirs)],
            "others": median(ours, "others"), "torch_others": median(theirs, "others"),
            "load": os.getloadavg()[0], "kernels": ours[0]["kernels"], "peer": theirs[0]["peer"],
            "peak_mib": median(ours, "peak_mib"), "torch_peak_mib": median(theirs, "peak_mib"),
        }
        results["shapes"][name] = result
        print(f"{name}: ours {mine * 1e3:.2f} ms, torch {torch * 1e3:.2f} ms, ratio {result['ratio']:.2f}; processor "
              f"{result['processor'] * 1e3:.2f} and {result['torch_processor'] * 1e3:.2f} ms; others took "
              f"{result['others']:.0%} and {result['torch_others']:.0%} of the machine", file=sys.stderr)
        keep()
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
