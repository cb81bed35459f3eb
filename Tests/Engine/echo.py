#!/usr/bin/env python3
"""Prints what the input `echo` tells of a few songs, by its definition: the golden values of EchoTests.swift.

A song is a word, and each letter of it a frame. For every frame t: which frame s is told (-1: none), and how many frames
match. A candidate is an s with 1 <= s < t - 1; its match is the largest n such that the frames s - 1 ... s - n equal the
frames t - 1 ... t - n; the longest match wins, the earliest of equals.
"""

SONGS = ["abcabcabcd", "aaaaaaaa", "abacabadabacaba", "abcdefgh", "aabbaabbaab", "ab", ""]


def echo(song, t):
    best = (-1, 0)
    for s in range(1, t - 1):
        n = 0
        while n < s and song[s - 1 - n] == song[t - 1 - n]:
            n += 1
        if n > best[1]:
            best = (s, n)
    return best


for song in SONGS:
    told = [echo(song, t) for t in range(len(song) + 1)]
    print(f'("{song}", {[s for s, _ in told]}, {[n for _, n in told]}),')
