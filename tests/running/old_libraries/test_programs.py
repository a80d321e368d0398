"""Programs with calls that other libraries no longer have."""

import importlib

import numpy as np
import pytest

from reflow.running.old_libraries import matplotlib_calls, numpy_calls, pandas_ml, scipy_calls
from reflow.running.old_libraries.distutils_module import LooseVersion, strtobool
from reflow.running.old_libraries.names import DEAD_PACKAGES, MODULES, NAMES, PREPARED
from reflow.running.old_libraries.scipy_modules import SCIPY_MODULES
from tests.running.processes import reflow_run

ALIASES = """
import collections, inspect, time
import numpy as np
from numpy import sometrue
print(np.float(3), np.product([2, 3]), np.asscalar(np.array([4.])), np.cast['int32'](2.5))
print(np.fromstring(b'ab', np.uint8), np.fromstring('1 2', sep=' '), sometrue([0, 1]))
print(collections.Mapping.__name__, time.clock() > 0, inspect.getargspec(lambda a, b=1: 0).args)
np.float
print(hasattr(np, 'nonsense'))
"""


def test_aliases(tmp_path):
    done = reflow_run(tmp_path, ALIASES)
    assert done.stdout == ("3.0 6 4.0 2\n[97 98] [1. 2.] True\nMapping True ['a', 'b']\nFalse\n")
    gone_since_2 = {
        "numpy.sometrue is gone: write numpy.any instead (program.py:4)",
        "numpy.product is gone: write numpy.prod instead (program.py:5)",
        "numpy.cast is gone: write array.astype(dtype) instead (program.py:5)",
        "numpy.fromstring reads no binary data any more: write numpy.frombuffer instead"
        " (program.py:6)",
    }
    told = done.stderr.splitlines()
    assert gone_since_2.issubset(told) == (np.lib.NumpyVersion(np.__version__) >= "2.0.0")
    assert [line for line in told if line not in gone_since_2] == [
        "numpy.float is gone: write float instead (program.py:5)",
        "numpy.asscalar is gone: write array.item() instead (program.py:5)",
        "collections.Mapping is gone: write collections.abc.Mapping instead (program.py:7)",
        "time.clock is gone: write time.perf_counter instead (program.py:7)",
        "inspect.getargspec is gone: write inspect.getfullargspec(function) instead (program.py:7)",
    ]


def test_they_can_be_left_out(tmp_path):
    program = "import numpy as np\nnp.float\n"
    done = reflow_run(tmp_path, program, options=["--no-old-libraries"])
    assert done.returncode == 1
    assert "module 'numpy' has no attribute 'float'" in done.stderr


ARGUMENTS = """
import numpy as np
print(np.zeros((2., 1)).shape, np.random.rand(1e1).shape, np.linspace(0, 1, num=3.))
print(np.array([[1, 2], [3]]).dtype, np.vstack(map(lambda x: [x], [1, 2])).shape)
np.save('objects.npy', np.array({'a': 1}, dtype=object))
np.savez('objects.npz', x=np.array({'b': 2}, dtype=object))
print(np.load('objects.npy').item(), np.load('objects.npz')['x'].item())
print(np.histogram([1, 2], bins=1, normed=True)[0], np.reshape([1, 2], newshape=(2, 1)).shape)
print([np.float32(0.5)], 1e99 > np.float32(0.5), np.lib.pad([1], 1, 'constant'))
for refused in (lambda: np.zeros('a'), lambda: np.array([[1, 2], [3]], int), lambda: np.vstack(1)):
    try:
        refused()
    except (TypeError, ValueError):
        print('refused')
"""


def test_arguments(tmp_path):
    done = reflow_run(tmp_path, ARGUMENTS)
    assert done.stdout == (
        "(2, 1) (10,) [0.  0.5 1. ]\nobject (2, 1)\n{'a': 1} {'b': 2}\n[1.] (2, 1)\n"
        "[0.5] True [0 1 0]\nrefused\nrefused\nrefused\n"
    )
    assert all(
        line.startswith(("numpy.", "histogram(", "reshape(")) for line in done.stderr.splitlines()
    )
    # NumPy took newshape until 2.4, and numpy.lib.pad until 2.0.
    assert len(done.stderr.splitlines()) in (7, 8, 9)


UNEVEN = """
import numpy as np
tuples = [(1, 2), (1, 1, 2), (1, 2)]
values, counts = np.unique(tuples, return_counts=True)
print(values.tolist(), counts, values.dtype)
print(np.shape(tuples), np.size([[1, 2], [3]]), np.sort(tuples)[0], np.argsort(tuples))
print(np.concatenate([[[1, 2], [3]], [[4], [5, 6]]]).tolist(), np.vstack([tuples, tuples]).shape)
np.random.seed(0)
print(type(np.random.choice(tuples)), np.random.permutation(tuples).shape)
print(np.array_split(tuples, 3)[1])
print(np.array(tuples, copy=False).shape, np.array([1.5], copy=False), np.repeat(tuples, 2).shape)
np.save('uneven.npy', [[1, 2], [3]])
print(np.load('uneven.npy', allow_pickle=True).tolist())
for refused in (lambda: np.mean(tuples), lambda: np.array([np.zeros((2, 3)), np.zeros((2, 4))]),
                lambda: np.array(tuples, np.float32), lambda: np.concatenate([[1], [[2]]])):
    try:
        refused()
    except (TypeError, ValueError):
        print('refused')
"""


def test_lists_of_different_lengths_are_arrays_of_objects(tmp_path):
    done = reflow_run(tmp_path, UNEVEN)
    assert done.stdout == (  # as NumPy 1.18 prints it
        "[(1, 1, 2), (1, 2)] [1 2] object\n"
        "(3,) 2 (1, 1, 2) [1 0 2]\n"
        "[[1, 2], [3], [4], [5, 6]] (2, 3)\n"
        "<class 'tuple'> (3,)\n[(1, 1, 2)]\n"
        "(3,) [1.5] (6,)\n"
        "[[1, 2], [3]]\n"
        "refused\nrefused\nrefused\nrefused\n"
    )
    assert (
        "numpy.unique needs numpy.array(lists, dtype=object) for different lengths (program.py:4)"
        in done.stderr
    )


SCIPY_MODULES_GONE = """
from scipy.sparse.linalg.eigen.arpack import eigsh
import scipy.sparse.linalg.eigen.arpack as arpack
from scipy.sparse.linalg.isolve.iterative import cg
from scipy.integrate.quadrature import simps
from scipy.ndimage.filters import gaussian_filter
from scipy.misc.common import factorial
from scipy.linalg import tril
print(eigsh is arpack.eigsh, cg.__name__, simps([0, 1, 0]), gaussian_filter([0, 9], 1.).tolist())
print(factorial(3), tril([[1, 2], [3, 4]]).tolist())
"""


def test_modules_that_scipy_has_made_private(tmp_path):
    done = reflow_run(tmp_path, SCIPY_MODULES_GONE)
    assert done.stdout == "True cg 1.3333333333333333 [3, 5]\n6.0 [[1, 0], [3, 4]]\n"
    assert (
        "the module scipy.sparse.linalg.eigen.arpack is gone: import scipy.sparse.linalg instead "
        "(program.py:2)" in done.stderr
    )


@pytest.mark.parametrize("module", sorted(set(SCIPY_MODULES.values())))
def test_the_modules_of_scipy_that_stand_in_are_there(module):
    importlib.import_module(module)


PICTURES = """
import matplotlib
matplotlib.use('TkAgg', warn=False)
import matplotlib.pyplot as plt
figure = plt.figure()
figure.canvas.set_window_title('title')
plt.hold(True)
axes = figure.gca(projection='3d')
print(axes.name, plt.cm.spectral.name)
plt.subplot(111, axisbg='w')
print(plt.hist([1, 2], bins=2, normed=True)[0].sum())
plt.style.use('seaborn-whitegrid')
plt.grid(b=True)
plt.rcParams['axes.color_cycle'] = ['r']
plt.rcParams['savefig.frameon'] = False
line, = axes.plot([1], [2])
axes.lines.remove(line)
import numpy as np
plt.scatter(np.matrix([[1], [2]])[:, 0], [[1], [2]])
plt.imshow([[1]], cmap='spectral')
from mpl_toolkits.mplot3d import Axes3D
print(Axes3D(figure) in figure.axes, len(axes.lines))
plt.waitforbuttonpress()
plt.close(figure)
figure.show()

import scipy.misc
image = scipy.misc.imresize([[0, 85], [170, 255]], 2.)
scipy.misc.imsave('image.png', image)
print(scipy.misc.imread('image.png').shape, scipy.misc.factorial(3))
from scipy import ndimage
print(ndimage.rotate(np.eye(2), np.array([90]), reshape=False).round(3).tolist())
from PIL import Image
print(Image.ANTIALIAS == Image.LANCZOS)
"""


def test_pictures(tmp_path):
    done = reflow_run(tmp_path, PICTURES)
    *lines, turned, same = done.stdout.splitlines()
    assert lines == ["3d nipy_spectral", "2.0", "True 0", "(4, 4) 6.0"]
    assert (turned, same) == ("[[0.0, 1.0], [1.0, 0.0]]", "True")
    assert all("(program.py:" in line for line in done.stderr.splitlines())
    advice = [line.split(" (")[0] for line in done.stderr.splitlines()]
    assert "there is no display for matplotlib's TkAgg: it draws without" in advice
    assert "hist(normed=...) is gone: write density=... instead" in advice
    assert "scipy.misc.imread is gone: write imageio.v3.imread(path) instead" in advice
    assert "scipy.ndimage.rotate takes no array as angle now: write angle.item()" in advice
    assert len(set(advice)) == 23


LEARNING = """
from sklearn.cross_validation import KFold, train_test_split
print([len(test) for _, test in KFold(10, 5)], len(train_test_split([1, 2, 3, 4])))
from sklearn.datasets import fetch_mldata
digits = fetch_mldata('MNIST original')
print(digits.data.shape, digits.target[[0, 59999, 60000]])
from sklearn.manifold import TSNE
from sklearn.preprocessing import OneHotEncoder
print(TSNE(n_iter=300).max_iter, OneHotEncoder(sparse=False).fit_transform([[1], [2]]).shape)
from sklearn.datasets import load_boston
print(load_boston().data.shape, load_boston().target)
import pandas as pd
frame = pd.DataFrame({'a': [2., None, 1.]})
print(frame.sort('a').get_value(2, 'a'), frame.fillna(method='pad').drop(0, 0).as_matrix().T)
from pandas.tools.plotting import scatter_matrix
import pickle
print(pickle.loads(b"S'caf\\\\xe9'\\np0\\n."))
"""


BOSTON = """ The Boston house-price data

 0.00632  18.00   2.310  0  0.5380  6.5750  65.20  4.0900   1  296.0  15.30
  396.90   4.98  24.00
"""


def test_learning(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    cache = tmp_path / ".cache" / "reflow" / "data"
    cache.mkdir(parents=True)
    (cache / "boston").write_text(BOSTON)
    done = reflow_run(tmp_path, LEARNING)
    assert done.stdout == (
        "[2, 2, 2, 2, 2] 2\n(70000, 784) [0. 9. 0.]\n300 (2, 2)\n(1, 13) [24.]\n1.0 [[2. 1.]]\n"
        "café\n"
    )
    assert "sklearn.cross_validation is gone" in done.stderr
    assert "written by Python 2" in done.stderr


@pytest.mark.parametrize("answer", [*NAMES.values()], ids=[*NAMES])
def test_what_is_given_of_our_own_is_there(answer):
    module, _, name = answer.target.rpartition(".")
    if module.startswith("reflow."):
        assert hasattr(__import__(module, fromlist=[name]), name)


def test_the_tables_lead_to_modules():
    for path in [*PREPARED.values(), *MODULES.values(), *DEAD_PACKAGES.values()]:
        if path.startswith("reflow."):
            module, _, name = path.rpartition(".")
            __import__(module, fromlist=[name])


def test_images_are_scaled_as_scipy_did():
    np.testing.assert_array_equal(scipy_calls.bytescale([0.0, 0.5, 1.0]), [0, 128, 255])
    assert scipy_calls.toimage(np.zeros([3, 5, 4])).size == (4, 5)
    assert scipy_calls.toimage(np.zeros([4, 5, 3])).size == (5, 4)
    assert scipy_calls.derivative(lambda x: x**3, 2.0, dx=1e-3) == pytest.approx(12.0, abs=1e-5)
    with pytest.raises(ValueError, match="Received: shape"):
        scipy_calls.toimage(np.zeros([5]))


def test_numbers():
    assert numpy_calls.asfarray([1]).dtype == np.float64
    np.random.seed(0)
    assert set(numpy_calls.random_integers(2, size=50)) == {1, 2}
    assert matplotlib_calls.normpdf(0.0, 0.0, 1.0) == pytest.approx(0.39894228)
    assert matplotlib_calls.bivariate_normal(0.0, 0.0) == pytest.approx(0.15915494)
    assert LooseVersion("1.10.0") > LooseVersion("1.9") > "1.0rc1"
    assert (strtobool("Yes"), strtobool("off")) == (1, 0)


def test_a_confusion_matrix(capsys):
    matrix = pandas_ml.ConfusionMatrix([0, 1, 1], [0, 1, 0])
    np.testing.assert_array_equal(matrix.to_array(), [[1, 0], [1, 1]])
    np.testing.assert_array_equal(matrix.to_array(normalized=True), [[1, 0], [0.5, 0.5]])
    matrix.print_stats()
    assert "Accuracy: 0.666667" in capsys.readouterr().out
    with pytest.raises(ValueError, match="same size"):
        pandas_ml.ConfusionMatrix([0], [0, 1])


COPY = """
def _read32(bytestream):
    dt = numpy.dtype(numpy.uint32).newbyteorder('>')
    return numpy.frombuffer(bytestream.read(4), dtype=dt){index}
name = 'a copy'
"""


@pytest.mark.parametrize(("index", "taken"), [("", "reflow's"), ("[0]", "a copy")])
def test_an_old_copy_of_input_data(tmp_path, index, taken):
    (tmp_path / "input_data.py").write_text(COPY.replace("{index}", index))
    done = reflow_run(
        tmp_path, "import input_data\nprint(getattr(input_data, 'name', \"reflow's\"))"
    )
    assert done.stdout == f"{taken}\n"
    assert ("reflow's own stands in" in done.stderr) == (taken == "reflow's")
