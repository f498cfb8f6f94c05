"""Files in our own store, as a service hands them to Profile."""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from botocore.config import Config
from botocore.session import get_session
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds

from services.kernel.config import S3Settings


@dataclass(frozen=True)
class Store:
    """A running store and the folder in which its bucket's files lie."""

    s3: S3Settings
    folder: Path

    def put(self, content: bytes, content_type: str) -> kinds.Media:
        """Keep a file, and name it as in a request."""
        name = f"{secrets.token_hex(8)}.bin"
        (self.folder / name).write_bytes(content)
        return kinds.Media(
            url=self._signed(name),
            sha256=hashlib.sha256(content).digest(),
            content_type=content_type,
            size_bytes=len(content),
        )

    def _signed(self, name: str) -> str:
        client = get_session().create_client(
            "s3",
            endpoint_url=self.s3.url,
            aws_access_key_id=self.s3.access_key,
            aws_secret_access_key=self.s3.secret_key.get_secret_value(),
            region_name=self.s3.region,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )
        where = {"Bucket": self.s3.bucket, "Key": name}
        url: str = client.generate_presigned_url("get_object", Params=where, ExpiresIn=300)
        return url
