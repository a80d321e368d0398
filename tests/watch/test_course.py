"""How far a run is, of several learners and loops."""

import sys

import pytest

from reflow.watch import course as course_module
from reflow.watch.course import Course


@pytest.fixture
def clock(monkeypatch):
    """A clock to be set."""
    times = [0.0]
    monkeypatch.setattr(course_module.time, "monotonic", lambda: times[0])
    return times


class Runs:
    """Counts training runs by learner, as they are told to a course."""

    def __init__(self):
        self.course = Course()
        self.steps = {}

    def train(self, learner, count=1):
        step = self.steps[learner] = self.steps.get(learner, 0) + count
        self.course.look(learner, step, sys._getframe(1))
        self.course.note(self.steps)

    @property
    def total(self):
        return self.course.total(self.course.step)


def test_one_loop():
    runs = Runs()
    assert runs.course.step is None and runs.course.total(0) is None
    for i in range(20):
        runs.train("loss")
        assert (runs.course.step, runs.total) == (i + 1, 20 if i > 1 else None)


def test_a_second_learner_in_a_second_loop():
    runs = Runs()
    for _ in range(200):
        runs.train("pre")
    for i in range(300):
        runs.train("main")
        if i > 10:
            assert (runs.course.step, runs.total) == (i + 1, 300)
    assert runs.course.has_ended("pre") and not runs.course.has_ended("main")
    assert not runs.course.has_ended("what is fed")


def test_a_second_loop_of_the_same_learner():
    runs = Runs()
    for _ in range(20):
        runs.train("loss")
    assert runs.total == 20
    for i in range(30):
        runs.train("loss")
        assert runs.total == (50 if i > 1 else None)
    while runs.course.step < 60:
        runs.train("loss")
        assert runs.total is None


def test_the_total_is_that_of_the_farthest_learner():
    runs = Runs()
    for i in range(40):
        for _ in range(5):
            runs.train("critic")
        runs.train("generator")
        assert runs.course.step == 5 * (i + 1)
        assert i == 0 or runs.total == 200
    assert not runs.course.has_ended("critic") and not runs.course.has_ended("generator")
    assert runs.course.inner is None


def test_rounds_of_the_innermost_loop():
    runs = Runs()
    for _ in range(4):
        for _ in range(5):
            runs.train("loss")
    assert (runs.total, runs.course.inner) == (None, None)  # the variables are one
    for epoch in range(4):
        for i in range(5):
            runs.train("other")
            assert runs.steps["other"] == 5 * epoch + i + 1
    assert (runs.total, runs.course.inner) == (20, 5)


def test_learners_that_take_turns():
    runs = Runs()
    for i in range(3):
        for _ in range(100):
            runs.train("a")
        assert runs.course.has_ended("b") is (i == 1)
        for _ in range(100):
            runs.train("b")
        assert runs.course.has_ended("a") is (i == 0)


def test_what_the_program_says_itself_until_it_is_passed():
    course = Course()
    course.given = 41
    assert [course.total(step) for step in (0, 41, 42)] == [41, 41, None]


def test_the_rate_is_that_of_the_farthest_learner(clock):
    runs = Runs()
    for _ in range(3):
        runs.train("quick", 100)
        runs.train("slow")
        clock[0] += 1.0
    assert runs.course.rate == pytest.approx(100)
