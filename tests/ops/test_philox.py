"""Random streams give TensorFlow 1.15.5's numbers (tests/reference/record_philox.py)."""

import base64
import json
import pathlib
import threading

import numpy as np
import pytest
import torch

from reflow.ops.philox import PhiloxStream, UnseededStream, random_stream
from reflow.ops.philox.generator import Philox4x32

RECORDED = pathlib.Path(__file__).parents[1] / "reference" / "philox.json"
CASES = json.loads(RECORDED.read_text())

# How far apart the logarithms, sines and powers of two libraries may put a number, in units in
# the last place.
ULPS = {"standard_normal": 3, "truncated_normal": 3, "gamma": 4}


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
    dtype = (
        {} if case["op"] in ("permutation", "gamma") else {"dtype": getattr(torch, case["dtype"])}
    )
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
            torch.testing.assert_close(numbers, expected, rtol=0, atol=0, equal_nan=True)


def plain_philox(counter, key):
    """The definition, on Python's integers."""
    word = 0xFFFFFFFF
    x0, x1, x2, x3 = (counter >> shift & word for shift in (0, 32, 64, 96))
    k0, k1 = key & word, key >> 32
    for _ in range(10):
        p0, p2 = 0xD2511F53 * x0, 0xCD9E8D57 * x2
        x0, x1, x2, x3 = p2 >> 32 ^ x1 ^ k0, p2 & word, p0 >> 32 ^ x3 ^ k1, p0 & word
        k0, k1 = (k0 + 0x9E3779B9) & word, (k1 + 0xBB67AE85) & word
    return [x0, x1, x2, x3]


@pytest.mark.parametrize(
    ("counter", "key", "block"),
    [
        (0, 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (2**128 - 1, 2**64 - 1, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            0x03707344_13198A2E_85A308D3_243F6A88,
            0x299F31D0_A4093822,
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_blocks_of_the_generators_authors(counter, key, block):
    """The known answers that its authors publish (Random123, kat_vectors)."""
    (words,) = Philox4x32(key).blocks(counter, np.zeros(1, np.uint64)).tolist()
    assert [f"{word:08x}" for word in words] == block.split()


@pytest.mark.parametrize("bits", [0, 32, 64, 96, 128])
@pytest.mark.parametrize(
    "offsets",
    [
        [*range(12)],
        [0, 1, 2**31, 2**32 + 5, 2**32 + 6, 2**40, 2**62],
        [3, *range(10_000, 30_000, 999)],
    ],
)
def test_carries_in_the_counter(bits, offsets):
    key, counter = 0x1234567890ABCDEF, 2**bits - 6
    blocks = Philox4x32(key).blocks(counter, np.array(offsets, np.uint64))
    expected = [plain_philox((counter + offset) % 2**128, key) for offset in offsets]
    assert blocks.tolist() == expected


def test_more_blocks_than_a_chunk():
    blocks = Philox4x32(7).blocks(2**32 - 10_000, np.arange(20_000, dtype=np.uint64))
    for index in (0, 8191, 8192, 9999, 10_000, 18_192, 19_999):
        assert blocks[index].tolist() == plain_philox(2**32 - 10_000 + index, 7)


def test_no_blocks():
    assert Philox4x32(7).blocks(5, np.zeros(0, np.uint64)).shape == (0, 4)


def test_reserve_moves_the_stream_on():
    stream, other = PhiloxStream(1, 2), PhiloxStream(1, 2)
    assert stream.reserve(256) == 2 << 64
    assert stream.reserve(1) == (2 << 64) + 256
    for _ in range(5):  # with numbers computed ahead, too
        stream.uniform((4,), torch.float32)
    stream.reserve(3)
    other.reserve(257 + 5 * 4 * 256 + 3)
    assert torch.equal(stream.uniform((4,), torch.float32), other.uniform((4,), torch.float32))


def test_draws_do_not_share_memory():
    stream, other = PhiloxStream(1, 2), PhiloxStream(1, 2)
    kept = [stream.uniform((3, 5), torch.float32).fill_(9) for _ in range(4)]
    expected = [other.uniform((3, 5), torch.float32) for _ in range(8)]
    assert all(torch.equal(values, torch.full((3, 5), 9.0)) for values in kept)
    for values in expected[4:]:
        assert torch.equal(stream.uniform((3, 5), torch.float32), values)


def test_threads_share_a_stream():
    runs, threads = 50, 4
    stream, other = PhiloxStream(1, 2), PhiloxStream(1, 2)
    drawn = []

    def work():
        for _ in range(runs):
            drawn.append(stream.uniform((6,), torch.float64))

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    expected = [other.uniform((6,), torch.float64) for _ in range(runs * threads)]
    assert sorted(map(torch.Tensor.tolist, drawn)) == sorted(map(torch.Tensor.tolist, expected))


def test_threads_have_a_generator_each():
    expected = PhiloxStream(1, 2).truncated_normal((20_000,), torch.float32)
    results = []

    def work():
        results.append(PhiloxStream(1, 2).truncated_normal((20_000,), torch.float32))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [torch.equal(result, expected) for result in results] == [True] * 4


def test_no_seed_is_another_stream_each_time():
    assert isinstance(random_stream(0, 0), UnseededStream)
    assert isinstance(random_stream(0, 1), PhiloxStream)
    assert isinstance(random_stream(1, 0), PhiloxStream)
    first, second = (random_stream(0, 0).uniform((10,), torch.float64) for _ in range(2))
    assert not torch.equal(first, second)


STREAMS = pytest.mark.parametrize(
    "stream", [PhiloxStream(5, 6), UnseededStream()], ids=["philox", "unseeded"]
)


@STREAMS
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_moments_of_floats(stream, dtype):
    uniform = stream.uniform((100, 200), dtype).double()
    assert 0 <= uniform.min() < 0.01
    assert 0.98 < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.02
    normal = stream.standard_normal((100, 200), dtype).double()
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    truncated = stream.truncated_normal((100, 200), dtype).double()
    assert 1.9 < truncated.abs().max() <= 2
    assert abs(truncated.mean()) < 0.05
    assert abs(truncated.std() - 0.880) < 0.03  # of a normal distribution cut off at 2


@STREAMS
def test_moments_of_the_others(stream):
    integers = stream.uniform_int((20_000,), -3, 4, torch.int64)
    assert integers.unique().tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert abs(integers.double().mean()) < 0.1
    assert stream.permutation(100).sort().values.tolist() == list(range(100))
    logits = torch.tensor([[0.0, 1.0, 2.0]])
    counts = torch.bincount(stream.multinomial(logits, 20_000, torch.int64)[0], minlength=3)
    torch.testing.assert_close(counts / 20_000, torch.softmax(logits[0], 0), rtol=0, atol=0.03)
    alpha = torch.tensor([0.5, 1.0, 7.5], dtype=torch.float64)
    gamma = stream.gamma((20_000,), alpha)
    torch.testing.assert_close(gamma.mean(0), alpha, rtol=0.06, atol=0)
    torch.testing.assert_close(gamma.var(0), alpha, rtol=0.15, atol=0)
    rate = torch.tensor([0.5, 8.0, 30.0], dtype=torch.float64)
    poisson = stream.poisson((20_000,), rate, torch.float64)
    torch.testing.assert_close(poisson.mean(0), rate, rtol=0.06, atol=0)
    torch.testing.assert_close(poisson.var(0), rate, rtol=0.15, atol=0)


def test_poisson_gives_no_number_where_there_is_none():
    """TensorFlow 1.15.5 tries for ever where the rate is NaN, or beyond what the type holds."""
    rate = torch.tensor([float("nan"), 1e6])
    assert PhiloxStream(1, 2).poisson((3,), rate, torch.float16).isnan().all()


@pytest.mark.filterwarnings("error")
def test_extreme_parameters_draw_no_warnings():
    stream = PhiloxStream(1, 2)
    alpha = torch.tensor([-2 / 3, -0.5, 0, 1e-300, 1e300, float("inf")], dtype=torch.float64)
    assert stream.gamma((50,), alpha).shape == (50, 6)
    rate = torch.tensor([-1e300, 0, 1e-300, 1e18], dtype=torch.float64)
    assert stream.poisson((50,), rate, torch.int64)[:, :3].eq(0).all()
