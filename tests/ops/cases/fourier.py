"""Fourier and cosine transforms, windows, frames, mel scales."""

from tests.reference.spec import case, error, f32, of, table, x

ROUNDING = {"rtol": 2e-4, "atol": 2e-5, "why": "the transforms beneath round differently"}
FIXED = "this op takes float32 only"


def near(name, build, inputs=(), **options):
    return case(name, build, inputs, **{**ROUNDING, **options})


COMPLEX = [
    near(
        name,
        lambda tf, a, name=name: getattr(tf, name)(a),
        [x(2, 3, 4)],
        dtypes=("complex64", "complex128"),
        grad=True,
        grad2=True,
        no_fd="this op takes complex numbers only",
    )
    for name in ("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d")
] + [
    near("fft_signal", lambda tf, a: tf.signal.fft(a), [x(7, dtype="complex64")]),
    near("ifft_spectral", lambda tf, a: tf.spectral.ifft(a), [x(7, dtype="complex64")]),
    near("fft_empty", lambda tf, a: tf.fft(a), [x(0, 4, dtype="complex64")]),
]

REAL = [
    near(
        f"{name}_{'_'.join(map(str, length)) if length else 'all'}",
        lambda tf, a, name=name, length=length: getattr(tf.signal, name)(a, length),
        [f32(2, 3, 4, 5)],
        # TensorFlow has no gradient in three dimensions.
        grad=(0,) if rank < 3 else False,
        grad2=rank == 1,
        no_fd=FIXED,
    )
    for rank, name in ((1, "rfft"), (2, "rfft2d"), (3, "rfft3d"))
    for length in (None, [6, 5, 8][-rank:], [4, 6, 9][-rank:])
] + [
    near(
        f"{name}_{'_'.join(map(str, length)) if length else 'all'}",
        lambda tf, a, name=name, length=length: getattr(tf.spectral, name)(a, length),
        [x(2, 3, 4, 5, dtype="complex64")],
        grad=(0,) if rank < 3 and length and length[-1] // 2 + 1 == 5 else False,
        no_fd=FIXED,
    )
    for rank, name in ((1, "irfft"), (2, "irfft2d"), (3, "irfft3d"))
    for length in (
        None,
        [3, 4, 9][-rank:],
        [3, 4, 8][-rank:],
        [3, 4, 6][-rank:],
        [5, 5, 11][-rank:],
    )
]

SHIFTS = [
    case("fftshift", lambda tf, a: tf.signal.fftshift(a), [x(3, 4)], variants=("full",)),
    case("fftshift_axis", lambda tf, a: tf.signal.fftshift(a, 1), [x(3, 5)], variants=("full",)),
    case(
        "ifftshift",
        lambda tf, a: tf.signal.ifftshift(a, axes=(0, 1)),
        [x(3, 4)],
        variants=("full",),
        grad=True,
    ),
]

COSINE = [
    near(
        f"{name}_{type}_{norm}",
        lambda tf, a, name=name, type=type, norm=norm: getattr(tf.signal, name)(
            a, type=type, norm=norm
        ),
        [f32(2, 6)],
        grad=True,
        no_fd=FIXED,
        variants=("full", "batch"),
    )
    for name in ("dct", "idct")
    for type, norm in ((1, None), (2, None), (2, "ortho"), (3, None), (3, "ortho"))
] + [
    near("dct_cut", lambda tf, a: tf.spectral.dct(a, n=4), [f32(2, 6)], variants=("full",)),
    near("dct_padded", lambda tf, a: tf.spectral.dct(a, n=8), [f32(2, 6)], variants=("full",)),
]

WINDOWS = [
    near(
        f"{name}_{length}_{periodic}",
        lambda tf, name=name, length=length, periodic=periodic: getattr(tf.signal, name)(
            length, periodic
        ),
    )
    for name in ("hann_window", "hamming_window")
    for length in (1, 6, 7)
    for periodic in (True, False)
] + [
    near("hann_window_fed", lambda tf, n: tf.signal.hann_window(n), [of(5, "int32")]),
    near("hann_window_fed_one", lambda tf, n: tf.signal.hann_window(n), [of(1, "int32")]),
    near("hann_window_double", lambda tf: tf.signal.hann_window(8, dtype=tf.float64)),
]

FRAMES = [
    case(
        f"frame_{length}_{step}_{'padded' if pad_end else 'inside'}",
        lambda tf, a, length=length, step=step, pad_end=pad_end: tf.signal.frame(
            a, length, step, pad_end=pad_end, pad_value=7
        ),
        [x(2, 11)],
        grad=True,
    )
    for length, step in ((4, 2), (5, 3), (3, 4))
    for pad_end in (False, True)
] + [
    case(
        "frame_lengths_fed",
        lambda tf, a, length, step: tf.signal.frame(a, length, step),
        [x(2, 14), of(6, "int32"), of(4, "int32")],
        grad=(0,),
    ),
    case("frame_axis", lambda tf, a: tf.signal.frame(a, 4, 2, axis=0), [x(9, 3)], grad=True),
    case(
        "overlap_and_add",
        lambda tf, a: tf.signal.overlap_and_add(a, 3),
        [x(2, 4, 5)],
        grad=True,
    ),
    case("overlap_and_add_apart", lambda tf, a: tf.signal.overlap_and_add(a, 5), [x(2, 4, 5)]),
    case("overlap_and_add_gaps", lambda tf, a: tf.signal.overlap_and_add(a, 7), [x(4, 5)]),
]

SPEECH = [
    near(
        "stft",
        lambda tf, a: tf.signal.stft(a, 8, 4),
        [f32(2, 30)],
        grad=True,
        no_fd=FIXED,
    ),
    near(
        "stft_padded",
        lambda tf, a: tf.signal.stft(a, 6, 4, fft_length=8, window_fn=None, pad_end=True),
        [f32(2, 29)],
        variants=("full",),
    ),
    near(
        "inverse_stft",
        lambda tf, a: tf.signal.inverse_stft(
            a, 8, 4, window_fn=tf.signal.inverse_stft_window_fn(4)
        ),
        [x(2, 6, 5, dtype="complex64")],
        grad=True,
        no_fd=FIXED,
        variants=("full", "batch"),
    ),
    near(
        "inverse_stft_longer",
        lambda tf, a: tf.signal.inverse_stft(a, 6, 3, fft_length=4, window_fn=None),
        [x(5, 3, dtype="complex64")],
        variants=("full",),
    ),
    near("mel_matrix", lambda tf: tf.signal.linear_to_mel_weight_matrix()),
    near(
        "mel_matrix_double",
        lambda tf: tf.signal.linear_to_mel_weight_matrix(5, 33, 16000.0, 80.0, 7600.0, tf.float64),
        rtol=1e-9,
        atol=1e-12,
    ),
    near(
        "mfccs",
        lambda tf, a: tf.signal.mfccs_from_log_mel_spectrograms(a),
        [f32(2, 3, 8)],
        grad=True,
        no_fd=FIXED,
        variants=("full", "batch"),
    ),
]

ERRORS = [
    error("fft_scalar", lambda tf, a: tf.fft(a), [x(dtype="complex64")], variants=("full",)),
    error("fft2d_vector", lambda tf, a: tf.fft2d(a), [x(3, dtype="complex64")], variants=("full",)),
    error("fft_real", lambda tf, a: tf.fft(a), [f32(3)], variants=("full",)),
    error("rfft_lengths", lambda tf, a: tf.signal.rfft(a, [2, 2]), [f32(3)], variants=("full",)),
    error("dct_type", lambda tf, a: tf.signal.dct(a, type=4), [f32(3)], variants=("full",)),
    error("dct_axis", lambda tf, a: tf.signal.dct(a, axis=0), [f32(3)], variants=("full",)),
    error("window_integers", lambda tf: tf.signal.hann_window(3, dtype=tf.int32)),
    error("frame_lengths", lambda tf, a: tf.signal.frame(a, [2], 2), [f32(3)], variants=("full",)),
    error("mel_edges", lambda tf: tf.signal.linear_to_mel_weight_matrix(upper_edge_hertz=1e4)),
]

CASES = table(COMPLEX, REAL, SHIFTS, COSINE, WINDOWS, FRAMES, SPEECH, ERRORS)
