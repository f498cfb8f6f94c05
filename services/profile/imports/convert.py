"""Between imports and their messages."""

from inergize.profile.v1 import linkedin_imports_pb2 as pb

from services.kernel.s3 import Upload
from services.profile.imports.model import Import, State

_STATES = {
    State.AWAITING_UPLOAD: pb.LINKED_IN_IMPORT_STATE_AWAITING_UPLOAD,
    State.READING: pb.LINKED_IN_IMPORT_STATE_READING,
    State.DONE: pb.LINKED_IN_IMPORT_STATE_DONE,
    State.FAILED: pb.LINKED_IN_IMPORT_STATE_FAILED,
}


def upload_to_proto(upload: Upload) -> pb.LinkedInImportUpload:
    """Where to put a file."""
    return pb.LinkedInImportUpload(url=upload.url, headers=upload.headers)


def import_to_proto(one: Import) -> pb.LinkedInImport:
    """An import as its user sees it."""
    message = pb.LinkedInImport(
        import_id=str(one.import_id),
        state=_STATES[one.state],
        files=[
            pb.LinkedInImportFile(
                name=file.name,
                rows=file.rows,
                new_rows=file.new_rows,
                unreadable_rows=file.unreadable_rows,
            )
            for file in one.files
        ],
        problems=[
            pb.LinkedInImportProblem(file=each.file, line=each.line, reason=each.reason)
            for each in one.problems
        ],
        ignored_files=one.ignored_files,
        size_bytes=one.size_bytes,
    )
    message.created_time.FromDatetime(one.created_at)
    if one.finished_at is not None:
        message.finished_time.FromDatetime(one.finished_at)
    return message
