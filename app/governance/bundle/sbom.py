"""The bill of materials: a CycloneDX document that names every package and model with its hash."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL


@dataclass(frozen=True, slots=True)
class Part:
    """A package or a model of the bundle. `needs` are names of other parts."""

    name: str
    version: str
    model: bool
    file: str
    sha256: str
    licence: str
    source: str
    needs: tuple[str, ...] = ()


def bill_of_materials(name: str, version: str, parts: Sequence[Part]) -> bytes:
    """CycloneDX 1.6 as JSON; the same parts give the same bytes. `name` is among the parts."""
    components = {part.name: _component(part, application=part.name == name) for part in parts}
    bom = Bom(components=[one for key, one in components.items() if key != name])
    root = components[name]
    bom.metadata.component = root
    for part in parts:
        needed = [components[one] for one in part.needs if one in components]
        bom.register_dependency(components[part.name], needed)
    bom.register_dependency(root, [components[part.name] for part in parts if part.model])
    written = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    document = json.loads(written)
    # When and under which number it was written would make each one different.
    document["metadata"].pop("timestamp", None)
    document.pop("serialNumber", None)
    plain = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, plain)}"
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def _component(part: Part, *, application: bool) -> Component:
    kind = ComponentType.APPLICATION if application else ComponentType.LIBRARY
    purl = None
    if part.model:
        kind = ComponentType.MACHINE_LEARNING_MODEL
    else:
        purl = PackageURL("pypi", None, part.name, part.version)
    stated = bool(part.licence) and part.licence != "not stated"
    return Component(
        type=kind,
        name=part.name,
        version=part.version or None,
        bom_ref=f"{'model' if part.model else 'package'}:{part.name}",
        purl=purl,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)],
        licenses=[LicenseFactory().make_from_string(part.licence)] if stated else [],
        properties=[
            Property(name="strongroom:file", value=part.file),
            Property(name="strongroom:source", value=part.source),
        ],
    )
