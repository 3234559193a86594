"""Fixtures of the bundle's tests."""

import pytest
from bundle.bundle_fakes import FakeBundles


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> FakeBundles:
    return FakeBundles.at(tmp_path_factory.mktemp("bundles"))
