"""What becomes of the memory that runs free."""

import os
import subprocess
import sys

# How many pages five runs ask the system for that make and free values of 8 MB.
PROGRAM = """
import resource

import numpy as np

from reflow import tf

values = fed = tf.placeholder(tf.float32, [1 << 21])
for _ in range(6):
    values = tf.exp(values) - values
total = tf.reduce_sum(values)
numbers = np.zeros(1 << 21, np.float32)
with tf.Session() as session:
    for _ in range(3):
        session.run(total, {fed: numbers})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        session.run(total, {fed: numbers})
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages_asked_for(**environment):
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=True,
    )
    return int(run.stdout)


def test_a_run_uses_the_memory_that_the_run_before_freed():
    # Of blocks of 2,048 pages; as the heap happens to lie, one may be new in each of five runs.
    assert pages_asked_for() < 20_000


def test_the_environment_can_have_memory_given_back():
    given_back = {"MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}
    assert pages_asked_for(**given_back) > 50_000


# Whether the heap, and memory that asks for them by itself, may have huge pages.
HUGE_PAGES = """
import ctypes
import mmap

from reflow import tf

with tf.Session():
    pass
own = mmap.mmap(-1, 1 << 23)
try:
    own.madvise(mmap.MADV_HUGEPAGE)
except OSError:
    pass
address = ctypes.addressof(ctypes.c_char.from_buffer(own))

heap = of_own = False
for line in open("/proc/self/smaps"):
    first, *rest = line.split()
    if not first.endswith(":"):
        start, end = (int(part, 16) for part in first.split("-"))
        is_heap = rest[-1] == "[heap]"
    elif first == "VmFlags:" and "hg" in rest:
        heap |= is_heap and end - start > 100 << 20
        of_own |= start <= address < end
print(int(heap), int(of_own))
"""


def test_the_heap_may_have_huge_pages_where_the_system_has_them():
    run = subprocess.run([sys.executable, "-c", HUGE_PAGES], capture_output=True, check=True)
    heap, own = run.stdout.split()
    assert heap == own
