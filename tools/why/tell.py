"""Adds to a policy package what lets a reader say why it fails (docs/policy-package.md): what stands still in the training's
pictures, and where its episodes began.

    python tools/why/tell.py --package pick-place.zip --demos .cache/policy/demos --out pick-place.zip

`--demos` is a folder as tools/policy/collect.mjs writes it, of the demonstrations the policy was trained on or of some of them. Knows the
package's format; the model and everything else stay as they are. The package gets another id, because its manifest changes.
"""

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

MOST_STARTS = 256
"""Of one episode, evenly spread."""
PICTURES = 15
REST_LEVELS = 8
REST_SHARE = 0.5


def background(pictures: np.ndarray) -> bytes:
    """[n, 3, height, width] bytes -> PNG with alpha: the middle of every pixel, opaque where half of the pictures agree."""
    middle = np.sort(pictures, axis=0)[len(pictures) // 2]
    luma = (pictures * np.array([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1)).sum(1)
    agree = np.abs(luma - np.sort(luma, axis=0)[len(luma) // 2]) <= REST_LEVELS
    alpha = np.where(agree.mean(0) >= REST_SHARE, 255, 0)[..., None]
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate([middle.transpose(1, 2, 0), alpha], axis=2).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def spread(count: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--demos", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with zipfile.ZipFile(args.package) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    manifest = json.loads(files["manifest.json"])
    cameras, joints = manifest["cameras"], len(manifest["joints"])
    episodes = np.fromfile(args.demos / "episode.i32", np.int32)
    states = np.fromfile(args.demos / "state.f32", np.float32).reshape(len(episodes), joints)
    shape = (len(episodes), len(cameras), 3, cameras[0]["height"], cameras[0]["width"])
    images = np.memmap(args.demos / "images.u8", np.uint8, "r", shape=shape)
    firsts = np.flatnonzero(np.diff(episodes, prepend=-1))
    ends = np.append(firsts[1:], len(episodes))
    taken = np.concatenate([first + spread(end - first, PICTURES) for first, end in zip(firsts, ends, strict=True)])
    told = []
    for number, camera in enumerate(cameras):
        path = f"backgrounds/{camera['name']}.png"
        files[path] = background(np.asarray(images[taken, number]))
        told.append({"path": path, "bytes": len(files[path]), "sha256": hashlib.sha256(files[path]).hexdigest()})
    manifest["files"]["backgrounds"] = told
    chosen = firsts[spread(len(firsts), MOST_STARTS)]
    manifest["training"]["starts"] = [[round(float(value), 2) for value in states[row]] for row in chosen]
    files["manifest.json"] = (json.dumps(manifest, indent="\t", ensure_ascii=False) + "\n").encode()
    with zipfile.ZipFile(args.out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    print(f"{len(firsts)} episodes, {len(taken)} pictures per camera, {len(chosen)} starts")


if __name__ == "__main__":
    main()
