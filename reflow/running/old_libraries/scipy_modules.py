"""SciPy's modules that were never meant for programs, by the public ones that have their names.

SciPy 1.8 made them private.  What it left behind has no modules below it, and goes with SciPy 2.

Source: the modules of SciPy 1.5, which was current with TensorFlow 1.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["SCIPY_MODULES"]

_PRIVATE: Final = {
    "scipy.constants": "codata constants",
    "scipy.fftpack": "basic convolve helper pseudo_diffs realtransforms",
    "scipy.integrate": "lsoda odepack quadpack quadrature vode",
    "scipy.interpolate": ("dfitpack fitpack fitpack2 interpnd interpolate ndgriddata polyint rbf"),
    "scipy.io": "harwell_boeing harwell_boeing.hb idl mmio netcdf",
    "scipy.io.arff": "arffread",
    "scipy.io.matlab": (
        "byteordercodes mio mio4 mio5 mio5_params mio5_utils mio_utils miobase streams"
    ),
    "scipy.linalg": (
        "basic decomp decomp_cholesky decomp_lu decomp_qr decomp_schur decomp_svd flinalg matfuncs "
        "misc special_matrices"
    ),
    "scipy.ndimage": "filters fourier interpolation measurements morphology",
    "scipy.optimize": (
        "cobyla lbfgsb linesearch minpack minpack2 moduleTNC nonlin optimize slsqp tnc zeros"
    ),
    "scipy.signal": (
        "bsplines filter_design fir_filter_design lti_conversion ltisys signaltools sigtools "
        "spectral spline waveforms wavelets"
    ),
    "scipy.signal.windows": "windows",
    "scipy.sparse": (
        "base bsr compressed construct coo csc csr data dia dok extract lil sparsetools spfuncs "
        "sputils"
    ),
    "scipy.sparse.linalg": (
        "dsolve dsolve.linsolve eigen eigen.arpack eigen.arpack.arpack eigen.lobpcg "
        "eigen.lobpcg.lobpcg interface isolve isolve.iterative isolve.lgmres isolve.lsmr "
        "isolve.lsqr isolve.minres isolve.utils matfuncs"
    ),
    "scipy.spatial": "ckdtree kdtree qhull",
    "scipy.spatial.transform": "rotation",
    "scipy.special": "basic orthogonal sf_error specfun spfun_stats",
    "scipy.stats": "kde morestats mstats_basic mstats_extras mvn stats",
}

#: By the old name, the module of today.
SCIPY_MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {f"{module}.{old}": module for module, private in _PRIVATE.items() for old in private.split()}
)
