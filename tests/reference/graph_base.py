"""What tests/graph asks of TensorFlow 1.15.5 and of reflow: expressions, section by section.

The recorder (record_graph_base.py) evaluates them over TensorFlow's modules, the tests over
reflow's, and both describe the outcome with `observe`. Python 3.7 runs this file.
"""

import collections
import copy
import json
import pathlib
import pickle
import types

import numpy as np

RECORDING = pathlib.Path(__file__).with_name("graph_base.json")

# Python's own texts, which differ from version to version: of these only the class is compared.
_PYTHON_TEXTS = (
    "int() argument must be",
    "returned non-int",
    "An unknown dimension is no integer",
    "__init__() ",
)

_DTYPE_NAMES = [
    name + suffix
    for name in [
        "bfloat16",
        "bool",
        "complex64",
        "complex128",
        "float16",
        "float32",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "qint8",
        "qint16",
        "qint32",
        "quint8",
        "quint16",
        "resource",
        "string",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "variant",
    ]
    for suffix in ("", "_ref")
]

_DTYPE_ATTRIBUTES = [
    "name",
    "as_datatype_enum",
    "base_dtype",
    "real_dtype",
    "is_bool",
    "is_integer",
    "is_floating",
    "is_complex",
    "is_quantized",
    "is_unsigned",
    "is_numpy_compatible",
    "min",
    "max",
    "size",
    "_is_ref_dtype",
    "_as_ref",
]

# NumPy's own bfloat16 is TensorFlow's there and ml_dtypes' here: tests/graph/test_dtypes.py has it.
_BFLOAT16_IN_NUMPY = ("min", "max")

SECTIONS = {
    "dtypes": [
        f"dtypes.{name}.{attribute}"
        for name in _DTYPE_NAMES
        for attribute in _DTYPE_ATTRIBUTES
        if not (name.startswith("bfloat16") and attribute in _BFLOAT16_IN_NUMPY)
        # A KeyError of TensorFlow's whose text is the number of the type alone.
        and not (name in ("resource_ref", "variant_ref") and attribute == "size")
    ]
    + [
        f"np.dtype(dtypes.{name}.as_numpy_dtype).descr"
        for name in _DTYPE_NAMES
        if not name.startswith(("bfloat16", "resource", "variant"))
    ]
    + [
        f"dtypes.{name}.limits"
        for name in [
            "float32",
            "float64",
            "float64_ref",
            "int8",
            "int16",
            "int64",
            "uint8",
            "uint32_ref",
            "uint64",
        ]
    ]
    + [f"dtypes.as_dtype({name!r})" for name in _DTYPE_NAMES]
    + """
        dtypes.as_dtype('half')
        dtypes.as_dtype('float')
        dtypes.as_dtype('double')
        dtypes.as_dtype('half_ref')
        dtypes.as_dtype('float_ref')
        dtypes.as_dtype('double_ref')
        [dtypes.as_dtype(number) for number in range(1, 24)]
        [dtypes.as_dtype(number) for number in range(101, 124)]
        dtypes.as_dtype(float)
        dtypes.as_dtype(bool)
        dtypes.as_dtype(object)
        dtypes.as_dtype(int)
        dtypes.as_dtype(str)
        dtypes.as_dtype(bytes)
        dtypes.as_dtype(complex)
        [dtypes.as_dtype(np.dtype(code)) for code in '?bBhHiIqQefdFDO']
        [dtypes.as_dtype(np.dtype(code).type) for code in '?bBhHiIqQefdFDO']
        dtypes.as_dtype(np.dtype('>f4'))
        dtypes.as_dtype(np.dtype('S3'))
        dtypes.as_dtype(np.dtype('U3'))
        dtypes.as_dtype(np.dtype([('qint8', np.int8)]))
        dtypes.as_dtype(np.dtype([('quint16', np.uint16)]))
        dtypes.as_dtype(np.dtype([('other', np.int8)]))
        dtypes.as_dtype('f4')
        dtypes.as_dtype('int')
        dtypes.as_dtype('')
        dtypes.as_dtype(0)
        dtypes.as_dtype(24)
        dtypes.as_dtype(1000)
        dtypes.as_dtype(None)
        dtypes.DType(1)
        dtypes.DType(101)
        dtypes.DType(0)
        dtypes.DType(99)
        str(dtypes.float32)
        repr(dtypes.string_ref)
        '%s' % dtypes.half
        hash(dtypes.int32), hash(dtypes.int32_ref)
        dtypes.float32 == dtypes.float32, dtypes.float32 != dtypes.float32
        dtypes.float32 == dtypes.float32_ref
        dtypes.float32 == 'float32', dtypes.float32 == np.float32, dtypes.float32 == 1
        dtypes.float32 == float, dtypes.float32 == np.dtype('f4'), dtypes.float32 == 'float'
        dtypes.float32 == None, dtypes.float32 == 'nonsense', dtypes.float32 == [1]
        dtypes.float32 != None, dtypes.float32 != 'nonsense', dtypes.float32 != 'int32'
        'float32' == dtypes.float32, np.int32 == dtypes.int32, np.int32 == dtypes.float32
        dtypes.float32 in (dtypes.int32, dtypes.float32), dtypes.half is dtypes.float16
        dtypes.float32.is_compatible_with(dtypes.float32_ref)
        dtypes.float32_ref.is_compatible_with(dtypes.float32)
        dtypes.float32.is_compatible_with('float32')
        dtypes.float32.is_compatible_with('float64')
        dtypes.float32.is_compatible_with('nonsense')
        sorted(repr(dtype) for dtype in dtypes.QUANTIZED_DTYPES)
        sorted(repr(dtype) for dtype in dtypes.TF_VALUE_DTYPES)
        pickle.loads(pickle.dumps(dtypes.float32_ref))
        copy.deepcopy(dtypes.int32)
        dtypes.float32.nonsense
    """.strip().splitlines(),
    "tensor_shape": """
        D('3')
        D(b'3')
        D('x')
        D(3.0)
        D(3.5)
        D(-1)
        D([1])
        D(dtypes.float32)
        D(True)
        D(np.int64(4)), type(D(np.int64(4)).value)
        D(D(3))
        hash(D(3))
        hash(S([1]))
        D(3) == 'a', D(3) == 3.5, D(3) != 3.5, D(3) == -1, D(3) == '3', D(3) == D(3), D(3) == D(4)
        D(3) == None, D(None) == None, D(None) == 3, D(3) != None, D(3) != 4, D(3) != 'a'
        D(3) < 4, D(3) < 3, D(3) <= 3, D(3) > 2, D(3) >= D(4), D(3) > 2.0
        D(3) < None, D(None) <= 3, D(None) > None, D(None) >= 1
        3 < D(4), 4 >= D(3)
        D(3) < 'a'
        D(3) <= -1
        D(3) > 2.5
        D(3) + 4, 4 + D(3), D(3) + D(None), D(None) + 4, D(3) + None
        D(3) + 'a'
        D(3) + -1
        -1 + D(3)
        D(3) - 1, 5 - D(3), D(3) - None, None - D(3)
        D(3) - 5
        1 - D(3)
        'a' - D(3)
        D(3) * 4, 4 * D(3), D(None) * 4, 4 * D(None)
        D(3) * 1.5
        D(7) // 2, 15 // D(7), D(7) // None, None // D(7)
        D(7) // 0
        'a' // D(7)
        D(7).__div__(2), D(7).__div__(None), D(None).__div__(2)
        D(7).__div__('a')
        D(7).__rdiv__(15)
        D(7) / 2
        7 / D(2)
        D(7) % 2, 7 % D(2), D(7) % None, None % D(7)
        D(7) % -2
        D(7) % 'a'
        D(3) ** 2
        -D(3)
        int(D(3)), list(range(D(3))), [4, 5, 6][D(1)], str(D(3)), str(D(None)), bool(D(0))
        int(D(None))
        range(D(None))
        D(3).merge_with(None), D(None).merge_with(3), D(3).merge_with(3), D(None).merge_with(None)
        D(3).merge_with(4)
        D(3).is_compatible_with(3), D(3).is_compatible_with(4), D(None).is_compatible_with(4)
        D(3).assert_is_compatible_with(4)
        D(3).assert_is_compatible_with(None)
        D(3) == S([3])
        D(3) in [3], D(3) in S([3]), 3 in S([3]), None in S([None])
        pickle.loads(pickle.dumps(D(3)))
        tensor_shape.as_dimension(3), tensor_shape.as_dimension(None)
        tensor_shape.dimension_value(D(3)), tensor_shape.dimension_value(4)
        tensor_shape.dimension_at_index(S([1, 2]), 1), tensor_shape.dimension_at_index(S(None), 1)
        S(None)
        S([])
        S([None, 3])
        S(3)
        S(D(3)), S([D(3), None]), S(('3', b'4')), S(i for i in [1, 2]), S({1: 2}), S(S([1, 2]))
        S(np.array([1, 2])), S([np.int32(1), np.int64(2)]), S([2 ** 40]), S([True])
        S('abc')
        S(b'abc')
        S([-1])
        S([[1]])
        S([2.5])
        S(2.5)
        S(dtypes.float32)
        S([dtypes.float32])
        S(S([1, None]).as_proto()), S(S(None).as_proto()), S(S([]).as_proto())
        S([1, None, 3]).as_proto().SerializeToString()
        S(None).as_proto().SerializeToString()
        S([]).as_proto().SerializeToString()
        str(S(None)), str(S([])), str(S([None])), str(S([1, None]))
        S([1, 2]) == [1, 2], [1, 2] == S([1, 2]), (1, 2) == S([1, 2]), S([1, 2]) == (1, 2, 3)
        S([1, 2]) == S([1, None]), S([None, 2]) == S([None, 2]), S([1, None]) == S([1, 3])
        S(None) == None, S(None) == S(None), S(None) == S([1]), S([1]) == None
        S([5]) == 5, S([1]) == 5, S([1, 2]) == 'ab', S([1, 2]) != 'ab', S([1]) == object()
        [shape == shape for shape in (S([1]), S([None]), S(None))]
        [shape != shape for shape in (S([1]), S([None]))]
        S([1]) != S([1, 2]), S([1]) != [1], S([1, None]) != S([1, None]), S([1, None]) != [1, 2]
        S(None) != S([1])
        S([1]) != None
        S([1]) == -1
        S([1, 2])[0], S([1, 2])[-1], S([1, None])[1], S([1, 2])[D(1)], S([1, 2])[np.int64(1)]
        S([1, 2])[5]
        S([1, 2])['a']
        S([1, 2])[1:], S([1, 2, 3])[::2], S([1, 2])[:-1], S([1, None])[5:], S([1, None])[1:]
        S(None)[0], S(None)[1:], S(None)[:3], S(None)[1:3], S(None)[3:1], S(None)[-1:1]
        S(None)[:-1]
        S(None)[::2]
        len(S([1, 2])), list(S([1, None])), bool(S(None)), bool(S([]))
        len(S(None))
        list(S(None))
        S([1, None]).num_elements(), S([2, 3]).num_elements(), S(None).num_elements()
        S([]).num_elements()
        S([1, None]).merge_with([None, 4]), S([1, None]).merge_with(None), S(None).merge_with([2])
        S([1, None]).merge_with([2, 4])
        S([1, None]).merge_with([2])
        S([1]) + [2], [1] + S([2]), S([1]) + 3, 3 + S([1]), S([1]) + None, S(None) + [1]
        S([1]).concatenate([2, None]), S([1]).concatenate(None), S(None).concatenate([1])
        S([1]).assert_same_rank([1, 2])
        S([1]).assert_same_rank(None), S([1]).assert_same_rank([2]), S(None).assert_same_rank([2])
        S([1]).assert_has_rank(2)
        S([1]).assert_has_rank(1), S(None).assert_has_rank(1)
        S([1]).with_rank(2)
        S([1, None]).with_rank(2), S(None).with_rank(2), S(None).with_rank(0)
        S([1]).with_rank_at_least(2)
        S([1]).with_rank_at_least(1), S(None).with_rank_at_least(1)
        S([1, 2]).with_rank_at_most(1)
        S([1]).with_rank_at_most(1), S(None).with_rank_at_most(1)
        S([1]).is_compatible_with([None]), S([1]).is_compatible_with([2])
        S([1]).is_compatible_with([1, 1]), S(None).is_compatible_with([1, 1])
        S([1]).assert_is_compatible_with([2])
        S([1]).most_specific_compatible_shape([2]), S([1]).most_specific_compatible_shape([1, 1])
        S([1, None]).most_specific_compatible_shape([1, 2])
        S([1]).is_fully_defined(), S([None]).is_fully_defined(), S(None).is_fully_defined()
        S([1]).assert_is_fully_defined()
        S([None]).assert_is_fully_defined()
        S([1, None]).as_list(), S([]).as_list()
        S(None).as_list()
        S([1, None]).dims, S(None).dims, S([1, None]).ndims, S(None).ndims, S([1]).rank
        S(None).rank
        pickle.loads(pickle.dumps(S([1, None])))
        copy.deepcopy(S([1, None])), copy.copy(S(None))
        tensor_shape.unknown_shape(), tensor_shape.unknown_shape(2)
        tensor_shape.unknown_shape(ndims=1)
        tensor_shape.as_shape([1, None]), tensor_shape.as_shape(None)
        tensor_shape.scalar(), tensor_shape.vector(3), tensor_shape.matrix(None, 3)
        S()
    """.strip().splitlines()
    + [
        f"broadcast_static_shape(S({x}), S({y}))"
        for x, y in (
            ("[1, 2]", "[3, 1]"),
            ("[None, 2]", "[3, 1]"),
            ("[None, 2]", "[1, None]"),
            ("[None]", "[None]"),
            ("[None]", "[4]"),
            ("[None, 3]", "[]"),
            ("[]", "[]"),
            ("[0]", "[1]"),
            ("[0]", "[None]"),
            ("[1]", "[None]"),
            ("None", "[2]"),
            ("[2]", "None"),
            ("[5, 1, 3]", "[4, 1]"),
            ("[2, 3]", "[2]"),
            ("[2]", "[3, 4, 5]"),
            ("[None, 3]", "[2, 4]"),
        )
    ],
    "device": """
        spec().to_string()
        spec('w', 1, 2, 'GPU', 3).to_string()
        spec(job='w', device_type='gpu').to_string()
        spec(device_type='tpu', device_index='2').to_string()
        spec(job=3).to_string(), spec(device_index=0).to_string()
        spec(task='a')
        read('/cpu:0'), read('/gpu:1'), read('/GPU'), read('cpu:0'), read('/cpu:*'), read('/cpu:-1')
        read('/device:GPU:*'), read('/device:gpu:0'), read('/device:XLA_GPU:0'), read('/job:')
        read('/job:a/replica:0/task:0/device:CPU:0'), read('/job:a/cpu:0'), read('//cpu:0')
        read(''), read(None), read('/')
        read('/job:a/task:1/cpu:0/gpu:0')
        read('/device:CPU:0/device:GPU:0')
        read('/foo:0')
        read('/device:GPU')
        read('/job')
        read('/job:a:b')
        read('/cpu:0:1')
        read('/task:a')
        read('/cpu:a')
        read('/device:CPU:a')
        spec(job='a').parse_from_string('/gpu:1').to_string()
        spec.from_string('/job:a/task:3').task, spec.from_string('/cpu:0').device_index
        spec.from_string('/job:a').device_type, spec.from_string('/cpu:*').device_index
        changed('/cpu:0', job='x', task='4'), changed('/cpu:0', device_type='gpu')
        changed('/cpu:0', device_type=None)
        spec.from_string('/cpu:0').make_merged_spec(spec.from_string('/job:a')).to_string()
        merged('/job:a/cpu:0', '/gpu:1'), merged('/job:a/cpu:0', '/device:GPU:*')
        merged('/job:a', '/task:3')
        spec.from_string('/cpu:0').replace(job='a', device_type=None).to_string()
        spec.from_string('/cpu:0').replace(nonsense='a')
        spec.from_string('/cpu:0') == spec.from_string('/device:CPU:0'), spec() == ''
        spec.from_string('/cpu:0') != spec.from_string('/cpu:1')
        hash(spec.from_string('/cpu:0')) == hash(spec(device_type='CPU', device_index=0))
        device.canonical_name('/cpu:0'), device.canonical_name(None), device.canonical_name('')
        device.canonical_name(spec(job='a'))
        device.canonical_name('/x:y')
        scope('/cpu:0', ''), scope('/cpu:0', '/job:a'), scope('/cpu:0', '/gpu:1')
        scope('/job:a/cpu:0', '/gpu:1'), scope(spec(job='z'), '/gpu:1'), scope('/cpu:0', None)
        scope(None, '/gpu:1'), scope('', '/gpu:1')
        scope('/bad:1', '')
        scope('/cpu:0', '/bad:1')
        device.merge_device('').is_null_merge, device.merge_device('/cpu:0').is_null_merge
        device.merge_device(device.merge_device('/cpu:0')).is_null_merge
    """.strip().splitlines(),
    "errors": [f"errors.exception_type_from_error_code({code}).__name__" for code in range(17)]
    + [
        f"errors.{name}"
        for name in [
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED",
        ]
    ]
    + [
        "errors.error_code_from_exception_type(errors.DataLossError)",
        "str(errors.InternalError(None, None, 'text'))",
        "errors.UnknownError(None, None, 'text').error_code",
        "errors.UnknownError(None, None, 'text', 77).error_code",
        "errors.OpError(None, None, 'text', 5).error_code",
        "issubclass(errors.NotFoundError, errors.OpError)",
        "errors.NotFoundError('text')",
    ],
    "nest": """
        [nest.is_sequence(x) for x in ([], (), {}, range(3), P(1, 2), A(1, 2), OD(), DD(int))]
        [nest.is_sequence(x) for x in ({'a': 1}.values(), {}.keys(), {}.items(), bytearray(b'a'))]
        [nest.is_sequence(x) for x in ('a', b'a', 1, None, np.zeros(3), {1}, iter([]), A)]
        nest.is_sequence(A(1, 2))
        nest.is_sequence(A)
        nest.flatten(A(1, A(2, 3)))
        nest.flatten(1)
        nest.flatten([])
        nest.flatten([1, (2, [3], {})])
        nest.flatten(None)
        nest.flatten('abc')
        nest.flatten({'b': 1, 'a': [2, 3]})
        nest.flatten(OD([('b', 1), ('a', 2)]))
        nest.flatten(P(1, [2]))
        nest.flatten(range(3))
        nest.flatten({'b': 1, 'a': 2}.values())
        nest.flatten({'b': 1, 'a': 2}.keys())
        nest.flatten({'b': 1, 'a': 2}.items())
        nest.flatten([np.arange(3)])
        nest.pack_sequence_as([1, (2, {'b': 3, 'a': 4})], [10, 20, 30, 40])
        nest.pack_sequence_as(OD([('b', 1), ('a', 2)]), [1, 2])
        nest.pack_sequence_as(DD(int, {'b': 1, 'a': 2}), [1, 2])
        nest.pack_sequence_as(P(1, [2]), [3, 4])
        nest.pack_sequence_as(A(1, 2), [3, 4])
        nest.pack_sequence_as(Sub(1, 2), [3, 4])
        nest.pack_sequence_as(range(2), [3, 4])
        nest.pack_sequence_as({'b': 1, 'a': 2}.values(), [3, 4])
        nest.pack_sequence_as(1, [3])
        nest.pack_sequence_as(L([1]), [3])
        type(nest.pack_sequence_as(L([1]), [3]))
        type(nest.pack_sequence_as(T([1]), [3]))
        nest.pack_sequence_as(1, [3, 4])
        nest.pack_sequence_as(1, [])
        nest.pack_sequence_as([1], 3)
        nest.pack_sequence_as([1], [])
        nest.pack_sequence_as([1], [1, 2])
        nest.pack_sequence_as([1, [2]], [1])
        nest.pack_sequence_as({'a': 1, 3: 4}, [1, 2])
        nest.pack_sequence_as([1, 2], np.array([3, 4]))
        nest.pack_sequence_as([1, 2], (3, 4))
        nest.pack_sequence_as([], [])
        nest.map_structure(add, [1, (2,)], [3, (4,)])
        nest.map_structure(double, {'a': 1, 'b': [2]})
        nest.map_structure(double, 3)
        nest.map_structure(3, [1])
        nest.map_structure(same)
        nest.map_structure(add, [1], (2,))
        nest.map_structure(add, [1], (2,), check_types=False)
        nest.map_structure(add, {'a': 1}, {'b': 2}, check_types=False)
        nest.map_structure(add, [1, 2], [1])
        nest.assert_same_structure(1, 2)
        nest.assert_same_structure([1, 2], [1])
        nest.assert_same_structure([1], [1, 2])
        nest.assert_same_structure([1, [2, 3]], [1, [2]])
        nest.assert_same_structure([1, [2]], [1, 2])
        nest.assert_same_structure([1, 2], [1, [2]])
        nest.assert_same_structure(1, [1])
        nest.assert_same_structure('a', ['a'])
        nest.assert_same_structure([1], (1,))
        nest.assert_same_structure([1], (1,), check_types=False)
        nest.assert_same_structure([[1]], [(1,)])
        nest.assert_same_structure(P(1, 2), P2(3, 4))
        nest.assert_same_structure(P(1, 2), Q(3, 4))
        nest.assert_same_structure(P(1, 2), P3(3, 4))
        nest.assert_same_structure(P(1, 2), (3, 4))
        nest.assert_same_structure(P(1, 2), Sub(3, 4))
        nest.assert_same_structure((1, 2), P(3, 4))
        nest.assert_same_structure(P(1, 2), Q(3, 4), check_types=False)
        nest.assert_same_structure(P(1, [2]), P2(3, 4))
        nest.assert_same_structure({'a': 1}, {'a': 2})
        nest.assert_same_structure({'a': 1}, {'b': 2})
        nest.assert_same_structure({'a': 1}, {'b': 2}, check_types=False)
        nest.assert_same_structure({'a': 1}, {'a': 2, 'b': 3})
        nest.assert_same_structure({'a': 1}, {'a': 2, 'b': 3}, check_types=False)
        nest.assert_same_structure({'a': 1}, OD(a=2))
        nest.assert_same_structure({'a': 1}, DD(int, a=2))
        nest.assert_same_structure({'a': 1}, [1])
        nest.assert_same_structure([1], L([1]))
        nest.assert_same_structure((1,), T((1,)))
        nest.assert_same_structure(A(1, 2), A(3, 4))
        nest.assert_same_structure(A(1, 2), B(3, 4))
        nest.assert_same_structure(A(1, [2]), A(3, 4))
        nest.assert_same_structure([A(1, 2)], [[3, 4]], check_types=False)
        nest.assert_same_structure({'a': [1]}, {'a': 2})
        nest.assert_same_structure(range(2), [1, 2])
        nest.assert_same_structure([], [])
        nest.assert_same_structure([[], 1], [[], 2])
        nest.assert_same_structure([[], 1], [2, []])
        nest.assert_same_structure({'a': 1}.values(), [1])
        nest.assert_same_structure(np.zeros(2), np.zeros(3))
        nest.assert_same_structure([np.zeros(2)], np.zeros(1))
        nest.flatten_up_to([0, 0], [[1, 2], 3])
        nest.flatten_up_to(0, [1, 2])
        nest.flatten_up_to({'a': 0, 'b': [0]}, {'b': [(1, 2)], 'a': 3})
        nest.flatten_up_to(P(0, 0), P2(1, [2]))
        nest.flatten_up_to([0], 1)
        nest.flatten_up_to([0], 'a')
        nest.flatten_up_to([0], [1, 2])
        nest.flatten_up_to([0, 0], [1])
        nest.flatten_up_to([0], (1,))
        nest.flatten_up_to([0], (1,), check_types=False)
        nest.flatten_up_to([[0]], [[1, 2]])
        nest.flatten_up_to([0], L([1]))
        nest.flatten_up_to(OD(a=0), {'a': [1]})
        nest.flatten_up_to(L([0]), [1])
        nest.flatten_up_to(P(0, 0), Q(1, 2))
        nest.flatten_up_to(P(0, 0), (1, 2))
        nest.flatten_up_to({'a': 0}, {'b': 1})
        nest.flatten_up_to({'a': 0, 'c': 0}, {'b': 1, 'c': 2})
        nest.flatten_up_to({'a': 0}, {'a': 1, 'b': 2})
        nest.flatten_up_to({'a': 0}, [1])
        nest.flatten_up_to({'a': 0}, [1], check_types=False)
        nest.flatten_up_to([0, 0], [1, 2, 3], check_subtrees_length=False)
        nest.flatten_up_to([0, 0], [1], check_subtrees_length=False)
        nest.flatten_up_to({'a': 0}, {'a': 1, 'b': 2}, check_subtrees_length=False)
        nest.assert_shallow_structure([0, [0]], [1, [[2]]])
        nest.assert_shallow_structure([0, [0]], [1, 2])
        nest.assert_shallow_structure({'b': [0], 'a': 0}, {'b': 2, 'a': 1})
        nest.map_structure_up_to([0, 0], same, [[1, 2], 3])
        nest.map_structure_up_to([0, 0], pair, [[1, 2], 3], [4, [5]])
        nest.map_structure_up_to([0, 0], pair, [[1, 2], 3], [4])
        nest.map_structure_up_to([0, 0], pair, [[1, 2], 3], (4, 5), check_types=False)
        nest.map_structure_up_to([0, 0], same)
        nest.map_structure_up_to(0, same, [1, 2])
        nest.map_structure_up_to({'a': 0}, same, {'a': [1], 'b': 2}, check_subtrees_length=False)
        nest.map_structure_up_to([0], 3, [1])
        nest.flatten_dict_items({(4, 5, (6, 8)): ('a', 'b', ('c', 'd')), 1: 2})
        nest.flatten_dict_items([1])
        nest.flatten_dict_items({(1, 2): (3, 4, 5)})
        nest.flatten_dict_items({(1, 2): (3, 4), 1: 2})
        nest.flatten_dict_items({(1, 1): (3, 4)})
    """.strip().splitlines(),
    "tensor_proto": r"""
        proto(1)
        proto(1.5)
        proto(True)
        proto(1j)
        proto('abc')
        proto(b'a\0')
        proto(2**40)
        proto([1, 2, 3])
        proto([1.5, 2])
        proto([True, False])
        proto([1, True])
        proto([1j, 2])
        proto(['a', 'bc'])
        proto(['a\0', b'bc'])
        proto([['a'], ['b']])
        proto([])
        proto([[]])
        proto([[], []])
        proto([[1, 2], [3, 4]])
        proto((1, 2))
        proto([2**40, 1])
        proto([2**31 - 1, -2**31])
        proto([2**63])
        proto([2**64])
        proto(np.float64(1.5))
        proto(np.float32(1.5))
        proto(np.int64(3))
        proto(np.arange(3))
        proto(np.arange(6.).reshape(2, 3))
        proto(np.arange(6.).reshape(2, 3).T)
        proto(np.array([1, 2], np.uint16))
        proto(np.array([1, 2], np.uint8))
        proto(np.array([1, 2], np.int8))
        proto(np.array([1, 2], np.int16))
        proto(np.array([1, 2], np.uint32))
        proto(np.array([1, 2], np.uint64))
        proto(np.array([2**31], np.uint32))
        proto(np.array([2**63], np.uint64))
        proto(np.array([1.5, -2], np.float16))
        proto(np.array([1, 2j], np.complex64))
        proto(np.array([1, 2j]))
        proto(np.array([True, False]))
        proto(np.array(['a', 'bc']))
        proto(np.array([b'a', b'bc']))
        proto(np.array(['a', b'b'], object))
        proto(np.array([1, 'b'], object))
        proto(np.array(3))
        proto(np.zeros([0, 3], np.float32))
        proto(np.zeros([2, 0]))
        proto([np.float32(1), np.float32(2)])
        proto([np.float64(1), 2])
        proto([np.int64(1), 2])
        proto([np.int8(1), np.int8(2)])
        proto(None)
        proto([None])
        proto([1, None])
        proto([1, 'a'])
        proto(['a', 1])
        proto({'a': 1})
        proto({1, 2})
        proto(ArrayLike())
        proto(bytearray(b'ab'))
        proto(memoryview(b'ab'))
        proto(np.datetime64('2020-01-01'))
        proto(float('nan'))
        proto([float('inf'), -0.0])
        proto(1e300)
        proto(np.array([None]))
        proto(1, dtypes.float32)
        proto(1, dtypes.float16)
        proto(1, dtypes.float64)
        proto(1, dtypes.int8)
        proto(1, dtypes.uint8)
        proto(1, dtypes.int16)
        proto(1, dtypes.uint16)
        proto(1, dtypes.uint32)
        proto(1, dtypes.uint64)
        proto(1, dtypes.int64)
        proto(1, dtypes.complex64)
        proto(1, dtypes.complex128)
        proto(1, dtypes.bool)
        proto(True, dtypes.int32)
        proto(True, dtypes.float32)
        proto(1.5, dtypes.int32)
        proto(1.0, dtypes.int32)
        proto('a', dtypes.int32)
        proto('a', dtypes.float32)
        proto(1, dtypes.string)
        proto([1], dtypes.string)
        proto(None, dtypes.float32)
        proto([None], dtypes.float32)
        proto([1, None], dtypes.int32)
        proto(1j, dtypes.float32)
        proto(1.5, dtypes.complex64)
        proto(1.5, dtypes.bool)
        proto([1, 2], dtypes.float32)
        proto([1, 2], 'float64')
        proto([1, 2], np.float16)
        proto([1, 2], 1)
        proto([1, 2], dtypes.int8)
        proto([1, 2], dtypes.uint64)
        proto([1.5, 2], dtypes.float16)
        proto([1, 2], dtypes.bool)
        proto([True, False], dtypes.bool)
        proto(['a', b'b'], dtypes.string)
        proto('\u00e9', dtypes.string)
        proto([1, 2], dtypes.float32_ref)
        proto([(1,), (2,)], dtypes.qint8)
        proto((1,), dtypes.qint8)
        proto([(1,), (2,)], dtypes.quint8)
        proto([(1,), (2,)], dtypes.qint16)
        proto([(1,), (2,)], dtypes.quint16)
        proto([(1,), (2,)], dtypes.qint32)
        proto((1,), dtypes.qint32)
        proto(1, dtypes.qint8)
        proto([1, 2], dtypes.qint8)
        proto(np.array([1, 2], np.int8), dtypes.qint8)
        proto(np.array([(1,), (2,)], dtypes.qint8.as_numpy_dtype))
        proto(np.array([(1,), (2,)], dtypes.qint8.as_numpy_dtype), dtypes.qint8)
        proto(np.array([1.7, 2]), dtypes.int32)
        proto(np.array([1, 2]), dtypes.float32)
        proto(np.array(['a', 'b']), dtypes.string)
        proto(np.array([1, 2]), dtypes.string)
        proto(np.array(['1', '2']), dtypes.int32)
        proto(np.int32(3), dtypes.float32)
        proto([np.int64(1)], dtypes.float32)
        proto([D(1), 2], dtypes.int64)
        proto(D(1), dtypes.int32)
        proto(ArrayLike(), dtypes.float32)
        proto(ArrayLike(), dtypes.int32)
        proto(1, 'nonsense')
        proto(1, None, [])
        proto(1, None, [3])
        proto(0, None, [3])
        proto(1.5, None, [2, 2])
        proto(1, None, [1])
        proto(1, None, [0])
        proto([1, 2], None, [0])
        proto([1, 2], None, [5])
        proto([1, 2], None, [1, 2])
        proto([1, 2], None, [2, 1])
        proto([1, 2, 3, 4], None, [2, 2])
        proto([1, 2], None, [1])
        proto([1, 2], None, [])
        proto([1], None, [])
        proto([], None, [0])
        proto([], None, [2])
        proto('a', None, [3])
        proto(['a', 'b'], None, [3])
        proto(True, None, [2])
        proto(1j, None, [2])
        proto(1.5, dtypes.float16, [2])
        proto(1.5, dtypes.float64, [3])
        proto(1, dtypes.int64, [3])
        proto(1, dtypes.uint16, [3])
        proto(1, dtypes.uint32, [3])
        proto(1, dtypes.uint64, [3])
        proto(1j, dtypes.complex128, [3])
        proto(np.zeros([2, 3], np.float32), None, [6])
        proto(np.zeros([2, 3], np.float32), None, [3, 2])
        proto(1, None, 3)
        proto(1, None, (2, D(2)))
        proto(1, None, S([2]))
        proto(1, None, np.array([2, 2]))
        proto(1, None, [-1])
        proto(1, None, [2.5])
        proto([1, 2], None, [2], True)
        proto([1, 2], None, [3], True)
        proto(1, None, [3], True)
        proto(1, None, [3], False, True)
        proto([1], None, [3], False, True)
        proto([1, 2], None, [3], False, True)
        proto([1, 2], None, [2, 1], False, True)
        proto(1, None, [3], True, True)
        array(1)
        array(1.5)
        array(True)
        array(1j)
        array('abc')
        array(b'a\0')
        array(2**40)
        array([1, 2, 3])
        array([1.5, 2])
        array([True, False])
        array([1, True])
        array([1j, 2])
        array(['a', 'bc'])
        array(['a\0', b'bc'])
        array([['a'], ['b']])
        array([])
        array([[]])
        array([[], []])
        array([[1, 2], [3, 4]])
        array((1, 2))
        array([2**40, 1])
        array([2**31 - 1, -2**31])
        array(np.float64(1.5))
        array(np.float32(1.5))
        array(np.int64(3))
        array(np.arange(3))
        array(np.arange(6.).reshape(2, 3))
        array(np.arange(6.).reshape(2, 3).T)
        array(np.array([1, 2], np.uint16))
        array(np.array([1, 2], np.uint8))
        array(np.array([1, 2], np.int8))
        array(np.array([1, 2], np.int16))
        array(np.array([1, 2], np.uint32))
        array(np.array([1, 2], np.uint64))
        array(np.array([1.5, -2], np.float16))
        array(np.array([1, 2j], np.complex64))
        array(np.array([1, 2j]))
        array(np.array([True, False]))
        array(np.array(['a', 'bc']))
        array(np.array([b'a', b'bc']))
        array(np.array(['a', b'b'], object))
        array(np.array(3))
        array(np.zeros([0, 3], np.float32))
        array(np.zeros([2, 0]))
        array([np.float32(1), np.float32(2)])
        array([np.float64(1), 2])
        array([np.int64(1), 2])
        array([np.int8(1), np.int8(2)])
        array(None)
        array(ArrayLike())
        array(bytearray(b'ab'))
        array(memoryview(b'ab'))
        array(float('nan'))
        array([float('inf'), -0.0])
        array(1e300)
        array(1, dtypes.float32)
        array(1, dtypes.float16)
        array(1, dtypes.float64)
        array(1, dtypes.int8)
        array(1, dtypes.uint8)
        array(1, dtypes.int16)
        array(1, dtypes.uint16)
        array(1, dtypes.int64)
        array(1, dtypes.complex64)
        array(1, dtypes.complex128)
        array(True, dtypes.int32)
        array(True, dtypes.float32)
        array(None, dtypes.float32)
        array(1.5, dtypes.complex64)
        array([1, 2], dtypes.float32)
        array([1, 2], 'float64')
        array([1, 2], np.float16)
        array([1, 2], 1)
        array([1, 2], dtypes.int8)
        array([1, 2], dtypes.uint64)
        array([1.5, 2], dtypes.float16)
        array([True, False], dtypes.bool)
        array(['a', b'b'], dtypes.string)
        array('\u00e9', dtypes.string)
        array([1, 2], dtypes.float32_ref)
        array([(1,), (2,)], dtypes.qint8)
        array((1,), dtypes.qint8)
        array([(1,), (2,)], dtypes.quint8)
        array([(1,), (2,)], dtypes.qint16)
        array([(1,), (2,)], dtypes.quint16)
        array([(1,), (2,)], dtypes.qint32)
        array((1,), dtypes.qint32)
        array(np.array([1, 2], np.int8), dtypes.qint8)
        array(np.array([(1,), (2,)], dtypes.qint8.as_numpy_dtype))
        array(np.array([(1,), (2,)], dtypes.qint8.as_numpy_dtype), dtypes.qint8)
        array(np.array([1.7, 2]), dtypes.int32)
        array(np.array([1, 2]), dtypes.float32)
        array(np.array(['a', 'b']), dtypes.string)
        array(np.array(['1', '2']), dtypes.int32)
        array(np.int32(3), dtypes.float32)
        array([np.int64(1)], dtypes.float32)
        array([D(1), 2], dtypes.int64)
        array(D(1), dtypes.int32)
        array(ArrayLike(), dtypes.float32)
        array(ArrayLike(), dtypes.int32)
        array(1, None, [])
        array(1, None, [3])
        array(0, None, [3])
        array(1.5, None, [2, 2])
        array(1, None, [1])
        array(1, None, [0])
        array([1, 2], None, [0])
        array([1, 2], None, [5])
        array([1, 2], None, [1, 2])
        array([1, 2], None, [2, 1])
        array([1, 2, 3, 4], None, [2, 2])
        array([1, 2], None, [1])
        array([1, 2], None, [])
        array([1], None, [])
        array([], None, [0])
        array([], None, [2])
        array('a', None, [3])
        array(['a', 'b'], None, [3])
        array(True, None, [2])
        array(1j, None, [2])
        array(1.5, dtypes.float16, [2])
        array(1.5, dtypes.float64, [3])
        array(1, dtypes.int64, [3])
        array(1, dtypes.uint16, [3])
        array(1j, dtypes.complex128, [3])
        array(np.zeros([2, 3], np.float32), None, [6])
        array(np.zeros([2, 3], np.float32), None, [3, 2])
        array(1, None, (2, D(2)))
        array(1, None, S([2]))
        array(1, None, np.array([2, 2]))
        array(1, None, [-1])
        array(1, None, [2.5])
        array([1, 2], None, [2], True)
        array(1, None, [3], False, True)
        array([1], None, [3], False, True)
        array([1, 2], None, [2, 1], False, True)
        array(1, None, [3], True, True)
    """.strip().splitlines(),
}


P = collections.namedtuple("P", "x y")
P2 = collections.namedtuple("P", "x y")
P3 = collections.namedtuple("P", "x z")
Q = collections.namedtuple("Q", "x y")


class Sub(P):
    pass


class L(list):
    pass


class T(tuple):
    pass


class A:
    """What the package attrs makes of a class, as far as nest looks at it."""

    __attrs_attrs__ = (types.SimpleNamespace(name="b"), types.SimpleNamespace(name="a"))

    def __init__(self, b, a):
        self.b = b
        self.a = a

    def __repr__(self):
        return f"{type(self).__name__}({self.b!r}, {self.a!r})"


class B(A):
    pass


class ArrayLike:
    def __array__(self, dtype=None, copy=None):
        return np.array([1.5, 2.5])


def names(modules):
    """What the expressions may use: the modules given, and short names for what is in them."""
    device = modules["device"]
    tensor_shape = modules["tensor_shape"]
    spec = modules["DeviceSpec"]

    class Node:
        def __init__(self, name):
            self.device = name

    def array(*args):
        found = modules["make_ndarray"](modules["make_tensor_proto"](*args))
        return found.tolist(), found.dtype.descr, found.shape

    def changed(name, **parts):
        found = spec.from_string(name)
        for part, value in parts.items():
            setattr(found, part, value)
        return found.to_string()

    def merged(name, other):
        found = spec.from_string(name)
        found.merge_from(spec.from_string(other))
        return found.to_string()

    return dict(
        modules,
        np=np,
        copy=copy,
        P=P,
        P2=P2,
        P3=P3,
        Q=Q,
        Sub=Sub,
        L=L,
        T=T,
        A=A,
        B=B,
        ArrayLike=ArrayLike,
        array=array,
        proto=lambda *args: modules["make_tensor_proto"](*args).SerializeToString(),
        OD=collections.OrderedDict,
        DD=collections.defaultdict,
        same=lambda x: x,
        double=lambda x: 2 * x,
        add=lambda x, y: x + y,
        pair=lambda x, y: (x, y),
        pickle=pickle,
        D=tensor_shape.Dimension,
        S=tensor_shape.TensorShape,
        spec=spec,
        read=lambda name: spec.from_string(name).to_string(),
        changed=changed,
        merged=merged,
        scope=lambda name, inner: device.merge_device(name)(Node(inner)).to_string(),
    )


def _describe(value):
    if isinstance(value, (list, tuple)):
        return [_describe(item) for item in value]
    if isinstance(value, collections.OrderedDict):  # shown in another way from Python 3.12 on
        return f"OrderedDict({list(value.items())!r})"
    return repr(value.item() if isinstance(value, np.generic) else value)


def observe(expression, known):
    """["value", its repr], or ["raises", class, text]."""
    try:
        return ["value", _describe(eval(expression, known))]
    except Exception as error:
        text = str(error)
        if any(python_text in text for python_text in _PYTHON_TEXTS):
            text = "..."
        return ["raises", type(error).__name__, text]


def expressions(section):
    return [expression.strip() for expression in SECTIONS[section]]


def record(known):
    """Evaluates all expressions and writes what is seen, one line an expression."""
    blocks = []
    for section in SECTIONS:
        lines = [
            json.dumps(expression) + ": " + json.dumps(observe(expression, known))
            for expression in expressions(section)
        ]
        blocks.append(json.dumps(section) + ": {\n" + ",\n".join(lines) + "\n}")
    RECORDING.write_text("{\n" + ",\n".join(blocks) + "\n}\n")


def disagreements(section, known):
    """{expression: (TensorFlow's outcome, reflow's)} for each expression where they differ."""
    recording = json.loads(RECORDING.read_text())[section]
    found = {expression: observe(expression, known) for expression in expressions(section)}
    assert found.keys() == recording.keys(), "run tests/reference/record_graph_base.py again"
    return {
        expression: (recording[expression], outcome)
        for expression, outcome in found.items()
        if outcome != recording[expression]
    }
