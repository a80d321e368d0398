"""`tf.gfile` against what TensorFlow 1.15.5 did in the same steps."""

import json
import os
import pathlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from reflow.files import file_io
from reflow.graph import errors
from reflow.tf import gfile
from reflow.tf.io import gfile as io_gfile
from tests.reference import file_steps

RECORDED = json.loads(
    (Path(__file__).parents[1] / "reference" / "files" / "gfile.json").read_text()
)
#: Names that TensorFlow's modules hold beside the public ones do not count.
PUBLIC_ONLY = ("names", "io names")


@pytest.fixture(scope="module")
def observed(tmp_path_factory):
    before = os.getcwd()
    os.chdir(tmp_path_factory.mktemp("files"))
    tf = SimpleNamespace(gfile=gfile, io=SimpleNamespace(gfile=io_gfile))
    try:
        return json.loads(json.dumps(file_steps.run(tf, file_io)))
    finally:
        os.chdir(before)


@pytest.mark.parametrize("step", sorted(RECORDED))
def test_does_what_tensorflow_does(observed, step):
    if step in PUBLIC_ONLY:
        assert set(RECORDED[step]) <= set(observed[step])
    else:
        assert observed[step] == RECORDED[step]


def test_path_objects_name_files(tmp_path):
    file_io.write_string_to_file(tmp_path / "a", "text")
    assert gfile.Exists(pathlib.Path(tmp_path, "a"))
    assert gfile.GFile(tmp_path / "a").read() == "text"


def test_file_scheme_is_the_local_file_system(tmp_path):
    file_io.write_string_to_file(f"file://{tmp_path}/a", "text")
    assert (tmp_path / "a").read_text() == "text"


def test_a_name_that_is_no_name():
    with pytest.raises(TypeError, match="Received: 3"):
        gfile.Exists(3)


def test_errors_say_which_file_and_why(tmp_path):
    with pytest.raises(errors.NotFoundError, match=r"missing; No such file or directory$"):
        gfile.GFile(str(tmp_path / "missing")).read()
    (tmp_path / "there").write_text("")
    with pytest.raises(errors.AlreadyExistsError, match=r"file already exists: .*there"):
        gfile.Rename(str(tmp_path / "missing"), str(tmp_path / "there"))
    with pytest.raises(errors.InvalidArgumentError, match=r"mode is not .* Received: 'x'"):
        gfile.GFile("a", "x")


def test_walk_hands_errors_to_onerror(tmp_path):
    seen = []
    assert list(io_gfile.walk(str(tmp_path / "missing"), onerror=seen.append)) == []
    assert [type(error) for error in seen] == [errors.NotFoundError]


def test_a_file_left_open_is_written_when_it_is_collected(tmp_path):
    file = gfile.GFile(str(tmp_path / "a"), "w")
    file.write("text")
    del file
    assert (tmp_path / "a").read_text() == "text"
