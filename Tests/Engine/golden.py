#!/usr/bin/env python3
"""Trains for 50 iterations, makes a song, and holds the bytes of both to golden hashes, whatever computes them.

    golden.py PROGRAM                small networks of every kind: 1, 2 and 3 threads × every build of the kernels
    golden.py PROGRAM --presets      the presets as they are, the same ways but for the portable kernels
    golden.py PROGRAM --presets --portable      the presets with the portable kernels, 1 way (half an hour)
    golden.py PROGRAM --write        writes golden.json anew (of --presets or of the small ones)
    golden.py PROGRAM … --only NAME  one of them alone, such as chorale

The hash of weights is that of the tensors, after the header: the header holds the version of the program. If hashes
change on purpose, raise `Numerics.version`.
"""

import argparse
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "golden.json"
CHORALES = HERE.parents[1] / "Examples/chorales/train"
ITERATIONS = 50
THREADS = [1, 2, 3]
BUILDS = ["portable", "avx2", "avx512", "avx512bf16", "amx", "neon"]

# Each preset with everything but its size, then what no preset has.
SMALL = {
    "original": "{preset: original, network: {hidden: 40, embedding: 72}, batch: 4, sequence: 8}",
    "chorale": "{preset: chorale, network: {hidden: 40, head: 72}, batch: 3, sequence: 8}",
    "chorale, guided": "{preset: chorale, guide: 20, network: {hidden: 40, head: 72}, batch: 3, sequence: 8, "
    "iterations: 50}",
    "chorale, two layers of gru": "{preset: chorale, network: {cell: gru, hidden: 24, head: 24, layers: 2, dropout: "
    "{input: 0.1, between: 0.2, recurrent: 0.2}}, optimizer: {name: adam}, batch: 3, sequence: 8}",
    "steps, frames": "{representation: steps, network: {reads: frames, hidden: 24, head: 32, inputs: [position]}, "
    "batch: 7, sequence: 8, optimizer: {clip: 1}}",
    "steps, tokens": "{representation: {name: steps, holds: false}, network: {reads: tokens, hidden: 24, layers: 2, "
    "embedding: 16, dropout: 0.2}, batch: 2, sequence: 8, average: 0.9}",
    "events": "{representation: events, network: {cell: rnn, hidden: 24, embedding: 16}, batch: 4, sequence: 12, "
    "optimizer: {name: sgd}}",
    "roll, frames": "{representation: {name: roll, block: 1}, network: {reads: frames, hidden: 24, head: 24}, loss: bce, "
    "batch: 4, sequence: 12}",
    "steps, bf16": "{representation: steps, network: {reads: tokens, hidden: 24, embedding: 16, layers: 2}, batch: 2, "
    "sequence: 8, precision: bf16}",
    "chorale, bf16": "{preset: chorale, network: {hidden: 40, head: 72}, batch: 3, sequence: 8, precision: bf16}",
    "steps, all inputs": "{representation: {name: steps, holds: false}, network: {hidden: 24, head: 24, inputs: [position, "
    "pitch-classes, echo, shift, bars-left], dropout: {input: 0.1}}, transpose: {range: [-3, 2], fade: true}, batch: 4, "
    "sequence: 12}",
    "voices, all inputs": "{preset: chorale, network: {hidden: 40, head: 72, inputs: [position, pitch-classes, echo, shift, "
    "bars-left]}, batch: 3, sequence: 8}",
    "roll, all inputs": "{representation: {name: roll, block: 2}, network: {reads: frames, hidden: 24, head: 24, inputs: "
    "[position, pitch-classes, echo, shift, bars-left]}, loss: bce, batch: 4, sequence: 12}",
    "roll, mae": "{representation: {name: roll, block: 2}, network: {cell: gru, hidden: 24, embedding: 0}, loss: mae, "
    "batch: 4, sequence: 12, optimizer: {name: rmsprop}}",
}
PRESETS = {"original": "{preset: original}", "chorale": "{preset: chorale}"}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def tensors(weights):
    """The bytes after a safetensors file's header."""
    return weights[8 + struct.unpack("<Q", weights[:8])[0]:]


def call(program, kernels, *words):
    environment = {**os.environ, "RITORNELLO_KERNELS": kernels}
    result = subprocess.run([program, *words], env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: exit status {result.returncode}\n{result.stderr}")


def can_run(program, kernels):
    """Whether this processor has what that build needs: the program refuses to start else."""
    with tempfile.TemporaryDirectory() as folder:
        missing = os.path.join(folder, "none.safetensors")
        result = subprocess.run([program, "generate", missing, "-o", folder], capture_output=True, text=True,
                                env={**os.environ, "RITORNELLO_KERNELS": kernels})
        return "RITORNELLO_KERNELS" not in result.stderr


def made(program, kernels, threads, settings, files, length):
    """The hashes of the weights' file, its tensors and a song."""
    with tempfile.TemporaryDirectory() as folder:
        yaml, weights, songs = (os.path.join(folder, name) for name in ("train.yaml", "w.safetensors", "songs"))
        pathlib.Path(yaml).write_text(settings + "\n")
        call(program, kernels, "train", *files, "--settings", yaml, "--iterations", str(ITERATIONS), "--validate-every",
             str(ITERATIONS), "--threads", str(threads), "-o", weights)
        call(program, kernels, "generate", weights, "--songs", "1", "--length", length, "--seed", "7", "--threads",
             str(threads), "-o", songs)
        data = pathlib.Path(weights).read_bytes()
        song = pathlib.Path(songs, "01.mid").read_bytes()
        return {"file": sha256(data), "weights": sha256(tensors(data)), "song": sha256(song)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--presets", action="store_true")
    parser.add_argument("--portable", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    builds = [name for name in BUILDS if can_run(program, name)]
    if arguments.presets:
        name, cases, files, length = "presets", PRESETS, sorted(CHORALES.glob("0[0-3]?.mid")), "at most 8 bars"
        ways = [("portable", os.cpu_count())] if arguments.portable else [
            (build, threads) for build in builds if build != "portable" for threads in THREADS]
    else:
        name, cases, files, length = "small", SMALL, sorted(CHORALES.glob("00[0-5].mid")), "at most 2 bars"
        ways = [(build, threads) for build in builds for threads in THREADS]
        few = [(build, threads) for build, threads in ways if build != "portable" or threads == 2]
    if arguments.only is not None:
        cases = {name: settings for name, settings in cases.items() if name == arguments.only}
    if not ways or not cases or len(files) < 6:
        sys.exit("nothing to check: no kernels, no chorales, or no case of that name")
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if arguments.write:
        golden[name] = {case: found for case, found in golden.get(name, {}).items() if case not in cases}
    begun, count = time.monotonic(), 0
    for case, settings in cases.items():
        start, first = time.monotonic(), None
        # The portable kernels are far slower: all ways for the presets, one for the others.
        taken = ways if case in PRESETS else few
        for kernels, threads in taken:
            found = made(program, kernels, threads, settings, files, length)
            file = found.pop("file")
            first = first or file
            if file != first:
                sys.exit(f"{case}: weights of {kernels}, {threads} threads are not those of {taken[0]}")
            if arguments.write:
                golden[name].setdefault(case, found)
            expected = golden.get(name, {}).get(case)
            if found != expected:
                sys.exit(f"{case}, {kernels}, {threads} threads: {found}, and golden.json has {expected}")
            count += 1
        print(f"{case}: the golden bytes {len(taken)} times, {time.monotonic() - start:.1f} s", flush=True)
    if arguments.write:
        GOLDEN.write_text(json.dumps(golden, indent=2) + "\n")
    told = ", ".join(f"{kernels} × {threads}" for kernels, threads in ways)
    print(f"{count} trainings of {ITERATIONS} iterations and as many songs, all golden ({told} threads): "
          f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
