"""What feeds the recorder besides the taps: the dashboard, tf.summary writers, callbacks."""

import numpy as np
import pytest

import reflow.tf as tf
import reflow.watch
from reflow.files.run_directory import Distribution, Tags, Tiles
from reflow.tf.summary import FileWriter
from reflow.visu.dashboard import MnistDataVis
from reflow.watch.current import current


class Fake:
    """A recorder that keeps what it is fed."""

    def __init__(self):
        self.fed = []
        self.noted = {}

    def feed(self, values, step=None, owned=()):
        made = {tag: value() if callable(value) else value for tag, value in values.items()}
        self.fed.append((step, made, owned))

    def note(self, **fields):
        self.noted.update(fields)

    @property
    def values(self):
        return {tag: (step, value) for step, values, _ in self.fed for tag, value in values.items()}


@pytest.fixture
def recorder(monkeypatch):
    fake = Fake()
    monkeypatch.setattr(current, "recorder", fake)
    return fake


def test_the_dashboards_curves_bands_and_digits(recorder):
    dashboard = MnistDataVis()
    weights = np.arange(14.0)
    dashboard.append_training_curves_data(7, np.float32(0.5), 2)
    dashboard.append_test_curves_data(7, 0.25, 3.0)
    dashboard.append_data_histograms(7, weights, weights + 1)
    weights[:] = 0
    dashboard.update_image1(np.full([280, 280, 3], 9, np.uint8))
    dashboard.update_image2(np.zeros([700, 1120, 3], np.uint8))
    values = recorder.values
    assert values[Tags.TRAINING_ACCURACY] == (7, 0.5) and values[Tags.TEST_LOSS + "loss"] == (7, 3)
    assert values[Tags.WEIGHTS][1][-1] == 13
    training, test = values[Tags.TRAINING_BATCH][1], values[Tags.TEST_BATCH][1]
    assert (training.columns, training.count, training.height) == (10, 100, 28)
    assert (test.columns, test.count) == (40, 1000)
    assert recorder.fed[0][2] == (Tags.TRAINING_ACCURACY, Tags.TRAINING_LOSS)


def test_other_things_than_weights_have_their_own_tags(recorder):
    dashboard = MnistDataVis(title4="Logits")
    dashboard.append_data_histograms(7, np.arange(3.0), np.arange(5.0))
    assert recorder.values.keys() == {Tags.SHOWN + "4/Logits", Tags.BIASES}
    assert recorder.values[Tags.SHOWN + "4/Logits"][1].tolist() == [0, 1, 2]


def test_the_dashboard_says_how_many_steps_there_will_be(recorder, monkeypatch, capsys):
    monkeypatch.setattr("reflow.visu.rendering.save_picture", lambda *_: None)
    calls = []
    MnistDataVis().animate(lambda *step: calls.append(step), 45, train_data_update_freq=10)
    assert recorder.noted == {"steps_total": len(calls)} == {"steps_total": 41}
    assert capsys.readouterr() == ("", "")  # the recorder's panel says how far it is


def test_without_a_recorder_the_dashboard_is_as_ever():
    MnistDataVis().append_training_curves_data(0, 0.5, 2)


def test_summaries_of_the_program(recorder, tmp_path):
    with tf.Graph().as_default(), tf.Session() as session, FileWriter(str(tmp_path)) as writer:
        values = np.random.default_rng(0).normal(size=1000)
        image = np.full([1, 4, 5, 3], 200, np.uint8)
        tf.summary.scalar("loss", 0.5)
        tf.summary.histogram("weights", values)
        tf.summary.image("picture", image)
        tf.summary.text("said", tf.constant("hello"))
        writer.add_summary(session.run(tf.summary.merge_all()), 3)
        writer.add_summary(session.run(tf.summary.merge_all()))
        writer.add_graph(session.graph)
    assert [step for step, _, _ in recorder.fed] == [3, None]
    found = recorder.fed[0][1]
    assert found["summary/loss"] == 0.5 and found["summary/said"] == "hello"
    bands, picture = found["summary/weights"], found["summary/picture/image/0"]
    assert isinstance(bands, Distribution) and bands.count == 1000
    np.testing.assert_allclose(bands.edges, np.quantile(values, np.arange(8) / 7), atol=0.15)
    assert (bands.mean, bands.deviation) == pytest.approx((values.mean(), values.std()))
    assert isinstance(picture, Tiles) and (picture.height, picture.width) == (4, 5)


def test_keras_callbacks(recorder):
    callback = reflow.watch.Callback()
    callback.set_params({"epochs": 2, "steps": 3, "batch_size": 32})
    for epoch in range(2):
        callback.on_epoch_begin(epoch)
        for batch in range(3):
            callback.on_batch_end(batch, {"loss": np.float32(1.5), "note": "a text"})
        callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": 2.0, "val_acc": 0.5, "lr": 0.1})
    assert recorder.noted == {"batch_size": 32, "steps_total": 6}
    assert recorder.values == {
        Tags.TRAINING_LOSS + "loss": (6, 1.0),
        Tags.TEST_LOSS + "loss": (6, 2.0),
        Tags.TEST_ACCURACY: (6, 0.5),
        Tags.EVALUATED + "lr": (6, 0.1),
    }


def test_a_callback_without_a_recorder():
    callback = reflow.watch.Callback()
    callback.set_params({})
    callback.on_batch_end(0, {"loss": 1.0})
    assert callback.step == 1


def test_the_module_can_be_called(monkeypatch):
    monkeypatch.setattr("reflow.watch.notebook.show", lambda *args, **options: (args, options))
    import reflow

    assert reflow.watch("runs", height=3) == (("runs",), {"height": 3})
    with pytest.raises(AttributeError, match="no_such"):
        reflow.watch.no_such  # noqa: B018


def test_the_frame_in_a_notebook(monkeypatch, tmp_path):
    from IPython import display

    from reflow.watch import notebook

    shown = []
    monkeypatch.setattr(display, "display", lambda data, raw: shown.append(data))
    monkeypatch.setattr(notebook, "shell", lambda: object())
    labs = []

    def start_lab(*arguments):
        labs.append(arguments)
        return "http://127.0.0.1:1234/?token=a<b#/run/x"

    monkeypatch.setattr(notebook, "start_lab", start_lab)
    monkeypatch.setattr(notebook._Page, "address", None)
    monkeypatch.setattr(current, "recorder", None)
    monkeypatch.setattr("reflow.watch.starting._observe", lambda *_: None)
    try:
        for _ in range(2):
            reflow.watch.show(str(tmp_path), height=300)
        run = current.recorder.files.run.id
    finally:
        reflow.watch.stop()
    assert len(labs) == 1 and labs[0][:2] == (str(tmp_path), run)
    page = shown[1]["text/html"]
    assert f"token=a\\u003cb#/run/{run}" in page and 'height="300"' in page
    assert "a<b" not in page and "location.hostname" in page
