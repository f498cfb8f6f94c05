"""What can go wrong with an import, as clients are told."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class ArchiveMissing(DomainError):
    """The file that was announced is not there, or is another; put it where the import says."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_ARCHIVE_MISSING


class ImportsOpen(DomainError):
    """Too many imports wait for their file; complete or delete one."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_LINKEDIN_IMPORTS_OPEN


class ArchiveUnreadable(Exception):
    """The bytes are no archive that can be read; the text says why, in words for its owner."""


class ImportNotFound(DomainError):
    """There is no such import."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_LINKEDIN_IMPORT_NOT_FOUND
