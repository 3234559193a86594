"""The bill of materials inside an image: Python, its packages, Debian's libraries, the models.

Nothing in the image tells a scanner what its files once belonged to: there is no package manager.
So this says it, as CycloneDX, while the packages are still there to be asked.
"""

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL


def bill_of_materials(
    packages: Iterable[Distribution], libraries: Mapping[str, Path], models: Path | None
) -> str:
    """CycloneDX 1.6 as JSON. `libraries`: name in the image -> where it was copied from."""
    version = platform.python_version()
    bom = Bom()
    whole = Component(type=ComponentType.CONTAINER, name="strongroom-image")
    bom.metadata.component = whole
    bom.components.add(
        Component(
            type=ComponentType.PLATFORM,
            name="python",
            version=version,
            purl=PackageURL("generic", None, "python", version),
        )
    )
    for one in packages:
        name, version = one.metadata["Name"], one.version
        bom.components.add(
            Component(
                type=ComponentType.LIBRARY,
                name=name,
                version=version,
                purl=PackageURL("pypi", None, name.lower().replace("_", "-"), version),
            )
        )
    for component in _system(libraries):
        bom.components.add(component)
    for component in _models(models):
        bom.components.add(component)
    bom.register_dependency(whole, list(bom.components))
    document = json.loads(
        make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    )
    # When it was written, and a number drawn for it, would make each build another one.
    document["metadata"].pop("timestamp", None)
    document.pop("serialNumber", None)
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _system(libraries: Mapping[str, Path]) -> list[Component]:
    """Debian's packages that these libraries are of; a library of none stands for itself."""
    found: dict[str, Component] = {}
    for name, place in libraries.items():
        package = _owner(place.resolve())
        if package is None:
            found[name] = Component(
                type=ComponentType.FILE, name=name, hashes=[_sha256(place.resolve())]
            )
        elif package not in found:
            wanted = "${Version} ${source:Package} ${source:Version}"
            words = _said("dpkg-query", "--show", f"--showformat={wanted}", package).split()
            found[package] = Component(
                type=ComponentType.LIBRARY,
                name=package.partition(":")[0],
                version=words[0],
                purl=PackageURL(
                    "deb",
                    platform.freedesktop_os_release().get("ID", "debian"),
                    package.partition(":")[0],
                    words[0],
                    {"upstream": f"{words[1]}@{words[2]}"},
                ),
            )
    return list(found.values())


def _owner(place: Path) -> str | None:
    """The package that installed a file; Debian knows some by their path before /usr was one."""
    for known in (place, Path("/") / place.relative_to("/usr") if "/usr/" in str(place) else place):
        said = _said("dpkg-query", "--search", str(known))
        if said:
            return said.splitlines()[0].rpartition(": ")[0].split(", ")[0]
    return None


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # no Debian
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _models(models: Path | None) -> list[Component]:
    if models is None:
        return []
    found = []
    for record in sorted(models.glob("*.json")):
        sha256 = json.loads(record.read_text("utf-8")).get("sha256")
        found.append(
            Component(
                type=ComponentType.MACHINE_LEARNING_MODEL,
                name=record.stem,
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if sha256 else [],
            )
        )
    return found


def _sha256(path: Path) -> HashType:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)
