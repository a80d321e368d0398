"""Names that other libraries had when TensorFlow 1 was new, and what stands for them now."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from reflow.running.old_libraries.scipy_modules import SCIPY_MODULES

__all__ = ["DEAD_PACKAGES", "MODULES", "NAMES", "OLD_METHODS", "PREPARED", "Answer"]

_HERE: Final = "reflow.running.old_libraries"


class Answer(NamedTuple):
    """What is given for an old name."""

    target: str  # where it is found: a module and a name in it
    advice: str  # what to write instead


def _moved(module: str, **names: str) -> dict[str, Answer]:
    """Names of a module, each with the place where the same thing is now."""
    return {
        f"{module}.{old}": Answer(new, new.removeprefix("builtins.")) for old, new in names.items()
    }


def _same(module: str, new_module: str, names: str) -> dict[str, Answer]:
    """Names of a module that are under the same names in another."""
    return _moved(module, **{name: f"{new_module}.{name}" for name in names.split()})


def _restored(module: str, calls: str, **names: str) -> dict[str, Answer]:
    """Names of a module that functions of ours stand for, and what to write instead of each."""
    return {
        f"{module}.{old}": Answer(f"{_HERE}.{calls}.{old}", advice) for old, advice in names.items()
    }


_IMAGES: Final = {
    "bytescale": "NumPy",
    "fromimage": "numpy.asarray(image)",
    "imread": "imageio.v3.imread(path)",
    "imresize": "PIL.Image.Image.resize",
    "imrotate": "PIL.Image.Image.rotate",
    "imsave": "imageio.v3.imwrite(path, image)",
    "imshow": "matplotlib.pyplot.imshow",
    "toimage": "PIL.Image.fromarray(array)",
}

#: By full name.
NAMES: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        # -- Python itself ------------------------------------------------------------------
        **_same(
            "collections",
            "collections.abc",
            "Awaitable ByteString Callable Collection Container Coroutine Generator Hashable "
            "ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping "
            "MutableSequence MutableSet Reversible Sequence Set Sized ValuesView",
        ),
        **_moved("base64", decodestring="base64.decodebytes", encodestring="base64.encodebytes"),
        **_moved("cgi", escape="html.escape"),
        **_moved("fractions", gcd="math.gcd"),
        **_moved("os", errno="errno", getcwdu="os.getcwd"),
        **_moved("sys", maxint="sys.maxsize"),
        **_moved("time", clock="time.perf_counter"),
        **_restored(
            "inspect", "standard_library_calls", getargspec="inspect.getfullargspec(function)"
        ),
        # -- NumPy --------------------------------------------------------------------------
        **_moved(
            "numpy",
            Inf="numpy.inf",
            Infinity="numpy.inf",
            NAN="numpy.nan",
            NaN="numpy.nan",
            PINF="numpy.inf",
            alltrue="numpy.all",
            bool="builtins.bool",
            bool8="numpy.bool_",
            byte_bounds="numpy.lib.array_utils.byte_bounds",
            bytes0="numpy.bytes_",
            cfloat="numpy.complex128",
            clongfloat="numpy.clongdouble",
            complex="builtins.complex",
            complex_="numpy.complex128",
            cumproduct="numpy.cumprod",
            float="builtins.float",
            float_="numpy.float64",
            in1d="numpy.isin",
            infty="numpy.inf",
            int="builtins.int",
            int0="numpy.intp",
            issubclass_="builtins.issubclass",
            long="builtins.int",
            longcomplex="numpy.clongdouble",
            longfloat="numpy.longdouble",
            mat="numpy.asmatrix",
            object="builtins.object",
            object0="numpy.object_",
            product="numpy.prod",
            rank="numpy.ndim",
            round_="numpy.round",
            row_stack="numpy.vstack",
            singlecomplex="numpy.complex64",
            sometrue="numpy.any",
            str="builtins.str",
            str0="numpy.str_",
            string_="numpy.bytes_",
            trapz="numpy.trapezoid",
            typeDict="numpy.sctypeDict",
            uint0="numpy.uintp",
            unicode="builtins.str",
            unicode_="numpy.str_",
            void0="numpy.void",
        ),
        **_restored(
            "numpy",
            "numpy_calls",
            NINF="-numpy.inf",
            NZERO="-0.0",
            PZERO="0.0",
            alen="len(array)",
            asfarray="numpy.asarray(array, dtype=float)",
            asscalar="array.item()",
            cast="array.astype(dtype)",
            issctype="issubclass(type, numpy.generic)",
            loads="pickle.loads",
            msort="numpy.sort(array, axis=0)",
            obj2sctype="numpy.dtype(object).type",
            random_integers="numpy.random.randint(low, high + 1, size)",
            sctypes="numpy.dtype",
            set_string_function="numpy.set_printoptions",
        ),
        **_same(
            "numpy.lib",
            "numpy",
            "angle append average broadcast_to delete diff digitize flip fliplr flipud gradient "
            "histogram insert interp load meshgrid nan_to_num pad percentile save savetxt savez "
            "select sinc split tile tril triu unique",
        ),
        **_restored(
            "numpy.random",
            "numpy_calls",
            random_integers="numpy.random.randint(low, high + 1, size)",
        ),
        # -- SciPy --------------------------------------------------------------------------
        **_restored("scipy.misc", "scipy_calls", **_IMAGES),
        **_restored("scipy.ndimage", "scipy_calls", imread=_IMAGES["imread"]),
        **_restored("scipy.misc", "scipy_calls", derivative="finite differences in NumPy"),
        **_same("scipy.misc", "scipy.special", "comb factorial factorial2 factorialk logsumexp"),
        **_same("scipy.misc", "scipy.datasets", "ascent electrocardiogram face"),
        **_moved(
            "scipy.integrate",
            cumtrapz="scipy.integrate.cumulative_trapezoid",
            simps="scipy.integrate.simpson",
            trapz="scipy.integrate.trapezoid",
        ),
        **_same(
            "scipy.signal",
            "scipy.signal.windows",
            "bartlett blackman boxcar gaussian hamming hann kaiser triang",
        ),
        **_moved("scipy.signal", hanning="scipy.signal.windows.hann"),
        **_same(
            "scipy",
            "numpy",
            "arange arccos arcsin arctan arctan2 array concatenate cos dot exp eye interp linspace "
            "log log10 log2 max mean median meshgrid min ones pi polyfit polyval sin sqrt std sum "
            "tan transpose var where zeros",
        ),
        **_moved("scipy.linalg", pinv2="scipy.linalg.pinv"),
        **_same("scipy.linalg", "numpy", "kron tri tril triu"),
        **_moved("scipy", rand="numpy.random.rand", randn="numpy.random.randn"),
        # -- matplotlib ---------------------------------------------------------------------
        **_moved(
            "matplotlib.cm",
            get_cmap="matplotlib.pyplot.get_cmap",
            spectral="matplotlib.cm.nipy_spectral",
            spectral_r="matplotlib.cm.nipy_spectral_r",
            Vega10="matplotlib.cm.tab10",
            Vega20="matplotlib.cm.tab20",
        ),
        **_moved("matplotlib.pyplot", spectral="matplotlib.pyplot.nipy_spectral"),
        **_restored(
            "matplotlib.pyplot",
            "matplotlib_calls",
            hold="nothing",
            ishold="True",
        ),
        **_restored(
            "matplotlib.mlab",
            "matplotlib_calls",
            bivariate_normal="scipy.stats.multivariate_normal.pdf",
            normpdf="scipy.stats.norm.pdf(x, mean, deviation)",
        ),
        # -- Pillow -------------------------------------------------------------------------
        **_moved(
            "PIL.Image",
            ANTIALIAS="PIL.Image.LANCZOS",
            CUBIC="PIL.Image.BICUBIC",
            LINEAR="PIL.Image.BILINEAR",
            fromstring="PIL.Image.frombytes",
        ),
        # -- pandas -------------------------------------------------------------------------
        **_moved(
            "pandas",
            datetime="datetime.datetime",
            np="numpy",
            scatter_matrix="pandas.plotting.scatter_matrix",
        ),
        **_restored(
            "pandas",
            "pandas_calls",
            value_counts="series.value_counts()",
            rolling_mean="series.rolling(window).mean()",
            rolling_std="series.rolling(window).std()",
        ),
        # -- scikit-learn -------------------------------------------------------------------
        **_restored(
            "sklearn.datasets",
            "sklearn_calls",
            fetch_mldata="sklearn.datasets.fetch_openml(name)",
            load_boston="sklearn.datasets.fetch_openml(data_id=531)",
        ),
        **_moved("sklearn.decomposition", RandomizedPCA="sklearn.decomposition.PCA"),
        **_moved("sklearn.mixture", GMM="sklearn.mixture.GaussianMixture"),
        **_restored(
            "sklearn.preprocessing", "sklearn_calls", Imputer="sklearn.impute.SimpleImputer"
        ),
    }
)

#: Modules that are no more, and the one that stands in for each.
MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "distutils": f"{_HERE}.distutils_module",
        "distutils.util": f"{_HERE}.distutils_module",
        "distutils.version": f"{_HERE}.distutils_module",
        "imp": f"{_HERE}.imp_module",
        "pandas.tools": "pandas.plotting",
        "pandas.tools.plotting": "pandas.plotting",
        **SCIPY_MODULES,
        "scipy.misc": f"{_HERE}.scipy_calls",
        "scipy.misc.pilutil": f"{_HERE}.scipy_calls",
        "sklearn.cross_validation": f"{_HERE}.sklearn_calls",
        "sklearn.datasets.samples_generator": "sklearn.datasets",
        "sklearn.externals.joblib": "joblib",
        "sklearn.externals.six": "six",
        "sklearn.grid_search": "sklearn.model_selection",
        "sklearn.learning_curve": "sklearn.model_selection",
        "sklearn.linear_model.logistic": "sklearn.linear_model",
        "sklearn.metrics.classification": "sklearn.metrics",
        "sklearn.preprocessing.data": "sklearn.preprocessing",
    }
)


#: What can still be installed but imports no more, or has lost its names; what stands in for each.
DEAD_PACKAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"pandas_ml": f"{_HERE}.pandas_ml", "scipy.misc.common": f"{_HERE}.scipy_calls"}
)

#: Methods that no object has any more, whose names, with the attributes that they are called of,
#: say enough to know them in a source.
OLD_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "as_matrix": "frame.values",
        "canvas.set_window_title": "figure.canvas.manager.set_window_title(title)",
        "get_axis_bgcolor": "axes.get_facecolor()",
        "set_axis_bgcolor": "axes.set_facecolor(color)",
        "set_axisbg": "axes.set_facecolor(color)",
        "set_color_cycle": "axes.set_prop_cycle(color=colors)",
    }
)

#: Functions of ours that prepare a module as soon as it is imported: for what a table cannot say.
PREPARED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "PIL.ImageDraw": f"{_HERE}.pillow_calls.prepare_image_draw",
        "PIL.ImageFont": f"{_HERE}.pillow_calls.prepare_image_font",
        "h5py": f"{_HERE}.h5py_calls.prepare",
        "matplotlib": f"{_HERE}.matplotlib_calls.prepare_matplotlib",
        "matplotlib.axes": f"{_HERE}.matplotlib_calls.prepare_axes",
        "matplotlib.backend_bases": f"{_HERE}.matplotlib_calls.prepare_canvas",
        "matplotlib.figure": f"{_HERE}.matplotlib_calls.prepare_figure",
        "matplotlib.pyplot": f"{_HERE}.matplotlib_calls.prepare_pyplot",
        "matplotlib.style": f"{_HERE}.matplotlib_calls.prepare_style",
        "numpy": f"{_HERE}.numpy_arguments.prepare",
        "mpl_toolkits.mplot3d.axes3d": f"{_HERE}.matplotlib_calls.prepare_axes3d",
        "pandas": f"{_HERE}.pandas_calls.prepare",
        "pickle": f"{_HERE}.standard_library_calls.prepare_pickle",
        "scipy.ndimage": f"{_HERE}.scipy_calls.prepare_ndimage",
        "seaborn": f"{_HERE}.seaborn_calls.prepare",
        "sklearn.cluster": f"{_HERE}.sklearn_keywords.prepare_cluster",
        "sklearn.feature_extraction.text": f"{_HERE}.sklearn_keywords.prepare_text",
        "sklearn.manifold": f"{_HERE}.sklearn_keywords.prepare_manifold",
        "sklearn.preprocessing": f"{_HERE}.sklearn_keywords.prepare_preprocessing",
        "threading": f"{_HERE}.standard_library_calls.prepare_threading",
        "unittest": f"{_HERE}.standard_library_calls.prepare_unittest",
    }
)
