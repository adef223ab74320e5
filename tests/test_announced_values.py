"""What a name, a label or a sign beside a value says: secrets and private values are found by it, and words are not."""

from __future__ import annotations

import pytest

from nvrflow.capture.controls import Control
from nvrflow.capture.known_values import learn_controls
from nvrflow.capture.patterns import spots
from nvrflow.capture.scrubber import Scrubber

FOUND = {
    "rtsp://viewer7:rtspPass9@192.0.2.4:554/S/1": ("viewer7", "rtspPass9"),
    "rtsp:\\/\\/viewer7:p@ss@cam.example.com/": ("viewer7", "p@ss"),
    "src=rtsp%3A%2F%2Fviewer7%3ArtspPass9%40192.0.2.4": ("viewer7", "rtspPass9"),
    "ftp://jane@example.com": ("jane",),
    '<input type="hidden" name="csrf_token" value="hiddenTok77">': ("hiddenTok77",),
    '<meta name="csrf-token" content="metaTok99">': ("metaTok99",),
    '<input name="pin" type="text" value="4711">': ("4711",),
    "<input value='hunter2wifi' id='wifi_key'>": ("hunter2wifi",),
    "/get?session=a1b2c3d4&amp;token=hrefTok99#x": ("a1b2c3d4", "hrefTok99"),
    '<iframe data-cap-src="/x.html?sid=Qw3rTy77">': ("Qw3rTy77",),
    "/go?next=%2Fa%3Ftoken%3DhrefTok99": ("hrefTok99",),
    '<b data-j="{&quot;deviceName&quot;:&quot;Acme North&quot;}">': ("Acme North",),
    '{"deviceName": "Acme North", "psk": "s3cretpsk"}': ("Acme North", "s3cretpsk"),
    '"{\\"serialNo\\":\\"AB1234\\"}"': ("AB1234",),
    '<x-y data-token="tok12345">': ("tok12345",),
    "S/N: 7L0123456 Serial No.: ABCD12345 Device ID: 3TPAZ": ("7L0123456", "ABCD12345", "3TPAZ"),
    "<td>Seriennummer:</td><td>7L01234</td>": ("7L01234",),
    "Número de serie: 7L01234, 序列号：9K8J7H": ("7L01234", "9K8J7H"),
}
WORDS = (
    '{"com.DeviceName": "Gerätename", "com.Password": "Kennwort", "DeviceName": "Device Name"}',
    '{"token": "text", "serialNo": "number", "owner": "text"}',
    '<input type="checkbox" name="token" value="1"><input name="user_name" placeholder="Password">',
    '<label for="password">Key</label><a href="?page=token&user=admin&v=1.2" data-key="com.Download" id="serialNumber">',
    "Serial number and model, Device ID is shown below; tokenizer = 5",
    "http://192.0.2.1:8080/a@b http://www.w3.org/1999/xhtml",
    "<i data-token='{{token}}' device-name='deviceName' data-pin='********'>",
)


@pytest.mark.parametrize("text", FOUND)
def test_a_value_is_found_by_what_stands_before_it(text: str) -> None:
    assert [spot.text for spot in spots(text)] == [*FOUND[text]]
    scrubber = Scrubber()
    said = scrubber.text(text)
    assert not [value for value in FOUND[text] if value in said]
    again = [spot.text for spot in spots(said) if not any(spot.text in made for made in scrubber.substitutes.made)]
    assert again == [] and scrubber.text(said) == said, said


@pytest.mark.parametrize("text", WORDS)
def test_words_under_such_names_are_no_values(text: str) -> None:
    assert [spot.text for spot in spots(text)] == []


def test_an_address_is_found_although_signs_without_room_stand_in_it() -> None:
    said = Scrubber().text("write to bob\u200b@corp\u00ad.acme.test today")
    assert "bob" not in said and "acme" not in said and "today" in said
    assert Scrubber().text("zero\u200bwidth") == "zero\u200bwidth"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("WiFi key", ""), ("", "wifi_key"), ("", "wpaKey"), ("Key (8-63 characters):", ""), ("PIN", ""), ("", "sim_pin"),
        ("PIN code", ""), ("Pre-shared key 2", ""), ("Passphrase", ""), ("Access token", ""), ("Verification Code", ""),
        ("WLAN-Schlüssel", ""), ("Kennwort", ""), ("Aktivierungscode", ""), ("Clave de cifrado", ""), ("Contraseña", ""),
        ("Código de seguridad", ""), ("加密密钥", ""), ("口令", ""), ("验证码", ""), ("", "community"), ("API-Key *", ""),
    ],
)  # fmt: skip
def test_a_field_for_a_secret_is_known_by_its_label_or_name(label: str, name: str) -> None:
    assert Control("textbox", label, value="abc", attributes={"name": name}).holds_secret


@pytest.mark.parametrize(
    "label",
    ["Key frame interval", "Keyboard", "Public key", "Ping address", "Pinned", "Schlüssellänge", "Longitud de clave", "公钥"],
)
def test_other_fields_are_read(label: str) -> None:
    assert not Control("textbox", label, value="abc").holds_secret
    assert not Control("textbox", "Port", value="443", attributes={"name": "monkey_shipping"}).holds_secret


@pytest.mark.parametrize(
    ("words", "marks", "tag", "is_one"),
    [
        ("gate-nvr", "hostname", "div", True), ("gate7.example.com", "page-host-name big", "span", True),
        ("Rechnername", "hostname", "label", False), ("The host", "hostname", "div", False), ("gate-nvr", "title", "div", False),
    ],
)  # fmt: skip
def test_words_that_the_page_itself_calls_a_hosts_name_are_private(words: str, marks: str, tag: str, is_one: bool) -> None:
    scrubber = Scrubber()
    learn_controls(scrubber, [Control("text", words, tag=tag, attributes={"class": marks})])
    assert (words in scrubber.known) is is_one
