#!/usr/bin/env python3
"""Counts what an iteration of training asks of the heap, by trainings of 40 and of 120 iterations.

Usage: allocations.py PROGRAM

The difference of the two, over 80, is an iteration's own. Allowed are small pieces alone (below 512 bytes), and few:
with one thread a fixed number, with more a closure for each time that threads meet, which does not grow with the batch
or the length of its sequences: time steps of a layer share one. Needs a C compiler (the variable CLANG names one).
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CHORALES = sorted((HERE.parents[1] / "Examples/chorales/train").glob("00?.mid"))

# Batches whose arrays are far above what is allowed. The songs of events are played each time at another speed, which
# makes a copy of a song when it begins: they are counted without.
CASES = {
    "original": "{preset: original, network: {hidden: 64, embedding: 64}, batch: 16, sequence: 16}",
    "chorale": "{preset: chorale, network: {hidden: 64, head: 64}, batch: 16, sequence: 32}",
    "steps, frames, accumulated": "{representation: steps, network: {reads: frames, hidden: 64, head: 64, inputs: "
    "[position, pitch-classes], dropout: {input: 0.1, between: 0.1, recurrent: 0.1, output: 0.1, head: 0.1}, layers: 2}, "
    "batch: 16, sequence: 32, accumulate: 2, optimizer: {clip: 1}, average: 0.9}",
    "steps, tokens": "{representation: steps, network: {reads: tokens, hidden: 64, embedding: 64, layers: 2}, batch: 16, "
    "sequence: 64}",
    "steps, tokens, bf16": "{representation: steps, network: {reads: tokens, hidden: 64, embedding: 64, layers: 2, "
    "layer_norm: true}, batch: 16, sequence: 64, precision: bf16}",
    "events": "{representation: events, network: {cell: gru, hidden: 64, embedding: 64}, batch: 16, sequence: 64}",
    "roll, frames": "{representation: {name: roll, block: 1}, network: {reads: frames, hidden: 64, head: 64}, loss: bce, "
    "batch: 16, sequence: 32}",
}
FEW, MORE = 40, 120
LARGE = 512
# What is done but once may ask for some pieces more or less; what each iteration does is there in every try.
TRIES = 3
# A thread meets the others this often at most for each layer and each stage of a batch.
MOST = {1: 8, 2: 200}


def counted(program, library, settings, iterations, threads, folder):
    """How many pieces were asked for, by the number of bits of their size."""
    yaml, weights, counts = (os.path.join(folder, name) for name in ("train.yaml", "w.safetensors", "counts"))
    pathlib.Path(yaml).write_text(settings + "\n")
    words = [program, "train", *CHORALES, "--settings", yaml, "--iterations", str(iterations), "--validate-every", "1000",
             "--threads", str(threads), "-o", weights, "--json"]
    result = subprocess.run(words, capture_output=True, text=True,
                            env={**os.environ, "LD_PRELOAD": library, "RITORNELLO_ALLOCATIONS": counts,
                                 "SWIFT_DETERMINISTIC_HASHING": "1"})
    if result.returncode != 0:
        sys.exit(f"{settings}: {result.stderr}")
    return [int(line) for line in pathlib.Path(counts).read_text().split()]


def counted_each(*case):
    """The small and the large pieces that an iteration asks for."""
    few, more = (counted(*case[:3], count, *case[3:]) for count in (FEW, MORE))
    each = [(b - a) / (MORE - FEW) for a, b in zip(few, more)]
    # Bits n: 2^(n - 1) to 2^n - 1 bytes.
    large = sum(count for bits, count in enumerate(each) if bits > 0 and 1 << (bits - 1) >= LARGE)
    return sum(each) - large, large


def main():
    program = os.path.abspath(sys.argv[1])
    compiler = os.environ.get("CLANG") or shutil.which("clang") or shutil.which("cc")
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "count.so")
        subprocess.run([compiler, "-O2", "-fPIC", "-shared", "-o", library, HERE / "count_allocations.c"], check=True)
        for name, settings in CASES.items():
            for threads, most in MOST.items():
                for _ in range(TRIES):
                    small, large = counted_each(program, library, settings, threads, folder)
                    # Once in many iterations a buffer that had grown too small is made anew.
                    if large <= 0.25 and small <= most:
                        break
                else:
                    faults.append(f"{name}, {threads} threads: at most {most} small pieces and no large ones are allowed")
                print(f"{name}, {threads} threads: an iteration asks for {small:.1f} pieces below {LARGE} bytes and "
                      f"{large:.2f} larger ones", flush=True)
    if faults:
        sys.exit("\n".join(faults))
    print("no iteration made a batch's memory anew")


if __name__ == "__main__":
    main()
