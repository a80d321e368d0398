"""The lab's addresses: what they answer, and to whom."""

import base64
import json
import os

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from reflow.lab.app import make_app
from reflow.lab.library import Library
from reflow.lab.live import Live
from reflow.lab.security import Guard
from tests.lab.small_run import DISTRIBUTION, TILES, make_run, record

HOST = "127.0.0.1:8000"
KEY = b"a key of thirty-two bytes, as is"


@pytest.fixture
def directory(tmp_path):
    directory = make_run(tmp_path / "runs")
    for step in (1, 2, 3):
        record(directory, step, loss=1.0 / step)
    return directory


@pytest.fixture
def stranger(directory):
    """A client that has no cookie."""
    library = Library(os.path.dirname(directory))
    guard = Guard(make_app(library, Live(library)), "the token", KEY, [HOST])
    with TestClient(guard, base_url=f"http://{HOST}") as client:
        yield client


@pytest.fixture
def client(stranger):
    stranger.get("/?token=the%20token")
    return stranger


class TestGuard:
    def test_the_token_is_swapped_for_a_cookie(self, stranger):
        answer = stranger.get("/?token=the%20token", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie
        assert "the token" not in cookie
        assert stranger.get("/api/runs").status_code == 200

    @pytest.mark.parametrize(
        ("key", "host", "status"),
        [
            (KEY, HOST, 200),
            (b"another key of thirty-two bytes.", HOST, 403),
            (KEY, "127.0.0.1:8001", 403),
        ],
    )
    def test_the_cookie_serves_a_lab_started_anew_with_the_same_key_at_the_same_place(
        self, client, directory, key, host, status
    ):
        library = Library(os.path.dirname(directory))
        guard = Guard(make_app(library, Live(library)), "another token", key, [host])
        again = TestClient(guard, base_url=f"http://{host}", cookies=dict(client.cookies))
        assert again.get("/api/runs").status_code == status

    def test_notebooks_of_this_machine_may_frame_it_if_they_are_to(self, stranger, directory):
        assert stranger.get("/").headers["content-security-policy"].endswith("ancestors 'self'")
        library = Library(os.path.dirname(directory))
        guard = Guard(make_app(library, Live(library)), "the token", KEY, [HOST], framed=True)
        policy = TestClient(guard, base_url=f"http://{HOST}").get("/").headers
        assert policy["content-security-policy"].endswith(
            "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*"
        )

    @pytest.mark.parametrize("path", ["/", "/api/runs", "/page/js/main.js", "/nothing"])
    def test_without_a_cookie_there_is_nothing(self, stranger, path):
        answer = stranger.get(path)
        assert answer.status_code == 403
        assert "open the address" in answer.text

    @pytest.mark.parametrize("token", ["", "The token", "the token ", "\u00e9"])
    def test_a_wrong_token(self, stranger, token):
        assert stranger.get("/", params={"token": token}).status_code == 403
        assert stranger.get("/api/runs").status_code == 403

    @pytest.mark.parametrize(
        "host", ["evil.example", "127.0.0.1", "127.0.0.1:8001", "localhost:80"]
    )
    def test_a_foreign_host(self, client, host):
        assert client.get("/api/runs", headers={"Host": host}).status_code == 403

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", f"https://{HOST}"])
    def test_a_foreign_origin(self, client, origin):
        assert client.get("/api/runs", headers={"Origin": origin}).status_code == 403

    def test_the_own_origin(self, client):
        assert client.get("/api/runs", headers={"Origin": f"http://{HOST}"}).status_code == 200

    def test_a_form_of_another_site_cannot_post(self, client):
        answer = client.post("/api/runs/first/control", json={"paused": True})
        assert answer.status_code == 403

    @pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}])
    def test_sockets_of_other_sites_are_not_accepted(self, client, headers):
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("/api/live", headers=headers),
        ):
            pass

    def test_sockets_without_a_cookie_are_not_accepted(self, stranger):
        headers = {"Origin": f"http://{HOST}", "Host": HOST}
        with (
            pytest.raises(WebSocketDisconnect),
            stranger.websocket_connect("/api/live", headers=headers),
        ):
            pass

    def test_every_answer_has_the_headers(self, client):
        for path in ("/", "/api/runs", "/api/runs/no", "/page/nothing.js"):
            headers = client.get(path).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "frame-ancestors 'self'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"


class TestAnswers:
    def test_the_page_and_plotly(self, client):
        assert "<html" in client.get("/").text
        plotly = client.get("/page/plotly.min.js")
        assert "plotly.js v" in plotly.text[:200]
        assert plotly.headers["cache-control"] == "max-age=86400"

    @pytest.mark.parametrize(
        "path", ["/page/../app.py", "/page/%2e%2e/app.py", "/page/js/../../app.py"]
    )
    def test_files_outside_the_page(self, client, path):
        assert client.get(path).status_code == 404

    def test_runs(self, client):
        (run,) = client.get("/api/runs").json()["runs"]
        assert (run["id"], run["program"], run["started"]) == ("first", "program.py", 1000.0)

    def test_a_run(self, client):
        answer = client.get("/api/runs/first").json()
        assert answer["run"]["id"] == "first"
        assert answer["tags"] == {
            "scalars": ["loss"],
            "distributions": ["weights"],
            "tiles": ["batch/test"],
            "texts": ["text/said"],
        }

    def test_a_run_that_is_not_there(self, client):
        answer = client.get("/api/runs/second/scalars")
        assert answer.status_code == 404
        assert answer.json() == {"error": "there is no such run (any more)"}

    def test_scalars(self, client, directory):
        found = client.get("/api/runs/first/scalars?tag=loss&tag=none").json()
        assert found == {
            "loss": {
                "step": [1, 2, 3],
                "time": [1001.0, 1002.0, 1003.0],
                "value": [1.0, 0.5, pytest.approx(1 / 3)],
                "serial": 3,
                "whole": True,
            }
        }
        record(directory, 4, loss=float("nan"))
        found = client.get("/api/runs/first/scalars?tag=loss&after=3").json()["loss"]
        assert (found["step"], found["value"]) == ([4], [None])
        assert (found["serial"], found["whole"]) == (4, False)

    @pytest.mark.parametrize("points", ["-1", "x", "1e3", "9" * 30, "\u0663"])
    def test_numbers_that_are_none(self, client, points):
        answer = client.get("/api/runs/first/scalars", params={"tag": "loss", "points": points})
        assert answer.status_code == 400
        assert "points must be a whole number" in answer.json()["error"]

    def test_distributions(self, client):
        found = client.get("/api/runs/first/distributions?tag=weights").json()["weights"]
        assert found["step"] == [1, 2, 3]
        assert found["edges"] == [list(DISTRIBUTION.edges)] * 3
        assert found["basis"] == [list(DISTRIBUTION.basis)] * 3
        assert found["deviation"] == [2.0] * 3

    def test_tiles(self, client):
        found = client.get("/api/runs/first/tiles?tag=batch/test&step=2").json()["batch/test"]
        assert (found["step"], found["steps"]) == (2, [1, 2, 3])
        assert base64.b64decode(found["png"]) == TILES.png
        assert (found["labels"], found["predictions"]) == ([3, 4], [3, 5])

    def test_texts(self, client):
        found = client.get("/api/runs/first/texts?tag=text/said").json()["text/said"]
        assert found["text"] == ["at step 1", "at step 2", "at step 3"]

    def test_files_of_a_run(self, client, directory):
        assert client.get("/api/runs/first/graph").json() == {"nodes": []}
        assert client.get("/api/runs/first/trace").status_code == 404
        assert client.get("/api/runs/first/output").json() == {"text": ""}

    def test_sources_stay_in_their_folder(self, tmp_path, client):
        directory = make_run(
            tmp_path / "runs", "second", sources=["a.py", "../run.json", "/etc/hosts"]
        )
        os.mkdir(os.path.join(directory, "source"))
        with open(os.path.join(directory, "source", "a.py"), "w") as file:
            file.write("import tensorflow as tf\n")
        files = client.get("/api/runs/second/source").json()["files"]
        assert files == [{"name": "a.py", "text": "import tensorflow as tf\n"}]

    def test_numbers_as_csv(self, client):
        answer = client.get("/api/runs/first/export?kind=csv&tag=loss")
        lines = answer.text.splitlines()
        assert lines[:2] == ["tag,step,time,value", "loss,1,1001.000,1.0"]
        assert 'filename="first.csv"' in answer.headers["content-disposition"]

    def test_a_kind_of_export_that_there_is_not(self, client):
        assert client.get("/api/runs/first/export?kind=exe").status_code == 400


class TestActions:
    def post(self, client, action, content):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        return client.post(f"/api/runs/first/{action}", content=data, headers={"X-Reflow": "1"})

    def test_pause(self, client, directory):
        assert self.post(client, "control", {"paused": True}).json() == {"paused": True}
        with open(os.path.join(directory, "control.json")) as file:
            assert json.load(file)["paused"] is True

    @pytest.mark.parametrize("wanted", [{}, {"paused": 1}, [], None, b"{", b"\xff"])
    def test_pause_nonsense(self, client, wanted, directory):
        assert self.post(client, "control", wanted).status_code == 400
        assert not os.path.exists(os.path.join(directory, "control.json"))

    def test_save_never_writes_over_a_file(self, client, directory):
        for number, path in ((1, "saved/loss.png"), (2, "saved/loss-2.png")):
            data = base64.b64encode(b"pixels %d" % number).decode()
            answer = self.post(client, "save", {"name": "loss.png", "data": data})
            assert answer.json() == {"path": path}
            with open(os.path.join(directory, path), "rb") as file:
                assert file.read() == b"pixels %d" % number

    @pytest.mark.parametrize(
        "name", ["../x.png", "/etc/x.png", ".x.png", "x.py", "x", "a/b.png", "x.png\n", "", 3, None]
    )
    def test_save_under_names_that_are_none(self, client, name, directory):
        assert self.post(client, "save", {"name": name, "data": ""}).status_code == 400
        assert not os.path.exists(os.path.join(directory, "saved"))

    def test_save_what_is_not_base64(self, client):
        answer = self.post(client, "save", {"name": "x.png", "data": "***"})
        assert "not base64" in answer.json()["error"]

    def test_a_full_disk(self, client, monkeypatch):
        def fail(path, value):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("reflow.lab.actions.write_json", fail)
        answer = self.post(client, "control", {"paused": True})
        assert answer.status_code == 507
        assert answer.json() == {"error": "the disk: No space left on device"}


def test_pages_hear_of_changes(client, directory):
    # The client's sockets know neither its address nor its cookies.
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Origin": f"http://{HOST}", "Host": HOST, "Cookie": cookie}
    with client.websocket_connect("/api/live", headers=headers) as page:
        page.send_json({"runs": ["first", "gone"]})
        first = page.receive_json()
        while "first" not in first["changed"]:
            first = page.receive_json()
        assert first["changed"]["gone"] == -1
        record(directory, 4, loss=0.1)
        later = page.receive_json()
        while "first" not in later["changed"]:
            later = page.receive_json()
        assert later["changed"]["first"] > first["changed"]["first"]


def test_one_page_with_everything(client, directory):
    record(directory, 4, **{"</script><script>alert(1)": 1.0})
    answer = client.get("/api/runs/first/export?kind=html")
    assert answer.status_code == 200
    assert "</script><script>alert" not in answer.text
    start = answer.text.index(">", answer.text.index('id="embedded-run"')) + 1
    embedded = json.loads(answer.text[start : answer.text.index("</script>", start)])
    assert embedded["scalars"]["loss"]["step"] == [1, 2, 3]
    assert [found["step"] for found in embedded["tiles"]["batch/test"]] == [1, 2, 3, 4]
    assert "http://127.0.0.1" not in answer.text
    assert 'src="/' not in answer.text
