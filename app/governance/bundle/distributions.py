"""The distributions that Strongroom needs at run time, exactly as they are installed here."""

import importlib.metadata
import json
import zipfile
from collections.abc import Iterator
from importlib.metadata import (
    Distribution,
    PackagePath,
    PathDistribution,
)
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from app.governance.bundle.contents import BundleFault

OURS = "strongroom"


def needed_by(root: Distribution) -> list[Distribution]:
    """All that `root` needs to run, each once, by name; tools for tests are not among them.

    Raises BundleFault where one is not installed.
    """
    found: dict[NormalizedName, Distribution] = {}
    seen: set[tuple[NormalizedName, str]] = set()
    waiting = [(canonicalize_name(root.metadata["Name"]), "")]
    own = waiting[0][0]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        distribution = root if name == own else found.setdefault(name, installed(name))
        for text in distribution.requires or []:
            requirement = Requirement(text)
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            needed = canonicalize_name(requirement.name)
            waiting += [(needed, ""), *((needed, one) for one in requirement.extras)]
    return [found[name] for name in sorted(found)]


def name_of(distribution: Distribution) -> str:
    """Its name, in the one spelling."""
    return canonicalize_name(distribution.metadata["Name"])


def checkout_of(distribution: Distribution) -> Path | None:
    """The folder of its sources, if it is installed as a link to them."""
    told = distribution.read_text("direct_url.json")
    if not told:
        return None
    known = json.loads(told)
    if not known.get("dir_info", {}).get("editable"):
        return None
    return Path(unquote(urlsplit(known["url"]).path))


def inside_wheel(wheel: Path) -> Distribution:
    """What a wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
    return PathDistribution(zipfile.Path(wheel, metadata.removesuffix("METADATA")))


def recorded(distribution: Distribution) -> Iterator[PackagePath]:
    """The files that its installation recorded with a hash."""
    for file in distribution.files or []:
        if file.hash is not None:
            yield file


def installed(name: str) -> Distribution:
    """A distribution of this environment. Raises BundleFault."""
    found = list(importlib.metadata.distributions(name=name))
    for distribution in found:  # the folder one is in may hold another, left by a build
        if distribution.read_text("RECORD") is not None:
            return distribution
    raise BundleFault(
        f"{name} is needed and {'was installed without pip' if found else 'is not installed'}; run "
        "make install, then bundle again"
    )
