#!/usr/bin/env python3
"""Prints the lines that rows.sh wrote as the table of likelihoods in docs/quality.md.

    rows.py OUTPUT/rows.jsonl

Below it stands what each input gives: the same without it.

Mean over seeds ± the standard deviation between them (none where there is one seed): test nats a frame, every frame scored.
"""
import collections
import json
import statistics
import sys

SETS = {"jsb": "JSB", "nottingham": "Nottingham", "musedata": "MuseData", "piano-midi": "Piano-midi"}

rows = collections.defaultdict(list)
for line in open(sys.argv[1]):
    row = json.loads(line)
    rows[row["row"]].append(row)
print("| set, model | echo | test nats a frame | valid | *end*, test, nats a piece | parameters | iterations, best | processor |")
print("|---|---|---|---|---|---|---|---|")
for set_, name in SETS.items():
    for model in ("roll", "steps"):
        for ending in ("", "-plain"):
            runs = rows.get(f"{set_}-{model}{ending}")
            if not runs:
                continue

            def figure(values):
                spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
                return f"{statistics.mean(values):.3f}{spread}"

            test = [r["test"]["nll_per_frame"] for r in runs]
            valid = [r["train"]["validation_loss"] for r in runs]
            end = [r["test"]["end_nll_total"] / r["test"]["songs"] for r in runs]
            best = ", ".join(str(r["train"]["best_iteration"]) for r in runs)
            print(f"| {name}, {model} | {'without' if ending else 'with'} | **{figure(test)}** | {figure(valid)} | "
                  f"{'–' if model == 'roll' else figure(end)} | {runs[0]['train']['parameters']:,} | "
                  f"{runs[0]['train']['iterations']}, {best} | "
                  f"{statistics.mean(r['processor_seconds'] for r in runs):.0f} s |")

for base in list(rows):
    parts = [name for name in rows if name.startswith(base + "-without-")]
    if not parts:
        continue
    # Beside the same seeds alone.
    seeds = set.intersection(*({r["seed"] for r in rows[name]} for name in parts))
    print(f"\n| {base} without | test nats a frame | valid |\n|---|---|---|")
    for name in [base, *parts]:
        runs = [r for r in rows[name] if r["seed"] in seeds]
        test = statistics.mean(r["test"]["nll_per_frame"] for r in runs)
        valid = statistics.mean(r["train"]["validation_loss"] for r in runs)
        print(f"| {name.partition('-without-')[2] or '–'} | {test:.3f} | {valid:.3f} |")
