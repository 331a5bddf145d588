"""HTTPS by the library `requests`: only to judged addresses, with limits on time, without redirects.

The guard is that of messages: names are resolved and judged before each connection, and the connection goes
to the address that was judged; TLS still asks the certificate for the name.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from muster.messages.guarding import Inward, Resolve, guarded
from muster.writing_back.crm import CrmFault

_SECONDS = (5, 60)  # to connect, and between two parts of an answer


def guarded_session(
    *,
    inward_hosts: Collection[str] = (),
    ca_file: str | None = None,
    resolver: Resolve | None = None,
    seconds: tuple[float, float] = _SECONDS,
) -> Session:
    """A session that reaches what may be reached; no proxy or certificate is of the environment."""
    session = Session()
    session.trust_env = False
    session.max_redirects = 0
    session.verify = ca_file or True
    session.mount("https://", _Guarded(inward_hosts, resolver, seconds))
    session.mount("http://", _Refusing())
    return session


class _Guarded(HTTPAdapter):  # type: ignore[misc]  # the library has no types
    def __init__(
        self, inward_hosts: Collection[str], resolver: Resolve | None, seconds: tuple[float, float]
    ) -> None:
        super().__init__()
        self._inward_hosts, self._resolver, self._seconds = inward_hosts, resolver, seconds

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        # The connection is to an IP address, so the name is said here.
        request.headers["Host"] = urlsplit(request.url or "").netloc
        kwargs["timeout"] = self._seconds
        return super().send(request, *args, **kwargs)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        try:
            found = guarded(request.url or "", inward_hosts=self._inward_hosts, resolver=self._resolver)
        except Inward as refused:
            raise CrmFault(f"Not sent: {refused}.", is_final=True) from refused
        host, pool = self.build_connection_pool_key_attributes(request, verify, cert)
        host["host"] = found.addresses[0]
        pool |= {"server_hostname": found.host, "assert_hostname": found.host}
        return cast(HTTPConnectionPool, self.poolmanager.connection_from_host(**host, pool_kwargs=pool))


class _Refusing(HTTPAdapter):  # type: ignore[misc]
    def send(self, *_: Any, **__: Any) -> Response:
        raise CrmFault("Not sent: only https:// addresses are sent to.", is_final=True)
