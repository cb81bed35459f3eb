#!/usr/bin/env python3
"""Draws the first bars of a MIDI file as a piano roll.

    python3 docs/images/piano_roll.py outbox/demo/0001/demo-0001-01.mid docs/images/song.svg [QUARTERS]

Reads what Ritornello writes (a note-on and a note-off a note, ticks a quarter); a colour a track. QUARTERS: 64.
"""
import html
import pathlib
import struct
import sys

COLOURS = ["#c2452d", "#c98a1b", "#3a7d5c", "#33658a", "#7a4e8a", "#6b6b6b"]
WIDTH, ROW, EDGE = 960, 7, 16


def number(data, at):
    """A variable-length quantity and the place behind it."""
    value = 0
    while True:
        value = value << 7 | data[at] & 127
        at += 1
        if data[at - 1] < 128:
            return value, at


def notes(track):
    """(start, end, pitch) of each note of a track, in ticks."""
    at, now, status, open_notes = 0, 0, 0, {}
    while at < len(track):
        delta, at = number(track, at)
        now += delta
        if track[at] >= 128:
            status, at = track[at], at + 1
        if status >= 0xF0:
            if status == 0xFF:
                at += 1
            length, at = number(track, at)
            at += length
            continue
        kind = status & 0xF0
        if kind in (0x80, 0x90):
            key = (status & 15, track[at])
            if kind == 0x90 and track[at + 1]:
                open_notes.setdefault(key, []).append(now)
            elif open_notes.get(key):
                yield open_notes[key].pop(0), now, track[at]
        at += 1 if kind in (0xC0, 0xD0) else 2


def main(song, picture, quarters="64"):
    data = pathlib.Path(song).read_bytes()
    division = struct.unpack(">H", data[12:14])[0]
    at, tracks = 14, []
    while at < len(data):
        length = struct.unpack(">I", data[at + 4 : at + 8])[0]
        if data[at : at + 4] == b"MTrk":
            tracks.append(sorted(notes(data[at + 8 : at + 8 + length])))
        at += 8 + length
    tracks = [track for track in tracks if track]
    last = min(float(quarters), max(end for track in tracks for _, end, _ in track) / division)
    shown = [[note for note in track if note[0] < last * division] for track in tracks]
    pitches = [pitch for track in shown for _, _, pitch in track]
    low, high = min(pitches) - 1, max(pitches) + 1
    height, scale = (high - low + 1) * ROW + 2 * EDGE, (WIDTH - 2 * EDGE) / last
    name = html.escape(pathlib.Path(song).stem)

    def x(ticks):
        return EDGE + min(ticks / division, last) * scale

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
           f"<title>{name}: the first {last:g} quarters as a piano roll</title>",
           f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#faf8f3"/>']
    for quarter in range(0, int(last) + 1, 4):
        out.append(f'<path d="M{x(quarter * division):.1f} {EDGE}V{height - EDGE}" stroke="#e3ded2"/>')
    for place, track in enumerate(shown):
        out.append(f'<g fill="{COLOURS[place % len(COLOURS)]}">')
        for start, end, pitch in track:
            out.append(f'<rect x="{x(start):.1f}" y="{EDGE + (high - pitch) * ROW}" rx="2" '
                       f'width="{max(x(end) - x(start) - 1, 1):.1f}" height="{ROW - 1}"/>')
        out.append("</g>")
    pathlib.Path(picture).write_text("\n".join([*out, "</svg>"]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
