"""Stands in for pandas_ml, which imports no more: its ConfusionMatrix."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ConfusionMatrix"]


class ConfusionMatrix:
    """How often each class was taken for each.

    Args:
      y_true: the classes, [n].
      y_pred: what was predicted, [n].
      labels: names of the classes, in order.
    """

    def __init__(self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Any = None) -> None:
        actual, predicted = np.asarray(y_true), np.asarray(y_pred)
        if actual.shape != predicted.shape:
            raise ValueError(
                "y_true and y_pred must have the same size. Received: "
                f"{actual.shape} and {predicted.shape}"
            )
        self.classes = np.unique(np.concatenate([actual, predicted]))
        self.labels = list(self.classes if labels is None else labels)
        self._counts = np.zeros([len(self.classes)] * 2, np.int64)
        rows = np.searchsorted(self.classes, actual)
        np.add.at(self._counts, (rows, np.searchsorted(self.classes, predicted)), 1)

    def __str__(self) -> str:
        width = max(len(str(word)) for word in [*self.labels, self._counts.max(), "Actual"]) + 1
        lines = [["Actual", *self.labels]]
        lines += [[label, *row] for label, row in zip(self.labels, self._counts)]
        return "\n".join("".join(f"{word!s:>{width}}" for word in line) for line in lines)

    def to_array(self, normalized: bool = False, sum: bool = False) -> Any:
        """The counts, [actual, predicted]; as shares of each actual class if `normalized`."""
        if not normalized:
            return self._counts
        return self._counts / np.maximum(self._counts.sum(axis=1, keepdims=True), 1)

    def plot(
        self, normalized: bool = False, backend: str = "matplotlib", ax: Any = None, **options: Any
    ) -> Any:
        """Draw it on axes, which are returned."""
        plt = importlib.import_module("matplotlib.pyplot")
        ax = ax or plt.subplots(figsize=(9, 8))[1]
        picture = ax.imshow(self.to_array(normalized), cmap=options.get("cmap"))
        ticks = range(len(self.labels))
        ax.set_xticks(ticks, self.labels)
        ax.set_yticks(ticks, self.labels)
        ax.set(xlabel="Predicted", ylabel="Actual", title="Confusion matrix")
        ax.figure.colorbar(picture, ax=ax)
        return ax

    def stats(self) -> dict[str, Any]:
        """The accuracy, and for each class what it was taken for."""
        counts = self._counts
        hits = np.diag(counts)
        total, actual, predicted = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
        expected = (actual * predicted).sum() / total**2
        accuracy = hits.sum() / total
        negatives = total - actual - predicted + hits
        with np.errstate(divide="ignore", invalid="ignore"):
            rows = {
                "TP: True Positive": hits,
                "TN: True Negative": negatives,
                "FP: False Positive": predicted - hits,
                "FN: False Negative": actual - hits,
                "TPR: (Sensitivity, hit rate, recall)": hits / actual,
                "TNR=SPC: (Specificity)": negatives / (total - actual),
                "PPV: Pos Pred Value (Precision)": hits / predicted,
                "ACC: Accuracy": (hits + negatives) / total,
                "F1 score": 2 * hits / (actual + predicted),
            }
        return {
            "overall": {
                "Accuracy": accuracy,
                "Kappa": (accuracy - expected) / (1 - expected) if expected < 1 else 1.0,
            },
            "class": rows,
        }

    def print_stats(self) -> None:
        """Print the counts and what `stats` gives."""
        stats = self.stats()
        print(f"Confusion Matrix:\n\n{self}\n\n\nOverall Statistics:\n")
        for name, value in stats["overall"].items():
            print(f"{name}: {value:.6g}")
        print("\n\nClass Statistics:\n")
        print(f"{'Classes':<38}" + "".join(f"{label!s:>10}" for label in self.labels))
        for name, values in stats["class"].items():
            print(f"{name:<38}" + "".join(f"{value:>10.6g}" for value in values))
