"""The key that signs bundles: an Ed25519 key of its own, in one file that only its user reads."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.governance.audit.keys import write_private
from app.governance.bundle.contents import BundleFault, fingerprint


class BundleKey:
    """Signs manifests. The signature is plain Ed25519, so that other tools can verify it too."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def open(cls, file: Path) -> "BundleKey":
        """Raises BundleFault where it is missing, readable by others or of another kind."""
        try:
            pem = file.read_bytes()
            mode = file.stat().st_mode
        except OSError as error:
            raise BundleFault(f"the key {file} cannot be read ({error.strerror})") from error
        if mode & 0o077:
            raise BundleFault(f"{file} can be read by others; chmod 600 it")
        try:
            key = serialization.load_pem_private_key(pem, None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BundleFault(f"{file} holds no private key without password ({error})") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise BundleFault(f"{file} is no Ed25519 key")
        return cls(key)

    @classmethod
    def make(cls, file: Path) -> "BundleKey":
        """A new key, in a file that must not be there yet."""
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(file, pem)
        return cls(key)

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content)

    @property
    def public_pem(self) -> bytes:
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def fingerprint(self) -> str:
        """What people compare."""
        raw = self._key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return fingerprint(raw)
