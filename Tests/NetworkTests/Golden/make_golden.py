#!/usr/bin/env python3
"""Makes the golden files beside it: what PyTorch computes, in double, for small networks of every kind.

    python3 make_golden.py [NAME …]     # needs torch and safetensors; the files here were made with torch 2.15

A file holds the weights (`weights.NAME`), one batch, the loss and every gradient (`gradient.NAME`), and for some the
losses and weights (`WAY.…`, the ways are those of `WAYS`) of ten optimiser steps over that batch with the state carried
on, and the averaged weights (`WAY.average.…`). Its metadata holds the shape of the network as texts.
"""
import pathlib
import sys
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
STEPS, LANES = 5, 7
ROWS = STEPS * LANES


class Reference(nn.Module):
    """The network as docs/reference describes it; parameters are named as in our files."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        width, embedding, hidden = c["width"], c["embedding"], c["hidden"]
        if c["reading"] == "classes":
            self.input = nn.Embedding(width, embedding)
        elif embedding:
            self.input = nn.Linear(width, embedding)
        self.cell = c.get("cell", "lstm")
        module = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[self.cell]
        self.add_module(self.cell, module(embedding or width, hidden, c["layers"]))
        if c.get("layer_norm"):
            self.norm = nn.ModuleList(nn.LayerNorm(hidden) for _ in range(c["layers"]))
        self.outputs = c.get("outputs", ["output"])
        inner = c.get("head") or hidden
        if c.get("head"):
            self.head = nn.Linear(hidden + width, c["head"])
        for name, rows, linear in c.get("tables", []):
            module = nn.Linear(rows, c["head"], bias=False) if linear else nn.Embedding(rows, c["head"])
            self.add(name.removesuffix(".weight"), module)
        for name in self.outputs:
            self.add(name, nn.Linear(inner, c["classes"]))
        with torch.no_grad():
            for p in self.parameters():
                p.copy_((torch.rand_like(p) - 0.5) * 0.8)
                p.copy_(p.float().double())

    def add(self, name, module):
        parent, _, last = name.rpartition(".")
        if parent and not hasattr(self, parent):
            self.add_module(parent, nn.Module())
        (getattr(self, parent) if parent else self).add_module(last, module)

    def table(self):
        """All rows of all tables, [rows, head]."""
        rows = []
        for name, _, linear in self.c.get("tables", []):
            w = self.get_parameter(name)
            rows.append(w.t() if linear else w)
        return torch.cat(rows)

    def forward(self, b, state):
        c, hidden = self.c, self.c["hidden"]
        x = F.one_hot(b["reads"].long(), c["width"]).double() if c["reading"] == "classes" else b["reads"].view(ROWS, -1)
        y = x
        if c["reading"] == "classes":
            y = self.input(b["reads"].long())
        elif c["embedding"]:
            y = self.input(x)
        y = y.view(STEPS, LANES, -1)
        keep = b["keep"].view(STEPS, LANES, 1)
        new = []
        for l in range(c["layers"]):
            w, u, bi, bh = (getattr(getattr(self, self.cell), f"{n}_l{l}") for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            h, s = state[l]
            out = []
            for t in range(STEPS):
                h, s = h * keep[t], s * keep[t]
                if self.cell != "lstm":
                    h = {"gru": torch.gru_cell, "rnn": torch.rnn_tanh_cell}[self.cell](y[t], h, w, u, bi, bh)
                    out.append(h)
                    continue
                i, f, g, o = (y[t] @ w.t() + bi + h @ u.t() + bh).chunk(4, 1)
                s = torch.sigmoid(f) * s + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(s)
                out.append(h)
            new.append((h.detach(), s.detach()))
            below, y = y, torch.stack(out)
            if c.get("layer_norm"):
                y = self.norm[l](y)
            if c.get("residual") and l > 0:
                y = y + below
        return self.loss(y.flatten(0, 1), x, b), new

    def loss(self, y, x, b):
        c = self.c
        kind = c["writing"]
        if kind == "classes":
            return F.cross_entropy(self.output(y), b["targets"].long(), ignore_index=-1, reduction="sum") / b["divisor"]
        if kind in ("mse", "mae", "bce"):
            p = self.output(y)
        else:
            a = self.head(torch.cat([y, x], 1))
        if kind == "independent":
            p = self.output(F.relu(a))
        if kind != "written":
            t = b["targets"].view(ROWS, -1)
            if kind == "mse":
                each = F.mse_loss(p, t, reduction="none").mean(1)
            elif kind == "mae":
                each = F.l1_loss(p, t, reduction="none").mean(1)
            else:
                each = F.binary_cross_entropy_with_logits(p, t, reduction="none").sum(1)
            return (each * b["scored"]).sum() / b["divisor"]
        total, table = 0, self.table()
        masks = c["masks"]
        for n, row in enumerate(b["row"].long().tolist()):
            first, end = b["table_offsets"].long()[n:n + 2].tolist()
            z = F.relu(a[row] + table[b["table_rows"].long()[first:end]].sum(0))
            logits = self.get_submodule(self.outputs[int(b["output"][n])])(z)
            allowed = torch.tensor(masks[int(b["mask"][n])], dtype=torch.bool)
            logits = logits.masked_fill(~allowed, -torch.inf)
            total = total - F.log_softmax(logits, 0)[int(b["target"][n])]
        return total / b["divisor"]


def batch(c):
    if c["reading"] == "classes":
        reads = torch.randint(c["width"], (ROWS,)).double()
    else:
        reads = (torch.rand(ROWS, c["width"]) < 0.3).double()
        if c.get("valued"):
            reads = (reads * torch.randint(1, 9, reads.shape) / 4).flatten()
        reads = reads.flatten()
    b = {"reads": reads, "keep": (torch.rand(ROWS) < 0.8).double()}
    b["keep"][:LANES] = 1
    b["keep"][2] = 0
    scored = (torch.rand(ROWS) < 0.85).double()
    if c["writing"] == "classes":
        targets = torch.randint(c["classes"], (ROWS,))
        b["targets"] = torch.where(scored > 0, targets, -1).double()
    elif c["writing"] == "written":
        rows = sum(r for _, r, _ in c["tables"])
        columns = {k: [] for k in ("row", "table_rows", "output", "mask", "target")}
        offsets = [0]
        for row in range(ROWS):
            for _ in range(int(torch.randint(0, 4, ()))):
                mask = int(torch.randint(len(c["masks"]), ()))
                allowed = [k for k, m in enumerate(c["masks"][mask]) if m]
                columns["row"].append(row)
                columns["table_rows"] += torch.randint(rows, (int(torch.randint(0, 4, ())),)).tolist()
                offsets.append(len(columns["table_rows"]))
                columns["output"].append(int(torch.randint(len(c.get("outputs", ["output"])), ())))
                columns["mask"].append(mask)
                columns["target"].append(allowed[int(torch.randint(len(allowed), ()))])
        b |= {k: torch.tensor(v).double() for k, v in columns.items()} | {"table_offsets": torch.tensor(offsets).double()}
    else:
        b["targets"] = (torch.rand(ROWS, c["classes"]) < 0.4).double().flatten()
        b["scored"] = scored
    b["divisor"] = torch.tensor([float(max(1, int(scored.sum())))])
    return b


def run(name, c):
    torch.manual_seed(len(name) + sum(map(ord, name)))
    model = Reference(c)
    b = batch(c)
    zero = lambda: [(torch.zeros(LANES, c["hidden"]),) * 2 for _ in range(c["layers"])]
    start = {k: v.clone() for k, v in model.state_dict().items()}
    out = {f"weights.{k}": v for k, v in start.items()} | {f"batch.{k}": v for k, v in b.items()}
    loss, _ = model(b, zero())
    loss.backward()
    out["loss"] = loss.detach().reshape(1)
    out |= {f"gradient.{k}": p.grad.clone() for k, p in model.named_parameters()}
    for way in c.get("ways", []):
        model.load_state_dict(start)
        make, clip, scheduled, decay = WAYS[way]
        optimizer = make(model.parameters())
        schedule = scheduled(optimizer)
        average = None
        if decay:
            keep = lambda old, new, count: (k := min(decay, float(count) / float(count + 9))) * old + (1 - k) * new
            average = torch.optim.swa_utils.AveragedModel(model, avg_fn=keep)
            average.n_averaged += 1         # the first weights count
        state, losses = zero(), []
        for _ in range(STEPS_MADE):
            loss, state = model(b, state)
            optimizer.zero_grad()
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
            if average:
                average.update_parameters(model)
        out[f"{way}.losses"] = torch.tensor(losses)
        out |= {f"{way}.{k}": v.clone() for k, v in model.state_dict().items()}
        if average:
            out |= {f"{way}.average.{k}": v.clone() for k, v in average.module.state_dict().items()}
    texts = {k: str(c[k]) for k in ("reading", "width", "embedding", "hidden", "layers", "writing", "classes")}
    texts["cell"] = c.get("cell", "lstm")
    texts["head"] = str(c.get("head", 0))
    texts["tables"] = " ".join(f"{n}:{r}:{int(l)}" for n, r, l in c.get("tables", []))
    texts["outputs"] = " ".join(c.get("outputs", ["output"]))
    texts["masks"] = "".join(str(int(m)) for row in c.get("masks", []) for m in row)
    texts["optimisers"] = " ".join(c.get("ways", []))
    texts |= {key: "1" for key in ("residual", "layer_norm") if c.get(key)}
    path = pathlib.Path(__file__).parent / f"{name}.safetensors"
    save_file({k: v.detach().float().contiguous() for k, v in out.items()}, path, metadata=texts)
    print(path.name, path.stat().st_size, loss.item())


STEPS_MADE = 10
ADAMW = lambda p: torch.optim.AdamW(p, lr=0.003, weight_decay=0.02)
CONSTANT = lambda o: torch.optim.lr_scheduler.ConstantLR(o, 1)
# How weights are moved: the optimiser, the bound of the gradient's norm, the schedule, the decay of the average.
WAYS = {
    "adamw": (ADAMW, 0.5, CONSTANT, None),
    "rmsprop": (lambda p: torch.optim.RMSprop(p, lr=0.001), 0.5, CONSTANT, None),
    "adam": (lambda p: torch.optim.Adam(p, lr=0.003, weight_decay=0.02), None, CONSTANT, None),
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.3, weight_decay=0.02), None, CONSTANT, None),
    "rmsprop-decay": (lambda p: torch.optim.RMSprop(p, lr=0.001, weight_decay=0.02), None, CONSTANT, None),
    "cosine": (ADAMW, None, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS_MADE), None),
    "linear": (ADAMW, None, lambda o: torch.optim.lr_scheduler.LinearLR(o, 1, 0, STEPS_MADE), None),
    # LinearLR starts at 1/4 and is at 1 three steps later: (i + 1) / 4.
    "warm-up": (ADAMW, None, lambda o: torch.optim.lr_scheduler.LinearLR(o, 1 / 4, 1, 3), None),
    "average": (ADAMW, None, CONSTANT, 0.3),
}


def descending(classes):
    """Masks of a head that writes pitches from the top: mask k forbids the first k classes."""
    return [[c >= k for c in range(classes)] for k in range(classes)]


CASES = {
    "classes": dict(reading="classes", width=11, embedding=5, hidden=10, layers=2, writing="classes", classes=13, ways=["adamw", "rmsprop"]),
    "wide": dict(reading="classes", width=70, embedding=3, hidden=66, layers=1, writing="classes", classes=68),
    "mse": dict(reading="vectors", width=9, embedding=6, hidden=7, layers=1, writing="mse", classes=10, valued=True, ways=["adamw", "rmsprop"]),
    "mae": dict(reading="vectors", width=9, embedding=0, hidden=7, layers=1, writing="mae", classes=10),
    "bce": dict(reading="vectors", width=9, embedding=0, hidden=7, layers=2, writing="bce", classes=10, valued=True),
    "independent": dict(reading="vectors", width=12, embedding=0, hidden=17, layers=1, writing="independent", head=10, classes=8),
    "written": dict(
        reading="vectors", width=12, embedding=0, hidden=9, layers=2, writing="written", head=14, classes=7,
        tables=[("written.weight", 6, True), ("last.weight", 7, False)], masks=descending(7), ways=["adamw", "rmsprop"]),
    "voices": dict(
        reading="vectors", width=12, embedding=4, hidden=9, layers=1, writing="written", head=70, classes=6,
        tables=[("line.weight", 2, False), ("line_last.0.weight", 4, False), ("line_written.0.weight", 5, False)],
        outputs=["output.0", "output.1"], masks=[[1] * 6, [1, 0, 1, 1, 0, 1]]),
    "ways": dict(reading="classes", width=6, embedding=4, hidden=5, layers=1, writing="classes", classes=7, ways=list(WAYS)),
    "gru": dict(cell="gru", reading="classes", width=11, embedding=5, hidden=10, layers=2, writing="classes", classes=13, ways=["adamw", "rmsprop"]),
    "gru-wide": dict(cell="gru", reading="vectors", width=12, embedding=0, hidden=66, layers=1, writing="bce", classes=8, valued=True),
    "rnn": dict(cell="rnn", reading="vectors", width=9, embedding=6, hidden=7, layers=2, writing="mse", classes=10, valued=True, ways=["adamw", "rmsprop"]),
    "rnn-wide": dict(cell="rnn", reading="classes", width=12, embedding=4, hidden=66, layers=1, writing="classes", classes=8),
    "norm-wide": dict(
        cell="rnn", reading="classes", width=12, embedding=4, hidden=66, layers=2, writing="classes", classes=8,
        residual=True, layer_norm=True),
}
for cell in ("lstm", "gru", "rnn"):
    small = dict(cell=cell, reading="classes", width=8, embedding=4, hidden=6, layers=3, writing="classes", classes=7)
    CASES[f"{cell}-residual"] = small | dict(residual=True)
    CASES[f"{cell}-norm"] = small | dict(layer_norm=True)
    CASES[f"{cell}-both"] = small | dict(residual=True, layer_norm=True, ways=["adamw"])

if __name__ == "__main__":
    for name, case in CASES.items():
        if name in (sys.argv[1:] or CASES):
            run(name, case)
