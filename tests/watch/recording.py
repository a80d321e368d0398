"""A recorder that keeps what it is given, and how a test is observed by it."""

import math
from contextlib import contextmanager

from reflow.runtime.session import observe
from reflow.watch.observer import RunObserver
from reflow.watch.sample import Cost
from reflow.watch.settings import Settings


class FakeRecorder:
    """As `reflow.watch.sample.Recorder` says.  A remark is a mistake of watching: `check` tells."""

    def __init__(self):
        self.paused = False
        self.samples = []
        self.fields = {}
        self.files = {}
        self.waited = 0
        self.spent = 0.0

    def put(self, sample):
        self.samples.append(sample)

    def cost(self):
        return Cost(self.spent)

    def wait_while_paused(self):
        self.waited += 1

    def note(self, **fields):
        self.fields["remarks"] = self.fields.get("remarks", []) + fields.pop("remarks", [])
        self.fields.update(fields)

    def write(self, name, make):
        self.files[name] = make()

    def scalars(self, tag):
        """Steps and values of a tag."""
        return [(s.step, s.scalars[tag]) for s in self.samples if tag in s.scalars]

    def tags(self):
        """Of all scalars and distributions."""
        return {tag for s in self.samples for tag in (*s.scalars, *s.arrays)}

    def batches(self, tag):
        return [s.batch for s in self.samples if s.batch is not None and s.batch.tag == tag]

    def texts(self, tag):
        return [s.texts[tag] for s in self.samples if tag in s.texts]


@contextmanager
def recorded(**settings):
    """Watches what runs inside; the recorder is given.  The budget is no limit, unless set."""
    recorder = FakeRecorder()
    observer = RunObserver(recorder, Settings(**settings))
    if "budget" not in settings:
        observer.budget.fraction = math.inf
    observe(observer)
    try:
        yield recorder
    finally:
        observe(None)
    assert not recorder.fields["remarks"], recorder.fields["remarks"][0]
