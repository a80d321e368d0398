"""tf.contrib.learn: files that TensorFlow wrote, inner names, and what stays absent."""

import pickle
import sys

import numpy as np
import pytest

import reflow as tf

learn = tf.contrib.learn

# What TensorFlow's VocabularyProcessor(5).fit(["hello big world", "hello there"]).save() writes.
OF_TENSORFLOW = (
    b"\x80\x03ctensorflow.contrib.learn.python.learn.preprocessing.text\nVocabularyProcessor\nq"
    b"\x00)\x81q\x01}q\x02(X\x13\x00\x00\x00max_document_lengthq\x03K\x05X\r\x00\x00\x00"
    b"min_frequencyq\x04K\x00X\x0b\x00\x00\x00vocabulary_q\x05ctensorflow.contrib.learn.python."
    b"learn.preprocessing.categorical_vocabulary\nCategoricalVocabulary\nq\x06)\x81q\x07}q\x08(X"
    b"\x0e\x00\x00\x00_unknown_tokenq\tX\x05\x00\x00\x00<UNK>q\nX\x08\x00\x00\x00_mappingq\x0b}q"
    b"\x0c(h\nK\x00X\x05\x00\x00\x00helloq\rK\x01X\x03\x00\x00\x00bigq\x0eK\x02X\x05\x00\x00\x00"
    b"worldq\x0fK\x03X\x05\x00\x00\x00thereq\x10K\x04uX\x10\x00\x00\x00_support_reverseq\x11\x88X"
    b"\x10\x00\x00\x00_reverse_mappingq\x12]q\x13(h\nh\rh\x0eh\x0fh\x10eX\x05\x00\x00\x00_freqq"
    b"\x14ccollections\ndefaultdict\nq\x15cbuiltins\nint\nq\x16\x85q\x17Rq\x18(h\rK\x02h\x0eK\x01h"
    b"\x0fK\x01h\x10K\x01uX\x07\x00\x00\x00_freezeq\x19\x88ubX\n\x00\x00\x00_tokenizerq\x1acten"
    b"sorflow.contrib.learn.python.learn.preprocessing.text\ntokenizer\nq\x1bub."
)


def test_a_vocabulary_that_tensorflow_wrote(tmp_path):
    path = tmp_path / "vocab"
    path.write_bytes(OF_TENSORFLOW)
    processor = learn.preprocessing.VocabularyProcessor.restore(path)
    assert [row.tolist() for row in processor.transform(["big world", "hello you"])] == [
        [2, 3, 0, 0, 0],
        [1, 0, 0, 0, 0],
    ]
    assert list(processor.reverse([[0, 4]])) == ["<UNK> there"]


def test_a_vocabulary_for_tensorflow(tmp_path):
    path = tmp_path / "vocab"
    processor = learn.preprocessing.VocabularyProcessor(5).fit(["hello big world", "hello there"])
    processor.save(path)
    written = path.read_bytes()
    assert b"reflow" not in written
    assert written.startswith(OF_TENSORFLOW[:100])
    names = b"tensorflow.contrib.learn.python.learn.preprocessing."
    assert written.count(names) == OF_TENSORFLOW.count(names) == 3


def of_commas(texts):
    return (text.split(",") for text in texts)


def test_a_tokenizer_of_the_program_is_found_again(tmp_path):
    processor = learn.preprocessing.VocabularyProcessor(3, tokenizer_fn=of_commas).fit(["a,b"])
    processor.save(tmp_path / "vocab")
    restored = learn.preprocessing.VocabularyProcessor.restore(tmp_path / "vocab")
    assert [row.tolist() for row in restored.transform(["b,c,a"])] == [[2, 0, 1]]
    assert isinstance(pickle.loads(pickle.dumps(restored)), type(processor))


def test_data_sets_that_are_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    for load in (learn.datasets.load_iris, learn.datasets.load_boston):
        with pytest.raises(tf.errors.NotFoundError, match="csv"):
            load()


def test_mnist_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mnist = learn.datasets.load_dataset("mnist")
    assert isinstance(mnist, learn.datasets.base.Datasets)
    assert mnist.train.images.shape == (55000, 784)
    assert mnist.test.labels.dtype == np.uint8


@pytest.mark.parametrize("name", ["Estimator", "DNNClassifier", "monitors"])
def test_what_is_absent(name):
    with pytest.raises(AttributeError, match=r"in TensorFlow 1\.15, but not in reflow"):
        getattr(learn, name)
