"""MnistDataVis: what a training run shows, and the loop that drives it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from reflow.visu import progress, recording, rendering
from reflow.visu.distribution import HISTOGRAM_BUCKETS, probability_distribution

__all__ = ["MnistDataVis"]

_BLANK_IMAGE = np.full([280, 280, 3], 255, np.uint8)
_BLANK_IMAGE.setflags(write=False)

# One call of a program's training function: its three arguments.
Step = tuple[int, bool, bool]


class MnistDataVis:
    """Six graphs of a training run: accuracy, loss, digits of the batch, weights, biases, digits of
    the test set.

    Attributes:
      x1, y1, z1: iterations at which the batch was looked at, its accuracies and losses.
      x2, y2, z2: the same for the test set.
      x3: iterations at which weights and biases were looked at.
      im1, im2: the images of digits of the batch and of the test set, uint8 [height, width, 3].
      xmax: the last iteration looked at.  y2max: the greatest test accuracy.

    Args:
      title1, title2, title3, title4, title5, title6: other titles for the graphs.
      histogram4colornum, histogram5colornum: colours of the weights' and the biases' bands:
        0 blue, 1 red, 2 green.
      dpi: pixels per inch of the picture, which is 19.2 by 10.8 inches.
    """

    def __init__(
        self,
        title1: str | None = None,
        title2: str | None = None,
        title3: str | None = None,
        title4: str | None = None,
        title5: str | None = None,
        title6: str | None = None,
        histogram4colornum: int | None = None,
        histogram5colornum: int | None = None,
        dpi: float = 70,
    ) -> None:
        self.x1: list[float] = []
        self.y1: list[float] = []
        self.z1: list[float] = []
        self.x2: list[float] = []
        self.y2: list[float] = []
        self.z2: list[float] = []
        self.x3: list[float] = []
        self.im1: npt.NDArray[Any] = _BLANK_IMAGE
        self.im2: npt.NDArray[Any] = _BLANK_IMAGE
        self.xmax: float = 0
        self.y2max: float = 0
        self._weights: list[npt.NDArray[np.float64]] = []
        self._biases: list[npt.NDArray[np.float64]] = []
        self._titles = title1, title2, title3, title4, title5, title6
        self._layout = rendering.Layout(
            self._titles,
            histogram4colornum,
            histogram5colornum,
            dpi,
        )

    @property
    def w3(self) -> npt.NDArray[np.float64]:
        """The boundaries of the weights' bands, [len(x3), HISTOGRAM_BUCKETS + 1]."""
        return np.reshape(self._weights, [-1, HISTOGRAM_BUCKETS + 1])

    @property
    def b3(self) -> npt.NDArray[np.float64]:
        """The boundaries of the biases' bands, [len(x3), HISTOGRAM_BUCKETS + 1]."""
        return np.reshape(self._biases, [-1, HISTOGRAM_BUCKETS + 1])

    def append_training_curves_data(self, x: float, accuracy: float, loss: float) -> None:
        """Add a point to the curves of the batch.

        Args:
          x: the iteration.
          accuracy: between 0 and 1.
          loss: shown between 0 and 100.
        """
        self.x1.append(x)
        self.y1.append(accuracy)
        self.z1.append(loss)
        self._reach(x)
        recording.record_training(x, accuracy, loss)

    def append_test_curves_data(self, x: float, accuracy: float, loss: float) -> None:
        """Add a point to the curves of the test set; see `append_training_curves_data`."""
        self.x2.append(x)
        self.y2.append(accuracy)
        self.z2.append(loss)
        self._reach(x)
        self.y2max = max(self.y2max, accuracy)
        recording.record_test(x, accuracy, loss)

    def get_max_test_accuracy(self) -> float:
        """The greatest accuracy on the test set so far; 0 if there was none."""
        return self.y2max

    def append_data_histograms(
        self,
        x: float,
        datavect1: npt.ArrayLike,
        datavect2: npt.ArrayLike,
        title1: str | None = None,
        title2: str | None = None,
    ) -> None:
        """Add the distributions of weights and biases.

        Args:
          x: the iteration.
          datavect1: the weights, any number from one on; left as they are.
          datavect2: the biases, likewise.
          title1, title2: not used, as in the original.
        """
        self.x3.append(x)
        self._weights.append(probability_distribution(datavect1))
        self._biases.append(probability_distribution(datavect2))
        self._reach(x)
        recording.record_histograms(x, datavect1, datavect2, self._titles)

    def update_image1(self, im: npt.NDArray[Any]) -> None:
        """Show digits of the batch: uint8 [height, width, 3]."""
        self.im1 = im
        recording.record_training_digits(self.xmax, im)

    def update_image2(self, im: npt.NDArray[Any]) -> None:
        """Show digits of the test set: uint8 [height, width, 3]."""
        self.im2 = im
        recording.record_test_digits(self.xmax, im)

    def is_paused(self) -> bool:
        """False: there is no window whose keys could pause the run."""
        return False

    def animate(
        self,
        compute_step: Callable[[int, bool, bool], Any],
        iterations: int,
        train_data_update_freq: int = 20,
        test_data_update_freq: int = 100,
        one_test_at_start: bool = True,
        more_tests_at_start: bool = False,
        save_movie: bool = False,
    ) -> None:
        """Train: call `compute_step` for each iteration, show progress, save the picture.

        The calls are those of the original: iterations from 0 on, as many as fill whole groups of
        `train_data_update_freq`, then one with the number `iterations` that asks for everything.

        Args:
          compute_step: called with the iteration, whether the test set and whether the batch is to
            be looked at.
          iterations: how many.
          train_data_update_freq: look at the batch every so many iterations.
          test_data_update_freq: look at the test set every so many iterations.
          one_test_at_start: look at the test set at iteration 0 too.
          more_tests_at_start: before iteration `test_data_update_freq`, look at the test set
            whenever the batch is looked at.
          save_movie: save a movie of the graphs too, if there is an ffmpeg.
        """
        recording.record_iterations(
            int(iterations // train_data_update_freq) * train_data_update_freq + 1
        )
        steps = _steps(
            iterations,
            train_data_update_freq,
            test_data_update_freq,
            one_test_at_start,
            more_tests_at_start,
        )
        movie = rendering.movie(self, self._layout) if save_movie else contextlib.nullcontext()
        with progress.show(self, iterations) as shown, movie as add_frame:
            for step in steps:
                compute_step(*step)
                shown.advance(step[0])
                if add_frame and step[2]:
                    add_frame()
        rendering.save_picture(self, self._layout)

    def _reach(self, x: float) -> None:
        self.xmax = max(self.xmax, x)


def _steps(
    iterations: int, train_freq: int, test_freq: int, test_at_start: bool, tests_at_start: bool
) -> Iterator[Step]:
    """The calls of a program's training function; see `MnistDataVis.animate`."""
    for n in range(int(iterations // train_freq) * train_freq):
        wants_train = n % train_freq == 0
        wants_test = n % test_freq == 0 and (n > 0 or test_at_start)
        if tests_at_start and n < test_freq:
            wants_test = wants_train
        yield n, wants_test, wants_train
    yield iterations, True, True
