"""The JSON-RPC of `rpc2` with another path and name for the sign-in, as CP Plus has it (docs/firmwares.md)."""

from __future__ import annotations

from starlette.routing import BaseRoute

from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols import rpc2


def routes(device: Device) -> list[BaseRoute]:
    """The protocol's routes for one recorder."""
    return rpc2.routes(device, rpc2.Login("/cpapi2_Login", "user.signin"))
