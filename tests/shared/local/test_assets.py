"""Browser files: fingerprinted, compressed, and their stylesheets lead to files that exist."""

import gzip
import json
import re
from pathlib import Path

import pytest

from deploy.local import assets

FINGERPRINTED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build of one stylesheet with an image, in a folder of its own."""
    own = tmp_path / "assets"
    (own / "css").mkdir(parents=True)
    (own / "img").mkdir()
    (own / "css" / "page.css").write_text("b { background: url('../img/dot.svg') }\n/*# sourceMappingURL=page.css.map */", "utf-8")
    (own / "img" / "dot.svg").write_text("<svg/>", encoding="utf-8")
    monkeypatch.setattr(assets, "OWN", own)
    monkeypatch.setattr(assets, "STATIC", tmp_path / "static")
    monkeypatch.setattr(assets, "FROM_NPM", {})
    monkeypatch.setattr(assets, "install_modules", lambda: None)
    assert assets.build()
    return tmp_path / "static"


def manifest_of(static: Path) -> dict[str, str]:
    manifest: dict[str, str] = json.loads((static / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def test_every_file_carries_its_fingerprint_and_a_compressed_twin(built: Path) -> None:
    manifest = manifest_of(built)
    assert set(manifest) == {"css/page.css", "img/dot.svg"}
    for printed in manifest.values():
        assert FINGERPRINTED.search(printed)
        assert gzip.decompress((built / f"{printed}.gz").read_bytes()) == (built / printed).read_bytes()


def test_a_stylesheet_leads_to_the_fingerprinted_file(built: Path) -> None:
    manifest = manifest_of(built)
    text = (built / manifest["css/page.css"]).read_text(encoding="utf-8")
    assert f"url(../{manifest['img/dot.svg']})" in text
    assert "sourceMappingURL" not in text


def test_nothing_is_built_where_nothing_changed(built: Path) -> None:
    assert not assets.build()


def test_a_change_is_built(built: Path) -> None:
    before = manifest_of(built)
    (assets.OWN / "img" / "dot.svg").write_text("<svg></svg>", encoding="utf-8")
    assert assets.build()
    after = manifest_of(built)
    assert after["img/dot.svg"] != before["img/dot.svg"]
    assert after["css/page.css"] != before["css/page.css"]


def test_a_reference_to_nothing_stops_the_build(built: Path) -> None:
    (assets.OWN / "css" / "page.css").write_text("b { background: url(../img/none.svg) }", encoding="utf-8")
    with pytest.raises(assets.AssetError, match=r"none\.svg"):
        assets.build()
