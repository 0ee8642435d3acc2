"""Why a checkpoint cannot be exported. Every code is raised in one place and has a test."""

from typing import Literal

Code = Literal[
    # The folder holds no checkpoint: config.json, weights or both are missing or unreadable.
    "no_checkpoint",
    # A checkpoint of another kind of policy.
    "not_act",
    # Another LeRobot is installed here, or another LeRobot wrote the checkpoint.
    "lerobot_version",
    # The pre- or post-processor, from which the normalisation comes, is not beside the weights.
    "processors_missing",
    # A processor does something that the package cannot carry.
    "processor_unsupported",
    # The policy moves relative to where the arm is; packages carry absolute targets.
    "relative_actions",
    # The policy wants to be told where things are, which no camera or servo knows.
    "environment_state",
    # Not a ResNet.
    "backbone_unsupported",
    # Adapter weights that were not merged into the policy.
    "adapter",
    # Inputs or outputs that the package has no place for.
    "features_unsupported",
    # Weights missing, left over, of another shape, or not numbers.
    "weights_do_not_fit",
    # No dataset given that says what joints, rate and robot are, and not said otherwise.
    "facts_missing",
    # The dataset cannot be read, or is not of version 3.0.
    "dataset_unreadable",
    # The dataset has other joints or cameras than the policy.
    "dataset_does_not_fit",
    # More than a reader takes, even without the 16-bit model.
    "too_large",
    # The exported model does not compute what LeRobot computes. A fault of the exporter: nothing is written.
    "not_the_same",
]


class ExportError(Exception):
    """An expected refusal: `code` for programs, the message for people, with what to do."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
