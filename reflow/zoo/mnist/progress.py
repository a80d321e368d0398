"""One line of progress for every so many steps: loss, accuracies and speed."""

from __future__ import print_function

import time


class Progress(object):
    """Prints how training goes, and remembers the best test accuracy."""

    def __init__(self):
        self.best = 0.0
        self._start = time.time()
        self._last_step = 0
        print("   step       loss   train acc    test acc   steps/s")

    def show(self, step, loss, train_accuracy, test_accuracy):
        """Prints a line.  Accuracies are shares between 0 and 1."""
        self.best = max(self.best, test_accuracy)
        seconds = time.time() - self._start
        rate = "{:9.0f}".format((step - self._last_step) / seconds) if step else "        -"
        line = "{:7d} {:10.3f} {:10.2f}% {:10.2f}% {}"
        print(line.format(step, loss, 100 * train_accuracy, 100 * test_accuracy, rate), flush=True)
        self._start, self._last_step = time.time(), step
