#!/usr/bin/env python3
"""Writes song_metrics.json: the metrics of a few files, by MusPy where it has them, else by their formulae.

Made with Python 3.11, mido 1.3.3 and muspy 0.5.0 (pip install muspy; it wants pyyaml, bidict, miditoolkit, pypianoroll).

MusPy tells entropy in bits; here it is in nats. It takes a note's end for a part of the note, and so counts one bar too
many where a song ends on a bar line; here each note is handed to it one tick shorter. Groove is compared on 64 places a
bar (Wu and Yang 2020), so the notes are put on these first. Metre is constant in these files, as MusPy wants it.
"""
import copy
import json
import math
import pathlib

import mido
import muspy

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CHORALES = sorted((ROOT / "Examples/chorales/test").glob("*.mid"))
MADE = HERE / "song_metrics.mid"


def write_made():
    """A tune in 3/4 with repeats, an empty bar, a bass with doubled pitches, and drums."""
    file = mido.MidiFile(ticks_per_beat=96)

    def track(channel, notes, metas=()):
        events = [(0, 0, meta) for meta in metas]
        for start, end, pitch in notes:
            events.append((start, 2, mido.Message("note_on", channel=channel, note=pitch, velocity=80)))
            events.append((end, 1, mido.Message("note_off", channel=channel, note=pitch)))
        track, now = mido.MidiTrack(), 0
        for tick, _, message in sorted(events, key=lambda event: event[:2]):
            track.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(track)

    bar = 288
    tune = [(0, 96, 67), (96, 144, 67), (144, 192, 67), (192, 288, 69), (288, 400, 71), (416, 576, 74)]
    # The third bar is empty; the fourth is the first, the fifth nearly.
    tune += [(start + 3 * bar, end + 3 * bar, pitch) for start, end, pitch in tune[:4]]
    tune += [(start + 4 * bar, end + 4 * bar, pitch - (start == 192)) for start, end, pitch in tune[:4]]
    bass = [(0, 192, 43), (0, 96, 55), (192, 432, 50), (3 * bar, 4 * bar + 96, 43), (4 * bar + 96, 5 * bar, 43)]
    drums = [(start + step * 48, start + step * 48 + 24, 36 if step == 0 else 42)
             for start in (0, bar, 3 * bar) for step in range(6)]
    track(0, tune, [mido.MetaMessage("time_signature", numerator=3, denominator=4)])
    track(1, bass)
    track(9, drums)
    file.save(MADE)


def parsed(path):
    """Lines of (start, end, pitch, is drum), ticks a quarter, ticks a bar, and the end of the last track."""
    file = mido.MidiFile(path)
    lines, bar, length = {}, 4 * file.ticks_per_beat, 0
    for number, track in enumerate(file.tracks):
        now, sounding = 0, {}
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
                lines.setdefault((number, event.channel), []).append(
                    (sounding[key].pop(0), now, event.note, event.channel == 9))
        length = max(length, now)
    return {key: sorted(line) for key, line in lines.items()}, file.ticks_per_beat, bar, length


def outer(notes, sign):
    line = []
    for start, end, pitch, _ in sorted(notes, key=lambda note: (note[0], -sign * note[2], -note[1])):
        if line and (start == line[-1][0] or start < line[-1][1] and sign * pitch < sign * line[-1][2]):
            continue
        line.append((start, end, pitch))
    return line


def leap(notes, bar):
    found = expected = 0
    for sign in (1, -1):
        ends = {}
        for start, _, pitch in outer(notes, sign):
            ends.setdefault(start // bar, [pitch, pitch])[1] = pitch
        ends = [ends[key] for key in sorted(ends)]
        if len(ends) < 2:
            continue
        over = [abs(here[1] - there[0]) for here, there in zip(ends, ends[1:])]
        every = [abs(here[1] - there[0]) for i, here in enumerate(ends) for j, there in enumerate(ends) if i != j]
        found += sum(over) / len(over)
        expected += sum(every) / len(every)
    return found / expected if expected else 0


def metrics(path):
    lines, quarter, bar, length = parsed(path)
    notes = [note for line in lines.values() for note in line]
    pitched = [note for note in notes if not note[3]]
    bars = -(-length // bar)
    music = muspy.read_midi(str(path))
    shorter = copy.deepcopy(music)
    places = copy.deepcopy(music)
    for track in shorter.tracks:
        for note in track.notes:
            note.duration -= 1
    for track in places.tracks:
        for note in track.notes:
            place = min(63, math.floor((note.time % bar) * 64 / bar + 0.5))
            end = (note.time + note.duration - 1) * 64 // bar
            note.time = note.time // bar * 64 + place
            note.duration = max(0, end - note.time)
    # MusPy counts up to the end of the last note.
    assert max(note[1] for note in notes) > length - bar
    longest = 0
    for line in lines.values():
        if line[0][3]:
            continue
        first, last = line[0], line[0]
        reach = first[1]
        for note in line[1:]:
            if note[2] == last[2] and note[0] > first[0]:
                reach = max(reach, note[1])
                longest = max(longest, reach - first[0])
            elif note[2] != last[2]:
                first, reach = note, note[1]
            last = note
    sets = {}
    for start, _, pitch, _ in pitched:
        sets.setdefault(start // bar, set()).add((math.floor((start % bar) * 4 / quarter + 0.5), pitch))
    sets = [sets[key] for key in sorted(sets)]
    similar = [max(len(here & there) / len(here | there) for there in sets[max(0, i - 64):i])
               for i, here in enumerate(sets) if i]
    polyphony = float(muspy.polyphony(music))
    held = sum((end - 1) // bar - start // bar for start, end, _, _ in pitched)
    return {
        "pitch_class_entropy": float(muspy.pitch_class_entropy(music)) * math.log(2),
        "scale_consistency": muspy.scale_consistency(music),
        "groove_consistency": float(muspy.groove_consistency(places, 64)),
        "polyphony": polyphony,
        "empty_bars": muspy.empty_measure_rate(shorter, bar),
        "note_density": len(notes) * quarter / length,
        "longest_repeat": longest / quarter,
        "self_similarity": sum(similar) / len(similar),
        "bar_line_leap": leap(pitched, bar),
        "held_over": held / (bars - 1) / max(1, polyphony),
        "pitch_range": muspy.pitch_range(music),
        "hanging_notes": 0,
    }


write_made()
files = [MADE] + CHORALES[:3] + CHORALES[40:42]
result = {str(path.relative_to(ROOT)): metrics(path) for path in files}
(HERE / "song_metrics.json").write_text(json.dumps(result, indent=1) + "\n")
