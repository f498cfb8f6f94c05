"""Encrypts a message for one browser, so that the push service in between cannot read it.

Sources: RFC 8291 (keys), RFC 8188 (`aes128gcm`, here always one record).
"""

import os
import struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.profile.push.model import BrowserKeys

SALT_BYTES = 16
RECORD_BYTES = 4096
"""What every push service takes."""
LONGEST_MESSAGE = 3993
"""RFC 8291, section 4: what fits into a record of that size."""
LAST_RECORD = b"\x02"


def encrypted(message: bytes, browser: BrowserKeys) -> bytes:
    """The body of a push request. Raises ValueError for a message over 3,993 bytes, or bad keys."""
    return encrypted_with(message, browser, ec.generate_private_key(ec.SECP256R1()), _salt())


def encrypted_with(
    message: bytes, browser: BrowserKeys, own: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """The same with a given key pair and salt, which must never be used twice."""
    if len(message) > LONGEST_MESSAGE:
        raise ValueError(f"a push message has at most {LONGEST_MESSAGE} bytes")
    own_public = point(own.public_key())
    shared = own.exchange(ec.ECDH(), browser_key(browser.public_key))
    info = b"WebPush: info\0" + browser.public_key + own_public
    secret = _derived(browser.secret, shared, info, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!LB", RECORD_BYTES, len(own_public)) + own_public
    return header + AESGCM(key).encrypt(nonce, message + LAST_RECORD, None)


def browser_key(public_key: bytes) -> ec.EllipticCurvePublicKey:
    """A browser's key. Raises ValueError for what is no point on P-256."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _salt() -> bytes:
    return os.urandom(SALT_BYTES)
