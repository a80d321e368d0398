"""Layers as plain values, and back."""

from __future__ import annotations

import inspect
from typing import Any

from reflow.tf.layers._named import described

# How the attributes end that hold functions; these are described, other ones are plain values.
_FUNCTIONS = ("activation", "_initializer", "_regularizer", "_constraint")


class Configured:
    """A layer that can tell the arguments it was made with."""

    # What `get_config` tells beside the name, the type and whether the layer is trained.
    _config: tuple[str, ...] = ()

    _batch_input_shape: tuple[int | None, ...] | None = None

    name: Any
    dtype: Any
    trainable: bool

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, as plain values.

        Raises:
          NotImplementedError: it is a class of the program, which takes more arguments.
        """
        own = {name: self._plain(name) for name in self._config}
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype, **own}
        if self._batch_input_shape is not None:
            config["batch_input_shape"] = self._batch_input_shape
        if not own:
            taken = inspect.getfullargspec(type(self).__init__).args[1:]
            if not config.keys() >= set(taken):
                raise NotImplementedError(
                    "Layers with arguments in `__init__` must override `get_config`."
                )
        return config

    def _plain(self, name: str) -> Any:
        value = getattr(self, name)
        return described(value) if name.endswith(_FUNCTIONS) else value

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A new layer with the arguments that `get_config` told."""
        return cls(**config)
