"""Old addresses are answered here, however they are asked; all others reach the network."""

import gzip
import hashlib
import io
import pickle
import pickletools
import subprocess
import sys
import textwrap
import threading
import urllib
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import requests
from requests.adapters import HTTPAdapter
from six.moves import urllib as six_urllib

from reflow.datasets import downloads, local_files, mnist

FOLDERS = [
    "http://yann.lecun.com/exdb/mnist/",
    "https://yann.lecun.com/exdb/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
]
ARCHIVES = [
    "https://s3.amazonaws.com/img-datasets/mnist.npz",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
]
LABELS = FOLDERS[0] + mnist.TEST_LABELS
LABELS_BYTES = mnist.path(mnist.TEST_LABELS).read_bytes()


@pytest.fixture(autouse=True)
def installed(monkeypatch, tmp_path):
    monkeypatch.setenv("REFLOW_DATA", str(tmp_path / "cache"))
    monkeypatch.setattr(urllib.request, "_opener", None)
    monkeypatch.setattr(local_files, "_announced", set())
    downloads.install()
    yield
    downloads.uninstall()


@pytest.fixture
def cache(tmp_path):
    """Writes a file into the data cache folder."""

    def write(path, content):
        target = tmp_path / "cache" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    return write


@pytest.fixture
def server():
    """The address of a web server that answers "METHOD PATH", and redirects /to/URL to URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path[len("/to/") :])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = f"{self.command} {self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def get_by_urlopen(url):
    with urllib.request.urlopen(url) as response:
        return response.read()


def get_by_urlretrieve(url):
    path, headers = urllib.request.urlretrieve(url)
    with open(path, "rb") as file:
        content = file.read()
    assert int(headers["Content-Length"]) == len(content)
    return content


def get_by_six(url):
    return six_urllib.request.urlopen(six_urllib.request.Request(url)).read()


def get_as_python_2(url):
    with open(urllib.urlretrieve(url)[0], "rb") as file:
        return file.read()


def get_by_an_own_opener(url):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.addheaders = [("User-agent", "Mozilla/5.0")]
    urllib.request.install_opener(opener)
    return get_by_urlopen(url)


def get_by_urlopener(url):
    opener = urllib.request.URLopener()  # its temporary files go with it
    with open(opener.retrieve(url)[0], "rb") as file:
        return file.read()


def get_by_requests(url):
    response = requests.get(url, timeout=10)
    response.raise_for_status()
    return response.content


def get_by_requests_in_pieces(url):
    session = requests.Session()
    session.mount(url, HTTPAdapter(max_retries=3))
    with session.get(url, stream=True, timeout=10) as response:
        return b"".join(response.iter_content(1000))


WAYS = [
    get_by_urlopen,
    get_by_urlretrieve,
    get_by_six,
    get_as_python_2,
    get_by_an_own_opener,
    pytest.param(
        get_by_urlopener,
        marks=pytest.mark.filterwarnings("ignore:URLopener style:DeprecationWarning"),
    ),
    get_by_requests,
    get_by_requests_in_pieces,
]


@pytest.mark.parametrize("get", WAYS)
def test_every_way_of_asking(get, server, cache):
    assert get(LABELS) == LABELS_BYTES
    cache("data.example/x.bin", b"x")
    assert get("https://data.example/x.bin") == b"x"
    assert get(server + "/unknown") == b"GET /unknown"


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", mnist.FILES)
def test_mnists_addresses(folder, name):
    expected = hashlib.md5(mnist.path(name).read_bytes()).digest()
    assert hashlib.md5(get_by_urlopen(folder + name)).digest() == expected


@pytest.mark.parametrize("url", ARCHIVES)
def test_keras_addresses(url):
    data = mnist.load()
    with np.load(io.BytesIO(get_by_urlopen(url))) as archive:
        assert sorted(archive.files) == ["x_test", "x_train", "y_test", "y_train"]
        np.testing.assert_array_equal(archive["x_train"], data.train_images)
        np.testing.assert_array_equal(archive["y_test"], data.test_labels)


def test_the_pickle_of_theanos_tutorials():
    data = mnist.load()
    url = "http://www.iro.umontreal.ca/~lisa/deep/data/mnist/mnist.pkl.gz"
    with gzip.GzipFile(fileobj=io.BytesIO(get_by_urlopen(url))) as file:
        data_of_file = file.read()
    parts = pickle.loads(data_of_file)
    modules = {
        name.partition(" ")[0]
        for op, name, _ in pickletools.genops(data_of_file)
        if op.name == "GLOBAL"
    }
    assert modules == {"numpy", "_codecs"}  # what the NumPy of any time has
    assert [images.shape for images, _ in parts] == [(50000, 784), (10000, 784), (10000, 784)]
    images, labels = parts[1]
    assert (images.dtype, labels.dtype, images.max()) == (np.float32, np.int64, 255 / 256)
    np.testing.assert_array_equal(images * 256, data.train_images[50000:].reshape(-1, 784))
    np.testing.assert_array_equal(labels, data.train_labels[50000:])


@pytest.mark.parametrize(
    "url",
    [
        "http://YANN.LeCun.com:80/exdb/mnist/t10k-labels-idx1-ubyte.gz",
        "http://yann.lecun.com//exdb/mnist//t10k-labels-idx1-ubyte.gz?raw=true#top",
        "http://yann.lecun.com/exdb/./mnist/t10k%2Dlabels-idx1-ubyte.gz",
    ],
)
def test_other_spellings_of_an_address(url):
    assert get_by_urlopen(url) == LABELS_BYTES


@pytest.mark.parametrize(
    "url",
    [
        "http://yann.lecun.com/exdb/mnist/",
        "http://yann.lecun.com/exdb/mnist/train-images",
        "http://yann.lecun.com:8080/exdb/mnist/t10k-labels-idx1-ubyte.gz",
        "ftp://yann.lecun.com/exdb/mnist/t10k-labels-idx1-ubyte.gz",
        "file:///t10k-labels-idx1-ubyte.gz",
        "http://[bad/t10k-labels-idx1-ubyte.gz",
        "http://host:port/t10k-labels-idx1-ubyte.gz",
        "http:///t10k-labels-idx1-ubyte.gz",
        "",
    ],
)
def test_other_addresses_have_no_answer_here(url):
    assert local_files.find(url) is None


def test_a_response_is_like_the_networks():
    with urllib.request.urlopen(LABELS) as response:
        assert (response.status, response.getcode(), response.msg) == (200, 200, "OK")
        assert response.url == response.geturl() == LABELS
        assert response.info()["Content-Length"] == response.getheader("Content-Length") == "4542"
        assert response.read(4) + response.read() == LABELS_BYTES
    response = requests.get(LABELS, timeout=10)
    assert (response.status_code, response.reason, response.url) == (200, "OK", LABELS)
    assert response.headers["content-length"] == "4542"


def test_head_requests():
    with urllib.request.urlopen(urllib.request.Request(LABELS, method="HEAD")) as response:
        assert response.headers["Content-Length"] == "4542"
        assert response.read() == b""
    response = requests.head(LABELS, timeout=10)
    assert response.headers["Content-Length"] == "4542"
    assert response.content == b""


def test_what_is_posted_goes_to_the_network(cache, server):
    cache("posted", b"local")
    known = server.replace("127.0.0.1", "localhost") + "/posted"
    assert urllib.request.urlopen(known, data=b"x").read() == b"POST /posted"
    assert requests.post(known, data=b"x", timeout=10).content == b"POST /posted"


def test_a_redirection_to_an_old_address(server):
    assert get_by_urlopen(f"{server}/to/{LABELS}") == LABELS_BYTES
    assert get_by_requests(f"{server}/to/{LABELS}") == LABELS_BYTES


def test_reporthook_sees_the_size():
    seen = []
    urllib.request.urlretrieve(LABELS, reporthook=lambda *args: seen.append(args))
    assert seen[0] == (0, 8192, 4542) and len(seen) == 2


def test_the_cache_folder_answers_by_address_first_and_by_name_last(cache):
    url = "https://a.example/dir/data.csv"
    assert local_files.find(url) is None
    cache("data.csv", b"by name")
    assert get_by_urlopen(url) == b"by name"
    cache("a.example/dir/data.csv", b"by address")
    assert get_by_urlopen(url) == b"by address"
    cache(mnist.TEST_LABELS, b"by name")
    assert get_by_urlopen(LABELS) == LABELS_BYTES
    cache("yann.lecun.com/exdb/mnist/" + mnist.TEST_LABELS, b"by address")
    assert get_by_urlopen(LABELS) == b"by address"


@pytest.mark.parametrize(
    "path", ["/../secret", "/a/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/secret%00"]
)
def test_no_address_leads_out_of_the_cache_folder(tmp_path, cache, path):
    cache("a.example/a/x", b"")
    (tmp_path / "cache" / "secret").write_bytes(b"")
    (tmp_path / "secret").write_bytes(b"")
    assert local_files.find("http://a.example" + path) is None


def test_the_cache_folder_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("REFLOW_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert local_files.cache_folder() == tmp_path / ".cache" / "reflow" / "data"


def test_the_first_answer_of_an_address_is_announced(capsys, cache, tmp_path):
    for _ in range(2):
        get_by_urlopen(LABELS)
        get_by_requests(LABELS)
    cache("b.example/x", b"")
    get_by_urlopen("http://b.example/x")
    assert capsys.readouterr().err.splitlines() == [
        f"reflow: {LABELS} is answered from the embedded MNIST",
        f"reflow: http://b.example/x is answered from {tmp_path}/cache/b.example/x",
    ]


def test_install_and_uninstall(cache):
    opener = urllib.request.build_opener()
    downloads.install()
    downloads.uninstall()
    build, adapter = urllib.request.build_opener, requests.Session.get_adapter
    assert not hasattr(urllib, "urlretrieve")
    with pytest.raises(urllib.error.URLError):
        opener.open("http://127.0.0.1:9/")
    downloads.uninstall()
    downloads.install()
    downloads.install()
    downloads.uninstall()
    assert (urllib.request.build_opener, requests.Session.get_adapter) == (build, adapter)
    assert adapter.__module__ == "requests.sessions"
    assert build.__module__ == "urllib.request"


def test_openers_built_while_installed_are_let_go(cache):
    cache("127.0.0.1/x", b"local")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": "127.0.0.1:9"}))
    assert opener.open("http://127.0.0.1/x").read() == b"local"
    downloads.uninstall()
    with pytest.raises(urllib.error.URLError):
        opener.open("http://127.0.0.1/x")


def test_an_opener_that_was_installed_before_answers_too():
    downloads.uninstall()
    urllib.request.install_opener(urllib.request.build_opener())
    downloads.install()
    assert get_by_urlopen(LABELS) == LABELS_BYTES


@pytest.mark.parametrize("first", ["import requests", "pass"])
def test_requests_imported_before_or_after(first):
    """requests is answered either way, and is not imported unless the program does."""
    program = f"""
        import importlib, inspect, sys
        {first}
        from reflow.datasets import downloads
        downloads.install()
        assert ("requests" in sys.modules) == ({first!r} != "pass")
        import requests, requests.sessions
        assert requests.get({LABELS!r}).content[:2] == b"\\x1f\\x8b"
        assert "class Session" in inspect.getsource(requests.sessions)
        loader = requests.sessions.__spec__.loader
        assert type(loader).__module__.endswith("_frozen_importlib_external"), loader
        assert requests.sessions.__loader__ is loader
        downloads.uninstall()
        assert requests.Session.get_adapter.__module__ == "requests.sessions"
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


def test_a_program_without_requests_sees_it_missing():
    program = """
        import sys
        sys.path[:] = [p for p in sys.path if "-packages" not in p]
        from reflow.datasets import answers_requests
        answers_requests.install()
        try:
            import requests.sessions
        except ModuleNotFoundError as error:
            assert error.name == "requests", error.name
        else:
            raise SystemExit("imported")
        answers_requests.uninstall()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


def test_a_known_file_is_found_under_another_of_its_names(tmp_path, monkeypatch):
    monkeypatch.setenv("REFLOW_DATA", str(tmp_path))
    url = "https://github.com/bloolizard/PlayWithTensorFlow/raw/master/data_with_labels.npz"
    assert local_files.find(url) is None
    np.savez(tmp_path / "fonts_36x36.npz", arr_0=np.arange(3))
    assert local_files.find(url).origin == str(tmp_path / "fonts_36x36.npz")


def test_numpy_load_finds_a_known_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REFLOW_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=f"looks for it in {tmp_path}"):
        np.load("data_with_labels.npz")
    np.savez(tmp_path / "fonts_36x36.npz", arr_0=np.arange(3))
    assert np.load("data_with_labels.npz")["arr_0"].tolist() == [0, 1, 2]
    assert "data_with_labels.npz is read from" in capsys.readouterr().err
    with pytest.raises(FileNotFoundError):
        np.load("another.npz")


@pytest.mark.parametrize(
    ("ask", "folder"), [(urllib.request.urlopen, "nothing"), (requests.get, "nowhere")]
)
def test_it_is_said_where_to_put_what_cannot_be_downloaded(
    tmp_path, monkeypatch, capsys, ask, folder
):
    monkeypatch.setenv("REFLOW_DATA", str(tmp_path))
    url = f"http://localhost:80/{folder}/here.zip"
    for _ in range(2):
        with pytest.raises(OSError):
            ask(url, timeout=5)
    assert capsys.readouterr().err == (
        f"reflow: {url} cannot be downloaded; with the file in {tmp_path / 'here.zip'} it is"
        " answered from there\n"
    )
