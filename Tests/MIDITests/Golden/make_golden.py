#!/usr/bin/env python3
"""make_golden.py: writes MIDI files with mido 1.3 and, beside them, what mido reads in them: golden.json. Always the same bytes.

Notes are paired here, not by mido: a note-off closes the oldest open note of its pitch and channel in its track.
"""
import json
import pathlib
import random

import mido
from mido import Message, MetaMessage, MidiFile, MidiTrack

HERE = pathlib.Path(__file__).parent


def channel_events():
    """Every kind of channel, system exclusive and meta event that mido can write, in one track."""
    track = MidiTrack()
    track.append(MetaMessage("sequence_number", number=7))
    track.append(MetaMessage("track_name", name="Fl\u00f6te"))
    track.append(MetaMessage("copyright", text="nobody"))
    track.append(MetaMessage("instrument_name", name="flute"))
    track.append(MetaMessage("smpte_offset", frame_rate=25, hours=1))
    track.append(MetaMessage("set_tempo", tempo=612345))
    track.append(MetaMessage("time_signature", numerator=6, denominator=8, clocks_per_click=36, notated_32nd_notes_per_beat=8))
    track.append(MetaMessage("key_signature", key="F#m"))
    track.append(Message("program_change", channel=3, program=73))
    track.append(Message("control_change", channel=3, control=7, value=100))
    track.append(Message("note_on", channel=3, note=60, velocity=1, time=10))
    track.append(Message("polytouch", channel=3, note=60, value=5, time=200))
    track.append(Message("aftertouch", channel=3, value=6, time=20000))
    track.append(Message("pitchwheel", channel=3, pitch=-8192, time=3))
    track.append(Message("sysex", data=[0x7E, 0x7F, 9, 1]))
    track.append(MetaMessage("lyrics", text="la"))
    track.append(MetaMessage("marker", text="A"))
    track.append(MetaMessage("cue_marker", text="B"))
    track.append(MetaMessage("channel_prefix", channel=3))
    track.append(MetaMessage("midi_port", port=1))
    track.append(MetaMessage("sequencer_specific", data=[0, 1, 2]))
    track.append(Message("note_off", channel=3, note=60, velocity=127, time=3_000_000))
    track.append(MetaMessage("end_of_track", time=5))
    return MidiFile(type=0, ticks_per_beat=120, tracks=[track])


def tempos_and_metres(rng):
    """A conductor track with many changes, and three parts with names, programs and drums."""
    conductor = MidiTrack([MetaMessage("track_name", name="all")])
    for _ in range(40):
        conductor.append(MetaMessage("set_tempo", tempo=rng.randrange(200_000, 1_500_000), time=rng.randrange(1, 900)))
        if rng.random() < 0.3:
            conductor.append(MetaMessage("time_signature", numerator=rng.randrange(1, 13), denominator=rng.choice([1, 2, 4, 8, 16]), time=rng.randrange(1, 900)))
        if rng.random() < 0.2:
            conductor.append(MetaMessage("key_signature", key=rng.choice(["C", "Bb", "F#", "Am", "Ebm", "Cb", "C#"]), time=rng.randrange(1, 900)))
    file = MidiFile(type=1, ticks_per_beat=480, tracks=[conductor])
    for channel, program in ((0, 0), (5, 40), (9, 0)):
        track = MidiTrack([MetaMessage("track_name", name=f"part {channel}"), Message("program_change", channel=channel, program=program)])
        for _ in range(60):
            pitch = rng.randrange(128)
            track.append(Message("note_on", channel=channel, note=pitch, velocity=rng.randrange(1, 128), time=rng.choice([0, 0, 120, 1000])))
            track.append(Message("note_off", channel=channel, note=pitch, velocity=rng.randrange(128), time=rng.choice([1, 60, 480])))
        file.tracks.append(track)
    return file


def overlaps(rng):
    """Notes of one pitch on top of each other, note-offs with nothing to close, notes that are never closed."""
    file = MidiFile(type=1, ticks_per_beat=96)
    for _ in range(3):
        track = MidiTrack()
        for _ in range(200):
            kind = rng.choice(["note_on", "note_on", "note_off", "zero"])
            velocity = 0 if kind == "zero" else rng.randrange(1, 128)
            track.append(Message("note_off" if kind == "note_off" else "note_on", channel=rng.randrange(2), note=rng.randrange(60, 63), velocity=velocity, time=rng.choice([0, 0, 1, 24])))
        track.append(MetaMessage("end_of_track", time=50))
        file.tracks.append(track)
    return file


def notes(track):
    tick, open_notes, result = 0, {}, []
    for message in track:
        tick += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        waiting = open_notes.setdefault((message.channel, message.note), [])
        if message.type == "note_on" and message.velocity > 0:
            waiting.append(len(result))
            result.append([tick, None, message.channel, message.note, message.velocity, 64])
        elif waiting:
            note = result[waiting.pop(0)]
            note[1] = tick
            if message.type == "note_off":
                note[5] = message.velocity
    for note in result:
        if note[1] is None:
            note[1] = tick
    return sorted(result, key=lambda n: (n[0], n[2], n[3], n[1], n[4], n[5]))


def metas(file, kind, values):
    found = []
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == kind:
                found.append([tick, *values(message)])
    return found


def main():
    rng = random.Random(11)
    rows = []
    for name, made in (("channel-events", channel_events()), ("tempos-and-metres", tempos_and_metres(rng)), ("overlaps", overlaps(rng))):
        path = HERE / f"mido-{name}.mid"
        made.save(path)
        file = mido.MidiFile(path)
        rows.append({
            "file": path.name,
            "format": file.type,
            "ticksPerQuarter": file.ticks_per_beat,
            "seconds": file.length,
            "notes": [notes(track) for track in file.tracks if notes(track)],
            "tempos": metas(file, "set_tempo", lambda m: [m.tempo]),
            "timeSignatures": metas(file, "time_signature", lambda m: [m.numerator, m.denominator, m.clocks_per_click, m.notated_32nd_notes_per_beat]),
            "keySignatures": len(metas(file, "key_signature", lambda m: [])),
            "events": [len(track) for track in file.tracks],
        })
    (HERE / "golden.json").write_text(json.dumps(rows) + "\n")


if __name__ == "__main__":
    main()
