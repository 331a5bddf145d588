"""Salesforce, through its usual Python client: what fields hold, and updates of many records in one call."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from muster.config.settings import CrmConfig
from muster.messages.escaping import plain
from muster.messages.guarding import Resolve
from muster.messages.posting import wished
from muster.problems import MissingExtra, WrongUse
from muster.writing_back.crm import BATCH, CrmFault, Outcome
from muster.writing_back.facts import Value

_TOLD = 200
_ID = re.compile(r"[A-Za-z0-9]{15,18}")
# Somebody else holds the record, or the CRM is busy: the same update may be taken later.
_LATER = {"UNABLE_TO_LOCK_ROW", "REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE", "CONCURRENT_REQUEST_LIMIT"}
_AGAIN = {408, 409, 420, 429}  # beside all of 5xx


class Salesforce:
    """One organisation of Salesforce, reached at its own domain."""

    def __init__(
        self,
        config: CrmConfig,
        *,
        resolver: Resolve | None = None,
        environment: Mapping[str, str] = os.environ,
        seconds: tuple[float, float] | None = None,
    ) -> None:
        """Nothing is asked yet. Raises WrongUse without an address or secrets, MissingExtra without [crm]."""
        try:
            from simple_salesforce import Salesforce as Client  # noqa: PLC0415  an extra

            from muster.writing_back.guarded_session import guarded_session  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise MissingExtra("crm", needed_for="Writing back to Salesforce") from error
        if config.instance_url is None:
            raise WrongUse(
                "No CRM is named to write back to.",
                remedy='Name it in muster.toml: [crm_write_back] instance_url = "https://acme.my.salesforce.com"',
            )
        self._url, self._config, self._environment = config.instance_url.rstrip("/"), config, environment
        self._session = guarded_session(
            inward_hosts=config.inward_hosts,
            ca_file=config.ca_file,
            resolver=resolver,
            **({"seconds": seconds} if seconds else {}),
        )
        self._retry_after: timedelta | None = None
        self._session.hooks["response"].append(self._hear)
        self._client_of: Callable[[str], Any] = lambda token: Client(
            instance_url=self._url, session_id=token, session=self._session
        )
        self._client: Any = None
        _secrets(config, environment)

    def read(self, object_: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, object]]:
        """What fields hold now, by the first 15 characters of the id. Converted leads count as not there."""
        if not ids:
            return {}
        assert len(ids) <= BATCH and all(_ID.fullmatch(one) for one in ids)
        within = ", ".join(f"'{one}'" for one in ids)
        open_leads = " AND IsConverted = FALSE" if object_ == "Lead" else ""
        soql = f"SELECT Id, {', '.join(fields)} FROM {object_} WHERE Id IN ({within}){open_leads}"
        records = self._asked(lambda client: client.query_all(soql))["records"]
        return {row["Id"][:15]: {field: row.get(field) for field in fields} for row in records}

    def update(self, object_: str, values: Mapping[str, Mapping[str, Value]]) -> dict[str, Outcome]:
        """Set fields of records that are there; what is refused of one record holds no other back."""
        if not values:
            return {}
        assert len(values) <= BATCH
        kind = {"type": object_}
        records = [{"attributes": kind, "id": record, **fields} for record, fields in values.items()]
        asked = {"allOrNone": False, "records": records}
        # By itself an update of a lead may hand it to somebody else, by the rules that assign new ones.
        headers = {"Sforce-Auto-Assign": "FALSE"}
        answered = self._asked(
            lambda client: client.restful("composite/sobjects", method="PATCH", json=asked, headers=headers)
        )
        if not isinstance(answered, list) or len(answered) != len(records):
            raise CrmFault("The CRM's answer does not say what became of each record.")
        return dict(zip(values, map(_outcome, answered), strict=True))

    def _asked(self, ask: Callable[[Any], Any]) -> Any:
        """The answer to one question; a token that ran out is asked for anew, once."""
        from simple_salesforce.exceptions import SalesforceExpiredSession  # noqa: PLC0415

        for is_last in (False, True):
            self._retry_after = None
            try:
                if self._client is None:
                    self._client = self._client_of(self._token())
                return ask(self._client)
            except SalesforceExpiredSession as error:
                self._client = None
                if is_last or self._environment.get(self._config.token_env):
                    raise CrmFault("The CRM does not take our token.", is_final=True) from error
            except CrmFault:
                raise
            except Exception as error:
                raise _fault(error, self._retry_after) from error
        raise AssertionError("the last try returns or raises")

    def _token(self) -> str:
        given = _secrets(self._config, self._environment)
        if isinstance(given, str):
            return given
        answer = self._session.post(
            f"{self._url}/services/oauth2/token", data={"grant_type": "client_credentials"}, auth=given
        )
        if answer.status_code != 200:
            is_final = answer.status_code < 500 and answer.status_code not in _AGAIN
            raise CrmFault(
                f"The CRM gives no token: it answered {answer.status_code}.",
                is_final=is_final,
                retry_after=self._retry_after,
            )
        token = answer.json().get("access_token")
        if not isinstance(token, str):
            raise CrmFault("The CRM gives no token: its answer has none.")
        return token

    def _hear(self, answer: Any, *_: Any, **__: Any) -> None:
        self._retry_after = wished(answer.headers.get("retry-after"))


def _secrets(config: CrmConfig, environment: Mapping[str, str]) -> str | tuple[str, str]:
    """A token as it is, or client id and secret to ask for one. Raises WrongUse where there is neither."""
    token = environment.get(config.token_env)
    if token:
        return token
    client, secret = environment.get(config.client_id_env), environment.get(config.client_secret_env)
    if not client or not secret:
        raise WrongUse(
            "The environment has no secrets for the CRM.",
            remedy=f"Set {config.client_id_env} and {config.client_secret_env}, or {config.token_env}.",
        )
    return client, secret


def _fault(error: Exception, retry_after: timedelta | None) -> CrmFault:
    """A library's error in a line without addresses, which may hold what nobody should read."""
    status, content = getattr(error, "status", None), getattr(error, "content", None)
    if not isinstance(status, int):
        return CrmFault(f"No answer from the CRM: {type(error).__name__}.", retry_after=retry_after)
    first = content[0] if isinstance(content, list) and content else {}
    code, said = (
        (first.get("errorCode", ""), first.get("message", "")) if isinstance(first, dict) else ("", "")
    )
    is_final = status < 500 and status not in _AGAIN and code not in _LATER
    return CrmFault(plain(f"{status} {code} {said}", most=_TOLD), is_final=is_final, retry_after=retry_after)


def _outcome(answered: Mapping[str, Any]) -> Outcome:
    if answered.get("success"):
        return Outcome(is_taken=True, told="written")
    errors = answered.get("errors") or [{}]
    codes = {str(error.get("statusCode", "")) for error in errors}
    told = "; ".join(f"{error.get('statusCode', '')} {error.get('message', '')}" for error in errors)
    return Outcome(is_taken=False, told=plain(told, most=_TOLD), is_final=not codes & _LATER)
