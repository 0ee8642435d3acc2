"""The video files by themselves: one picture per row, picture n at exactly n/fps, nothing else in the file.

LeRobot's default decoder finds pictures by counting, so a missing or extra one shifts the data without a word.
"""

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import av

# Where an episode begins in its file is a double; a tenth of a millisecond is LeRobot's own tolerance.
TOLERANCE_S = 1e-4


def stamps(path: Path) -> tuple[list[Fraction], list[str], dict]:
    """Presentation times in seconds, in order; what is wrong with the container; facts about the stream."""
    problems = []
    with av.open(str(path)) as container:
        if len(container.streams) != 1 or not container.streams.video:
            kinds = [stream.type for stream in container.streams]
            problems.append(f"{path.name}: streams {kinds}, one video stream expected")
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.pts is not None]
        times = sorted(packet.pts * stream.time_base for packet in packets)
        keys = [n for n, packet in enumerate(packets) if packet.is_keyframe]
        context = stream.codec_context
        facts = {
            "codec": context.codec.canonical_name,
            "size": [context.width, context.height],
            "pix_fmt": context.pix_fmt,
            "color_range": str(context.color_range),
            "colorspace": str(context.colorspace),
            "time_base": str(stream.time_base),
            "frames": len(packets),
            "longest_gop": max((b - a for a, b in zip(keys, [*keys[1:], len(packets)], strict=True)), default=0),
        }
        if keys[:1] != [0]:
            problems.append(f"{path.name}: does not begin with a key frame")
    return times, problems, facts


def check(meta, root: Path, fps: int) -> tuple[list[str], dict]:
    """Every file of every camera against the rows that point into it. `meta` is LeRobot's dataset metadata."""
    problems: list[str] = []
    facts: dict = {}
    spans: dict[str, list[tuple[int, float, float, int]]] = defaultdict(list)
    for episode in meta.episodes:
        for key in meta.video_keys:
            path = str(meta.get_video_file_path(episode["episode_index"], key))
            begin, end = (episode[f"videos/{key}/{edge}_timestamp"] for edge in ("from", "to"))
            spans[path].append((episode["episode_index"], begin, end, episode["length"]))
    for relative, episodes in spans.items():
        times, wrong, facts[relative] = stamps(root / relative)
        problems += wrong
        problems += check_rate(relative, times, fps)
        rows = sum(length for *_, length in episodes)
        if len(times) != rows:
            problems.append(f"{relative}: {len(times)} pictures for {rows} rows")
        for index, begin, end, length in episodes:
            problems += check_span(f"{relative} episode {index}", times, begin, end, length, fps)
    return problems, facts


def check_rate(name: str, times: list[Fraction], fps: int) -> list[str]:
    for n, time in enumerate(times):
        if time != Fraction(n, fps):
            return [f"{name}: picture {n} at {float(time):.6f} s, {n}/{fps} expected (and exact)"]
    return []


def check_span(name: str, times: list[Fraction], begin: float, end: float, length: int, fps: int) -> list[str]:
    inside = sum(1 for time in times if begin - TOLERANCE_S <= time < end - TOLERANCE_S)
    problems = []
    if inside != length:
        problems.append(f"{name}: {inside} pictures between {begin} and {end} s for {length} rows")
    if abs((end - begin) - length / fps) > TOLERANCE_S:
        problems.append(f"{name}: lasts {end - begin:.6f} s, {length}/{fps} expected")
    return problems
