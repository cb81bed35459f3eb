#!/usr/bin/env python3
"""compare.py PROGRAM PEERS DIR [PAIRS]: MIDI parsing beside symusic, in alternating pairs.

PROGRAM is ritornello-bench-midi, PEERS a script that parses DIR as often as it is told, `PEERS DIR --library symusic
--repeat N`, and prints one JSON object with `mib`. Both parse all files of DIR on one thread. What counts is processor
time, so that a busy machine burdens neither: that of 21 passes less that of one, over 20. Prints each pair, then the
medians and their ratio; exits 1 where ours is slower.
"""
import json
import resource
import statistics
import subprocess
import sys

PASSES = 20


def processor_time(command):
    """Seconds that a command takes of a processor, and the MiB that it parsed once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, json.loads(done.stdout)["mib"]


def speed(command):
    """Megabytes a second of processor time."""
    once, _ = processor_time(command(1))
    often, mib = processor_time(command(1 + PASSES))
    return PASSES * mib * 1.048576 / (often - once)


def main():
    program, peers, folder, *rest = sys.argv[1:]
    ours, theirs = [], []
    runs = [
        (ours, lambda passes: [program, folder, str(passes)]),
        (theirs, lambda passes: [sys.executable, peers, folder, "--library", "symusic", "--repeat", str(passes)]),
    ]
    for pair in range(int(rest[0]) if rest else 5):
        for speeds, command in runs if pair % 2 == 0 else reversed(runs):
            speeds.append(speed(command))
        print(f"pair {pair + 1}: ritornello {ours[-1]:.0f} MB/s, symusic {theirs[-1]:.0f} MB/s", flush=True)
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    print(json.dumps({"ritornello": ours, "symusic": theirs, "ratio": ours / theirs}))
    sys.exit(ours < theirs)


main()
