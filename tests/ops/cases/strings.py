"""Strings: split, joined, matched, hashed, in other encodings, formatted."""

import numpy as np

from tests.reference.spec import case, error, f32, i32, of, script, table

# Bytes that are no UTF-8, halves of pairs, characters of one to four bytes.
ODD = [
    b"a\xffb",
    b"\xe4\xbd",
    b"\xf0\x9f\x98",
    b"\xed\xa0\x80x",
    b"\xc0\x80",
    b"\xf5\x80\x80\x80",
    b"a\x00\x01b\tc\n",
    b"ok\xc3\xa4",
    b"\xe4\xbd\xa0\xe5\xa5\xbd",
    b"\xf0\x9f\x98\x80!",
    b"",
]


def strings(values):
    return of(values, "string")


def sparse(tensor):
    return [tensor.indices, tensor.values, tensor.dense_shape]


SENTENCES = [b"hello world", b"a b  c", b"", b" x "]

SPLITTING = (
    [
        case(
            "string_split",
            lambda tf, a: sparse(tf.string_split(a)),
            [strings(SENTENCES)],
        ),
        case(
            "string_split_empty_parts",
            lambda tf, a: sparse(tf.string_split(a, skip_empty=False, name="split")),
            [strings(SENTENCES)],
        ),
        case(
            "string_split_nothing",
            lambda tf: sparse(tf.string_split(np.array([], object), delimiter=" ")),
        ),
        case(
            "strings_split",
            lambda tf, a: sparse(tf.strings.split(a)),
            [strings([b"a b  c ", b" ", b"", b"\tx\n"])],
            variants=("full", "batch", "rank"),
        ),
        error(
            "string_split_matrix",
            lambda tf, a: tf.string_split(a).values,
            [strings([[b"a"]])],
        ),
        error("string_split_result", lambda tf: tf.string_split(["a"], result_type="list")),
    ]
    + [
        case(
            f"string_split_by_{i}",
            lambda tf, a, sep=sep: sparse(tf.string_split(a, sep, skip_empty=False)),
            [strings(SENTENCES)],
            variants=("full",),
        )
        for i, sep in enumerate([b"", b"lo", b"\xff", b"]^-"])
    ]
    + [
        case(
            f"strings_split_{name}_{most}",
            lambda tf, a, sep=sep, most=most: sparse(tf.strings.split(a, sep, maxsplit=most)),
            [strings([b"a b  c ", b" ", b"", b"x<><>y<>z<>"])],
            variants=("full",),
        )
        for name, sep in [("spaces", ""), ("two", "  "), ("text", "<>")]
        for most in (-1, 0, 1, 2)
    ]
)

JOINING = [
    case(
        "unsorted_segment_join",
        lambda tf, a, b: tf.strings.unsorted_segment_join(a, b, 3, separator=":"),
        [strings([[b"a", b"b"], [b"c", b"d"]]), of([0, 1], "int32")],
    ),
    case(
        "unsorted_segment_join_matrix",
        lambda tf, a, b: tf.strings.unsorted_segment_join(a, b, 2),
        [strings([[b"a", b"b"], [b"c", b"d"]]), of([[0, 1], [1, 0]], "int64")],
    ),
    error(
        "unsorted_segment_join_negative",
        lambda tf, a, b: tf.strings.unsorted_segment_join(a, b, 2),
        [strings([b"a", b"b", b"c"]), of([0, -1, 0], "int32")],
    ),
    error(
        "unsorted_segment_join_beyond",
        lambda tf, a, b: tf.strings.unsorted_segment_join(a, b, 2),
        [strings([b"a", b"b", b"c"]), of([0, 5, 0], "int32")],
    ),
    error(
        "unsorted_segment_join_segments",
        lambda tf, a, b: tf.strings.unsorted_segment_join(a, b, -2),
        [strings([b"a"]), of([0], "int32")],
        variants=("full",),
    ),
    error(
        "unsorted_segment_join_scalar",
        lambda tf, a, b: tf.strings.unsorted_segment_join(a, b, 1),
        [strings(b"a"), of(0, "int32")],
    ),
    error(
        "unsorted_segment_join_sizes",
        lambda tf, a, b: tf.strings.unsorted_segment_join(a, b, 1),
        [strings([b"a", b"b"]), of([0], "int32")],
    ),
]

CHARACTERS = [
    case(
        "strip_and_case",
        lambda tf, a: [
            tf.string_strip(a),
            tf.strings.strip(a),
            tf.strings.lower(a),
            tf.strings.upper(a),
            tf.strings.lower(a, encoding="utf-8"),
            tf.strings.upper(a, encoding="utf-8"),
        ],
        [strings([b" \t\n\v\f\r a B ", "\xa0\xc4\xe4x\xdf".encode(), b"", b"A\xff\xc4"])],
    ),
    case(
        "length",
        lambda tf, a: [tf.strings.length(a), tf.strings.length(a, unit="UTF8_CHAR")],
        [strings(ODD)],
    ),
    error("lower_encoding", lambda tf: tf.strings.lower("a", encoding="latin1")),
    error("length_unit", lambda tf: tf.strings.length("a", unit="WORD")),
    case(
        "substr",
        lambda tf, a: [
            tf.substr(a, 1, 3),
            tf.strings.substr(a, -2, 9),
            tf.strings.substr(a, [0, 5], [-1, 2], name="parts"),
        ],
        [strings([b"hello", b"world"])],
    ),
    case(
        "substr_characters",
        lambda tf, a: [
            tf.strings.substr(a, pos, count, unit="UTF8_CHAR")
            for pos, count in [(0, 1), (1, 2), (-1, 1), (2, -1), (2, 0), (-2, 9)]
        ],
        [strings([b"\xe4\xbd\xa0\xe5\xa5\xbdx", b"\x80\x80ab\xe4"])],
    ),
    case(
        "substr_broadcast",
        lambda tf, a, b, c: tf.strings.substr(a, b, c),
        [strings([[b"abc", b"def"]]), of([[0], [1]], "int64"), of([[1], [2]], "int64")],
        variants=("full", "batch", "rank"),
    ),
    error(
        "substr_ranks",
        lambda tf, a: tf.strings.substr(a, 0, [1, 2]),
        [strings([b"abc"])],
    ),
] + [
    error(
        f"substr_outside_{i}",
        lambda tf, a, pos=pos, unit=unit: tf.strings.substr(a, pos, 1, unit=unit),
        [strings(b"hello")],
        shows=(str(pos), "out of range"),
    )
    for i, (pos, unit) in enumerate(
        [(6, "BYTE"), (-6, "BYTE"), (6, "UTF8_CHAR"), (-6, "UTF8_CHAR")]
    )
]

TEXTS = [b"aab .9\xc3\xa4", b"", b"A\nb\n", b"ab\xff"]

REPLACEMENTS = [
    ("a", "b"),
    ("(a)", "\\1\\1"),
    ("(a)", "x\\2"),
    ("a", "\\"),
    ("a", "y\\x"),
    ("a", "\\\\"),
    ("(a)(x)?", "<\\2\\1\\0>"),
    ("a*", "-"),
    ("a??", "-"),
    ("a|b|", "-"),
    ("(a*)*", "-"),
    ("x*?b", "-"),
    ("[[:alpha:]]", "x"),
    ("[^[:^space:]b]", "x"),
    ("[^a]", "-"),
    ("[]a]", "-"),
    ("[a-]", "-"),
    ("[\\w.]+", "-"),
    ("\\pL", "x"),
    ("\\P{Lu}", "x"),
    ("\\p{^Nd}", "x"),
    ("(?P<n>a)", "\\1"),
    ("\\d", "\\0"),
    ("\\D\\s\\S", "-"),
    ("\\w", "-"),
    ("\\z", "x"),
    ("$", "E"),
    ("(?m)$", "E"),
    ("^", "S"),
    ("(?m)^", "S"),
    ("\\A", "S"),
    ("(?i)A", "x"),
    ("(?i)[^a]", "x"),
    ("(?i)[B-C]", "x"),
    ("(?i:B)a|B", "x"),
    ("z(?i)|B", "x"),
    ("(?i)b(?-i)A?", "x"),
    ("\\Qa.\\E", "x"),
    ("\\Q b", "x"),
    (".", "-"),
    ("(?s).", "-"),
    ("\\x{e4}", "-"),
    ("\\x61\\142?", "-"),
    ("(?U)a+", "-"),
    ("a{2}", "-"),
    ("a{1,}", "-"),
    ("{a", "-"),
    ("\\b", "|"),
    ("\\\xe4"[1:], "o"),
]

BAD_PATTERNS = [
    "(a",
    ")",
    "(a)\\1",
    "(?=a)",
    "(?<!a)",
    "(?<n>a)",
    "(?z)a",
    "a{1001}",
    "x{2,1}",
    "[",
    "[a",
    "[b-a]",
    "*",
    "(*a)",
    "a**",
    "a++",
    "a{2,}?+",
    "\\",
    "\\8",
    "\\y",
    "\\pX",
]

PATTERNS = (
    [
        case(
            f"regex_replace_{i}",
            lambda tf, a, pattern=pattern, rewrite=rewrite: [
                tf.regex_replace(a, pattern, rewrite),
                tf.strings.regex_replace(a, pattern, rewrite, replace_global=False),
            ],
            [strings(TEXTS)],
            variants=("full", "unknown"),
        )
        for i, (pattern, rewrite) in enumerate(REPLACEMENTS)
    ]
    + [
        error(
            f"regex_refused_{i}",
            lambda tf, a, pattern=pattern: tf.strings.regex_replace(a, pattern, "-"),
            [strings([b"a"])],
            shows=("Invalid pattern: " + pattern, "error:"),
            variants=("full",),
        )
        for i, pattern in enumerate(BAD_PATTERNS)
    ]
    + [
        case(
            "regex_no_boundary",
            lambda tf, a: tf.strings.regex_replace(a, "\\B", "|"),
            [strings([b"ab c", b"", b"."])],
        ),
        case(
            "regex_fed",
            lambda tf, a, p, r: [
                tf.strings.regex_replace(a, p, r),
                tf.strings.regex_full_match(a, p),
                tf.strings.regex_full_match(a, "a|ab"),
            ],
            [strings([[b"ab", b"abc"], [b"a\n", b"\xff"]]), strings(b"(a)b.?"), strings(b"\\1")],
            variants=("full", "rank"),
        ),
        error(
            "regex_vector",
            lambda tf, a, p: tf.strings.regex_full_match(a, p),
            [strings([b"a"]), strings([b"a"])],
        ),
        error("regex_match_refused", lambda tf: tf.strings.regex_full_match(["a"], "(")),
    ]
)


def of_all_lengths():
    """A string of each length up to 130, and some longer ones."""
    rng = np.random.RandomState(5)
    lengths = [*range(131), 191, 192, 193, 255, 256, 257, 1000]
    return [rng.bytes(length) for length in lengths]


HASHING = [
    case(
        "hash_buckets",
        lambda tf, a: [
            tf.string_to_hash_bucket(a, 2**63 - 1),
            tf.string_to_hash_bucket_fast(a, 2**63 - 1),
            tf.string_to_hash_bucket_strong(a, 2**63 - 1, [123, 2**62 + 5]),
            tf.strings.to_hash_bucket(input=a, num_buckets=7),
            tf.strings.to_hash_bucket_fast(a, num_buckets=10, name="fast"),
            tf.strings.to_hash_bucket_strong(a, 3, key=[-1, 0]),
        ],
        [strings(of_all_lengths())],
        variants=("full", "unknown"),
    ),
    case(
        "hash_buckets_scalar",
        lambda tf, a: tf.string_to_hash_bucket_fast(a, 100),
        [strings(b"word")],
    ),
    error("hash_no_buckets", lambda tf: tf.string_to_hash_bucket_fast("a", 0)),
    error(
        "hash_key",
        lambda tf: tf.string_to_hash_bucket_strong("a", 5, [1]),
        shows=("2",),
    ),
    case("fingerprint_strings", lambda tf, a: tf.fingerprint(a), [strings([b"a", b"b"])]),
    case(
        "fingerprint_rows",
        lambda tf, a, b: [tf.fingerprint(a), tf.fingerprint(b)],
        [strings([[b"a", b"bc"], [b"", b"d"]]), i32(3, 2, 2)],
    ),
    error(
        "fingerprint_method",
        lambda tf, a: tf.fingerprint(a, method="md5"),
        [i32(2)],
        shows=("md5",),
    ),
    error("fingerprint_scalar", lambda tf, a: tf.fingerprint(a), [strings(b"a")]),
]

BASE64 = [
    case(
        "encode_base64",
        lambda tf, a: [tf.encode_base64(a), tf.io.encode_base64(a, pad=True)],
        [strings([b"a", b"ab", b"abc", b"\xff\xfe\xfb", b""])],
    ),
    case(
        "decode_base64",
        lambda tf, a: [tf.decode_base64(a), tf.io.decode_base64(a)],
        [strings([b"YQ", b"YQ==", b"YR", b"__77", b"YWI=", b"YWJjYQ==", b""])],
    ),
] + [
    error(
        f"decode_base64_{i}",
        lambda tf, a: tf.decode_base64(a),
        [strings(text)],
        variants=("full",),
    )
    for i, text in enumerate([b"YQ=", b"Y", b"//77", b"YQ=a", b"Y Q", b"=", b"====", b"YQ==YQ=="])
]


def transcoded(tf, a, **options):
    return tf.strings.unicode_transcode(a, "UTF-8", "UTF-8", **options)


UNICODE = [
    case(
        "unicode_transcode",
        lambda tf, a: [
            transcoded(tf, a),
            transcoded(tf, a, errors="ignore"),
            transcoded(tf, a, replacement_char=63, replace_control_characters=True),
            transcoded(tf, a, errors="ignore", replace_control_characters=True),
            tf.strings.unicode_transcode(a, "utf8", "UTF-16-BE"),
            tf.strings.unicode_transcode(a, "UTF-8", "UTF-32-BE", name="wide"),
            transcoded(tf, a, replacement_char=0xD800),
        ],
        [strings(ODD)],
    ),
    error(
        "unicode_strict",
        lambda tf, a: transcoded(tf, a, errors="strict"),
        [strings([b"a", b"\xff"])],
    ),
    error("unicode_encoding", lambda tf: tf.strings.unicode_transcode("a", "nope", "UTF-8")),
    error("unicode_replacement", lambda tf: transcoded(tf, "a", replacement_char=0x110000)),
    error("unicode_output", lambda tf: tf.strings.unicode_transcode("a", "UTF-8", "latin1")),
] + [
    case(
        "unicode_from_" + encoding,
        lambda tf, a, encoding=encoding: tf.strings.unicode_transcode(a, encoding, "UTF-8"),
        [strings([b"ab\xe4\xc4", b"\x00a\x00", b"\xd8\x00\x00a"])],
        variants=("full",),
    )
    for encoding in [
        "US-ASCII",
        "ISO-8859-1",
        "windows-1252",
        "KOI8-R",
        "UTF-16",
        "UTF-16-BE",
        "UTF-16-LE",
    ]
]

FORMATTED = [
    np.arange(10),
    np.arange(24).reshape(2, 3, 4),
    np.arange(64).reshape(8, 8),
    np.float32(3.14159274),
    np.float64(1) / 3,
    np.float16(1.1),
    np.float32([1.5, 2e10, 1e-7, np.nan, np.inf]),
    np.array([True, False]),
    np.zeros((2, 0)),
    np.zeros(0),
    np.uint8([200]),
    np.complex64([1 + 2j, 3]),
    np.array([b"a", b'b\n"c"'], object),
]

FORMATTING = [
    case(
        "format",
        lambda tf: [
            tf.strings.format("v: {}.", tf.constant(value), summarize=most)
            for value in FORMATTED
            for most in (3, -1, 1, 0, 2)
        ],
        nodes=False,
    ),
    case(
        "format_several",
        lambda tf, a, b: [
            tf.strings.format("{} and {}", (a, b)),
            tf.strings.format("% {}", a, placeholder="%", name="one"),
            tf.strings.format("none", []),
        ],
        [i32(3), f32(2, 2)],
    ),
    error("format_count", lambda tf: tf.strings.format("{}", [1, 2]), shows=("1", "2")),
    error("format_too_few", lambda tf: tf.strings.format("{} {}", [1])),
]


@script("files")
def files(tf):
    import os
    import tempfile

    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "deep", "er", "file.txt")
    session = tf.Session()
    yield session.run(tf.write_file(path, b"a\xff\n"))
    yield session.run([tf.read_file(path), tf.io.read_file(path)])
    yield len(session.run(tf.matching_files(os.path.join(folder, "deep", "er", "*"))))
    session.run(tf.io.write_file(path, "b"))
    yield session.run(tf.read_file(path))
    names = tf.train.match_filenames_once(os.path.join(folder, "deep", "er", "*"), name="once")
    yield names.name, names.dtype.name, names in tf.local_variables(), names in tf.all_variables()
    session.run(tf.local_variables_initializer())
    yield len(session.run(names)), tf.io.match_filenames_once("x").name
    missing = tf.read_file(os.path.join(folder, "missing"))
    try:
        session.run(missing)
    except tf.errors.NotFoundError as error:
        yield "missing" in str(error)


SERIALIZED = [
    case(
        "serialize_tensor",
        lambda tf, a, b: [
            tf.parse_tensor(tf.serialize_tensor(a), tf.float32),
            tf.io.parse_tensor(tf.io.serialize_tensor(b), tf.string),
        ],
        [f32(2, 3), strings([b"a", b"\xff"])],
    ),
    error(
        "parse_tensor_type",
        lambda tf, a: tf.parse_tensor(tf.serialize_tensor(a), tf.int32),
        [f32(2)],
    ),
    error(
        "parse_tensor_garbage",
        lambda tf, a: tf.parse_tensor(a, tf.int32),
        [strings(b"garbage")],
        variants=("full",),
    ),
    error(
        "parse_tensor_vector",
        lambda tf, a: tf.parse_tensor(a, tf.int32),
        [strings([b"", b""])],
    ),
    case(
        "decode_compressed",
        lambda tf, a, b: [
            tf.decode_compressed(a, "ZLIB"),
            tf.io.decode_compressed(b, compression_type="GZIP"),
            tf.io.decode_compressed(a),
        ],
        [
            strings([b"x\x9cKLJNL\x84b\x00\x1d\xd3\x04\x96"]),
            strings(
                [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03KLJ\x06\x00\xc2A$5\x03\x00\x00\x00"]
            ),
        ],
    ),
    error("decompress_format", lambda tf: tf.decode_compressed("a", "BZIP")),
]

RECORDS = [b"1.5,2,a b", b'"-3","4","c,""d"""', b",,", b"7,8,"]
REFUSED_RECORDS = [
    (b"1,2", [[1.0]]),
    (b"", [[1.0]]),
    (b",1", [np.zeros(0, np.float32), [1]]),
    (b"1,2x", [[1.0], [1]]),
    (b"1e,2", [[1.0], [1]]),
    (b"99999999999", [[1]]),
    (b"1" * 5000, [[1]]),
    (b'a"b', [["a"]]),
    (b'"a', [["a"]]),
    (b'"', [["a"]]),
    (b'"a"b,c', [["a"], ["a"]]),
    (b"a\nb", [["a"]]),
]

CSV = [
    case(
        "decode_csv",
        lambda tf, a: [
            tf.decode_csv(a, [[0.5], [-1], ["x"]]),
            tf.io.decode_csv(a, [2.5, np.array([9], np.int64), "?"], name="again"),
            tf.decode_csv(a, [["none"]], na_value="4", select_cols=[1]),
        ],
        [strings(RECORDS)],
    ),
    case(
        "decode_csv_delimiters",
        lambda tf, a: [
            tf.decode_csv(a, [["x"], ["y"]], field_delim="\t", use_quote_delim=False),
            tf.decode_csv(a, [["x"], ["y"]], field_delim="\t"),
        ],
        [strings([[b"a\t1"], [b"\t"], [b'""\t\xff']])],
    ),
    case(
        "decode_csv_lines",
        lambda tf, a: tf.decode_csv(a, [["x"], ["y"]]),
        [strings([b'\n"a\r\nb",c', b'"",""', b'\r1,"2"'])],
    ),
    error("decode_csv_delimiter", lambda tf: tf.decode_csv(["a"], [[""]], field_delim="ab")),
    error("decode_csv_rank", lambda tf: tf.decode_csv(["a"], [[[""]]])),
    error("decode_csv_default", lambda tf: tf.decode_csv(["a"], [["", ""]])),
    error("decode_csv_order", lambda tf: tf.decode_csv(["a"], [[""], [""]], select_cols=[1, 0])),
    error("decode_csv_negative", lambda tf: tf.decode_csv(["a"], [[""]], select_cols=[-1])),
    error("decode_csv_count", lambda tf: tf.decode_csv(["a"], [[""]], select_cols=[0, 1])),
    error("decode_csv_type", lambda tf: tf.decode_csv(["1"], [[True]])),
] + [
    error(
        f"decode_csv_refused_{i}",
        lambda tf, a, defaults=defaults: tf.decode_csv(a, defaults),
        [strings([record])],
        variants=("full",),
    )
    for i, (record, defaults) in enumerate(REFUSED_RECORDS)
]

CASES = table(
    SPLITTING,
    JOINING,
    CHARACTERS,
    PATTERNS,
    HASHING,
    BASE64,
    UNICODE,
    FORMATTING,
    files,
    SERIALIZED,
    CSV,
)
