"""Does a policy compute in a browser what it computes in PyTorch, frame by frame, from live and from recorded pixels?

    python conformance/judge_parity.py frames POLICY.zip DATASET OUT [--rows 24] [--raw FOLDER]
    python conformance/judge_parity.py judge  POLICY.zip CHECKPOINT|- OUT [--report out.json]

`frames` has LeRobot decode rows of the dataset, spread over all of it, and writes them as the browser is to get them: tensors in
steps of 1/255 (`.u8`), or resized by area where the policy wants another size (`.f32`), with the rows' states in
`rows.json`. With --raw, the pictures as they were before the video codec (tools/conformance/raw-pictures.ts) go beside them.

`judge` reads what the browser answered (`<precision>-<backend>.<recorded|live>.f32`, chunks in the order of the rows;
`<row>.live.f32`, the tensors it made of raw pictures) and asks PyTorch about the very same tensors: LeRobot's policy of CHECKPOINT
with its own processors, or, for `-`, the bundled policy's network with the package's weights. Python's ONNX Runtime is asked
as well: it says how far apart two programs may be that both compute the same model.
"""

import argparse
import json
import sys
import zipfile
from pathlib import Path

from lerobot_judge import painted, quiet  # noqa: F401  (first: it sets the environment)

import numpy as np
import onnxruntime
import torch
from lerobot_judge.report import Report

RAW_SIZE = (320, 240)
RAW_BYTES = RAW_SIZE[0] * RAW_SIZE[1] * 3 // 2
# Of a browser against PyTorch, degrees and percent.
LIMITS = {"fp32": 1e-3, "fp16": 0.05}
# The browser may be this many times as far from PyTorch as Python's ONNX Runtime is.
TIMES_NATIVE = 3
# Mean over one picture between what the codec was given and what LeRobot decodes, of 1.
PIXELS = 2 / 255


class Package:
    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        self.manifest = json.loads(self.archive.read("manifest.json"))
        self.cameras = [(c["name"], c["width"], c["height"]) for c in self.manifest["cameras"]]
        self.chunk = (self.manifest["chunk_size"], len(self.manifest["joints"]))

    def model(self, precision: str) -> bytes:
        return self.archive.read(self.manifest["files"][precision]["path"])

    def images(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """Tensors of all cameras, one after the other -> per camera [3, height, width]."""
        images, at = {}, 0
        for name, width, height in self.cameras:
            images[f"observation.images.{name}"] = flat[at : at + 3 * width * height].reshape(3, height, width)
            at += 3 * width * height
        return images


def area(length: int, wanted: int) -> np.ndarray:
    """[wanted, length]: every wanted pixel is the mean of the stretch it covers."""
    scale = length / wanted
    low = np.arange(wanted)[:, None] * scale
    covered = np.minimum(low + scale, np.arange(length) + 1) - np.maximum(low, np.arange(length))
    return np.maximum(covered, 0) / scale


def decoded_planes(root: Path, camera: str, episode: int) -> list[bytes]:
    """Planes of every picture of one of our videos (one per episode), as the decoder has them before anything turns them to RGB."""
    import av

    path = root / "videos" / f"observation.images.{camera}" / "chunk-000" / f"file-{episode:03d}.mp4"
    with av.open(str(path)) as video:
        return [picture.to_ndarray(format="yuv420p").tobytes() for picture in video.decode(video=0)]


def plane_differences(a: bytes, b: bytes) -> list[float]:
    """Mean difference of luma and of chroma, of 255: what the codec alone has changed."""
    off = np.abs(np.frombuffer(a, np.uint8).astype(np.int16) - np.frombuffer(b, np.uint8).astype(np.int16))
    luma = RAW_SIZE[0] * RAW_SIZE[1]
    return [float(off[:luma].mean()), float(off[luma:].mean())]


def frames(given: argparse.Namespace) -> int:
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    package, out = Package(given.package), given.out
    out.mkdir(parents=True, exist_ok=True)
    dataset = LeRobotDataset("local/judged", root=given.dataset)
    wanted = np.unique(np.linspace(0, len(dataset) - 1, min(given.rows, len(dataset))).round().astype(int))
    native = all((width, height) == RAW_SIZE for _, width, height in package.cameras)
    videos: dict[tuple[str, int], list[bytes]] = {}
    rows = []
    for row in wanted.tolist():
        item = dataset[row]
        pictures = [item[f"observation.images.{name}"].numpy() for name, _, _ in package.cameras]
        entry = {
            "row": row,
            "episode": int(item["episode_index"]),
            "frame": int(item["frame_index"]),
            "state": item["observation.state"].tolist(),
            "recorded": f"{row}.{'u8' if native else 'f32'}",
            "painted": [painted.read((picture * 255).round().astype(np.uint8)) for picture in pictures],
        }
        if native:
            steps = [(picture * 255).round() for picture in pictures]
            back = [np.abs(s.astype(np.float32) / np.float32(255) - p).max() for s, p in zip(steps, pictures, strict=True)]
            if max(back) > 0:
                raise SystemExit(f"row {row}: LeRobot's pictures are not steps of 1/255")
            content = b"".join(step.astype(np.uint8).tobytes() for step in steps)
        else:
            small = [
                area(p.shape[1], h) @ p.astype(np.float64) @ area(p.shape[2], w).T
                for p, (_, w, h) in zip(pictures, package.cameras, strict=True)
            ]
            content = b"".join(picture.astype(np.float32).tobytes() for picture in small)
        (out / entry["recorded"]).write_bytes(content)
        if given.raw is not None:
            entry["live"] = f"{row}.i420"
            entry["codec"] = []
            planes = b""
            for name, _, _ in package.cameras:
                video = (name, entry["episode"])
                if video not in videos:
                    videos[video] = decoded_planes(given.dataset, *video)
                with open(given.raw / f"episode-{entry['episode']:03d}.{name}.i420", "rb") as file:
                    file.seek(entry["frame"] * RAW_BYTES)
                    planes += (own := file.read(RAW_BYTES))
                entry["codec"].append(plane_differences(own, videos[video][entry["frame"]]))
            (out / entry["live"]).write_bytes(planes)
        rows.append(entry)
    (out / "rows.json").write_text(json.dumps(rows))
    print(f"{len(rows)} of {len(dataset)} rows")
    return 0


def peer(package: Package, checkpoint: str):
    """(name, images and state -> [chunk, joints]) of PyTorch."""
    if checkpoint == "-":
        sys.path.insert(0, str(Path(__file__).parent.parent / "tools" / "policy"))
        from lerobot_judge.bundled import load

        policy = load(package.model("fp32"), package.cameras, package.chunk[0])

        def bundled(images: dict[str, np.ndarray], state: np.ndarray) -> np.ndarray:
            with torch.no_grad():
                batch = [torch.from_numpy(image.copy())[None] for image in images.values()]
                return policy.act(batch, torch.from_numpy(state)[None])[0].numpy()

        return "PyTorch", bundled

    from judge_policy import LeRobot

    lerobot = LeRobot(Path(checkpoint))

    def ask(images: dict[str, np.ndarray], state: np.ndarray) -> np.ndarray:
        tensors = {key: torch.from_numpy(image.copy()) for key, image in images.items()}
        return lerobot.ask({"observation.state": torch.from_numpy(state), **tensors})

    return "LeRobot", ask


def native(model: bytes):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def ask(images: dict[str, np.ndarray], state: np.ndarray) -> np.ndarray:
        inputs = {"observation.state": state[None], **{key: image[None] for key, image in images.items()}}
        return session.run(None, inputs)[0][0]

    return ask


def read_flat(path: Path) -> np.ndarray:
    if path.suffix == ".u8":
        return np.frombuffer(path.read_bytes(), np.uint8).astype(np.float32) / np.float32(255)
    return np.frombuffer(path.read_bytes(), np.float32)


def sources(out: Path, rows: list[dict]) -> dict[str, list[Path]]:
    """The tensors by where their pixels come from; of live ones only what the browser gave back."""
    recorded = [out / row["recorded"] for row in rows]
    live = [out / f"{row['row']}.live.f32" for row in rows]
    return {"recorded": recorded, **({"live": live} if all(path.exists() for path in live) else {})}


def look_at_pixels(report: Report, package: Package, out: Path, rows: list[dict]) -> None:
    found = sources(out, rows)
    if "live" not in found:
        return
    problems, means, neighbours, shifts = [], [], [], []
    # In a small picture nobody can read a number.
    readable = all((width, height) == RAW_SIZE for _, width, height in package.cameras)
    live = [package.images(read_flat(path)) for path in found["live"]]
    for at, (row, path) in enumerate(zip(rows, found["recorded"], strict=True)):
        recorded = package.images(read_flat(path))
        for number, (key, picture) in enumerate(recorded.items()):
            off = float(np.abs(live[at][key] - picture).mean())
            means.append(off)
            shifts.append(255 * (picture - live[at][key]).mean(axis=(1, 2)))
            beside = [live[k][key] for k in (at - 1, at + 1) if 0 <= k < len(live)]
            neighbours.append(min(float(np.abs(other - picture).mean()) for other in beside))
            if off > PIXELS:
                problems.append(f"row {row['row']}, {key}: {255 * off:.2f} of 255")
            shown = painted.read((live[at][key] * 255).round().astype(np.uint8)) if readable else ""
            if readable and shown != row["painted"][number]:
                problems.append(f"row {row['row']}, {key}: picture {shown} live, {row['painted'][number]} recorded")
    worst, mean = 255 * max(means), 255 * float(np.mean(means))
    luma, chroma = np.array([each for row in rows for each in row["codec"]]).mean(axis=0)
    shift = np.mean(shifts, axis=0)
    report.facts["pixels_of_255"] = {"worst_picture": worst, "mean": mean, "next_row": 255 * float(np.mean(neighbours))}
    report.facts["codec_of_255"] = {"luma": float(luma), "chroma": float(chroma)}
    report.facts["decoded_less_live_rgb_of_255"] = shift.tolist()
    print(
        f"    the codec alone changes luma by {luma:.2f} and chroma by {chroma:.2f} of 255; LeRobot's decoder then gives "
        f"{shift[0]:+.2f} red, {shift[1]:+.2f} green, {shift[2]:+.2f} blue on average"
    )
    report.check(
        "live tensors are the recorded ones but for the codec",
        problems,
        f"{mean:.2f} of 255 on average, {worst:.2f} in the worst of {len(means)} pictures, of the rows beside "
        f"{255 * float(np.mean(neighbours)):.1f}",
    )


def judge(given: argparse.Namespace) -> int:
    report, package, out = Report(), Package(given.package), given.out
    torch.set_num_threads(given.threads)
    rows = json.loads((out / "rows.json").read_text())
    states = [np.array(row["state"], np.float32) for row in rows]
    look_at_pixels(report, package, out, rows)
    name, ask = peer(package, given.checkpoint)
    wanted: dict[str, np.ndarray] = {}
    for source, paths in sources(out, rows).items():
        asked = [ask(package.images(read_flat(path)), state) for path, state in zip(paths, states, strict=True)]
        wanted[source] = np.stack(asked)
    spread = float(np.std(wanted["recorded"], axis=0).max())
    report.check(f"{name} answers differently from row to row", [] if spread > 1e-3 else ["always the same"], f"{spread:.2g}")
    if "live" in wanted:
        codec = np.abs(wanted["live"] - wanted["recorded"])
        report.facts["codec_moves_actions"] = {"mean": float(codec.mean()), "worst": float(codec.max())}
        print(f"    the codec moves {name}'s answers by {codec.mean():.3g} on average, {codec.max():.3g} at most")

    natives: dict[tuple[str, str], float] = {}
    answers = sorted(out.glob("*-*.*.f32"))
    if not answers:
        report.check("the browser answered", ["nothing"])
    for path in answers:
        variant, source, _ = path.name.split(".")
        precision, backend = variant.split("-")
        if source not in wanted:
            continue
        got = np.frombuffer(path.read_bytes(), np.float32).reshape(-1, *package.chunk)
        # A long run asks PyTorch about everything and the browser's slower ways about the first rows.
        ours = wanted[source][: len(got)]
        if (precision, source) not in natives:
            session = native(package.model(precision))
            paths = sources(out, rows)[source]
            told = [session(package.images(read_flat(p)), s) for p, s in zip(paths, states, strict=True)]
            natives[precision, source] = float(np.abs(np.stack(told) - wanted[source]).max())
        off, beside = float(np.abs(got - ours).max()), natives[precision, source]
        problems = [] if np.isfinite(got).all() and off <= LIMITS[precision] else [f"off by {off:.3g}"]
        if precision == "fp32" and off > TIMES_NATIVE * beside:
            problems.append(f"off by {off:.3g}, Python's ONNX Runtime by {beside:.3g}")
        report.facts[f"{precision}_{backend}_{source}"] = {"rows": len(got), "off": off, "native_off": beside}
        report.check(
            f"{backend}, {precision}, {source} pixels: as {name}",
            problems,
            f"off by {off:.1e} in {len(got)} rows, Python's ONNX Runtime by {beside:.1e}",
        )
    return report.finish(given.report)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(required=True)
    make = what.add_parser("frames")
    make.add_argument("package", type=Path)
    make.add_argument("dataset", type=Path)
    make.add_argument("out", type=Path)
    make.add_argument("--rows", type=int, default=24)
    make.add_argument("--raw", type=Path)
    make.set_defaults(work=frames)
    compare = what.add_parser("judge")
    compare.add_argument("package", type=Path)
    compare.add_argument("checkpoint")
    compare.add_argument("out", type=Path)
    compare.add_argument("--threads", type=int, default=1)
    compare.add_argument("--report", type=Path)
    compare.set_defaults(work=judge)
    given = parser.parse_args()
    return given.work(given)


if __name__ == "__main__":
    sys.exit(main())
