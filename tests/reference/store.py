"""Recorded observations on disk: one JSON line a case, and the numbers packed in one .npz.

The JSON refers to an array as {dtype: [offset, size, size, ...]}: a stretch of the flat member
`dtype` of the .npz, and its shape. Bytes are {"bytes": latin-1 text}, arrays of strings
{"strings": [shape, items]}, dictionaries {"dict": {...}}. The same observations always give the
same files.
"""

import collections
import json
import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parent / "ops"


class _Packer:
    """Collects arrays into one flat array a dtype; an equal array is kept once."""

    def __init__(self):
        self._parts = collections.defaultdict(list)
        self._sizes = collections.defaultdict(int)
        self._known = {}

    def reference(self, array):
        dtype = array.dtype.name
        key = (dtype, array.tobytes())
        if key not in self._known:
            self._known[key] = self._sizes[dtype]
            self._parts[dtype].append(array.ravel())
            self._sizes[dtype] += array.size
        return {dtype: [self._known[key], *list(array.shape)]}

    def flat(self):
        return {dtype: np.concatenate(parts) for dtype, parts in sorted(self._parts.items())}

    def encode(self, thing):
        if isinstance(thing, (np.ndarray, np.generic)):
            array = np.asarray(thing)
            if array.dtype.kind in "OSU":
                return {
                    "strings": [
                        list(array.shape),
                        [self.encode(item) for item in array.ravel().tolist()],
                    ]
                }
            return self.reference(array)
        if isinstance(thing, bytes):
            return {"bytes": thing.decode("latin-1")}
        if isinstance(thing, dict):
            return {"dict": {str(key): self.encode(thing[key]) for key in sorted(thing)}}
        if isinstance(thing, (list, tuple)):
            return [self.encode(item) for item in thing]
        if thing is None or isinstance(thing, (str, bool, int, float)):
            return thing
        raise TypeError(f"cannot record a {type(thing).__name__}: {thing!r}")


def _decode(thing, flat):
    if isinstance(thing, list):
        return [_decode(item, flat) for item in thing]
    if not isinstance(thing, dict):
        return thing
    ((kind, content),) = thing.items()
    if kind == "strings":
        shape, items = content
        return np.array([_decode(item, flat) for item in items], dtype=object).reshape(shape)
    if kind == "bytes":
        return content.encode("latin-1")
    if kind == "dict":
        return {key: _decode(value, flat) for key, value in content.items()}
    offset, shape = content[0], content[1:]
    size = int(np.prod(shape, dtype=np.int64))
    return flat[kind][offset : offset + size].reshape(shape)


def write(table, observations, folder=FOLDER):
    """Writes {case name: {field: observation}} of one table."""
    folder.mkdir(exist_ok=True)
    packer = _Packer()
    lines = [
        json.dumps(
            {"case": name, **{field: packer.encode(value) for field, value in fields.items()}},
            separators=(",", ":"),
        )
        for name, fields in observations.items()
    ]
    (folder / (table + ".jsonl")).write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.savez_compressed(str(folder / (table + ".npz")), **packer.flat())


def read(table, folder=FOLDER):
    """What `write` wrote."""
    with np.load(str(folder / (table + ".npz"))) as archive:
        flat = {dtype: archive[dtype] for dtype in archive.files}
    text = (folder / (table + ".jsonl")).read_text(encoding="utf-8")
    observations = {}
    for line in text.splitlines():
        fields = json.loads(line)
        name = fields.pop("case")
        observations[name] = {field: _decode(value, flat) for field, value in fields.items()}
    return observations
