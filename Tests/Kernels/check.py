#!/usr/bin/env python3
"""Builds kernels.c and holds every build of the kernels to the hashes in golden.txt, bit for bit.

    check.py [--clang CLANG]            the builds that this processor can run
    check.py --neon [--clang CLANG]     NEON too: cross-compiled, under qemu-aarch64
    check.py --sanitize                 the builds of this processor, under the address and undefined sanitizers
    check.py --write                    writes golden.txt anew, from the portable build

On x86-64, --neon needs Debian's qemu-user-static and gcc-aarch64-linux-gnu (C's library and start-up files for arm64;
clang compiles). As root it installs them; where they cannot be had it says loudly that NEON was not checked, and ends
well: a machine with no network is no fault of the kernels.
"""

import argparse
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
KERNELS = HERE.parents[1] / "Sources/CKernels"
GOLDEN = HERE / "golden.txt"
# As Package.swift compiles them.
FLAGS = ["-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"]
CROSS = ["--target=aarch64-linux-gnu", "-fuse-ld=lld", "-static"]
# Less optimised, or the compiler takes as long as all else; lld has no warnings about what a sanitizer exports.
SANITIZERS = ["-O1", "-g", "-fuse-ld=lld", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
PACKAGES = ["qemu-user-static", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"]
EMULATORS = ["qemu-aarch64-static", "qemu-aarch64"]


def build(clang, program, *flags):
    sources = [HERE / "kernels.c", *sorted(KERNELS.glob("*.c"))]
    subprocess.run([clang, *FLAGS, *flags, "-I", KERNELS / "include", *sources, "-lm", "-o", program], check=True)


def lines(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def differences(found):
    golden = GOLDEN.read_text().splitlines()
    wrong = [f"{now}, not {then}" for now, then in zip(found, golden) if now != then]
    if len(found) != len(golden):
        wrong.append(f"{len(found)} lines, not {len(golden)}")
    return wrong


def held(name, *command):
    start = time.monotonic()
    wrong = differences(lines(*command))
    for line in wrong[:10]:
        print(f"{name}: {line}")
    if wrong:
        sys.exit(f"the kernels '{name}' do not give the bytes of golden.txt: {len(wrong)} lines differ")
    print(f"{name}: {len(GOLDEN.read_text().splitlines())} hashes as in golden.txt, {time.monotonic() - start:.1f} s",
          flush=True)


def emulator():
    return next((found for found in map(shutil.which, EMULATORS) if found), None)


def can_cross(clang):
    """Whether a static program for arm64 can be built and run here."""
    qemu = emulator()
    if not qemu:
        return False
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "try.c"), pathlib.Path(folder, "try")
        source.write_text("#include <stdio.h>\nint main(void) { return puts(\"runs\") < 0; }\n")
        built = subprocess.run([clang, *CROSS, source, "-o", program], capture_output=True)
        return built.returncode == 0 and subprocess.run([qemu, program], capture_output=True).stdout == b"runs\n"


def install():
    """Fetches what is missing; says why it cannot."""
    if not shutil.which("apt-get"):
        return "there is no apt-get"
    if os.geteuid() != 0:
        return f"not root: apt-get install {' '.join(PACKAGES)}"
    print(f"installing {' '.join(PACKAGES)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20"]
    for words in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        try:
            result = subprocess.run(
                ["apt-get", *options, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                text=True, timeout=240)
        except subprocess.TimeoutExpired:
            return "apt-get took more than 4 minutes"
        if result.returncode != 0:
            return f"apt-get {words[0]} failed: {(result.stderr.strip().splitlines() or ['no reason told'])[-1]}"
    return None


def check_neon(clang, folder):
    if platform.machine() != "x86_64":
        return
    why = None
    if not can_cross(clang):
        why = install()
        if why is None and not can_cross(clang):
            why = "the packages are there, but a program for arm64 cannot be built or run"
    if why:
        print("*" * 78)
        print(f"*** SKIPPED: the NEON kernels were NOT checked: {why}")
        print("*" * 78, flush=True)
        return
    program = pathlib.Path(folder, "kernels-arm64")
    build(clang, program, *CROSS)
    held("neon, under qemu-aarch64", emulator(), program, "neon")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clang", default="clang")
    parser.add_argument("--neon", action="store_true")
    parser.add_argument("--sanitize", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, "kernels")
        sanitizers = SANITIZERS if arguments.sanitize else []
        build(arguments.clang, program, *sanitizers)
        if arguments.write:
            GOLDEN.write_text("\n".join(lines(program, "portable")) + "\n")
        for name in lines(program):
            held(name + (", sanitized" if sanitizers else ""), program, name)
        if arguments.neon:
            check_neon(arguments.clang, folder)


if __name__ == "__main__":
    main()
