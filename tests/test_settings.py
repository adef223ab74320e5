"""`nvrflow read`: every setting that the pages show, as values with names that stay the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvrflow.capture.controls import Control
from nvrflow.content import as_yaml, read_yaml
from nvrflow.firmware.catalogue import catalogue
from nvrflow.settings.round_trip import Reader, read_settings
from nvrflow.settings.setting import Setting, Sight, settings_of

BOX = (10.0, 10.0, 100.0, 20.0)


def field_of(name: str, value: str | None = "", y: float = 10, **more: Any) -> Control:
    return Control("textbox", name, value=value, box=(10, y, 100, 20), **more)


def read(*sights: Sight, menus: tuple[str, ...] = ()) -> dict[str, Setting]:
    return {one.name: one for one in settings_of(sights, menus)}


def test_a_setting_is_named_by_its_page_and_its_label_or_by_the_catalogue() -> None:
    found = read(Sight("https", [field_of("Port", "8443"), field_of("Host", "nvr", 50)], {"network.https.port": BOX}))
    assert found["network.https.port"].value == 8443, "a port is a number"
    assert found["https/Host"].value == "nvr"


def test_settings_with_one_label_are_told_apart_by_the_titles_above_them() -> None:
    one, two = field_of("Port", "80", group=("HTTP",)), field_of("Port", "554", 50, group=("RTSP",))
    assert set(read(Sight("ports", [one, two]))) == {"ports/HTTP/Port", "ports/RTSP/Port"}
    assert set(read(Sight("ports", [field_of("", "1"), field_of("", "2", 50)]))) == {"ports/(no label)", "ports/(no label)#2"}


def test_a_field_without_a_label_has_the_name_that_the_page_itself_gives_it() -> None:
    one, other = field_of("", "1", attributes={"name": "szTtl"}), field_of("", "2", 50, attributes={"id": "field-1043"})
    assert set(read(Sight("ports", [one, other]))) == {"ports/[szTtl]", "ports/(no label)"}


def test_a_port_is_a_number_wherever_it_stands_and_another_text_stays_one() -> None:
    fields = [
        field_of("HTTP Port", "80"),
        field_of("Listen", "554", 50, attributes={"id": "rtspPort"}),
        field_of("Device No.", "255", 90),
        field_of("Export", "12", 130),
        Control("spinbutton", "Days", value="30", box=(10, 170, 100, 20)),
        field_of("UDP Port", "auto", 210),
    ]
    assert [one.value for one in read(Sight("net", fields)).values()] == [80, 554, "255", "12", 30, "auto"]


def test_what_a_page_only_shows_is_no_setting_and_what_cannot_be_changed_now_is_one() -> None:
    def shown(label: str, value: str, y: float = 10, **more: Any) -> Control:
        return field_of(label, value, y, demands={"readonly": "yes"}, **more)

    facts = ["Model", "Serial No.", "Firmware Version", "Gerätetyp", "Modelo", "Versión de firmware", "设备型号", "固件版本"]
    settings = ["HTTP Port", "RTSP Authentication", "Type of stream"]
    fields = [shown(label, "1", 30.0 * at) for at, label in enumerate([*facts, *settings])]
    grey = shown("Server", "pool.example.com", 500, disabled=True)
    found = read(Sight("network", [*fields, grey]))
    assert [(one.label, one.enabled) for one in found.values()] == [*((one, True) for one in settings), ("Server", False)]
    assert read(Sight("network", [field_of("Model", "x")])).keys() == {"network/Model"}, "what can be changed is a setting"
    assert list(read(Sight("network", [shown("Model", "x")], {"network.host.name": BOX}))) == ["network.host.name"]


def test_a_field_with_an_id_that_stands_lower_on_another_page_is_told_once() -> None:
    lower = [field_of("Name", "nvr", y, attributes={"id": "host"}) for y in (10, 28)]
    assert list(read(Sight("config", lower[:1]), Sight("network", lower[1:]))) == ["config/Name"]


def test_rows_of_a_table_are_called_by_their_first_words_and_choosing_a_row_is_no_setting() -> None:
    def row(number: int, label: str) -> list[Control]:
        place: dict[str, Any] = {"row": ("1", str(number), ""), "group": (label,)}
        return [
            Control("checkbox", checked=False, box=(5, 30.0 * number, 10, 10), **place),
            Control("clickable", "Front door", checked=True, box=(50, 30.0 * number, 90, 10), **place),
            field_of("Name", "Front door", 30.0 * number, **place),
        ]

    assert list(read(Sight("channels", row(1, "D1")))) == ["channels/D1/Name"]
    assert list(read(Sight("channels", [*row(1, "D1"), *row(2, "D2")]))) == ["channels/D1/Name", "channels/D2/Name"]


def test_radios_of_a_group_are_one_setting_with_their_labels_as_options() -> None:
    radios = [
        Control("radio", name, checked=name == "Manual", box=(10, y, 10, 10), group=("Mode",), attributes={"name": "m"})
        for name, y in (("Auto", 10.0), ("Manual", 40.0))
    ]
    assert read(Sight("time", radios)) == {"time/Mode": Setting("time/Mode", "Manual", "Mode", "time", ("Auto", "Manual"))}
    named = read(Sight("time", radios, {"time.ntp.enabled": (10, 40, 10, 10)}, {"time.ntp.enabled": True}))
    assert (named["time.ntp.enabled"].value, named["time.ntp.enabled"].options) == (True, ())


def test_what_is_covered_is_no_setting_and_a_password_has_no_value() -> None:
    found = read(Sight("mail", [field_of("From", "x", covered=True), field_of("Password", None, 50, secret=True)]))
    assert [(one.label, one.value, one.as_dict()["secret"]) for one in found.values()] == [("Password", None, True)]


def test_no_secret_is_read_whatever_the_field_is_called() -> None:
    found = read(
        Sight("wifi", [field_of("WiFi key", "hunter2wifi"), field_of("Stream", "rtsp://jane:rtspPass9@192.0.2.4/1", 50)])
    )
    assert (found["wifi/WiFi key"].value, found["wifi/WiFi key"].secret) == (None, True)
    assert found["wifi/Stream"].value == "rtsp://jane:********@192.0.2.4/1"


@pytest.mark.parametrize(
    ("name", "value"), [("API Key", "abc"), ("SNMP community", "x"), ("Id", "J4tpQEGK2EDZKSZs2d5z66Kpjqh9piFj")]
)
def test_what_lets_somebody_in_is_listed_without_its_value(name: str, value: str) -> None:
    (found,) = read(Sight("web", [field_of(name, value)])).values()
    assert (found.value, found.secret) == (None, True)
    assert read(Sight("web", [field_of("Name", "Loading bay, camera number seventeen")]))["web/Name"].secret is False


def test_what_several_pages_show_is_told_once() -> None:
    same = field_of("Port", "80")
    assert [one.page for one in read(Sight("http", [same]), Sight("help", [same])).values()] == ["http"]
    assert [one.page for one in read(Sight("menu", [same]), Sight("http", [same]), menus=("menu",)).values()] == ["http"]
    assert [one.page for one in read(Sight("a", [same]), Sight("b", [same], {"network.http.port": BOX})).values()] == ["b"]


def test_a_number_of_the_catalogue_that_is_a_word_stays_a_word() -> None:
    assert catalogue()["network.https.port"].value("auto") == "auto"
    assert catalogue()["network.https.port"].value("192.0.2.1:8443"[-4:]) == 8443


def test_names_of_the_catalogue_have_parts_in_lower_case() -> None:
    assert all(name == name.lower() and "." in name and one.says for name, one in catalogue().items())


TEXTS = st.one_of(
    st.text(max_size=30), st.sampled_from(["on", "no", "4.10", "12:30:45", "~", "null", "- a", "a: b", "# c", "1e3"])
)
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS), lambda inner: st.dictionaries(TEXTS, inner, max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(data=st.dictionaries(TEXTS, DATA, max_size=4))
def test_a_written_document_is_read_as_the_same_data(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    file = tmp_path_factory.getbasetemp() / "document.yaml"
    file.write_text(as_yaml(data), encoding="utf-8")
    assert read_yaml(file).data == (data or {})


@pytest.mark.browser
@pytest.mark.parametrize("firmware", ["hikvision/nvr_v4", pytest.param("uniview/nvr", marks=pytest.mark.slow)])
def test_the_state_and_port_of_https_have_the_same_names_everywhere(simulated: Any, firmware: str) -> None:
    recorder = simulated(firmware)
    found = read_settings(recorder.url, Reader(recorder.user, recorder.password))
    values = {one.name: one.value for one in found.settings}
    assert (values["network.https.enabled"], values["network.https.port"]) == (False, port_of(recorder))
    assert found.not_read == {} and len(values) > 3
    assert len({one.name for one in found.settings}) == len(found.settings)


@pytest.mark.browser
def test_the_command_prints_a_document_and_changes_nothing(simulated: Any, tmp_path: Path) -> None:
    recorder = simulated("dahua/nvr_v4")
    before = recorder.state()
    argv = [sys.executable, "-m", "nvrflow", "read", recorder.url, "--json", "--out", str(tmp_path / "settings.json")]
    environment = {**os.environ, "NVRFLOW_PASSWORD": recorder.password}
    done = subprocess.run(argv, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "settings.json").read_text(encoding="utf-8")
    told = json.loads(text)["settings"]
    assert told["system_service/ONVIF"] == {"value": True, "label": "ONVIF", "page": "system_service", "key": "t=service.Onvif"}
    assert told["network.https.enabled"]["value"] is False and told["network.https.port"]["value"] == port_of(recorder)
    assert recorder.password not in text + done.stdout + done.stderr
    assert recorder.state() == before


def port_of(recorder: Any) -> int:
    return int(recorder.https_url.rpartition(":")[2])
