#!/usr/bin/env python3
"""Writes songs to order and looks in their MIDI files for what is not as ordered, with a reader of its own.

    python3 Benchmarks/quality/constraints.py PROGRAM WEIGHTS CHORALES [--songs 200] [--keep FOLDER]

WEIGHTS write voices of four lines (the preset chorale); CHORALES is a folder of MIDI files in four tracks. An order is made
of a chorale's top voice: it is the melody, its key the scale that holds it, each line has a range, and three or four notes
sound at once. Every second order has no melody but a length in bars, a metre and a whole song's range; every fourth has
chords besides. Prints how many songs break each order, and ends with status 1 if any does.
"""
import argparse
import collections
import fractions
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

NAMES = "C C# D Eb E F F# G Ab A Bb B".split()
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "harmonic-minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic-minor": (0, 2, 3, 5, 7, 9, 11), "dorian": (0, 2, 3, 5, 7, 9, 10), "chromatic": tuple(range(12)),
}
RANGES = {"soprano": (55, 84), "alto": (50, 76), "tenor": (45, 70), "bass": (36, 64)}
METRES = [(4, 4), (3, 4), (6, 8), (5, 4)]
PROGRESSION = [("C", {0, 4, 7}), ("F", {5, 9, 0}), ("G7", {7, 11, 2, 5}), ("C", {0, 4, 7})]

Note = collections.namedtuple("Note", "start end pitch channel velocity")
Song = collections.namedtuple("Song", "tracks metres ends")


def number(data, at):
    """A variable-length quantity, and where it ends."""
    value = 0
    while True:
        byte = data[at]
        at += 1
        value = value << 7 | byte & 127
        if byte < 128:
            return value, at


def read_track(data, division):
    """The notes, metres and end of a track, in quarters."""
    at, tick, status, open_notes = 0, 0, 0, collections.defaultdict(list)
    notes, metres, end = [], [], None
    while at < len(data):
        delta, at = number(data, at)
        tick += delta
        now = fractions.Fraction(tick, division)
        if data[at] >= 128:
            status = data[at]
            at += 1
        if status == 0xFF:
            kind = data[at]
            length, at = number(data, at + 1)
            if kind == 0x58:
                metres.append((now, data[at], 1 << data[at + 1]))
            if kind == 0x2F:
                end = now
            at += length
        elif status in (0xF0, 0xF7):
            length, at = number(data, at)
            at += length
        else:
            kind, channel = status & 0xF0, status & 15
            one = data[at]
            two = 0 if kind in (0xC0, 0xD0) else data[at + 1]
            at += 1 if kind in (0xC0, 0xD0) else 2
            if kind == 0x90 and two:
                open_notes[channel, one].append((now, two))
            elif kind in (0x80, 0x90) and open_notes[channel, one]:
                start, velocity = open_notes[channel, one].pop(0)
                notes.append(Note(start, now, one, channel, velocity))
    hanging = sum(len(x) for x in open_notes.values())
    if hanging or end is None:
        raise ValueError(f"{hanging} notes hang, end of track {end}")
    return sorted(notes), metres, end


def read(path):
    data = path.read_bytes()
    division = struct.unpack(">H", data[12:14])[0]
    at, tracks, metres, ends = 14, [], [], []
    while at < len(data):
        length = struct.unpack(">I", data[at + 4 : at + 8])[0]
        notes, told, end = read_track(data[at + 8 : at + 8 + length], division)
        tracks.append(notes)
        metres += told
        ends.append(end)
        at += 8 + length
    return Song(tracks, sorted(metres), ends)


def write_melody(path, notes, division=480):
    """Writes a voice as a file of one track."""
    def quantity(value):
        result = bytes([value & 127])
        while value > 127:
            value >>= 7
            result = bytes([value & 127 | 128]) + result
        return result

    events = []
    for note in notes:
        events += [(int(note.end * division), 0, note.pitch, 0), (int(note.start * division), 1, note.pitch, note.velocity)]
    body, last = b"", 0
    for tick, _, pitch, velocity in sorted(events):
        body += quantity(tick - last) + bytes([0x90, pitch, velocity])
        last = tick
    body += b"\0\xff\x2f\0"
    path.write_bytes(
        b"MThd" + struct.pack(">IHHH", 6, 0, 1, division) + b"MTrk" + struct.pack(">I", len(body)) + body)


def key_of(notes):
    """A tonic and a scale that hold all notes: the first of the list on the last note, else on any."""
    classes = {n.pitch % 12 for n in notes}
    for tonic in [notes[-1].pitch % 12, *range(12)]:
        for scale, steps in SCALES.items():
            if scale != "chromatic" and classes <= {(tonic + s) % 12 for s in steps}:
                return tonic, scale
    return 0, "chromatic"


def most_at_once(notes):
    changes = sorted([(n.end, -1) for n in notes] + [(n.start, 1) for n in notes])
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def order(index, chorale, folder):
    """What is asked for: options of the program, and what to hold its songs to."""
    top = max((t for t in chorale.tracks if t), key=lambda t: sum(n.pitch for n in t) / len(t))
    tonic, scale = key_of(top)
    asked = {"polyphony": 3 + index % 2, "ranges": dict(RANGES)}
    asked["classes"] = {(tonic + s) % 12 for s in SCALES[scale]}
    options = ["--key", NAMES[tonic], "--scale", scale, "--polyphony", str(asked["polyphony"])]
    if index % 2 == 0:
        path = folder / f"melody-{index}.mid"
        write_melody(path, top)
        asked["melody"] = [tuple(n)[:3] for n in top]
        asked["end"] = max(n.end for n in top)
        options += ["--melody", str(path)]
        low = min(n.pitch for n in top)
        asked["ranges"]["soprano"] = (min(55, low), max(84, *(n.pitch for n in top)))
        options += ["--range", "{" + ", ".join(f"{k}: [{a}, {b}]" for k, (a, b) in asked["ranges"].items()) + "}"]
    else:
        metre = METRES[index // 2 % len(METRES)]
        asked["bars"], asked["metre"] = 4 + index % 9, metre
        asked["range"] = (40 + index % 8, 72 + index % 10)
        del asked["ranges"]
        options += ["--length", f"{asked['bars']} bars", "--metre", "%d/%d" % metre, "--range", "%d,%d" % asked["range"]]
        asked["end"] = fractions.Fraction(asked["bars"] * 4 * metre[0], metre[1])
        if index % 4 == 3:
            asked["classes"] = {(s + 0) % 12 for s in SCALES["major"]}
            options[1], options[3] = "C", "major"
            options += ["--chords", " | ".join(symbol for symbol, _ in PROGRESSION)]
            asked["chords"] = True
    return options, asked


def broken(song, asked):
    """The names of what a song breaks."""
    found = []
    every = [n for t in song.tracks for n in t]
    voices = [t for t in song.tracks if t]
    if not all(n.pitch % 12 in asked["classes"] for n in every):
        found.append("key")
    if most_at_once(every) > asked["polyphony"]:
        found.append("polyphony")
    if "range" in asked and not all(asked["range"][0] <= n.pitch <= asked["range"][1] for n in every):
        found.append("range")
    lines = [t for t in song.tracks]
    while lines and not lines[0] and len(lines) > 4:
        lines = lines[1:]
    for (low, high), line in zip(asked.get("ranges", {}).values(), lines):
        if not all(low <= n.pitch <= high for n in line):
            found.append("range by voice")
    if max(song.ends) != asked["end"]:
        found.append("end of track")
    last = max((n.end for n in every), default=0)
    if last > asked["end"]:
        found.append("a note past the end")
    if last <= asked["end"] - 2:
        found.append("silence at the end")
    if not song.metres or song.metres[0][0] != 0:
        found.append("no metre at tick 0")
    if "metre" in asked and [m[1:] for m in song.metres] != [asked["metre"]]:
        found.append("metre")
    if "melody" in asked:
        own = [t for t in voices if [tuple(n)[:3] for n in t] == asked["melody"]]
        channels = {n.channel for t in own for n in t}
        if not own or any(n.channel in channels for t in voices if t is not own[0] for n in t):
            found.append("melody")
    if "chords" in asked:
        bar = fractions.Fraction(4 * asked["metre"][0], asked["metre"][1])
        for note in every:
            first, after = note.start // bar, -(-note.end // bar)
            if any(note.pitch % 12 not in PROGRESSION[int(b) % len(PROGRESSION)][1] for b in range(int(first), int(after))):
                found.append("chords")
                break
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("weights")
    parser.add_argument("chorales")
    parser.add_argument("--songs", type=int, default=200)
    parser.add_argument("--each", type=int, default=5, help="songs of an order")
    parser.add_argument("--keep", help="a folder to keep the songs in")
    arguments = parser.parse_args()
    chorales = sorted(pathlib.Path(arguments.chorales).glob("*.mid"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(arguments.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        counts, asked_for, songs, notes = collections.Counter(), collections.Counter(), 0, 0
        for index in range(arguments.songs // arguments.each):
            options, asked = order(index, read(chorales[index % len(chorales)]), folder)
            out = folder / f"order-{index}"
            made = subprocess.run(
                [arguments.program, "generate", arguments.weights, "-o", str(out), "--songs", str(arguments.each),
                 "--seed", str(index + 1), "--json", *options], capture_output=True, text=True)
            if made.returncode:
                sys.exit(f"order {index}: {' '.join(options)}: {made.stderr.strip()}")
            for told in json.loads(made.stdout)["songs"]:
                song = read(pathlib.Path(told["path"]))
                songs += 1
                notes += sum(len(t) for t in song.tracks)
                asked_for.update(k for k in ("key", "polyphony", "range", "length", "melody", "chords")
                                 if k in ("key", "polyphony") or k in asked or (k == "range" and "ranges" in asked)
                                 or (k == "length" and "bars" in asked))
                for name in broken(song, asked):
                    counts[name] += 1
                    print(f"{told['path']}: {name}: {' '.join(options)}", flush=True)
        told = ", ".join(f"{name} {count}" for name, count in asked_for.items())
        print(f"{songs} songs, {notes} notes; asked for: {told}")
        print(f"{sum(counts.values())} broken" + "".join(f"; {name} {count}" for name, count in counts.items()))
        sys.exit(1 if counts else 0)


if __name__ == "__main__":
    main()
