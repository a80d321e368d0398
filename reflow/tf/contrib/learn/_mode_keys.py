"""What a model is built for."""

from __future__ import annotations


class ModeKeys:
    """The names of what a model may be built for."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"

    @classmethod
    def validate(cls, key: str) -> None:
        """ValueError if `key` is none of them."""
        keys = (cls.TRAIN, cls.EVAL, cls.INFER)
        if key not in keys:
            raise ValueError(f"Invalid mode {key}. Expected one of {', '.join(keys)}.")
