"""A callback as Keras calls it, which hands what it is told to the recorder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reflow.files.run_directory import Tags
from reflow.watch.current import current

__all__ = ["Callback"]

# Keras's names of what it measures, as tags; those of the test set begin with "val_".
_LOSSES = {"loss": f"{Tags.TRAINING_LOSS}loss", "val_loss": f"{Tags.TEST_LOSS}loss"}
_ACCURACIES = {
    f"{prefix}{name}": tag
    for name in ("acc", "accuracy", "categorical_accuracy", "sparse_categorical_accuracy")
    for prefix, tag in (("", Tags.TRAINING_ACCURACY), ("val_", Tags.TEST_ACCURACY))
}
_TAGS = {**_LOSSES, **_ACCURACIES}


class Callback:
    """Records the logs of `model.fit(..., callbacks=[reflow.watch.Callback()])`.

    Any loop may call its methods likewise.  Without a recorder they do nothing.

    Attributes:
      step: how many batches there were.
    """

    def __init__(self) -> None:
        self.params: Mapping[str, Any] = {}
        self.model: Any = None
        self.step = 0

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Is told how the training goes: `epochs`, `steps`, `batch_size`, as far as known."""
        self.params = params
        if current.recorder is None:
            return
        current.recorder.note(batch_size=params.get("batch_size"))
        if params.get("steps") and params.get("epochs"):
            steps = params["steps"] * params["epochs"]
            current.recorder.note(steps_total=self.step + steps)

    def set_model(self, model: Any) -> None:
        """Is told what is trained."""
        self.model = model

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Nothing is recorded of it, as of the other beginnings."""

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Nothing is recorded of it."""

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Nothing is recorded of it."""

    def on_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Nothing is recorded of it."""

    def on_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Records what was measured of a batch."""
        self.step += 1
        _record(self.step, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Records what was measured of an epoch, such as the loss of the test set."""
        _record(self.step, logs)


def _record(step: int, logs: Mapping[str, Any] | None) -> None:
    if current.recorder is None or not logs:
        return
    values = {}
    for name, value in logs.items():
        try:
            values[_TAGS.get(name, f"{Tags.EVALUATED}{name}")] = float(value)
        except (TypeError, ValueError):  # "batch" and "size" are numbers; what is none is no curve
            continue
    current.recorder.feed(values, step)
