#!/usr/bin/env python3
"""Prints the gate's confusion table: what passes beside a corpus, of held-out songs and of what no held-out song is.

    gate_table.py PROGRAM CORPUS HELD-OUT        folders of MIDI files, e.g. Examples/chorales/train Examples/chorales/test

Needs mido. Shuffled: the bars of each held-out song in any order, notes cut at bar lines. Random: its notes at any pitch
from 40 to 84. Training: as many songs of the corpus as are held out.
"""
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import mido


def notes_of(file):
    """A list of (start, end, channel, pitch) for each track with notes, and the ticks of a bar."""
    bar, tracks = 4 * file.ticks_per_beat, []
    for track in file.tracks:
        now, sounding, notes = 0, {}, []
        for event in track:
            now += event.time
            if event.type == "time_signature":
                bar = file.ticks_per_beat * 4 * event.numerator // event.denominator
            if event.type not in ("note_on", "note_off"):
                continue
            key = (event.channel, event.note)
            if event.type == "note_on" and event.velocity > 0:
                sounding.setdefault(key, []).append(now)
            elif sounding.get(key):
                notes.append((sounding[key].pop(0), now, *key))
        if notes:
            tracks.append(notes)
    return tracks, bar


def save(path, quarter, tracks, bar, end):
    file = mido.MidiFile(ticks_per_beat=quarter)
    for number, notes in enumerate(tracks):
        events = [(0, 0, mido.MetaMessage("time_signature", numerator=bar // quarter, denominator=4))] if not number else []
        for start, stop, channel, pitch in notes:
            events.append((start, 2, mido.Message("note_on", channel=channel, note=pitch, velocity=80)))
            events.append((stop, 1, mido.Message("note_off", channel=channel, note=pitch)))
        track, now = mido.MidiTrack(), 0
        for tick, _, message in sorted(events, key=lambda event: event[:2]):
            track.append(message.copy(time=tick - now))
            now = tick
        track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
        file.tracks.append(track)
    file.save(path)


def main():
    program, corpus, held = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        kinds = ["held-out", "shuffled bars", "random notes", "one repeated note", "silence", "training songs"]
        for kind in kinds:
            (folder / kind).mkdir()
        songs = sorted(held.glob("*.mid"))
        for number, path in enumerate(songs):
            rng = random.Random(number)
            file = mido.MidiFile(path)
            tracks, bar = notes_of(file)
            end = max(note[1] for track in tracks for note in track)
            (folder / "held-out" / path.name).write_bytes(path.read_bytes())
            order = list(range(-(-end // bar)))
            rng.shuffle(order)
            shuffled = [[(s + (order[s // bar] - s // bar) * bar,
                          min(e, (s // bar + 1) * bar) + (order[s // bar] - s // bar) * bar, c, p)
                         for s, e, c, p in track] for track in tracks]
            noise = [[(s, e, c, rng.randrange(40, 85)) for s, e, c, p in track] for track in tracks]
            quarter = file.ticks_per_beat
            one = [[(t, t + quarter, 0, 60) for t in range(0, end - quarter + 1, quarter)]]
            for kind, made in zip(kinds[1:5], (shuffled, noise, one, [[]])):
                save(folder / kind / path.name, quarter, made, bar, end)
        for path in random.Random(1).sample(sorted(corpus.glob("*.mid")), min(len(songs), len(list(corpus.glob("*.mid"))))):
            (folder / "training songs" / path.name).write_bytes(path.read_bytes())
        print("| | songs | pass | refused mostly for |\n|---|---|---|---|")
        for kind in kinds:
            command = [program, "measure", str(folder / kind), "--against", str(corpus), "--json"]
            result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            passed = sum(song["gate"]["passed"] for song in result)
            reasons = collections.Counter(
                reason.split(" is ")[0].split(":")[0] for song in result for reason in song["gate"]["reasons"])
            most = ", ".join(f"{name} ({count})" for name, count in reasons.most_common(3))
            print(f"| {kind} | {len(result)} | {passed} | {most} |")


main()
