"""Ways to spoil a dataset, each a mistake that real writers make, and the check that is there to notice it."""

import json
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

CAMERA = "observation.images.front"


def ffmpeg(video: Path, *options: str) -> None:
    spoiled = video.with_suffix(".spoiled.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(video), *options, str(spoiled)], check=True)
    spoiled.replace(video)


def front_video(root: Path) -> Path:
    return sorted((root / "videos" / CAMERA).glob("*/*.mp4"))[0]


def encode(video: Path, pictures: str) -> None:
    codec = ["-c:v", "libx264", "-g", "2", "-bf", "0", "-pix_fmt", "yuv420p", "-video_track_timescale", "15360"]
    ffmpeg(video, "-vf", pictures, *codec)


def shifted_video(root: Path) -> None:
    """Every picture one row early, the last one twice: counts and times stay right."""
    encode(front_video(root), "trim=start_frame=1,setpts=PTS-STARTPTS,tpad=stop_mode=clone:stop=1")


def short_video(root: Path) -> None:
    """The last picture is missing."""
    encode(front_video(root), "trim=end_frame=179,setpts=PTS-STARTPTS")


def millisecond_timescale(root: Path) -> None:
    """What a recorder without a frame clock writes: 0, 33, 67, 100 ms."""
    ffmpeg(front_video(root), "-c", "copy", "-video_track_timescale", "1000")


def no_pandas_metadata(root: Path) -> None:
    """The task turns into its number, silently."""
    path = root / "meta" / "tasks.parquet"
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata(None), path, store_schema=False)


def wrong_statistics(root: Path) -> None:
    """The spread of one joint is two per cent off."""
    path = root / "meta" / "stats.json"
    stats = json.loads(path.read_text())
    stats["observation.state"]["std"][2] *= 1.02
    path.write_text(json.dumps(stats))


def shifted_state(root: Path) -> None:
    """States of an episode one row late: as when action and observation are taken from different ticks."""
    path = sorted((root / "data").glob("*/*.parquet"))[0]
    table = pq.read_table(path)
    states = table.column("observation.state").to_pylist()
    kind = table.schema.field("observation.state").type
    late = pa.array([states[0], *states[:-1]], type=kind)
    place = table.schema.get_field_index("observation.state")
    pq.write_table(table.set_column(place, table.schema.field(place), late), path)


def wrong_clock(root: Path) -> None:
    """Wall-clock times in `timestamp` instead of frame_index/fps."""
    path = sorted((root / "data").glob("*/*.parquet"))[0]
    table = pq.read_table(path)
    stamps = [stamp + 0.00005 * (row % 3) for row, stamp in enumerate(table.column("timestamp").to_pylist())]
    place = table.schema.get_field_index("timestamp")
    pq.write_table(table.set_column(place, table.schema.field(place), pa.array(stamps, type=pa.float32())), path)


# Name -> (how, the check of judge_dataset.py that must fail).
WAYS = {
    "shifted-video": (shifted_video, "painted frame numbers"),
    "short-video": (short_video, "one picture per row at exactly n/fps"),
    "millisecond-timescale": (millisecond_timescale, "one picture per row at exactly n/fps"),
    "no-pandas-metadata": (no_pandas_metadata, "task is text"),
    "wrong-statistics": (wrong_statistics, "statistics"),
    "shifted-state": (shifted_state, "moving joint"),
    "wrong-clock": (wrong_clock, "rows count and are stamped right"),
}
