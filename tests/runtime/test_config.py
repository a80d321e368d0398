import subprocess
import sys

import pytest
import torch

from reflow import tf


def test_devices():
    (cpu,) = tf.Session(config=tf.ConfigProto(device_count={"GPU": 0})).list_devices()
    assert cpu.name == "/job:localhost/replica:0/task:0/device:CPU:0"
    assert cpu.device_type == "CPU"
    assert cpu.memory_limit_bytes > 0
    config = tf.ConfigProto(device_count={"CPU": 3, "GPU": 0})
    names = [
        device.name.rpartition("device:")[2] for device in tf.Session(config=config).list_devices()
    ]
    assert names == ["CPU:0", "CPU:1", "CPU:2"]


def test_operations_may_name_devices_that_exist():
    with tf.device("/cpu:0"):
        a = tf.constant(1.0)
    with tf.device("/job:localhost/replica:0/task:0/device:CPU:1"):
        b = tf.constant(2.0)
    config = tf.ConfigProto(device_count={"CPU": 2})
    assert tf.Session(config=config).run(a + b) == 3.0


def test_soft_placement_takes_another_device():
    with tf.device("/gpu:7"):
        c = tf.constant(1.0) + 1.0
    assert tf.Session(config=tf.ConfigProto(allow_soft_placement=True)).run(c) == 2.0


def test_devices_of_operations_that_do_not_run_are_checked_too():
    c = tf.constant(1.0)
    session = tf.Session()
    assert session.run(c) == 1.0
    with tf.device("/cpu:5"):
        tf.constant(1.0, name="pinned")
    for _ in range(2):
        with pytest.raises(tf.errors.InvalidArgumentError, match="operation pinned") as caught:
            session.run(c + 1.0)
    assert caught.value.op.name == "pinned"
    assert "allow_soft_placement=True" in str(caught.value)


def test_log_device_placement(capfd):
    a = tf.constant(1.0, name="a")
    with tf.device("/cpu:1"):
        b = tf.add(a, a, name="b")
    config = tf.ConfigProto(log_device_placement=True, device_count={"CPU": 2, "GPU": 0})
    session = tf.Session(config=config)
    for _ in range(3):
        session.run(b)
    place = "/job:localhost/replica:0/task:0/device:CPU"
    assert capfd.readouterr().err.splitlines() == [f"a: (Const): {place}:0", f"b: (Add): {place}:1"]
    session.run(tf.negative(b, name="c"))
    assert capfd.readouterr().err.splitlines() == [f"c: (Neg): {place}:0"]


def test_threads(monkeypatch):
    threads = []
    monkeypatch.setattr(torch, "set_num_threads", threads.append)
    tf.Session()
    tf.Session(config=tf.ConfigProto())
    tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=2))
    tf.Session(config=tf.ConfigProto(inter_op_parallelism_threads=3))
    assert threads == [2]


def test_other_fields_are_accepted():
    config = tf.ConfigProto(
        operation_timeout_in_ms=1000,
        gpu_options=tf.GPUOptions(allow_growth=True, per_process_gpu_memory_fraction=0.5),
        graph_options=tf.GraphOptions(
            optimizer_options=tf.OptimizerOptions(global_jit_level=tf.OptimizerOptions.ON_1)
        ),
    )
    config.gpu_options.visible_device_list = "0"
    assert tf.Session(config=config).run(tf.constant(1.0)) == 1.0


def test_message_classes():
    config = tf.ConfigProto(allow_soft_placement=True)
    assert tf.ConfigProto.FromString(config.SerializeToString()) == config
    assert tf.ConfigProto is tf.ConfigProto
    assert tf.RunOptions.FULL_TRACE == 3
    assert tf.GraphDef().node is not None


def test_programs_without_messages_do_not_import_them():
    program = (
        "from reflow import tf; import sys;"
        "s = tf.Session(); w = tf.Variable([1.0]); s.run(w.initializer);"
        "s.run(w.assign_add([1.0])); s.run(tf.placeholder(tf.float32), {'Placeholder:0': 1.0});"
        "print([m for m in sys.modules if m.startswith(('google.protobuf', 'tensorboard'))])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


@pytest.mark.parametrize("target", ["local", "grpc://localhost:2222", b"grpc://x"])
def test_no_computation_happens_elsewhere(target):
    with pytest.raises(tf.errors.NotFoundError, match="No session factory registered"):
        tf.Session(target)
