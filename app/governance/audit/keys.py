"""The keys of the trail: the one that signs it, and the auditor's, for which texts are sealed."""

import base64
import hashlib
import hmac
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.governance.audit.records import TrailFault
from vectorstore.disk import write_new

_RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
_PEM = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
_NONCE = bytes(12)  # every sealing has a key of its own


class VerifyKey:
    """The public half: tells what the trail's key signed."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.id = hashlib.sha256(key.public_bytes(*_RAW)).hexdigest()[:16]

    @classmethod
    def read(cls, file: Path) -> "VerifyKey":
        """From a PEM file. Raises TrailFault."""
        return cls.from_pem(_read(file), str(file))

    @classmethod
    def from_pem(cls, pem: bytes, where: str) -> "VerifyKey":
        try:
            key = serialization.load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise TrailFault(f"{where} holds no public key ({error})") from error
        if not isinstance(key, Ed25519PublicKey):
            raise TrailFault(f"{where} is no Ed25519 key; `strongroom audit keys` prints the right")
        return cls(key)

    def signed(self, purpose: str, content: bytes, signature: bytes) -> bool:
        """Whether our key signed just this, for this purpose."""
        try:
            self._key.verify(signature, _bound(purpose, content))
        except InvalidSignature:
            return False
        return True

    def pem(self) -> str:
        return self._key.public_bytes(*_PEM).decode("ascii")


class SigningKey:
    """The private key of a trail; it never leaves its file."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = VerifyKey(key.public_key())

    @classmethod
    def open(cls, file: Path) -> "SigningKey":
        """Read the key. Raises TrailFault where it is missing or readable by others."""
        pem = _read(file)
        if file.stat().st_mode & 0o077:
            raise TrailFault(f"{file} can be read by others; chmod 600 it")
        try:
            key = serialization.load_pem_private_key(pem, None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise TrailFault(f"{file} holds no private key ({error})") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise TrailFault(f"{file} is no Ed25519 key")
        return cls(key)

    @classmethod
    def make(cls, file: Path) -> "SigningKey":
        """Make a key in a file that only its user can read."""
        key = Ed25519PrivateKey.generate()
        write_private(file, _private_pem(key))
        return cls(key)

    def sign(self, purpose: str, content: bytes) -> bytes:
        return self._key.sign(_bound(purpose, content))

    def hashed(self, text: str) -> str:
        """A keyed hash, from which nobody without the key can guess a short text."""
        secret = self._key.private_bytes(
            serialization.Encoding.Raw,
            serialization.PrivateFormat.Raw,
            serialization.NoEncryption(),
        )
        key = _derived(secret, b"strongroom trail texts")
        return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class AuditorKey:
    """The auditor's public key: texts sealed for it are read by its owner alone."""

    def __init__(self, key: X25519PublicKey) -> None:
        self._key = key

    @classmethod
    def read(cls, file: Path) -> "AuditorKey":
        try:
            key = serialization.load_pem_public_key(_read(file))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise TrailFault(f"{file} holds no public key ({error})") from error
        if not isinstance(key, X25519PublicKey):
            raise TrailFault(f"{file} is no X25519 key; make one: strongroom audit keys --auditor")
        return cls(key)

    def seal(self, text: str) -> str:
        """The text for the auditor alone, in base64: a fresh public key, then the ciphertext."""
        fresh = X25519PrivateKey.generate()
        ours = fresh.public_key().public_bytes(*_RAW)
        key = _sealing_key(fresh.exchange(self._key), ours, self._key.public_bytes(*_RAW))
        sealed = ChaCha20Poly1305(key).encrypt(_NONCE, text.encode("utf-8", "surrogatepass"), ours)
        return base64.b64encode(ours + sealed).decode("ascii")


class AuditorPrivateKey:
    """What opens sealed texts; on the auditor's machine, not on this one."""

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def read(cls, file: Path) -> "AuditorPrivateKey":
        try:
            key = serialization.load_pem_private_key(_read(file), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise TrailFault(f"{file} holds no private key ({error})") from error
        if not isinstance(key, X25519PrivateKey):
            raise TrailFault(f"{file} is no X25519 key")
        return cls(key)

    @classmethod
    def make(cls, file: Path) -> str:
        """Make a key pair: the private key in `file`; returns the public one as PEM."""
        key = X25519PrivateKey.generate()
        write_private(file, _private_pem(key))
        return key.public_key().public_bytes(*_PEM).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text again. Raises TrailFault if it was sealed for another key, or changed."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            theirs = raw[:32]
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(theirs))
            mine = self._key.public_key().public_bytes(*_RAW)
            opened = ChaCha20Poly1305(_sealing_key(shared, theirs, mine)).decrypt(
                _NONCE, raw[32:], theirs
            )
        except (ValueError, InvalidTag) as error:
            raise TrailFault("a text was sealed for another key than this one") from error
        return opened.decode("utf-8", "surrogatepass")


def write_private(file: Path, content: bytes) -> None:
    """Write a new file that only its user can read, whole or not at all. Raises TrailFault if it
    is there already.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(file, content)
    except OSError as error:
        raise TrailFault(f"the key {file} cannot be written ({error.strerror})") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TrailFault(f"the key {file} cannot be read ({error.strerror})") from error


def _private_pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _bound(purpose: str, content: bytes) -> bytes:
    return b"strongroom " + purpose.encode("ascii") + b"\0" + content


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, purpose).derive(secret)


def _sealing_key(shared: bytes, fresh: bytes, recipient: bytes) -> bytes:
    return _derived(shared, b"strongroom sealed text" + fresh + recipient)
