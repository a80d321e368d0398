"""Random streams give TensorFlow 1.15.5's numbers (tests/reference/record_philox.py)."""

import base64
import json
import pathlib

import numpy as np
import pytest
import torch

from reflow.ops.philox import PhiloxStream

RECORDED = pathlib.Path(__file__).parents[1] / "reference" / "philox.json"
CASES = json.loads(RECORDED.read_text())

# What logarithms, sines and exponentials of two libraries differ by, in units in the last place.
# Gamma cubes the normal numbers, and takes up to 1000th powers of the uniform ones.
ULPS = {"standard_normal": 3, "truncated_normal": 3, "gamma": 16}


def decode(encoded):
    data = bytearray(base64.b64decode(encoded["data"]))
    if not data:
        return torch.empty(encoded["shape"], dtype=getattr(torch, encoded["dtype"]))
    return torch.frombuffer(data, dtype=getattr(torch, encoded["dtype"])).view(encoded["shape"])


def arguments(run):
    for name, encoded in run["feeds"].items():
        value = decode(encoded)
        if name in ("logits", "alpha", "rate"):
            yield name, value
        elif name == "shape":
            yield name, tuple(value.tolist())
        elif name == "values":
            yield "length", len(value)
        else:
            yield name, value.item()


def draw(stream, case, run):
    if run["values"] is None:
        (shape,) = dict(arguments(run)).values()
        stream.reserve(256 * int(np.prod(shape)))
        return None
    dtype = {} if case["op"] in ("permutation", "gamma") else {"dtype": getattr(torch, case["dtype"])}
    return getattr(stream, case["op"])(**dict(arguments(run)), **dtype)


def ordered(values):
    """Floats as integers such that neighbours differ by one."""
    kind = {2: torch.int16, 4: torch.int32, 8: torch.int64}[values.element_size()]
    bits = values.contiguous().view(kind)
    return torch.where(bits >= 0, bits, torch.iinfo(kind).min - bits)


def title(case):
    return f"{case['op']}-{case['dtype']}-{case['seed']}-{case['seed2']}-{len(case['runs'])}"


@pytest.mark.parametrize("case", CASES, ids=title)
def test_numbers_are_tensorflows(case):
    stream = PhiloxStream(case["seed"], case["seed2"])
    for position, run in enumerate(case["runs"]):
        numbers = draw(stream, case, run)
        if numbers is None:
            continue
        expected = decode(run["values"])
        if case["step"] > 1:
            numbers = numbers.view(-1)[:: case["step"]]
        assert numbers.dtype == expected.dtype
        assert numbers.shape == expected.shape
        if case["op"] in ULPS:
            same = torch.isnan(numbers) & torch.isnan(expected)
            apart = (ordered(numbers) - ordered(expected)).abs().masked_fill(same, 0)
            assert (apart <= ULPS[case["op"]]).all(), f"run {position}: {apart.max()} ulp"
        else:
            assert torch.equal(numbers, expected), f"run {position}"
