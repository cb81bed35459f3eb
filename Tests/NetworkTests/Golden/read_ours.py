#!/usr/bin/env python3
"""Opens weights written by us in PyTorch, with no conversion, and compares what the networks give out.

    swift run -c release ritornello-bench weights DIR && python3 read_ours.py DIR

Exit status 0 if all agree within 1e-5. Needs torch and safetensors.
"""
import pathlib
import sys
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch.nn import functional as F

from make_golden import Reference

WIDTH = 12
SHAPES = {
    "classes": dict(reading="classes", classes=13),
    "mse": dict(reading="vectors", classes=10),
    "independent": dict(reading="vectors", classes=8, head=20),
    "written": dict(
        reading="vectors", classes=7, head=70, tables=[("written.weight", 6, True), ("last.weight", 7, False)]),
}


def difference(folder, name):
    path = folder / f"{name}.safetensors"
    with safe_open(path, "pt") as file:
        texts = file.metadata()
    c = SHAPES[name] | {k: int(texts[k]) for k in ("embedding", "hidden", "layers")} | {"width": WIDTH, "writing": name}
    model = Reference(c)
    model.load_state_dict(load_file(path), strict=True)
    ours = load_file(folder / f"{name}.outputs.safetensors")
    steps = len(ours["outputs"])
    if c["reading"] == "classes":
        x = F.one_hot(ours["reads"].long(), WIDTH).double()
        y = model.input(ours["reads"].long())
    else:
        x = ours["reads"].view(steps, WIDTH).double()
        y = model.input(x) if c["embedding"] else x
    y, _ = model.lstm(y[:, None])       # PyTorch's own layer
    y = y[:, 0]
    if c.get("head"):
        a = model.head(torch.cat([y, x], 1))
        if c.get("tables"):
            a = a + model.table()[[1, 4, 8]].sum(0)
        y = F.relu(a)
    return (model.output(y) - ours["outputs"]).abs().max().item()


def main():
    folder = pathlib.Path(sys.argv[1])
    worst = 0
    with torch.no_grad():
        for name in SHAPES:
            found = difference(folder, name)
            worst = max(worst, found)
            print(f"{name}: {found:.2e}")
    sys.exit(worst > 1e-5)


if __name__ == "__main__":
    main()
