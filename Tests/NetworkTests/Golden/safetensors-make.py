"""Makes safetensors-reference.safetensors with safetensors 0.8.0 and numpy 2.4.6: python3 safetensors-make.py"""
import pathlib

import numpy
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
save_file(
    {
        "input.weight": numpy.arange(12, dtype=numpy.float32).reshape(3, 4) / 8,
        "lstm.bias_ih_l0": numpy.array([-0.0, numpy.inf, 1e-42, -3.5], dtype=numpy.float32),
        "none": numpy.zeros((0, 5), dtype=numpy.float32),
        "one": numpy.array(numpy.pi, dtype=numpy.float32),
    },
    here / "safetensors-reference.safetensors",
    metadata={"ritornello": '{"tab":"\t","é":"𝄞","quote\\":1}\n\x01\x7f'},
)
