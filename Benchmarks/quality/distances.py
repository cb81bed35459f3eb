#!/usr/bin/env python3
"""How far the songs of one folder are from held-out ones in a few distributions, beside how far people's songs are.

    python3 Benchmarks/quality/distances.py GENERATED VALID TEST [--json]

All notes of a folder are pooled, a track a voice. For each distribution the distance of GENERATED to TEST stands beside
that of VALID to TEST, and their quotient. Distance: half the sum of the absolute differences of the shares (total
variation: the share of notes that would have to change), and the Jensen-Shannon distance (root of the divergence, base 2).

- pitch classes, absolute: each note's, weighed by how long it sounds, as the field's pitch-class histograms are;
- pitch classes from the tonic: the same from the song's last lowest note, so that keys do not matter;
- note lengths: in quarters of a quarter, 16 and more as one;
- intervals: from each note of a track to the track's next one, in semitones with their sign, beyond an octave as one.
"""
import argparse
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from compare_songs import tracks  # noqa: E402

NAMES = ["pitch classes, absolute", "pitch classes from the tonic", "note lengths", "intervals"]


def distributions(folder):
    """{name: {value: share}} of all notes of a folder's songs, and how many songs have any."""
    counts, songs = {name: {} for name in NAMES}, 0

    def add(name, value, weight=1.0):
        counts[name][value] = counts[name].get(value, 0.0) + weight

    for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.suffix.lower() in (".mid", ".midi")):
        voices = tracks(path)
        every = [note for voice in voices for note in voice]
        if not every:
            continue
        songs += 1
        end = max(b for _, b, _ in every)
        tonic = min(p for _, b, p in every if b == end)
        for voice in voices:
            for start, stop, pitch in voice:
                add(NAMES[0], pitch % 12, stop - start)
                add(NAMES[1], (pitch - tonic) % 12, stop - start)
                add(NAMES[2], min(16, max(1, round(4 * (stop - start)))))
            for one, other in zip(voice, voice[1:]):
                add(NAMES[3], max(-13, min(13, other[2] - one[2])))
    shares = {}
    for name, values in counts.items():
        total = sum(values.values()) or 1.0
        shares[name] = {value: count / total for value, count in values.items()}
    return shares, songs


def total_variation(a, b):
    return sum(abs(a.get(v, 0.0) - b.get(v, 0.0)) for v in a.keys() | b.keys()) / 2


def jensen_shannon(a, b):
    divergence = 0.0
    for v in a.keys() | b.keys():
        p, q = a.get(v, 0.0), b.get(v, 0.0)
        for x in (p, q):
            if x:
                divergence += x / 2 * math.log2(2 * x / (p + q))
    return math.sqrt(max(0.0, divergence))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("generated")
    parser.add_argument("valid")
    parser.add_argument("test")
    parser.add_argument("--json", action="store_true")
    a = parser.parse_args()
    (generated, n), (valid, _), (test, m) = map(distributions, (a.generated, a.valid, a.test))
    rows = []
    for name in NAMES:
        for kind, distance in (("total variation", total_variation), ("Jensen-Shannon", jensen_shannon)):
            ours, theirs = distance(generated[name], test[name]), distance(valid[name], test[name])
            quotient = ours / theirs if theirs else float("inf")
            rows.append({"distribution": name, "distance": kind, "generated": ours, "valid": theirs, "quotient": quotient})
    if a.json:
        print(json.dumps({"songs": n, "test": m, "rows": rows}, indent=1))
        return
    print(f"| distribution | distance | {n} songs to test | valid to test | quotient |\n|---|---|---|---|---|")
    for r in rows:
        print(f"| {r['distribution']} | {r['distance']} | {r['generated']:.4f} | {r['valid']:.4f} | {r['quotient']:.2f} |")


if __name__ == "__main__":
    main()
