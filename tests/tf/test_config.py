"""tf.config, in a context of its own for each test.  The texts are those of TensorFlow 1.15.5."""

import pytest
import torch

from reflow import tf
from reflow.graph.execution import eager_mode
from reflow.runtime.eager import context as modes

experimental = tf.config.experimental


@pytest.fixture(autouse=True)
def context(monkeypatch):
    fresh = modes.Context()
    monkeypatch.setattr(modes, "_context", fresh)
    threads = torch.get_num_threads()
    yield fresh
    torch.set_num_threads(threads)


@pytest.fixture
def cpu():
    (device,) = experimental.list_physical_devices("CPU")
    assert device == ("/physical_device:CPU:0", "CPU")
    return device


def test_threads_are_set_before_execution_begins(context):
    assert tf.config.threading.get_intra_op_parallelism_threads() == 0
    tf.config.threading.set_intra_op_parallelism_threads(3)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    context.ensure_initialized()
    assert torch.get_num_threads() == 3
    assert tf.config.threading.get_inter_op_parallelism_threads() == 2
    tf.config.threading.set_intra_op_parallelism_threads(3)
    with pytest.raises(RuntimeError, match="Intra op parallelism cannot be modified after init"):
        tf.config.threading.set_intra_op_parallelism_threads(1)
    with pytest.raises(RuntimeError, match="Inter op parallelism cannot be modified after init"):
        tf.config.threading.set_inter_op_parallelism_threads(1)


def test_a_cpu_can_be_divided(cpu):
    part = experimental.VirtualDeviceConfiguration
    assert experimental.get_virtual_device_configuration(cpu) is None
    with pytest.raises(ValueError, match="Setting memory limit on CPU virtual devices"):
        experimental.set_virtual_device_configuration(cpu, [part(10)])
    experimental.set_virtual_device_configuration(cpu, [part(), part()])
    names = [f"/job:localhost/replica:0/task:0/device:CPU:{index}" for index in (0, 1)]
    assert experimental.list_logical_devices("CPU") == [(name, "CPU") for name in names]
    assert tf.config.experimental_list_devices()[:2] == names
    experimental.set_virtual_device_configuration(cpu, [part(), part()])
    with pytest.raises(RuntimeError, match="Virtual devices cannot be modified"):
        experimental.set_virtual_device_configuration(cpu, [part()])


def test_visible_devices(cpu, context):
    assert cpu in experimental.get_visible_devices()
    experimental.set_visible_devices([], "GPU")
    assert experimental.get_visible_devices("GPU") == []
    with pytest.raises(ValueError, match="Unrecognized device: 'x'"):
        experimental.set_visible_devices("x")
    with pytest.raises(ValueError, match="Unrecognized device"):
        experimental.set_visible_devices(cpu, "GPU")
    assert experimental.list_logical_devices("GPU") == []
    with pytest.raises(RuntimeError, match="Visible devices cannot be modified"):
        experimental.set_visible_devices([], "CPU")


def test_memory_growth_is_for_gpus(cpu):
    for gpu in experimental.list_physical_devices("GPU"):
        experimental.set_memory_growth(gpu, True)
        assert experimental.get_memory_growth(gpu)
    with pytest.raises(ValueError, match="Cannot set memory growth on non-GPU devices"):
        experimental.set_memory_growth(cpu, True)


def test_policies_and_hints():
    assert experimental.get_device_policy() == "silent"
    experimental.set_device_policy("warn")
    assert experimental.get_device_policy() == "warn"
    with pytest.raises(ValueError, match="Not a valid device policy: 'nonsense'"):
        experimental.set_device_policy("nonsense")
    assert experimental.get_synchronous_execution()
    experimental.set_synchronous_execution(False)
    assert not experimental.get_synchronous_execution()
    options = tf.config.optimizer.get_experimental_options()
    assert options == {"disable_model_pruning": False, "disable_meta_optimizer": False}
    tf.config.optimizer.set_experimental_options({"constant_folding": True, "nonsense": 1})
    assert tf.config.optimizer.get_experimental_options() == {**options, "constant_folding": True}
    assert not tf.config.optimizer.get_jit()
    tf.config.optimizer.set_jit(True)
    assert tf.config.optimizer.get_jit()


def test_soft_placement_is_usual_in_eager_execution():
    assert not tf.config.get_soft_device_placement()
    with eager_mode():
        assert tf.config.get_soft_device_placement()
        tf.config.set_soft_device_placement(False)
        assert not tf.config.get_soft_device_placement()


def test_versions():
    assert tf.VERSION == tf.__version__ == tf.version.VERSION == "1.15.5"
    assert tf.version.GIT_VERSION == tf.__git_version__ == tf.GIT_VERSION
    assert (tf.GRAPH_DEF_VERSION, tf.GRAPH_DEF_VERSION_MIN_CONSUMER) == (134, 0)
    assert tf.sysconfig.CXX11_ABI_FLAG == tf.CXX11_ABI_FLAG == tf.__cxx11_abi_flag__ == 0
