"""CRC-32C."""

import numpy as np
import pytest

from reflow.files.crc32c import crc32c, extend


@pytest.mark.parametrize(
    ("data", "expected"),
    # RFC 3720, B.4
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_known_checksums(data, expected):
    assert crc32c(data) == expected


def test_a_view_has_the_checksum_of_its_bytes():
    numbers = np.random.RandomState(0).random_sample(1000)
    assert crc32c(memoryview(numbers)) == crc32c(numbers.tobytes())


def test_data_may_come_in_parts():
    data = np.random.RandomState(0).bytes(200_003)
    by_parts = 0
    for start in range(0, len(data), 10_000):
        by_parts = extend(by_parts, data[start : start + 10_000])
    assert crc32c(data) == by_parts
