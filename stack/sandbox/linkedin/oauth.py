"""The routes of sign-in: authorization, tokens, OpenID Connect, and who the member is."""

from starlette.routing import Route

from stack.sandbox.linkedin import access_token, authorization, identity, openid, token_status
from stack.sandbox.linkedin.authorization_request import NATIVE_PATH
from stack.sandbox.linkedin.faults import exposed
from stack.sandbox.linkedin.gate import guarded

_ask = exposed("authorization.GET", authorization.authorize)
_answer = exposed("authorization.POST", authorization.answer)
_grant = exposed("accessToken.POST", access_token.grant)
_introspect = exposed("introspectToken.POST", token_status.introspect)
_revoke = exposed("revoke.POST", token_status.revoke)

ROUTES = [
    Route("/oauth/v2/authorization", _ask, methods=["GET"]),
    Route("/oauth/v2/authorization", _answer, methods=["POST"]),
    Route(NATIVE_PATH, _ask, methods=["GET"]),
    Route(NATIVE_PATH, _answer, methods=["POST"]),
    Route("/oauth/v2/accessToken", _grant, methods=["POST"]),
    Route("/oauth/v2/introspectToken", _introspect, methods=["POST"]),
    Route("/oauth/v2/revoke", _revoke, methods=["POST"]),
    Route("/oauth/.well-known/openid-configuration", openid.discovery),
    Route("/oauth/openid/jwks", openid.keys),
    Route("/v2/userinfo", guarded(identity.USERINFO, identity.userinfo)),
    Route("/v2/me", guarded(identity.ME, identity.me)),
    Route("/v2/emailAddress", guarded(identity.EMAIL, identity.email_address)),
]
