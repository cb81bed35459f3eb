#!/usr/bin/env python3
"""Holds the memory that `train` tells before it begins to what its process then takes.

Usage: memory.py PROGRAM [--short]

What is told is never exceeded, and is at most a quarter more than what is taken; and a training five times as long
takes no more: memory is planned once. A network that cannot fit is refused with the figure.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CHORALES = sorted((HERE.parents[1] / "Examples/chorales/train").glob("00?.mid"))

CASES = {
    "original": "{preset: original}",
    "chorale": "{preset: chorale}",
    "chorale, small": "{preset: chorale, network: {hidden: 32, head: 32}, batch: 4, sequence: 16}",
    "chorale, guided": "{preset: chorale, guide: 2, batch: 4, sequence: 16}",
    "tokens": "{representation: steps, network: {reads: tokens, hidden: 256, layers: 2, embedding: 128}}",
    "tokens, dropped": "{representation: steps, network: {reads: tokens, cell: gru, hidden: 256, embedding: 128, dropout: "
    "{input: 0.2}}, average: 0.9, batch: 64}",
    "frames": "{representation: steps, network: {reads: frames, hidden: 128, head: 192, inputs: [position]}, batch: 48, "
    "optimizer: {name: sgd}}",
    "tokens, bf16": "{representation: steps, network: {reads: tokens, hidden: 256, layers: 2, embedding: 128}, precision: "
    "bf16}",
    "chorale, bf16": "{preset: chorale, precision: bf16}",
    "roll": "{representation: {name: roll, block: 1}, network: {cell: rnn, hidden: 512, embedding: 0}, loss: bce}",
}
SHORT = ["chorale, small", "chorale, guided", "tokens, dropped"]
MIB = 1 << 20


def peak(program, settings, iterations, folder):
    """Bytes told beforehand, and those that the process took at most."""
    yaml, weights = os.path.join(folder, "train.yaml"), os.path.join(folder, "w.safetensors")
    pathlib.Path(yaml).write_text(settings + "\n")
    words = [program, "train", *CHORALES, "--settings", yaml, "--iterations", str(iterations), "--validate-every", "2",
             "-o", weights, "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    told, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{settings}: {errors}")
    return json.loads(told)["memory_bytes"], usage.ru_maxrss * 1024


def main():
    program = os.path.abspath(sys.argv[1])
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for name, settings in CASES.items():
            if "--short" in sys.argv and name not in SHORT:
                continue
            told, taken = peak(program, settings, 4, folder)
            _, later = peak(program, settings, 20, folder)
            print(f"{name}: told {told / MIB:.1f} MiB, taken {taken / MIB:.1f} MiB after 4 iterations and {later / MIB:.1f} "
                  f"after 20: told is {told / later:.2f} of it", flush=True)
            if max(taken, later) > told:
                faults.append(f"{name}: more was taken than told")
            if told > 1.25 * later:
                faults.append(f"{name}: a quarter more was told than was taken")
            if later > taken * 1.05 + MIB:
                faults.append(f"{name}: a longer training took more")
        yaml = os.path.join(folder, "huge.yaml")
        pathlib.Path(yaml).write_text("{network: {hidden: 16384, layers: 16}}\n")
        result = subprocess.run([program, "train", *CHORALES, "--settings", yaml, "-o", os.path.join(folder, "h")],
                                capture_output=True, text=True)
        if result.returncode == 0 or not re.search(r"needs \d+ MiB of memory; there are \d+ MiB", result.stderr):
            faults.append(f"a network that cannot fit was not refused: {result.stderr}")
    if faults:
        sys.exit("\n".join(faults))
    print(f"the trainings kept to the memory that they told, and one that cannot fit was refused")


if __name__ == "__main__":
    main()
