#!/usr/bin/env python3
"""Looks for tests that do not run or that wait for time to pass: every test runs, everywhere, and none sleeps."""
import re

from swift_source import finish, lines

FAULTS = [
    (re.compile(r"\.disabled\s*\(|\.enabled\s*\(\s*if:|\bXCTSkip|\bTest\.cancel\("), "a test that may not run"),
    (re.compile(r"\b(?:Thread\.sleep|Task\.sleep|usleep|nanosleep|sleep)\s*\("), "a test that sleeps"),
]


def main():
    faults, tests = [], 0
    for path, number, line in lines("Tests"):
        tests += line.lstrip().startswith("@Test")
        for pattern, what in FAULTS:
            if found := pattern.search(line):
                faults.append(f"{path}:{number}: {what}: `{found.group().strip()}`")
    finish(faults, f"{tests} test functions, none skipped, none asleep")


main()
