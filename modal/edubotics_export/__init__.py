"""Turns an ACT checkpoint of LeRobot 0.6.1 into a policy package (docs/policy-package.md).

Knows LeRobot's checkpoints and ONNX. Does not know who runs the package: no browser, no lab, no server.
"""

__version__ = "1.0.0"
