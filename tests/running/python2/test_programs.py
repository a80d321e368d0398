"""Python 2 programs, whole, as `reflow run` runs them."""

import re

import pytest

from tests.running.processes import reflow_run

ADVICE = "is Python 2: it is translated while it is read, as what it imports is\n"

PROGRAM = """#!/usr/bin/env python
import cPickle, helper, sys
from itertools import izip
import package.first
reload(sys)
sys.setdefaultencoding('utf-8')

class Halves(object):
    def __init__(self, start):
\tself.value = start
    def __iter__(self):
        return self
    def next(self):
        self.value /= 2
        if not self.value: raise StopIteration, 'done'
        return self.value

print 'halves', [h for h in Halves(20)], helper.half(5)
print >>sys.stderr, 'to stderr'
for key, value in sorted({'b': 2, 'a': 1}.iteritems()):
    print key, value,
print
try:
    raise ValueError, 'no good'
except ValueError, error:
    print error.message, `error`
print map(lambda (x, y): x * y, zip([1, 2], [3, 4])) + range(2), 0777, 10L
cPickle.dump({'x': [1]}, open('data.pkl', 'wb'))
print cPickle.load(open('data.pkl')), 1 <> 2, isinstance(u'x', unicode)

import tensorflow as tf
session = tf.Session()
print session.run(tf.constant('text')), session.run(tf.constant(7) / 2)
assert 1 / 2, 'integers are rounded down'
"""


def test_a_python_2_program_runs_translated(tmp_path):
    (tmp_path / "helper.py").write_text("def half(n):\n    return n / 2\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "first.py").write_text("import second\n")
    (tmp_path / "package" / "second.py").write_text("print 'second', 1 / 2\n")
    done = reflow_run(tmp_path, PROGRAM)
    assert done.stdout == (
        "second 0\n"
        "halves [10, 5, 2, 1] 2\n"
        "a 1 b 2 \n"
        "no good ValueError('no good')\n"
        "[3, 8, 0, 1] 511 10\n"
        "{'x': [1]} True True\n"
        "text 3\n"
    )
    head, _, traceback = done.stderr.partition("to stderr\n")
    assert head == f"reflow run: program.py {ADVICE}"
    assert '  File "program.py", line 34, in <module>\n    assert 1 / 2, ' in traceback
    assert done.returncode == 1


def test_a_module_may_be_python_2_where_the_program_is_not(tmp_path):
    (tmp_path / "helper.py").write_text("print 'half', 1 / 2\n")
    done = reflow_run(tmp_path, "print(1 / 2)\nimport helper\n")
    assert done.stdout == "0.5\nhalf 0\n"
    assert re.fullmatch(rf"reflow run: .*helper\.py {ADVICE}", done.stderr)


@pytest.mark.parametrize(
    ("program", "output"),
    [
        ("for i in xrange(2): print(i / 2)", "0\n0\n"),
        ("import urllib2\nprint('a', 3 / 2)", "a 1\n"),
        ("from __future__ import division\nprint 3 / 2", "1.5\n"),
        ("from __future__ import print_function\nprint(unicode(3), end='.')", "3."),
        ("import csv\nopen('t', 'wb').write('1,2')\nprint list(csv.reader(open('t', 'rb')))",
         "[['1', '2']]\n"),
        ("open('t', 'wt').write('1\\n2')\nprint open('t', 'rt').read(), len(list(open('t', 'rU')))",
         "1\n2 2\n"),
        ("import StringIO\nf = StringIO.StringIO()\nprint >>f, 'x'\nprint f.getvalue()", "x\n\n"),
        ("import zipfile\nf = zipfile.ZipFile('t', 'w')\nf.writestr('x', 'a b')\n"
         "print f.read('x').split() == ['a', 'b']", "True\n"),
        ('print ("%d") % 3\nprint ("a"), 3 / 2\nprint ("{}").format(3)', "3\na 1\n3\n"),
        ("exec 'x = 3 / 2'\nprint x, eval('5 / 2'), round(2.5)", "1 2 3.0\n"),
        ("x = [7]\nx[0] /= 2\nprint x, -7 / 2, 7. / 2", "[3] -4 3.5\n"),
        ("import tensorflow as tf\nsize = tf.zeros([1, 5]).shape[-1]\nsize /= 2\n"
         "print size, tf.zeros([1, 5]).get_shape()[-1] / 3", "2 1\n"),
        ("print 'é'.decode('utf-8').encode('utf-8'), 'ff'.decode('hex') == u'\\xff'", "é True\n"),
    ],
)  # fmt: skip
def test_python_2_means_what_it_meant(tmp_path, program, output):
    done = reflow_run(tmp_path, program)
    assert (done.stdout, done.returncode) == (output, 0)
    assert done.stderr == f"reflow run: program.py {ADVICE}"


@pytest.mark.parametrize(
    "program",
    [
        "try:\n    xrange\nexcept NameError:\n    xrange = range\nprint(1 / 2)",
        "import sys\nif sys.version_info[0] < 3:\n    import urllib2\nprint(1 / 2)",
        "from six.moves import xrange\nprint(1 / 2)",
        "# xrange and iteritems\nprint(1 / 2)",
    ],
)
def test_what_is_for_both_is_python_3(tmp_path, program):
    done = reflow_run(tmp_path, program)
    assert (done.stdout, done.stderr) == ("0.5\n", "")


@pytest.mark.parametrize("line", ["x = (1", "def f(:", "return 3", "printed 3", "x = 1 = 2"])
def test_what_is_neither_is_reported_as_python_3(tmp_path, line):
    done = reflow_run(tmp_path, line)
    assert done.returncode == 1
    assert "program.py does not parse" in done.stderr and "Python 2" not in done.stderr


def test_lines_of_ipython_in_a_program(tmp_path):
    done = reflow_run(tmp_path, "%autoindent\nif True:\n    !echo hello\nprint(1 / 2)\n")
    assert done.stdout == "hello\n0.5\n"
    assert done.stderr == (
        "reflow run: program.py: %autoindent: a setting of IPython's prompt, which has no meaning"
        " in a program\n"
    )
