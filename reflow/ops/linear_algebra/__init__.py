"""Linear algebra beyond products: factorizations, equations, determinants, functions of matrices.

Every op takes batches of matrices, [..., m, n].
"""
