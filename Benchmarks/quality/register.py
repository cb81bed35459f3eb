#!/usr/bin/env python3
"""What choosing a song's tonic by where the song lies (`transpose: {register: true}`) does, shown on people's songs.

    python3 Benchmarks/quality/register.py TRAIN TEST

Each song of TEST is moved to C, as before a training, and from there to a tonic of TRAIN, a hundred times: to one drawn as
often as TRAIN has it, and to one drawn as likely as a song of TRAIN that lies there comes from it. A register that is kept
lies as the songs did when they came.
"""
import math
import pathlib
import random
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from compare_songs import tracks  # noqa: E402


def songs(folder):
    """(tonic, mean pitch, lowest pitch) of each song."""
    result = []
    for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.suffix.lower() in (".mid", ".midi")):
        every = [note for voice in tracks(path) for note in voice]
        if every:
            end = max(b for _, b, _ in every)
            pitches = [p for _, _, p in every]
            result.append((min(p for _, b, p in every if b == end) % 12, statistics.mean(pitches), min(pitches)))
    return result


def up(tonic):
    """From C to a tonic, by at most six semitones."""
    return tonic - 12 if tonic > 6 else tonic


def told(name, rows):
    means, lows = zip(*rows)
    figures = [f"{statistics.mean(x):.2f} ± {statistics.stdev(x):.2f}" for x in (means, lows)]
    print(f"| {name} | {figures[0]} | {figures[1]} |")


def main():
    train, test = map(songs, sys.argv[1:3])
    counts = [sum(tonic == t for tonic, _, _ in train) for t in range(12)]
    mean, deviation = statistics.mean(m for _, m, _ in train), statistics.stdev(m for _, m, _ in train)
    draw = random.Random(1)

    def moved(by_register):
        rows = []
        for tonic, own, low in test * 100:
            shares = counts
            if by_register:
                distances = [(own - up(tonic) + up(t) - mean) / deviation for t in range(12)]
                shares = [count * math.exp(-d * d / 2) for count, d in zip(counts, distances)]
            move = up(draw.choices(range(12), shares)[0]) - up(tonic)
            rows.append((own + move, low + move))
        return rows

    print("| | mean pitch | lowest pitch |\n|---|---|---|")
    told("as they came", [(own, low) for _, own, low in test])
    told("the tonic drawn first", moved(False))
    told("the tonic by the register", moved(True))


if __name__ == "__main__":
    main()
