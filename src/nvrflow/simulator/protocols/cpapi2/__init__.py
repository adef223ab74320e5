"""The same JSON-RPC with its sign-in renamed, as CP Plus has it (facts/recorder-ui.md 3.6, grade S)."""

from __future__ import annotations

from starlette.routing import BaseRoute

from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols import rpc2


def routes(device: Device) -> list[BaseRoute]:
    """The protocol's routes for one recorder."""
    return rpc2.routes(device, rpc2.Login("/cpapi2_Login", "user.signin"))
