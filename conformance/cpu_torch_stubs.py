"""Lets the CUDA build of PyTorch import on a machine without the GPU libraries.

The only x86-64 wheel of PyTorch in the registry links against two gigabytes of GPU libraries that a CPU judge never
calls. This script compiles an empty stand-in for each missing shared library into torch/lib: the right soname, the
right symbol versions, and every function the loader asks for, answering 1 (an error in every one of those APIs).

Run it with the Python of the environment to treat. Needs gcc, nm and readelf. Prints the stand-ins as JSON.
Set CUDA_VISIBLE_DEVICES=-1 where such an environment runs: a machine that does have a driver must not be tried.
"""

import ctypes
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

VERSION_NEED = re.compile(r"File: (?P<file>\S+)")
VERSION_NAME = re.compile(r"Name: (?P<name>\S+)")
GPU_LIBRARY = re.compile(r"lib(cu|nv|nccl)")
# Unversioned names outside these belong to the interpreter or the C++ library, where a stand-in would be fatal.
GPU_SYMBOL = re.compile(r"(cu|nv|nccl)")


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def site_packages() -> Path:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        raise SystemExit("torch is not installed here")
    return Path(spec.origin).parent.parent


def needed_sonames(library: Path) -> list[str]:
    return re.findall(r"\(NEEDED\)\s+Shared library: \[([^\]]+)\]", output_of("readelf", "-Wd", str(library)))


def versions_by_file(library: Path) -> dict[str, str]:
    """Symbol version name -> soname of the library that must define it."""
    owner: dict[str, str] = {}
    current = ""
    for line in output_of("readelf", "-WV", str(library)).splitlines():
        if need := VERSION_NEED.search(line):
            current = need["file"]
        elif current and (name := VERSION_NAME.search(line)):
            owner[name["name"]] = current
    return owner


def undefined_symbols(library: Path) -> list[tuple[str, str]]:
    """(symbol, version or empty) for every strong undefined symbol."""
    symbols = []
    for line in output_of("nm", "-D", "--undefined-only", str(library)).splitlines():
        kind, _, full = line.strip().partition(" ")
        if kind == "U":
            symbol, _, version = full.partition("@")
            symbols.append((symbol, version.lstrip("@")))
    return symbols


def defined_symbols(library: Path) -> set[str]:
    lines = output_of("nm", "-D", "--defined-only", str(library)).splitlines()
    return {line.split()[-1].partition("@")[0] for line in lines if line.strip()}


def is_loadable(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def collect(libraries: list[Path], present: list[Path]) -> dict[str, dict[str, set[str]]]:
    """soname -> version ("" for none) -> symbols its stand-in must define."""
    here = {library.name for library in present}
    known = set().union(*(defined_symbols(library) for library in present))
    stubs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    loadable: dict[str, bool] = {}
    for library in libraries:
        missing = []
        for soname in needed_sonames(library):
            if soname not in here and not loadable.setdefault(soname, is_loadable(soname)):
                if not GPU_LIBRARY.match(soname):
                    raise SystemExit(f"{library.name} needs {soname}, which is no GPU library: install it")
                missing.append(soname)
                stubs[soname][""].add(f"stand_in_for_{re.sub(r'[^A-Za-z0-9]', '_', soname)}")
        if not missing:
            continue
        owners = versions_by_file(library)
        for symbol, version in undefined_symbols(library):
            if version:
                if owners.get(version) in missing:
                    stubs[owners[version]][version].add(symbol)
            elif symbol not in known and GPU_SYMBOL.match(symbol):
                # Unversioned: any library this one is linked to may define it.
                stubs[missing[0]][""].add(symbol)
    return stubs


def compile_stub(soname: str, versions: dict[str, set[str]], folder: Path, work: Path) -> None:
    symbols = sorted(set().union(*versions.values()))
    source = work / "stub.c"
    # C++ names are no C identifiers; the assembler takes any.
    source.write_text(
        "\n".join(
            f'int stub_{i}(void) __asm__("{symbol}");\nint stub_{i}(void) {{ return 1; }}'
            for i, symbol in enumerate(symbols)
        )
    )
    script = work / "stub.map"
    named = {version: names for version, names in versions.items() if version}
    script.write_text(
        "".join(f"{version} {{ global: {'; '.join(sorted(names))}; }};\n" for version, names in named.items())
    )
    command = ["gcc", "-shared", "-fPIC", "-O0", "-w", f"-Wl,-soname,{soname}"]
    if named:
        command.append(f"-Wl,--version-script={script}")
    subprocess.run([*command, "-o", str(folder / soname), str(source)], check=True)


def main() -> None:
    if sys.platform != "linux":
        raise SystemExit("only for Linux")
    packages = site_packages()
    torch_lib = packages / "torch" / "lib"
    ours = torch_lib / "stand-ins.json"
    if ours.exists():
        for soname in json.loads(ours.read_text()):
            (torch_lib / soname).unlink(missing_ok=True)
    libraries = [library for library in sorted(torch_lib.glob("*.so*")) if not library.is_symlink()]
    present = libraries + sorted((packages / "nvidia").glob("**/*.so*"))
    stubs = collect(libraries, present)
    with tempfile.TemporaryDirectory() as work:
        for soname, versions in stubs.items():
            compile_stub(soname, versions, torch_lib, Path(work))
    counts = {soname: sum(len(names) for names in versions.values()) for soname, versions in sorted(stubs.items())}
    ours.write_text(json.dumps(counts, indent=1))
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
