#!/usr/bin/env python3
"""Trains the preset `chorale` in f32 and in bf16 with several seeds, and prints the validation losses side by side.

    swift build -c release && python3 Benchmarks/quality/precision.py [--seeds 3] [--iterations 800]
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).parent.parent.parent


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--iterations", type=int, default=800)
    p.add_argument("--train", default=str(ROOT / "Examples/chorales/train"))
    p.add_argument("--ours", default=str(ROOT / ".build/release/ritornello"))
    a = p.parse_args()
    sums = {"f32": 0.0, "bf16": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, a.seeds + 1):
            for precision in sums:
                result = json.loads(subprocess.run(
                    [a.ours, "train", a.train, "--preset", "chorale", "--iterations", str(a.iterations), "--seed",
                     str(seed), "--precision", precision, "-o", f"{folder}/w", "--json"],
                    check=True, capture_output=True, text=True).stdout)
                sums[precision] += result["validation_loss"]
                print(f"seed {seed}, {precision}: validation loss {result['validation_loss']:.4f}, "
                      f"{result['seconds']:.0f} s", flush=True)
    print(f"bf16 is {sums['bf16'] / sums['f32'] - 1:+.2%} from f32 on average")


if __name__ == "__main__":
    main()
