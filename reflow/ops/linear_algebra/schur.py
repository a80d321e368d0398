"""The complex Schur form, which functions of matrices are computed from."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_STEPS_PER_EIGENVALUE = 60
_UNUSUAL_SHIFT_EVERY = 10


def schur(matrix: Array) -> tuple[Array, Array]:
    """Unitary q and upper triangular t with q @ t @ adjoint(q) = matrix, a single [n, n].

    The QR algorithm with Wilkinson's shifts (G. Golub, C. Van Loan, "Matrix computations", 7.5).
    Not a number throughout where it does not converge, as for matrices that hold none.
    """
    size = len(matrix)
    # Adding 0 takes the sign of zeros away, which would choose between branches.
    t, q = _hessenberg(np.array(matrix, np.complex128) + 0)
    end, steps = size, 0
    while end > 1:
        start = _start_of_block(t, end)
        if start == end - 1:
            end, steps = start, 0
            continue
        if steps == _STEPS_PER_EIGENVALUE:
            return np.full_like(q, np.nan), np.full_like(t, np.nan)
        steps += 1
        shift = abs(t[end - 1, end - 2]) if steps % _UNUSUAL_SHIFT_EVERY == 0 else _shift(t, end)
        shifted = t[start:end, start:end] - shift * np.eye(end - start)
        turn = np.linalg.qr(shifted)[0]
        t[start:end, start:] = turn.conj().T @ t[start:end, start:]
        t[:end, start:end] = t[:end, start:end] @ turn
        q[:, start:end] = q[:, start:end] @ turn
    return q, np.triu(t)


def _hessenberg(t: Array) -> tuple[Array, Array]:
    """t with zeros below its subdiagonal, and the unitary matrix that turned it so."""
    q = np.eye(len(t), dtype=t.dtype)
    for column in range(len(t) - 2):
        v = t[column + 1 :, column].copy()
        length = np.linalg.norm(v)
        if not length:
            continue
        v[0] += length * (v[0] / abs(v[0]) if v[0] else 1)
        v /= np.linalg.norm(v)
        t[column + 1 :] -= 2 * np.outer(v, v.conj() @ t[column + 1 :])
        t[:, column + 1 :] -= 2 * np.outer(t[:, column + 1 :] @ v, v.conj())
        q[:, column + 1 :] -= 2 * np.outer(q[:, column + 1 :] @ v, v.conj())
    return t, q


def _start_of_block(t: Array, end: int) -> int:
    """The first row of the block that ends before `end`; what is nearly 0 left of it becomes 0."""
    for row in range(end - 1, 0, -1):
        beside = abs(t[row, row]) + abs(t[row - 1, row - 1])
        if abs(t[row, row - 1]) <= np.finfo(np.float64).eps * beside:
            t[row, row - 1] = 0
            return row
    return 0


def _shift(t: Array, end: int) -> Any:
    """The eigenvalue of the block's last 2 x 2 elements that is nearer to its last one."""
    (a, b), (c, d) = t[end - 2 : end, end - 2 : end]
    half = (a - d) / 2
    root = np.sqrt(half * half + b * c)
    return d + min(half + root, half - root, key=abs)
