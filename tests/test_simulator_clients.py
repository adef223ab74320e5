"""Public client packages sign in to simulated recorders, read type and version, and sign out, as they do with real ones.

Nothing here is needed to use or to test nvrflow, so none of it is in a lock file: these tests run where the packages are
installed already (`pip install 'nvrflow[clients]'`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from nvrflow.simulator.recorder_files import load

Started = Callable[..., Any]
LINES = ["dahua/nvr_v4", "dahua/nvr_v5", "dahua/ipc_web3", "dahua/classic"]
lines = pytest.mark.parametrize("name", LINES)


def client(module: str) -> Any:
    """The module of a client package; without it the test says which command makes it run."""
    return pytest.importorskip(module, reason=f"no {module} here; pip install 'nvrflow[clients]'")


def at(recorder: Any) -> tuple[str, int]:
    address = urlsplit(recorder.url)
    assert address.hostname and address.port
    return address.hostname, address.port


def events(recorder: Any) -> list[str]:
    return [entry.event for entry in recorder.log]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine, in a thread without the event loop that Playwright keeps in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def told(recorder: Any) -> tuple[str, str, str]:
    """The type, version and build date that the recorder's file gives it."""
    model = load(recorder.firmware, {})[0].device
    return model.type, model.version, model.build_date


@lines
def test_dahua_rpc_api_signs_in_reads_and_signs_out(simulated: Started, name: str) -> None:
    dahua, recorder = client("dahua.client"), simulated(name)
    host, port = at(recorder)
    rpc = dahua.DahuaRpc(host, port)
    rpc.login(recorder.user, recorder.password)
    kind, version, build = told(recorder)
    assert rpc.magic_box.get_device_type() == kind
    assert rpc.magic_box.get_software_version() == {"Version": version, "BuildDate": build}
    assert rpc.magic_box.get_serial_number() == recorder.serial
    assert recorder.sessions == 1
    rpc.logout()
    assert recorder.sessions == 0 and events(recorder) == ["login", "logout"]


def test_dahua_rpc_api_knows_what_a_wrong_password_is_answered_with(simulated: Started) -> None:
    dahua, known, recorder = client("dahua.client"), client("dahua.exceptions"), simulated(lockout_tries=2)
    for refusal in (known.DahuaInvalidCredentials, known.DahuaHasBeenLocked):
        with pytest.raises(refusal):
            dahua.DahuaRpc(*at(recorder)).login(recorder.user, "wrong")


@lines
def test_aiodahua_reads_type_version_and_settings(simulated: Started, name: str) -> None:
    aiodahua, recorder = client("aiodahua"), simulated(name)
    host, port = at(recorder)

    async def read() -> tuple[Any, ...]:
        async with aiodahua.DahuaClient(host, recorder.user, recorder.password, port=port) as device:
            table = await device.async_get("configManager.cgi?action=getConfig&name=ChannelTitle")
            return (
                await device.async_get_device_type(),
                await device.async_get_software_version(),
                await device.async_get_serial_number(),
                table["table.ChannelTitle[0].Name"],
            )

    kind, version, build = told(recorder)
    found = run(read())
    assert found[:3] == (kind, f"{version},build:{build}", recorder.serial) and found[3]
    assert recorder.sessions == 0  # it signs every request and leaves no session behind
    assert "login-refused" not in events(recorder)


def test_aiodahua_knows_what_a_wrong_password_is_answered_with(simulated: Started) -> None:
    aiodahua, recorder = client("aiodahua"), simulated()
    host, port = at(recorder)

    async def read() -> None:
        async with aiodahua.DahuaClient(host, recorder.user, "wrong", port=port, basic_auth_fallback=False) as device:
            await device.async_get_device_type()

    with pytest.raises(aiodahua.DahuaAuthError):
        run(read())
    assert events(recorder) == ["login-refused"]


@lines
def test_amcrest_reads_type_version_and_time(simulated: Started, name: str) -> None:
    amcrest, recorder = client("amcrest"), simulated(name)
    host, port = at(recorder)
    camera = amcrest.AmcrestCamera(host, port, recorder.user, recorder.password).camera
    kind, version, build = told(recorder)
    assert camera.device_type.strip() == kind
    assert tuple(part.strip() for part in camera.software_information) == (version, build)
    assert camera.serial_number.strip() == recorder.serial
    assert f"deviceType={kind}" in camera.system_information
    assert camera.current_time
    assert "login-refused" not in events(recorder)


@pytest.mark.parametrize("name", ["hikvision/nvr_v4", "hikvision/ds_v3"])
def test_hikvisionapi_signs_in_and_reads_model_and_version(simulated: Started, name: str) -> None:
    hikvisionapi, recorder = client("hikvisionapi"), simulated(name)
    api = hikvisionapi.Client(recorder.url, recorder.user, recorder.password)
    kind, version, _ = told(recorder)
    about = api.System.deviceInfo(method="get")["DeviceInfo"]
    assert (about["model"], about["firmwareVersion"]) == (kind, f"V{version}")
    assert "currentDeviceTime" in api.System.status(method="get")["DeviceStatus"]
    api.Security.sessionLogout(method="put")
    assert recorder.sessions == 0 and "login-refused" not in events(recorder)


def test_hikvisionapi_knows_what_a_wrong_password_is_answered_with(simulated: Started) -> None:
    hikvisionapi, requests, recorder = client("hikvisionapi"), client("requests"), simulated("hikvision/nvr_v4")
    with pytest.raises(requests.HTTPError, match="401"):
        hikvisionapi.Client(recorder.url, recorder.user, "wrong")
    assert events(recorder) == ["login-refused"]
