"""The SMS sandbox as a child of the stack."""

from pathlib import Path

from stack.data_dir import DataDir
from stack.embedded.http import serve_http
from stack.secrets import load
from stack.topology import Topology


def serve(data_dir: str) -> None:
    """Serve the sandbox until SIGTERM."""
    from stack.sandbox.sms.app import Account, Sandbox

    place = DataDir(Path(data_dir))
    secrets = load(place).values
    account = Account(secrets["SMS_ACCOUNT_SID"], secrets["SMS_AUTH_TOKEN"])
    serve_http(Sandbox(account).web(), Topology.load(place.root).ports["sms"])
