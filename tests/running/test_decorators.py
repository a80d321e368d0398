"""tensorflow.python.util's tf_decorator, tf_contextlib, tf_inspect and deprecation."""

from tests.running.processes import reflow_run

PROGRAM = """
import functools
from tensorflow.python.util import deprecation, tf_contextlib, tf_decorator, tf_inspect
from tensorflow.python.util.deprecation import deprecated, deprecated_args

def twice(target):
    def wrapper(*args, **kwargs):
        return 2 * wrapper.__wrapped__(*args, **kwargs)
    return tf_decorator.make_decorator(target, wrapper)

@twice
@deprecated(None, 'Use something else.')
def add(a, b=3):
    'Adds.'
    return a + b

decorators, target = tf_decorator.unwrap(add)
print(add(1), [each.decorator_name for each in decorators], target.__name__, add.__name__)
print(tf_inspect.getargspec(add).args, tf_inspect.getfullargspec(add).defaults)
print(add.__doc__.splitlines()[0])
tf_decorator.rewrap(add, decorators[0].decorated_target, lambda a: a)
print(add(5), tf_inspect.isfunction(add))
print(tf_inspect.getargspec(functools.partial(target, 1)).args)

@tf_contextlib.contextmanager
def scope(name):
    print('enter', name)
    yield
with scope('inside'), deprecation.silence():
    old = deprecation.deprecated_alias('old', 'new', target)
    print(old(1, 1), tf_inspect.getargspec(scope).args)
old(2)

@deprecated_args('2030-01-01', 'Leave it out.', 'gone')
def f(x, gone=None):
    return x
f(1), f(1, gone=2)
print(deprecation.deprecated_argument_lookup('new', None, 'old', 4))
"""


def test_what_libraries_use_to_tell_of_functions_that_go(tmp_path):
    done = reflow_run(tmp_path, PROGRAM)
    assert done.stdout == (
        "8 ['twice', 'deprecated'] add add\n"
        "['a', 'b'] (3,)\n"
        "Adds. (deprecated)\n"
        "10 True\n"
        "['b']\n"
        "enter inside\n"
        "2 ['name']\n"
        "4\n"
    )
    warnings = [line for line in done.stderr.splitlines() if "From " in line]
    assert [line.rpartition("program.py:")[2] for line in warnings] == [
        "8: add (from __main__) is deprecated and will be removed in a future version.",
        "32: The name old is deprecated. Please use new instead.",
        "37: calling f (from __main__) with gone is deprecated and will be removed after "
        "2030-01-01.",
    ]
