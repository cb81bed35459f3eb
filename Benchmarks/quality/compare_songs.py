#!/usr/bin/env python3
"""Compares songs by simple statistics, a column a folder of MIDI files with one track a voice.

    python3 Benchmarks/quality/compare_songs.py held-out=Examples/chorales/test chorale=songs original=other-songs

Prints a table in Markdown. Each figure is the mean over a folder's songs, with the standard deviation between songs.
"""
import math
import pathlib
import statistics
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs" / "images"))
from piano_roll import notes  # noqa: E402


def tracks(path):
    """The notes of each track that has any, as (start, end, pitch) in quarters."""
    data = path.read_bytes()
    division = struct.unpack(">H", data[12:14])[0]
    at, result = 14, []
    while at < len(data):
        length = struct.unpack(">I", data[at + 4 : at + 8])[0]
        found = [(a / division, b / division, p) for a, b, p in notes(data[at + 8 : at + 8 + length])]
        if data[at : at + 4] == b"MTrk" and found:
            result.append(sorted(found))
        at += 8 + length
    return result


def measures(path):
    """The statistics of one song; None where it has no notes."""
    voices = sorted(tracks(path), key=lambda v: -statistics.mean(p for _, _, p in v))
    every = [note for voice in voices for note in voice]
    if not every:
        return None
    classes = [sum(b - a for a, b, p in every if p % 12 == c) for c in range(12)]
    shares = [c / sum(classes) for c in classes if c]
    end = max(b for _, b, _ in every)
    grid = [sum(a <= t < b for a, b, _ in every) for t in (k / 4 for k in range(math.ceil(end * 4)))]
    sounding = [n for n in grid if n]
    lengths = [b - a for a, b, _ in every]
    steps = [abs(y[2] - x[2]) for voice in voices for x, y in zip(voice, voice[1:])]
    result = {
        "quarters": end,
        "pitch-class entropy (nats)": -sum(s * math.log(s) for s in shares),
        "notes sounding at once": statistics.mean(sounding),
        "silent sixteenths (share)": 1 - len(sounding) / len(grid),
        "note length (quarters)": statistics.mean(lengths),
        "eighths and shorter (share)": sum(x <= 0.5 for x in lengths) / len(lengths),
        "steps of at most a tone (share)": sum(s <= 2 for s in steps) / len(steps) if steps else math.nan,
        "leaps over an octave (share)": sum(s > 12 for s in steps) / len(steps) if steps else math.nan,
        "last chord (quarters)": end - max(a for a, _, _ in every),
    }
    for name, voice in zip(["soprano", "alto", "tenor", "bass"], voices if len(voices) == 4 else []):
        result[f"{name}: mean pitch"] = statistics.mean(p for _, _, p in voice)
        result[f"{name}: lowest"] = min(p for _, _, p in voice)
        result[f"{name}: highest"] = max(p for _, _, p in voice)
    return result


def main(columns):
    folders = [column.split("=", 1) for column in columns]
    results = [[m for m in map(measures, sorted(pathlib.Path(path).rglob("*.mid"))) if m] for _, path in folders]
    names = list(dict.fromkeys(name for result in results for song in result for name in song))
    print("| | " + " | ".join(f"{name} ({len(result)} songs)" for (name, _), result in zip(folders, results)) + " |")
    print("|---" * (len(folders) + 1) + "|")
    for name in names:
        cells = []
        for result in results:
            values = [song[name] for song in result if name in song and not math.isnan(song[name])]
            cells.append(f"{statistics.mean(values):.2f} ± {statistics.pstdev(values):.2f}" if values else "–")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
