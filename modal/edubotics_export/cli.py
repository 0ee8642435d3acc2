"""The command line. Knows arguments and words; the work is in `export.py`."""

import argparse
import os
import sys
from pathlib import Path

from .errors import ExportError
from .manifest import UNITS, Said

EXAMPLE = """examples:
  python -m edubotics_export outputs/train/act_so101 -o pick.zip --dataset ~/datasets/pick --real --licence CC-BY-4.0
  python -m edubotics_export checkpoints/020000 -o pick.zip --robot so101_follower --fps 30 --real
"""


def pair(text: str) -> tuple[str, str]:
    name, _, unit = text.rpartition(":")
    if not name or unit not in UNITS:
        raise argparse.ArgumentTypeError(f"{text!r}: NAME:UNIT with a unit of {' or '.join(UNITS)}")
    return name, unit


def joints(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair(part.strip()) for part in text.split(","))


def metric(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not name or number != number or number in (float("inf"), float("-inf")):
        raise argparse.ArgumentTypeError(f"{text!r}: NAME=NUMBER")
    return name, number


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="edubotics_export",
        description="Turns an ACT checkpoint of LeRobot 0.6.1 into a policy package that runs in a browser.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "checkpoint", type=Path, help="folder pretrained_model, a checkpoint, or lerobot-train's output folder"
    )
    p.add_argument("-o", "--output", type=Path, required=True, help="the package, a .zip file")
    p.add_argument(
        "--dataset", type=Path, metavar="ROOT", help="what it was trained on: joints, rate, task, pictures, range"
    )
    origin = p.add_mutually_exclusive_group()
    origin.add_argument("--real", dest="simulated", action="store_false", default=None, help="recorded on a real arm")
    origin.add_argument(
        "--simulated", dest="simulated", action="store_true", default=None, help="recorded in simulation"
    )
    p.add_argument("--name", help="what people call the policy")
    p.add_argument("--task", default="", help="what it does, in a sentence; else the dataset's")
    p.add_argument("--robot", help="robot type, such as so101_follower; else the dataset's")
    p.add_argument("--fps", type=int, help="record rate; else the dataset's")
    p.add_argument("--joints", type=joints, help="NAME:UNIT,... in order, for robots that are not SO-100 or SO-101")
    p.add_argument("--licence", default=Said.licence, help="SPDX, such as CC-BY-4.0")
    p.add_argument("--limits", default="", help="what it cannot do, in plain words")
    p.add_argument("--seconds", type=float, help="wall time of the training")
    p.add_argument(
        "--calibration", action="append", default=[], metavar="FINGERPRINT", help="of a follower it was recorded with"
    )
    p.add_argument(
        "--metric", action="append", default=[], type=metric, metavar="NAME=NUMBER", help="a measured figure"
    )
    return p


def main(arguments: list[str] | None = None) -> int:
    """0: written. 1: refused, the reason on stderr. 2: wrong arguments."""
    given = parser().parse_args(arguments)
    # Everything needed is on this disk, and nothing may be fetched behind the person's back.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    said = Said(
        name=given.name,
        robot_type=given.robot,
        joints=given.joints,
        fps=given.fps,
        task=given.task,
        licence=given.licence,
        limits=given.limits,
        simulated=given.simulated,
        seconds=given.seconds,
        calibrations=tuple(given.calibration),
        metrics=dict(given.metric),
    )
    try:
        from .export import export
        from .package import write_whole

        made = export(given.checkpoint, given.dataset, said, lambda line: print(f"{line} ...", file=sys.stderr))
        write_whole(given.output, made.zip)
    except ExportError as error:
        print(f"error[{error.code}]: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(
            f"error[lerobot_version]: {error}. pip install 'lerobot[dataset]==0.6.1' onnx onnxruntime", file=sys.stderr
        )
        return 1
    for note in made.notes:
        print(f"note: {note}")
    parities = ", ".join(f"{name} {value:g}" for name, value in made.manifest["metrics"].items())
    print(f"{given.output}: {len(made.zip)} bytes, {made.nodes.total()} nodes, {parities}")
    return 0
