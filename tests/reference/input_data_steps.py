"""What is asked of TensorFlow's `input_data` and of reflow's: answers in JSON's terms.

Runs under Python 3.7 with TensorFlow 1.15.5, and under reflow.
"""

import hashlib

import numpy as np

IMAGES = np.arange(7 * 4, dtype=np.uint8).reshape(7, 2, 2, 1)
LABELS = np.arange(7, dtype=np.uint8)

DTYPES = {
    "float": float,
    "'float32'": "float32",
    "numpy.float32": np.float32,
    "numpy.dtype('uint8')": np.dtype("uint8"),
    "numpy.float64": np.float64,
    "numpy.int8": np.int8,
    "int": int,
    "'foo'": "foo",
    "None": None,
}
SEEDS = [(None, 0), (None, 3), (None, -1), (None, 2**40), (0, None), (5, None), (5, 3), (0, 0)]
OPTIONS = [
    {"seed": 1, "one_hot": True},
    {"seed": 2, "dtype": np.uint8, "validation_size": 60000},
    {"seed": 3, "dtype": np.uint8, "reshape": False, "validation_size": 0},
]


def run(input_data, get_default_graph, reset_default_graph, folder):
    """Returns {question: answer}; `folder` holds MNIST's four files."""
    reset_default_graph()
    answers = {}
    for name, dtype in DTYPES.items():
        answers["dtype " + name] = _outcome(
            lambda dtype=dtype: _array(input_data.DataSet(IMAGES, LABELS, dtype=dtype).images)
        )
    answers["too few labels"] = _outcome(lambda: input_data.DataSet(IMAGES, LABELS[:3]))
    for size in (1, 3, 7, 10, 20):
        for shuffle in (True, False):
            data = input_data.DataSet(IMAGES, LABELS, seed=1)
            batches = [_batch(data, size, shuffle) for _ in range(6)]
            answers[f"batches of {size}, shuffle={shuffle}"] = batches
    for graph_seed, seed in SEEDS:
        reset_default_graph()
        get_default_graph().seed = graph_seed
        data = input_data.DataSet(IMAGES, LABELS, seed=seed)
        answers[f"graph seed {graph_seed}, seed {seed}"] = _batch(data, 5)
    reset_default_graph()
    for one_hot in (False, True):
        data = input_data.read_data_sets(folder, fake_data=True, one_hot=one_hot)
        batch = [np.asarray(part).tolist() for part in data.train.next_batch(2, fake_data=True)]
        answers[f"fake, one_hot={one_hot}"] = [data.test.num_examples, *batch]
    labels = np.array([3, 0, 1], np.uint8)
    answers["dense_to_one_hot"] = input_data.dense_to_one_hot(labels, 4).tolist()
    for options in OPTIONS:
        answers["read_data_sets " + ", ".join(sorted(options))] = _data_sets(
            input_data.read_data_sets(folder, **options)
        )
    for size in (-1, 60001):
        answers[f"validation_size {size}"] = _outcome(
            lambda size=size: input_data.read_data_sets(folder, validation_size=size)
        )
    return answers


def _data_sets(data_sets):
    answers = {}
    for name, data in data_sets._asdict().items():
        answers[name] = {
            "num_examples": data.num_examples,
            "images": _array(data.images),
            "labels": _array(data.labels),
        }
        if data.num_examples:
            batches = [data.next_batch(size) for size in (100, 4000)]
            batches += [data.next_batch(100, shuffle=False), data.next_batch(data.num_examples)]
            answers[name]["batches"] = [[_array(part) for part in batch] for batch in batches]
            answers[name]["epochs_completed"] = data.epochs_completed
    return answers


def _batch(data, size, shuffle=True):
    images, labels = data.next_batch(size, shuffle=shuffle)
    return [images.tolist(), labels.tolist(), data.epochs_completed]


def _array(array):
    return [array.dtype.name, list(array.shape), hashlib.md5(array.tobytes()).hexdigest()]


def _outcome(ask):
    try:
        return ask()
    except Exception as error:
        return [type(error).__name__, str(error)]
