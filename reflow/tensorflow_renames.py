"""What the names of TensorFlow 0.x are called in 1.15: a table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["RENAMED"]


def _below(namespace: str, **names: str) -> dict[str, str]:
    """Names that stayed in their namespace."""
    return {f"{namespace}.{old}": f"{namespace}.{new}" for old, new in names.items()}


#: Where nothing has changed but the name; the new name may be one that reflow lacks.
RENAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        **_below(
            "tf",
            all_variables="global_variables",
            batch_band_part="matrix_band_part",
            batch_cholesky="cholesky",
            batch_cholesky_solve="cholesky_solve",
            batch_fft="fft",
            batch_fft2d="fft2d",
            batch_fft3d="fft3d",
            batch_ifft="ifft",
            batch_ifft2d="ifft2d",
            batch_ifft3d="ifft3d",
            batch_matrix_band_part="matrix_band_part",
            batch_matrix_determinant="matrix_determinant",
            batch_matrix_diag="matrix_diag",
            batch_matrix_diag_part="matrix_diag_part",
            batch_matrix_inverse="matrix_inverse",
            batch_matrix_set_diag="matrix_set_diag",
            batch_matrix_solve="matrix_solve",
            batch_matrix_solve_ls="matrix_solve_ls",
            batch_matrix_transpose="matrix_transpose",
            batch_matrix_triangular_solve="matrix_triangular_solve",
            batch_self_adjoint_eig="self_adjoint_eig",
            batch_self_adjoint_eigvals="self_adjoint_eigvals",
            batch_set_diag="matrix_set_diag",
            batch_svd="svd",
            complex_abs="abs",
            initialize_all_tables="tables_initializer",
            initialize_all_variables="global_variables_initializer",
            initialize_local_variables="local_variables_initializer",
            initialize_variables="variables_initializer",
            inv="reciprocal",
            list_diff="setdiff1d",
            listdiff="setdiff1d",
            mul="multiply",
            neg="negative",
            pack="stack",
            select="where",
            sub="subtract",
            types="dtypes",
            unpack="unstack",
        ),
        **_below("tf.image", per_image_whitening="per_image_standardization"),
        **_below(
            "tf.nn",
            bidirectional_rnn="static_bidirectional_rnn",
            deconv2d="conv2d_transpose",
            rnn="static_rnn",
            state_saving_rnn="static_state_saving_rnn",
        ),
        "tf.audio_summary": "tf.contrib.deprecated.audio_summary",
        "tf.contrib.ctc.ctc_loss": "tf.nn.ctc_loss",
        "tf.contrib.skflow": "tf.contrib.learn",
        "tf.histogram_summary": "tf.contrib.deprecated.histogram_summary",
        "tf.image.random_crop": "tf.random_crop",
        "tf.image_summary": "tf.contrib.deprecated.image_summary",
        "tf.merge_all_summaries": "tf.contrib.deprecated.merge_all_summaries",
        "tf.merge_summary": "tf.contrib.deprecated.merge_summary",
        "tf.nn.seq2seq": "tf.contrib.legacy_seq2seq",
        "tf.scalar_summary": "tf.contrib.deprecated.scalar_summary",
        "tf.train.SummaryWriter": "tf.summary.FileWriter",
    }
)
