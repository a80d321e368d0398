"""The op Einsum, which tf.einsum of TensorFlow 1 does without."""

from tests.reference.spec import case, error, f32, table, x


def einsum(equation):
    return lambda tf, *inputs: tf.raw_ops.Einsum(inputs=inputs, equation=equation)


EQUATIONS = {
    "copy": ("ab->ab", (2, 3)),
    "sum": ("abc->b", (2, 3, 4)),
    "transpose": ("abc->cab", (2, 3, 4)),
    "diagonal": ("aab->ab", (3, 3, 2)),
    "trace": ("aa->", (3, 3)),
    "spread": ("a->aa", (3,)),
    "spread_between": ("ab->bab", (2, 3)),
    "ellipsis_kept": ("...ij->...ji", (2, 2, 3)),
    "ellipsis_within": ("a...a->a...", (2, 3, 2)),
    "product": ("ij,jk->ik", (2, 3), (3, 4)),
    "outer": ("i,j->ji", (2,), (3,)),
    "batches": ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    "broadcast": ("...ij,...jk->...ik", (3, 1, 2, 3), (2, 3, 2)),
    "repeated": ("ijj,k->ik", (2, 3, 3), (4,)),
}

CASES = table(
    [
        case(
            f"einsum_{name}",
            einsum(equation),
            [x(*shape) for shape in input_shapes],
            dtypes=("float32", "float64", "complex64"),
        )
        for name, (equation, *input_shapes) in EQUATIONS.items()
    ],
    error("einsum_rank", einsum("ij,jk->ik"), [f32(2, 3, 4), f32(3, 4)]),
    error("einsum_sizes", einsum("ij,jk->ik"), [f32(2, 3), f32(4, 4)]),
    error("einsum_apart", einsum("...i,...i->..."), [f32(2, 3), f32(3, 3)]),
    error("einsum_hidden", einsum("...i->i"), [f32(2, 3)]),
    error("einsum_count", einsum("i,j->ij"), [f32(2)], variants=("full",)),
    error("einsum_periods", einsum("..i->i"), [f32(2)], variants=("full",)),
)
