"""Each service runs with `shared` alone: what stands in for building its image, and what no import contract can see."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
failed = []
for top in ("shared", "services"):
    package = importlib.import_module(top)
    for module in pkgutil.walk_packages(package.__path__, f"{top}.", onerror=lambda name: None):
        if module.name.endswith(".__main__") or ".migrations." in module.name:
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:
            failed.append(f"{module.name}: {error!r}")
sys.exit("\\n".join(failed) or 0)
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_with_nothing_but_shared_beside_it(service: str, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=ignored)
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service, ignore=ignored)
    shutil.copy(ROOT / "services" / "__init__.py", tmp_path / "services")
    ran = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}){IMPORT_EVERYTHING}"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_every_folder_of_a_service_is_a_package(service: str) -> None:
    folders = {path.parent for path in (ROOT / "services" / service).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists() and "migrations" not in folder.parts] == []
