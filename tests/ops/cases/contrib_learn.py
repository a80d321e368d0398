"""tf.contrib.learn: vocabularies, texts as numbers, data sets in files; the projector's file."""

import os
import tempfile

import numpy as np

from tests.reference.spec import failure, script, table

CASES = []

TEXTS = [
    "The cat sat on the mat, the cat's own.",
    "HTTPServer isn't CamelCase; the café-au-lait cat",
    "",
    "mat mat mat 12 on_it",
]


def learn(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def folder():
    return tempfile.TemporaryDirectory()


@learn
def words(tf):
    preprocessing = tf.contrib.learn.preprocessing
    yield list(preprocessing.tokenizer(TEXTS))
    processor = preprocessing.VocabularyProcessor(6)
    yield np.array(list(processor.fit_transform(TEXTS)))
    yield len(processor.vocabulary_), processor.max_document_length, processor.min_frequency
    yield np.array(list(processor.transform(["the dog sat", "mat"])))
    yield list(processor.reverse([[1, 2, 0], [3]]))
    yield processor.fit(["dog"]) is processor, processor.vocabulary_.get("dog")


@learn
def frequent_words(tf):
    processor = tf.contrib.learn.preprocessing.VocabularyProcessor(5, min_frequency=1)
    processor.fit(TEXTS)
    yield np.array(list(processor.transform(TEXTS))), len(processor.vocabulary_)
    yield list(processor.reverse([range(len(processor.vocabulary_))]))


@learn
def words_of_a_tokenizer(tf):
    preprocessing = tf.contrib.learn.preprocessing
    vocabulary = preprocessing.CategoricalVocabulary(unknown_token="?")
    vocabulary.get("b")
    processor = preprocessing.VocabularyProcessor(
        4, vocabulary=vocabulary, tokenizer_fn=lambda texts: (text.split(",") for text in texts)
    )
    yield np.array(list(processor.fit_transform(["a,b", "c,b,,d,e"])))
    yield list(processor.reverse([[0, 1, 2, 3]]))


@learn
def vocabularies(tf):
    vocabulary = tf.contrib.learn.preprocessing.CategoricalVocabulary()
    for name, count in [("b", 3), ("a", 3), (7, 3), ("c", 9), ("d", 1), ("b", 2), (5, 2)]:
        vocabulary.add(name, count)
    yield [vocabulary.get(name) for name in ("a", "b", "c", "d", 7, 5)], len(vocabulary)
    vocabulary.trim(1, 9)
    yield [vocabulary.reverse(number) for number in range(len(vocabulary))]
    yield vocabulary.get("new"), vocabulary.reverse(5)
    vocabulary.freeze()
    yield vocabulary.get("newer"), len(vocabulary)
    vocabulary.freeze(False)
    yield vocabulary.get("newer"), len(vocabulary)
    silent = tf.contrib.learn.preprocessing.CategoricalVocabulary(support_reverse=False)
    silent.add("a")
    yield failure(lambda: silent.reverse(1), "wasn't initialized with support_reverse")
    yield failure(lambda: vocabulary.reverse(99))


@learn
def words_from_a_file(tf):
    processor = tf.contrib.learn.preprocessing.VocabularyProcessor(6)
    processor.fit(TEXTS)
    with folder() as place:
        name = os.path.join(place, "vocab")
        processor.save(name)
        restored = type(processor).restore(name)
    yield np.array(list(restored.transform(TEXTS))), restored.max_document_length
    yield list(restored.reverse([range(5)]))
    missing = os.path.join(place, "vocab")
    yield failure(lambda: type(processor).restore(missing), "No such file or directory")


@learn
def bytes_of_texts(tf):
    processor = tf.contrib.learn.preprocessing.ByteProcessor(7)
    yield processor.fit(TEXTS)
    found = list(processor.fit_transform(["abc", "caf\u00e9 au", b"\x01\xff", ""]))
    yield np.array(found), found[0].dtype.name
    yield list(processor.reverse(found))


@learn
def csv_files(tf):
    base = tf.contrib.learn.datasets.base
    lines = "1.5,2,0\n-3,4e1,2\n5,.5,1\n"
    with folder() as place:
        plain, headed = os.path.join(place, "plain"), os.path.join(place, "headed")
        with open(plain, "w") as file:
            file.write(lines)
        with open(headed, "w") as file:
            file.write("3,2,x,y\n" + lines)
        for load, name in (
            (base.load_csv_without_header, plain),
            (base.load_csv_with_header, headed),
        ):
            found = load(name, np.int64, np.float32)
            yield found.data, found.target, type(found).__name__
            found = load(filename=name, target_dtype=float, features_dtype=float, target_column=0)
            yield found.data, found.target
        yield base.load_csv_without_header(plain, str, np.float64).target.tolist()
        yield failure(lambda: base.load_csv_without_header(plain + "x", str, float))
    iris = tf.contrib.learn.datasets.load_iris()
    yield iris.data, iris.target, iris.data.dtype.name, iris.target.dtype.name


@learn
def names(tf):
    keys = tf.contrib.learn.ModeKeys
    yield keys.TRAIN, keys.EVAL, keys.INFER, keys.validate("eval")
    yield failure(lambda: keys.validate("test"), "Invalid mode test.")
    datasets = tf.contrib.learn.datasets
    yield failure(lambda: datasets.load_dataset("irises"), "Name of dataset is not found: irises")
    yield datasets.base.Datasets._fields, datasets.mnist.DataSet.__name__


@learn
def projector_files(tf):
    projector = tf.contrib.tensorboard.plugins.projector
    config = projector.ProjectorConfig(model_checkpoint_path="model")
    embedding = config.embeddings.add()
    embedding.tensor_name = "embedding:0"
    embedding.metadata_path = "words.tsv"
    embedding.sprite.image_path = "sprites.png"
    embedding.sprite.single_image_dim.extend([28, 28])
    config.embeddings.extend([projector.EmbeddingInfo(tensor_name="b", tensor_shape=[3, 4])])
    with folder() as place:
        projector.visualize_embeddings(tf.summary.FileWriter(place), config)
        with open(os.path.join(place, "projector_config.pbtxt")) as file:
            yield file.read()

    class Nowhere:
        def get_logdir(self):
            return None

    yield failure(lambda: projector.visualize_embeddings(Nowhere(), config), "must have a logdir")


CASES = table(CASES)
