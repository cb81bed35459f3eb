#!/usr/bin/env python3
"""Fuzzes each parser of what comes from outside, with libFuzzer: MIDI, YAML, weights (safetensors), archives.

Usage: check.py [--seconds S] [--seed N] [--jobs J] [--only NAME] [--keep]

The parsers are built with coverage and the address sanitizer in a package of their own below .build, and begin from
the committed corpus beside this script. An input that traps, hangs for 10 s, takes more memory than one file may or
breaks a law is kept below .build/fuzz/found, and the script fails. With --keep new inputs that reach more of a parser
are added to the committed corpus, as few and short as they can be.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
BUILD = ROOT / ".build/fuzz"
NAMES = ["MIDI", "YAML", "Weights", "Archives"]
# Those of the studio's files that the archive reader consists of; the module as a whole needs the ledger.
STUDIO = [
    "Intake/ArchiveReader.swift", "Intake/FileName+Archives.swift", "Intake/XZContainer.swift",
    "Environment/FileError.swift", "Environment/FileFacts.swift", "Environment/FileSystem.swift",
    "Environment/GlibcFileSystem.swift", "Folder/StudioPaths.swift",
]


def link(place, target):
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink() and place.readlink() == target:
        return
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def build(swift):
    """Builds the targets; a file that has not changed is not touched, so that nothing is built twice."""
    link(BUILD / "Sources", ROOT / "Sources")
    for name in NAMES:
        wanted = {f"Fuzz{name}.swift": HERE / f"Targets/Fuzz{name}.swift", "Laws.swift": HERE / "Targets/Laws.swift"}
        if name == "Archives":
            wanted.update({pathlib.Path(path).name: ROOT / "Sources/Studio" / path for path in STUDIO})
        for file, target in wanted.items():
            link(BUILD / f"Fuzz{name}" / file, target)
    text = (ROOT / "Package.swift").read_text() + (HERE / "Package.swift.in").read_text()
    package = BUILD / "Package.swift"
    if not package.exists() or package.read_text() != text:
        package.write_text(text)
    begun = time.monotonic()
    # Of two sanitizers the Swift compiler takes the last alone, unless they come in one option.
    command = [
        swift, "build", "-c", "release", "--package-path", str(BUILD), "--sanitize=fuzzer", "--sanitize=address",
        "-Xswiftc", "-sanitize=fuzzer,address"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        print(result.stdout[-6000:], result.stderr[-2000:])
        sys.exit("the fuzz targets cannot be built")
    return time.monotonic() - begun


def binary(name):
    return BUILD / f".build/release/Fuzz{name}"


def seeds(name):
    return HERE / "corpus" / name.lower()


def fuzz(name, seconds, seed):
    """Runs one target; gives a line that tells of it, and the inputs that it stumbled on."""
    found = BUILD / "found" / name.lower()
    work = BUILD / "corpus" / name.lower()
    for folder in (found, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    log = BUILD / f"{name.lower()}.log"
    options = [
        f"-max_total_time={seconds}", f"-seed={seed}", "-timeout=10", "-rss_limit_mb=2048", "-malloc_limit_mb=512",
        "-max_len=32768", "-print_final_stats=1", f"-artifact_prefix={found}/", "-detect_leaks=0"]
    dictionary = HERE / f"{name.lower()}.dict"
    if dictionary.exists():
        options.append(f"-dict={dictionary}")
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1", SWIFT_BACKTRACE="enable=no")
    begun = time.monotonic()
    with open(log, "wb") as file:
        result = subprocess.run(
            [binary(name), *options, work, seeds(name)], stdout=file, stderr=file, cwd=BUILD, env=environment)
    text = log.read_text(errors="replace")
    runs = re.search(r"number_of_executed_units:\s*(\d+)", text)
    peak = re.search(r"peak_rss_mb:\s*(\d+)", text)
    reached = re.findall(r"cov: (\d+)", text)
    inputs = sorted(found.iterdir())
    line = (f"{name}: {runs.group(1) if runs else '?'} inputs in {time.monotonic() - begun:.0f} s (seed {seed}), from "
            f"{len(list(seeds(name).iterdir()))} committed ones; {reached[-1] if reached else '?'} places reached, "
            f"{peak.group(1) if peak else '?'} MiB at most; {len(inputs)} found")
    if result.returncode != 0 and not inputs:
        line += f"; it ended with status {result.returncode}, see {log.relative_to(ROOT)}"
    return line, inputs, result.returncode == 0 and not inputs


def keep(name):
    """Adds what reaches more to the committed corpus."""
    subprocess.run(
        [binary(name), "-merge=1", "-max_len=8192", seeds(name), BUILD / "corpus" / name.lower()], cwd=BUILD,
        capture_output=True, env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=len(NAMES))
    parser.add_argument("--only", choices=NAMES)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    names = [arguments.only] if arguments.only else NAMES
    print(f"built in {build(os.environ.get('SWIFT', 'swift')):.0f} s", flush=True)
    good = True
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for line, inputs, is_good in pool.map(lambda name: fuzz(name, arguments.seconds, arguments.seed), names):
            print(line, flush=True)
            for path in inputs:
                print(f"  {path.relative_to(ROOT)}")
            good = good and is_good
    if arguments.keep:
        for name in names:
            keep(name)
    if not good:
        sys.exit("a parser stumbled; the logs are below .build/fuzz")


if __name__ == "__main__":
    main()
