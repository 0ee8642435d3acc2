"""The zip: stored, in a fixed order, without a clock. Knows bytes and names, nothing of policies."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

# The first moment a zip can name.
STAMP = (1980, 1, 1, 0, 0, 0)
# What readers take (src/lib/inference/package/zip.ts).
MOST_BYTES = 256 * 1024 * 1024
# Manifest, card, training pictures and the zip's own lists.
SPARE_BYTES = 16 * 1024 * 1024


def describe(path: str, content: bytes) -> dict:
    """PolicyFile of the manifest."""
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def pack(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, STAMP)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Beside its place, then moved there: a cut-off export leaves no half package under the right name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
