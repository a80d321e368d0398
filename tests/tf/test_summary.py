"""tf.summary: messages of tensors, and event files."""

from __future__ import annotations

import glob
import io
import os
import wave

import numpy as np
import pytest
from PIL import Image

from reflow import tf
from reflow.files.event_files import read_events
from reflow.files.records import framed, read_records


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def message(summary, feed=None):
    with tf.Session() as session:
        return tf.Summary.FromString(session.run(summary, feed))


def events_in(folder):
    (path,) = glob.glob(os.path.join(folder, "events.out.tfevents.*"))
    return list(read_events(path))


def test_names_and_tags():
    x = tf.constant([1.0, 2.0])
    with tf.name_scope("outer"):
        histogram = tf.summary.histogram("weights of it", x, family="layer")
    assert histogram.op.name == "outer/layer/weights_of_it"
    (value,) = message(histogram).value
    assert value.tag == "layer/outer/layer/weights_of_it"
    assert tf.get_collection(tf.GraphKeys.SUMMARIES) == [histogram]


def test_a_histogram_counts_all_elements():
    numbers = np.random.RandomState(0).randn(1000).astype(np.float32)
    (value,) = message(tf.summary.histogram("h", tf.constant(numbers))).value
    histogram = value.histo
    assert (histogram.num, sum(histogram.bucket)) == (1000, 1000)
    assert (histogram.min, histogram.max) == (numbers.min(), numbers.max())
    np.testing.assert_allclose(histogram.sum_squares, np.square(numbers, dtype=np.float64).sum())
    limits = np.array(histogram.bucket_limit)
    below = [(numbers < limit).sum() for limit in limits]
    np.testing.assert_array_equal(np.cumsum(histogram.bucket), below)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_histogram_of_what_is_not_finite_fails(bad):
    summary = tf.summary.histogram("h", tf.constant([1.0, bad]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="in summary histogram for: h"):
        message(summary)


def pixels(value):
    return np.asarray(Image.open(io.BytesIO(value.image.encoded_image_string)))


def test_pictures_use_the_whole_range():
    pictures = np.zeros((2, 2, 2, 1), np.float32)
    pictures[0, 0, 0] = 0.5
    pictures[1, 0] = [[-1.0], [0.5]]
    first, second = message(tf.summary.image("im", tf.constant(pictures), max_outputs=5)).value
    assert (first.tag, second.tag) == ("im/image/0", "im/image/1")
    assert pixels(first).tolist() == [[255, 0], [0, 0]]
    assert pixels(second).tolist() == [[1, 191], [128, 128]]


def test_pixels_that_are_not_finite_are_red():
    picture = np.ones((1, 1, 2, 3), np.float32)
    picture[0, 0, 1, 2] = np.nan
    (value,) = message(tf.summary.image("im", tf.constant(picture), max_outputs=1)).value
    assert value.tag == "im/image"
    assert pixels(value).tolist() == [[[255, 255, 255], [255, 0, 0]]]


def test_sound():
    samples = np.array([[[0.5, -0.5], [1.5, 0.0]]], np.float32)
    (value,) = message(tf.summary.audio("a", tf.constant(samples), 8000, max_outputs=1)).value
    with wave.open(io.BytesIO(value.audio.encoded_audio_string)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert np.frombuffer(file.readframes(2), "<i2").tolist() == [16384, -16384, 32767, 0]


def test_text():
    (value,) = message(tf.summary.text("t", tf.constant(["**hi**"]))).value
    assert value.metadata.plugin_data.plugin_name == "text"
    assert value.tensor.string_val == [b"**hi**"]
    with pytest.raises(ValueError, match="dtype string"):
        tf.summary.text("t", tf.constant(1.0))


def test_merging():
    first, second = tf.summary.scalar("a", 1.0), tf.summary.scalar("b", 2.0)
    merged = tf.summary.merge_all()
    assert [(v.tag, v.simple_value) for v in message(merged).value] == [("a", 1.0), ("b", 2.0)]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Duplicate tag a"):
        message(tf.summary.merge([first, second, first]))


def test_merging_nothing():
    assert tf.summary.merge_all() is None


def test_a_writer_keeps_order_steps_and_the_graph(tmp_path):
    x = tf.placeholder(tf.float32, [])
    summary = tf.summary.scalar("x", x)
    with tf.Session() as session, tf.summary.FileWriter(tmp_path, session.graph) as writer:
        for step in range(100):
            writer.add_summary(session.run(summary, {x: step / 2}), step)
    events = events_in(tmp_path)
    assert events[0].file_version == "brain.Event:2"
    assert tf.GraphDef.FromString(events[1].graph_def).node[0].name == "Placeholder"
    read = [(e.step, e.summary.value[0].simple_value) for e in events if e.HasField("summary")]
    assert read == [(step, step / 2) for step in range(100)]


def test_a_flushed_writer_can_be_read(tmp_path):
    writer = tf.summary.FileWriter(tmp_path)
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="t", simple_value=1)]))
    writer.flush()
    assert len(events_in(tmp_path)) == 2
    writer.close()
    with pytest.warns(UserWarning, match="closed FileWriter"):
        writer.add_summary(tf.Summary())


def test_metadata_is_written_once(tmp_path):
    summary = message(tf.summary.text("t", tf.constant(["a"]))).SerializeToString()
    with tf.summary.FileWriter(tmp_path) as writer:
        writer.add_summary(summary, 0)
        writer.add_summary(summary, 1)
    described = [e.summary.value[0].HasField("metadata") for e in events_in(tmp_path)[1:]]
    assert described == [True, False]


def test_damaged_records_are_told(tmp_path):
    whole = framed(b"one") + framed(b"two")
    assert list(read_records(io.BytesIO(whole), "f")) == [b"one", b"two"]
    for damaged in (whole[:-1], whole[:20], whole[:3] + b"x" + whole[4:], whole[:-6] + b"x" * 6):
        with pytest.raises(tf.errors.DataLossError, match=r"record at \d+ in f"):
            list(read_records(io.BytesIO(damaged), "f"))


def test_a_length_that_is_not_true_costs_no_memory():
    huge = framed(b"")[:0] + (1 << 60).to_bytes(8, "little")
    from reflow.files.crc32c import crc32c, mask

    huge += mask(crc32c(huge)).to_bytes(4, "little")
    with pytest.raises(tf.errors.DataLossError, match="truncated"):
        list(read_records(io.BytesIO(huge + b"abc"), "f"))


def test_summaries_of_tensorflow_0(tmp_path):
    from reflow.tf.contrib import deprecated

    summary = deprecated.scalar_summary(["a", "b"], tf.constant([1.0, 2.0]))
    deprecated.histogram_summary("tag of its own", tf.constant([1.0]))
    assert summary.op.name == "ScalarSummary"
    values = message(deprecated.merge_all_summaries()).value
    assert [value.tag for value in values] == ["a", "b", "tag of its own"]
