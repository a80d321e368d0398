"""The sessions that tests run in, and the values of tensors that they get there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from absl.testing import absltest

from reflow.graph.default_session import get_default_session
from reflow.graph.graph import Graph
from reflow.runtime.session import Session
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._session import message_class
from reflow.tf.test._devices import gpu_device_name
from reflow.tf.test._eager_values import EagerSession, NoEagerSession, eager_values


class SessionMethods(absltest.TestCase):
    """`session`, `cached_session` and `evaluate`."""

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._cached_session: Session | None = None
        self._cached_for: tuple[Any, ...] = ()

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors, in the structure that they are given in.

        With a default session there, else in the cached one, or at once in eager execution.
        """
        if executing_eagerly():
            return eager_values(tensors)
        session = get_default_session()
        if session is not None:
            return session.run(tensors)
        with self.test_session() as session:
            return session.run(tensors)

    @contextmanager
    def session(
        self,
        graph: Graph | None = None,
        config: Any = None,
        use_gpu: bool = False,
        force_gpu: bool = False,
    ) -> Iterator[Any]:
        """A new session, the default one inside, as its graph is; closed at the end.

        Args:
          graph: what it runs; by default the default graph.
          config: a tf.ConfigProto.
          use_gpu: operations may go where they like; by default they are put on the CPU.
          force_gpu: operations are put on the GPU.
        """
        if executing_eagerly():
            yield NoEagerSession()
            return
        with _new_session(graph, config, force_gpu) as session:
            with _as_default(session, use_gpu, force_gpu):
                yield session

    @contextmanager
    def cached_session(
        self,
        graph: Graph | None = None,
        config: Any = None,
        use_gpu: bool = False,
        force_gpu: bool = False,
    ) -> Iterator[Any]:
        """As `session`, but the same one each time until the test ends.

        Raises:
          ValueError: the arguments are not those of the first call.
        """
        if executing_eagerly():
            yield EagerSession(self)
            return
        session = self._get_cached_session(graph, config, force_gpu)
        for name, first, now in zip(
            ("graph", "config", "force_gpu value"), self._cached_for, (graph, config, force_gpu)
        ):
            if first is not now:
                raise ValueError(
                    f"The {name} used to get the cached session is different than the one that was "
                    "used to create the session. Maybe create a new session with self.session()"
                )
        with _as_default(session, use_gpu, force_gpu):
            yield session

    @contextmanager
    def test_session(
        self,
        graph: Graph | None = None,
        config: Any = None,
        use_gpu: bool = False,
        force_gpu: bool = False,
    ) -> Iterator[Any]:
        """Deprecated: the cached session whatever the arguments, or, with a graph, a new one."""
        self._skip_if_not_a_test()
        if executing_eagerly():
            yield None
        elif graph is None:
            session = self._get_cached_session(graph, config, force_gpu)
            with _as_default(session, use_gpu, force_gpu):
                yield session
        else:
            with self.session(graph, config, use_gpu, force_gpu) as session:
                yield session

    def _skip_if_not_a_test(self) -> None:
        # unittest takes it for a test by its name.
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")

    def _get_cached_session(self, graph: Graph | None, config: Any, force_gpu: bool) -> Session:
        if self._cached_session is None:
            self._cached_session = _new_session(graph, config, force_gpu)
            self._cached_for = graph, config, force_gpu
        return self._cached_session

    def _ClearCachedSession(self) -> None:
        if self._cached_session is not None:
            self._cached_session.close()
            self._cached_session = None


def _new_session(graph: Graph | None, config: Any, force_gpu: bool) -> Session:
    if config is None:
        config = message_class("ConfigProto")(allow_soft_placement=not force_gpu)
    elif force_gpu and config.allow_soft_placement:
        config = message_class("ConfigProto")(allow_soft_placement=False)
    return Session(graph=graph, config=config)


@contextmanager
def _as_default(session: Session, use_gpu: bool, force_gpu: bool) -> Iterator[None]:
    """Makes a session and its graph the default ones, and says where operations go."""
    with session.graph.as_default(), session.as_default():
        if use_gpu and not force_gpu:
            yield
            return
        device = gpu_device_name() or "/device:GPU:0" if force_gpu else "/device:CPU:0"
        with session.graph.device(device):
            yield
