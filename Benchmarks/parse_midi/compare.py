#!/usr/bin/env python3
"""compare.py PROGRAM PEERS DIR [PAIRS]: MIDI parsing beside symusic, in alternating pairs.

PROGRAM is ritornello-bench-midi, PEERS a script that prints one JSON object with mb_per_second for
`PEERS DIR --library symusic`. Both parse all files of DIR on one thread and tell their best of five passes. Prints
each pair, then the medians and their ratio; exits 1 where ours is slower.
"""
import json
import statistics
import subprocess
import sys


def speed(command):
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["mb_per_second"]


def main():
    program, peers, folder, *rest = sys.argv[1:]
    ours, theirs = [], []
    for pair in range(int(rest[0]) if rest else 5):
        runs = [
            (ours, [program, folder]),
            (theirs, [sys.executable, peers, folder, "--library", "symusic"]),
        ]
        for speeds, command in runs if pair % 2 == 0 else reversed(runs):
            speeds.append(speed(command))
        print(f"pair {pair + 1}: ritornello {ours[-1]:.1f} MB/s, symusic {theirs[-1]:.1f} MB/s")
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    print(json.dumps({"ritornello": ours, "symusic": theirs, "ratio": ours / theirs}))
    sys.exit(ours < theirs)


main()
