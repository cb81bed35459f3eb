#!/usr/bin/env python3
"""Prints the logits that GuidanceTests.swift expects, from the formula with NumPy in double precision.

Kinds of token are what is no start, each by itself, and all starts together; guided p is proportional to
p^(1 + w) / q^w, for kinds and for the pitches of a start alike, each with its own w.
"""
import numpy as np

FINITE = [0, 1, 3, 4]  # class 2 is forbidden
network = np.array([0.5, 1.0, -np.inf, 2.0, -1.0])
guide = np.array([1.0, 0.0, -np.inf, 0.5, 0.25])


def log_sum(x):
    return np.log(np.exp(x).sum())


def guided(a, b, w):
    return a + w * (a - b)


plain = guided(network[FINITE], guide[FINITE], 0.5)
starts = [3, 4]
whole, weaker = log_sum(network[starts]), log_sum(guide[starts])
pitches = guided(network[starts], guide[starts], 2)
pitches += guided(whole, weaker, 0.5) - log_sum(pitches)
apart = np.concatenate([guided(network[:2], guide[:2], 0.5), pitches])
print("alike", plain.round(5).tolist())
print("starts apart", apart.round(5).tolist())
