"""`python -m stack.sandbox.linkedin`: the sandbox by itself, configured by arguments."""

import argparse
from pathlib import Path

from stack.sandbox.linkedin.app import serve
from stack.sandbox.linkedin.model import SIGN_IN_SCOPES, SandboxApp


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="stack.sandbox.linkedin")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", action="append", required=True)
    parser.add_argument("--scope", action="append", help="beside those of Sign In with LinkedIn")
    parser.add_argument("--pkce", action="store_true", help="switch on PKCE for the app")
    parser.add_argument("--issuer", default="", help="in ID tokens; else the sandbox's address")
    given = parser.parse_args()
    app = SandboxApp(
        client_id=given.client_id,
        client_secret=given.client_secret,
        redirect_uris=tuple(given.redirect_uri),
        scopes=SIGN_IN_SCOPES | frozenset(given.scope or ["w_member_social"]),
        has_pkce=given.pkce,
        issuer=given.issuer,
    )
    serve(given.port, given.data_dir, app)


if __name__ == "__main__":
    main()
