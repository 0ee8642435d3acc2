"""Environment of every judge process: offline, no GPU, nothing written outside a temporary folder.

Import this before torch or lerobot.
"""

import atexit
import os
import shutil
import tempfile
import warnings

_home = tempfile.mkdtemp(prefix="edubotics-judge-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

SETTINGS = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HOME": _home,
    "HF_LEROBOT_HOME": f"{_home}/lerobot",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "WANDB_MODE": "disabled",
    # Environments without GPU libraries must not try a driver that happens to be there.
    "CUDA_VISIBLE_DEVICES": "-1",
    "SVT_LOG": "1",
    # No bytecode beside the sources.
    "PYTHONDONTWRITEBYTECODE": "1",
}
os.environ.update(SETTINGS)
warnings.filterwarnings("ignore")
