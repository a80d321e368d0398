"""Names of TensorFlow 0.x."""

import pytest

import reflow as tf
from reflow.tensorflow_names import explain_absence, is_tensorflow_name
from reflow.tensorflow_renames import RENAMED
from tests.running.processes import reflow_run

PROGRAM = """
import tensorflow as tf
product = tf.mul([1, 2], 3)
for _ in range(2):
    product = tf.mul(product, 3)
v = tf.Variable(tf.zeros([2]))
with tf.Session() as session:
    session.run(tf.initialize_all_variables())
    print(session.run(product), tf.all_variables()[0] is v, tf.types.float32.name)
tf.merge_all_summarys()
"""


def test_an_old_name_gives_advice_once(tmp_path):
    done = reflow_run(tmp_path, PROGRAM)
    assert done.stdout == "[27 54] True float32\n"
    assert done.stderr.splitlines()[:4] == [
        "tf.mul is the name of TensorFlow 0.x: it is tf.multiply now (program.py:3)",
        "tf.initialize_all_variables is the name of TensorFlow 0.x: it is"
        " tf.global_variables_initializer now (program.py:8)",
        "tf.all_variables is the name of TensorFlow 0.x: it is tf.global_variables now"
        " (program.py:9)",
        "tf.types is the name of TensorFlow 0.x: it is tf.dtypes now (program.py:9)",
    ]


@pytest.mark.parametrize("new", sorted(set(RENAMED.values())))
def test_new_names_are_those_of_tensorflow(new):
    assert is_tensorflow_name(new)


def test_an_old_name_of_what_is_not_built_says_both():
    missing = "tf.nn.state_saving_rnn"
    with pytest.raises(AttributeError) as caught:
        tf.nn.state_saving_rnn  # noqa: B018
    assert str(caught.value) == explain_absence(missing)
    assert explain_absence(missing) == (
        "tf.nn.state_saving_rnn is the name of TensorFlow 0.x: it is"
        " tf.nn.static_state_saving_rnn now. tf.nn.static_state_saving_rnn is in TensorFlow 1.15,"
        " but not in reflow yet."
    )
