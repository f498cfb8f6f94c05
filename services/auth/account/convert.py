"""Messages about the life of an account, to and from its model."""

from collections.abc import Mapping

from inergize.auth.v1 import auth_account_pb2 as pb
from inergize.auth.v1 import auth_pb2

from services.auth.account.model import Export
from services.auth.account.updates import FIELDS
from services.kernel.messages import to_timestamp


def values_from_proto(change: pb.UserChange) -> Mapping[str, str]:
    """Every field's value by name; empty where none is given."""
    return {field: getattr(change, field) for field in FIELDS}


def export_to_proto(export: Export, download_url: str = "") -> auth_pb2.AccountExport:
    """An archive, for its owner."""
    message = auth_pb2.AccountExport(
        export_id=str(export.export_id),
        state=auth_pb2.AccountExportState.Value(f"ACCOUNT_EXPORT_STATE_{export.state.upper()}"),
        download_url=download_url,
        created_time=to_timestamp(export.created_at),
        completed_time=to_timestamp(export.completed_at),
    )
    if export.sha256 is not None:
        message.sha256 = export.sha256.hex()
        message.size_bytes = export.size_bytes or 0
        if export.expires_at is not None:
            message.expires_time.FromDatetime(export.expires_at)
    return message
