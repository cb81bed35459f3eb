#!/usr/bin/env python3
"""Looks for pages that name what is not there: relative links, paths in backticks that begin at the top folder, and
source files in backticks."""
import re
import urllib.parse

from swift_source import ROOT, finish

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:Sources|Tests|Examples|docs|Benchmarks)/[^`…*\s]*)`")
FILE = re.compile(r"`((?!Sources/|Tests/|Examples/|Benchmarks/)[\w+/]+\.(?:swift|inc|py))`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def pages():
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "Examples").rglob("*.md")])


def main():
    faults, names = [], 0
    source = [*ROOT.glob("*.*"), *(ROOT / "Sources").rglob("*.*"), *(ROOT / "Tests").rglob("*.*")]
    for page in pages():
        text = FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block.group()), page.read_text(encoding="utf-8"))
        for number, line in enumerate(text.split("\n"), 1):
            targets = [page.parent / urllib.parse.unquote(link) for link in LINK.findall(line) if "://" not in link]
            targets += [ROOT / path for path in PATH.findall(line)]
            names += len(targets)
            for target in targets:
                if not target.exists():
                    faults.append(f"{page.relative_to(ROOT)}:{number}: there is no {target.resolve().relative_to(ROOT)}")
            for name in FILE.findall(line):
                names += 1
                if not any(f"/{path}".endswith("/" + name) for path in source):
                    faults.append(f"{page.relative_to(ROOT)}:{number}: no source file is called {name}")
    finish(faults, f"{names} names in pages, each of them there")


main()
