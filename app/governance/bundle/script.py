"""Writes install.sh: the installer's modules joined into one text that needs only Python."""

import ast
import sys
from importlib.resources import files

from app.governance.bundle.contents import BundleFault

# In the order in which they use each other; each uses the standard library and earlier ones.
_PARTS = ("ed25519", "contents", "machine", "places", "installing")
_END = 'if __name__ == "__main__":\n    sys.exit(main())\n'


def install_script(version: str) -> bytes:
    """The installer of a bundle for the Python that runs now."""
    folder = files("app.governance.bundle")
    head = folder.joinpath("install_head.sh").read_text("utf-8")
    major, minor = map(str, sys.version_info[:2])
    for name, value in (
        ("@VERSION@", version),
        ("@PYTHON@", f"{major}.{minor}"),
        ("@MAJOR@", major),
        ("@MINOR@", minor),
    ):
        head = head.replace(name, value)
    text, names = [head], set[str]()
    for part in _PARTS:
        source = folder.joinpath(f"{part}.py").read_text("utf-8")
        own = _defined(source)
        if twice := names & own:
            raise BundleFault(
                f"app/governance/bundle/{part}.py defines {', '.join(sorted(twice))} once more"
            )
        names |= own
        text.append(f"\n# ---- app/governance/bundle/{part}.py\n{_without_our_imports(source)}")
    return "".join([*text, "\n\n", _END]).encode()


def _without_our_imports(source: str) -> str:
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app."):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "".join(lines)


def _defined(source: str) -> set[str]:
    """The names that a module's top level gives a meaning, imports left aside."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.Assign():
                found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return found
