#!/bin/sh
# Installs Strongroom @VERSION@ from this folder, on a machine that needs no network:
#   sh install.sh [--to DIR] [--key FINGERPRINT_OR_FILE]      sh install.sh --help
# It needs Python @PYTHON@, nothing else. It is one text, for /bin/sh and then for Python, so that
# one file is all there is to compare before the first thing runs: sha256sum install.sh
''':'
for candidate in "${PYTHON:-python@PYTHON@}" python3 python; do
  if "$candidate" -I -c 'import sys; sys.exit(sys.version_info[:2] != (@MAJOR@, @MINOR@))' 2>/dev/null; then
    exec "$candidate" -I "$0" "$@"
  fi
done
echo "install.sh: Python @PYTHON@ is needed, for which this bundle was made; found: $("${PYTHON:-python3}" --version 2>&1 || true)." >&2
echo "  Debian, Ubuntu: apt install python@PYTHON@    Fedora: dnf install python@PYTHON@" >&2
echo "  or name it: PYTHON=/path/to/python@PYTHON@ sh install.sh; or make a bundle with the Python that is here." >&2
exit 1
'''
