"""That watching costs what it may cost: with made-up times."""

import itertools
import math

import pytest

from reflow.watch.budget import RUN_COST, Budget, Schedule
from reflow.watch.sample import Cost


def made(fraction, total=lambda: 0.0, pictures=lambda: 0.0, distributions=lambda: 0.0):
    return Budget(fraction, lambda: Cost(total(), pictures(), distributions()))


def train(steps, plain, reading, recording=0.0, fraction=0.05):
    """The steps that are read of a training; what reading and recording one costs is given.

    Returns:
      The steps, and the budget.
    """
    recorded = [0.0]
    budget = made(fraction, lambda: recorded[0], distributions=lambda: recorded[0])
    schedule = Schedule(budget)
    read = []
    for step in range(1, steps + 1):
        budget.ran(0.0)
        if schedule.is_due(step):
            read.append(step)
            schedule.was_read(step, plain, reading)
            recorded[0] += recording
        else:
            budget.time += plain
            schedule.ran(plain)
    return read, budget


@pytest.mark.parametrize("plain", [1e-4, 1e-3, 0.1])
@pytest.mark.parametrize("reading", [1e-4, 2e-3, 0.05])
@pytest.mark.parametrize("recording", [0.0, 5e-3])
def test_the_budget_is_held(plain, reading, recording):
    steps = int(30 / plain)
    read, budget = train(steps, plain, reading, recording)
    assert budget.time == pytest.approx(steps * plain, rel=0.01)
    assert budget.overhead <= 0.05
    assert budget.overhead == pytest.approx(budget.cost / budget.time)
    spent = len(read) * (reading + recording) + steps * RUN_COST
    assert budget.cost == pytest.approx(spent, abs=2 * reading)
    assert len(read) >= 5


def test_the_first_steps_are_read_more_often():
    read, _ = train(1000, 0.01, 1e-4)
    assert read[:8] == [1, 2, 3, 5, 8, 13, 21, 34]
    assert all(19 <= later - one <= 22 for one, later in itertools.pairwise(read[8:]))


def test_what_is_expensive_is_read_seldom():
    budget = made(0.05)
    schedule = Schedule(budget)
    for _ in range(99):
        budget.time += 0.01
        schedule.ran(0.01)
    schedule.was_read(100, 0.01, 5.0)
    assert not schedule.is_due(200)
    assert schedule.next > 100 + 5 / 0.05 / 0.01 * 0.9


def test_that_the_machine_was_busy_is_no_cost_of_watching():
    budget = made(0.05)
    schedule = Schedule(budget)
    schedule.ran(0.01)
    schedule.was_read(1, 5.0, 0.001)
    assert budget.spent == pytest.approx(0.011)


def test_without_a_budget_nothing_is_read():
    read, budget = train(1000, 0.01, 1e-3, fraction=0.0)
    assert read == [] and budget.lacks(0.0) == math.inf


@pytest.mark.parametrize("others", [0.0, 0.01, 0.04, 0.5])
def test_training_is_read_whatever_else_there_is(others):
    budget = made(0.05, lambda: others * budget.time)
    schedule = Schedule(budget)
    for step in range(1, 20_001):
        if schedule.is_due(step):
            schedule.was_read(step, 0.01, 0.02)
        else:
            budget.ran(0.01)
            schedule.ran(0.01)
    # 45% of the budget for all, but for what is read of training a quarter of it at least.
    expected = max(0.45 * 0.05 - others, 0.25 * 0.05)
    assert budget.spent_on_training / budget.time == pytest.approx(expected, rel=0.1)


def test_pictures_have_a_share_of_their_own():
    budget = made(0.05, pictures=lambda: 0.6)
    budget.time = 50.0
    assert budget.lacks(0.01) == 0
    assert budget.lacks(0.01, is_rare=True) == pytest.approx(10.0)


def test_what_is_rare_may_use_more():
    budget = made(0.05)
    budget.time, budget.spent, budget.spent_on_training = 100.0, 4.0, 2.0
    assert budget.lacks(0.5) > 0 and budget.lacks(0.5, is_rare=True) == 0
