"""Which lines are IPython's, and which are not."""

import pytest

from reflow.running.ipython_lines import translate, without


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%matplotlib inline\nx = 1\n", "pass\nx = 1\n"),
        ("if x:\n    !ls\n", "if x:\n    pass\n"),
        ("files = !ls\nnp.dot?\n?np.dot\n", "pass\npass\npass\n"),
        ("%%bash\nls\n", ""),
        ("\n%%time\nx = 1\n", "\npass\nx = 1\n"),
        ("%time x = f(1)\n%timeit -n 10 f(2)\n%timeit f(\n", "x = f(1)\nf(2)\npass\n"),
        (" !ls\n x = 1\n", "pass\nx = 1\n"),
        ("pip install tqdm\nls -l\n", "pass\npass\n"),
        ("rm = ls + cp\nprint 2\n", None),
        ("print('%d (%s'\n      % (1, 2))\n", None),
        ("x = 3 \\\n  % 2\n", None),
        ('x = """\n%d\n!ls\n"""\n', None),
        ("x = {'a': [  # ( '\n%d\n]}\n", None),
        ("x = 'it\\'s'\ny = x == 3\n", None),
    ],
)
def test_without(text, expected):
    assert without(text) == (text if expected is None else expected)


def test_what_only_ipython_can_run_is_left(capsys):
    assert translate("%timeit f()\n", print) is None
    assert translate("x = (1\n", print) is None
    assert capsys.readouterr().out == ""
