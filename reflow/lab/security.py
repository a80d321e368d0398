"""Who may talk to the lab: a browser that was shown the address, and pages of the lab itself."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_BYTES = 24

# Plotly styles its elements, and draws what it exports into blobs: that is all that is let beyond
# the lab's own files.
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# Where notebooks are: their pages are of the lab's site, so that a frame there gets its cookie.
_NOTEBOOKS = " http://localhost:* http://127.0.0.1:*"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# A page of another site cannot set it without asking, and asking is not answered.
REQUEST_HEADER = "x-reflow"


class Guard:
    """Lets through what has the cookie, names this host, and comes from this origin.

    The token in the printed address is swapped for the cookie by a redirect, so that it stays in no
    history and no referrer.  A browser that has the cookie may go on where the lab is started anew
    at the same address by the same user.

    Args:
      app: what is guarded.
      token: the one in the address.
      key: what the cookie is made with; a secret.
      hosts: what the Host header may say, with the port.
      framed: whether notebooks of this machine may show the page in a frame.
    """

    def __init__(
        self,
        app: ASGIApp,
        token: str,
        key: bytes,
        hosts: Iterable[str],
        framed: bool = False,
    ) -> None:
        self._app = app
        policy = _POLICY + _NOTEBOOKS if framed else _POLICY
        self._headers = {**_HEADERS, "Content-Security-Policy": policy}
        self._token = token
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        place = " ".join(sorted(self._hosts)).encode()
        self._secret = hmac.digest(key, b"secret of " + place, "sha256").hex()
        # Cookies know no ports: another lab on this machine has another name for its own.
        self._cookie = f"reflow_lab_{hmac.digest(key, b'name of ' + place, 'sha256').hex()[:8]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send, self._headers))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(send, self._headers))

    def _refusal(self, scope: Scope) -> Response | None:
        """What to answer instead; None: the request may pass."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return _forbidden("this is not the host that the lab serves")
        origin = headers.get("origin")
        if origin not in self._origins and (origin is not None or scope["type"] == "websocket"):
            return _forbidden("the request comes from another site's page")
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        if given is not None and scope["type"] == "http":
            return self._swapped(given[0], scope["path"])
        if not self._has_cookie(headers):
            return _forbidden("open the address that `reflow lab` printed, with its token")
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            if headers.get(REQUEST_HEADER) != "1":
                return _forbidden(f"the header {REQUEST_HEADER} is missing")
        return None

    def _swapped(self, token: str, path: str) -> Response:
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return _forbidden("the token is not the one that `reflow lab` printed")
        response = RedirectResponse(path, status_code=303)
        response.set_cookie(self._cookie, self._secret, httponly=True, samesite="strict")
        return response

    def _has_cookie(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        cookie = cookies.get(self._cookie)
        return cookie is not None and hmac.compare_digest(
            cookie.value.encode(), self._secret.encode()
        )


def _forbidden(why: str) -> Response:
    return PlainTextResponse(f"403: {why}\n", status_code=403)


def _with_headers(send: Send, added: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in added.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
