import os
import stat

import pytest

from reflow.lab.cookie_key import cookie_key


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "reflow" / "lab-key"


def test_is_made_once_and_kept_for_this_user_alone(path):
    key = cookie_key()
    assert len(key) == 32
    assert cookie_key() == key == path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["lab-key"]


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_what_is_no_key_is_replaced(path, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.chmod(0o600)
    key = cookie_key()
    assert len(key) == 32
    assert path.read_bytes() == key


def test_one_that_others_may_read_is_replaced(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 32)
    path.chmod(0o644)
    assert cookie_key() != b"x" * 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_place_to_keep_it_each_lab_has_its_own(path):
    path.parent.parent.write_text("a file where the folder would be")
    assert cookie_key() != cookie_key()
