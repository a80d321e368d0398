"""`tensorflow.python.training.monitored_session`: the layers of its sessions."""

from reflow.tf.train.wrapped_sessions import CoordinatedSession as _CoordinatedSession
from reflow.tf.train.wrapped_sessions import HookedSession as _HookedSession
from reflow.tf.train.wrapped_sessions import RecoverableSession as _RecoverableSession
from reflow.tf.train.wrapped_sessions import WrappedSession as _WrappedSession

__all__ = ["_CoordinatedSession", "_HookedSession", "_RecoverableSession", "_WrappedSession"]
