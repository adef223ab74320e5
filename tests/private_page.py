"""A page of a recorder, stuffed with private data in every place where a page can hold some; for the tests of captures."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

from PIL import Image, PngImagePlugin

PRIVATE = {
    "address": "10.20.30.44",
    "second address": "172.29.8.113",
    "long address": "2a02:908:1234:5678::9",
    "mac": "90:02:A9:12:34:56",
    "mac in small letters": "90-02-a9-12-34-56",
    "mac without signs": "9002a9123456",
    "serial": "4M0D1PAZ00042",
    "mail": "jane.doe@corp.acme-security.test",
    "host": "nvr-lobby.corp.acme-security.test",
    "user": "j.doe-guard",
    "token": "9f8e7d6c5b4a39281706f5e4d3c2b1a0ffee",
    "cookie": "q7RtY8uI9oP0aSdFgH",
    "stored": "Zx81-Cv92-Bn03-Qw14",
    "device": "Acme Warehouse North",
    "channel": "Front gate Smith",
    "password": "Tr0ub4dor&3 x",
    "stream password": "rtspPass9x",
    "stream user": "viewer-q7",
    "wifi key": "hunter2wifi",
    "hidden token": "hiddenTok776655",
    "token of a meta": "metaTok998877",
    "token of a link": "hrefTok99887766",
    "session of a frame": "Qw3rTy77sid",
    "token of the page": "pageTok5544",
    "shadowed mail": "bob.hidden@corp.acme-security.test",
    "short serial": "7L0123456",
    "shorter serial": "ABCD12345",
    "pin": "47119911",
    "json name": "Villa Sunrise",
    "certificate": "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTESMBAGA1UEChMJQmFsdGltb3Jl",
}
SPLIT = "198.18.77.201"  # one number in each of several nodes
FIELDS = "100.64.7.9"  # one number in each of four fields
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7qJ8Xk2b1fPrivateKeyOfNobody0123456789\n-----END RSA PRIVATE KEY-----"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def picture(size: int, said: str) -> str:
    """A PNG with a text in it that no one sees."""
    info, written = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_text("Comment", said)
    Image.new("RGB", (size, size), "navy").save(written, "PNG", pnginfo=info)
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


P = PRIVATE
DRAWING = f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text y="12">{P["serial"]}</text></svg>'
INNER = f"<p>Inside {P['serial']}</p><button>In srcdoc</button><!-- {P['mail']} -->"
PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{P["device"]} at {P["address"]}</title>
<meta name="serial" content="{P["serial"]}"><meta name="csrf-token" content="{P["token of a meta"]}">
<!-- built on {P["host"]} by {P["mail"]} -->
<style>h1::after {{ content: " {P["serial"]}" }} /* {P["mail"]} */
.logo {{ background: url("data:image/svg+xml;base64,{b64(DRAWING)}") }}
.long::before {{ content: "{P["address"]}"; display: none }}
{" ".join(f".filler-{n} {{ color: red }}" for n in range(20))}</style>
<script>var SERIAL = "{P["serial"]}";
  document.cookie = "sid={P["cookie"]}"; localStorage.setItem("device", "{P["stored"]}");</script>
</head><body data-token="{P["token"]}" onclick="open('{P["host"]}')">
<h1>Settings of {P["serial"]}</h1>
<label>Device Name <input id="name" value="{P["device"]}"></label>
<label>User name <input value="{P["user"]}"></label>
<label>Password <input type="password" value="{P["password"]}"></label>
<label>Note <textarea>{P["mail"]} and {P["mac"]}</textarea></label>
<label>Server <select><option>{P["second address"]}</option></select></label>
<a href="http://{P["host"]}/?u={P["user"]}&m=jane.doe%40corp.acme-security.test" title="{P["mac in small letters"]}">Link</a>
<span id="encoded" data-auth="{b64(P["user"] + ":" + P["serial"])}" data-hex="{P["serial"].encode().hex()}">Auth</span>
<span data-json='{json.dumps({"mac": P["mac without signs"], "name": P["channel"]})}' aria-label="{P["long address"]}">Data</span>
<pre>{KEY}</pre><p>{P["certificate"]}</p>
<p>rtsp://{P["stream user"]}:{P["stream password"]}@{P["address"]}:554/1 S/N: {P["short serial"]}
Serial No.: {P["shorter serial"]}</p>
<label>WiFi key <input name="wifi_key" value="{P["wifi key"]}"></label><label>Door <input name="pin" value="{P["pin"]}"></label>
<input type="hidden" name="csrf_token" value="{P["hidden token"]}"><p>{P["shadowed mail"].replace("@", chr(0x200B) + "@")}</p>
<a href="/get?x=1&amp;token={P["token of a link"]}" data-j='{json.dumps({"deviceName": P["json name"]})}'>Get</a>
<iframe title="three" src="/inner?sn=1&amp;sid={P["session of a frame"]}"></iframe>
<p id="split"><b>198.</b><b>18.</b><i>77</i>.<b>201</b></p>
<div id="octets"><input value="100">.<input value="64">.<input value="7">.<input value="9"></div>
<img src="{picture(24, P["serial"])}" alt="Icon of {P["serial"]}"><img id="code" src="{picture(140, P["serial"])}" alt="Code">
<img src="/img/logo.png?owner={P["user"]}" alt="Logo"><div class="logo">Logo</div><div class="long"></div>
<object data="data:text/html;base64,{b64(P["mail"])}">Old {P["host"]}</object>
<noscript>{P["mail"]}</noscript><template><p>{P["mail"]}</p></template>
<iframe title="one" srcdoc="{INNER.replace(chr(34), "&quot;")}"></iframe>
<iframe name="two" src="/inner?sn={P["serial"]}"></iframe>
<x-panel></x-panel><canvas width="200" height="30"></canvas><p id="live"></p><p>Channel list</p>
<table><thead><tr><th>No.<th>Channel Name<th>IP</thead><tbody><tr><td>1<td>{P["channel"]}<td>{P["address"]}</table>
<button id="save">Save</button>
<script>customElements.define("x-panel", class extends HTMLElement {{ constructor() {{ super();
  this.attachShadow({{mode: "open"}}).innerHTML =
    "<style>b {{ color: teal }}</style><b>Shadow {P["serial"]}</b><button>In shadow</button>"; }} }});
document.querySelector("canvas").getContext("2d").fillText("{P["serial"]}", 5, 20);
fetch("/api/info").then(answer => answer.json()).then(info => {{
   document.querySelector("#live").textContent = "Owner " + info.owner }});
</script></body></html>"""
ANSWERS = {
    "/": PAGE,
    "/inner": f"<p>Frame of {P['device']}</p><button>In frame</button><input aria-label='Mail' value='{P['mail']}'>",
    "/api/info": json.dumps(
        {"owner": P["user"], "serialNo": P["serial"], "params": {"DeviceName": P["device"], "token": P["token"], "count": 3}}
    ),
}
SELECTORS = """
identify: [{has: x-panel}, {script: "typeof SERIAL === 'string'"}]
about: {model: "'NVR ' + document.querySelectorAll('label').length"}
harmless: [{url: /inner, query: "sn=.*", method: GET}]
pages:
  settings:
    path: /?token=pageTok5544
    shown_by: [{role: heading}]
    ready: {script: "document.querySelector('#live').textContent"}
    elements:
      save: [{role: button, name: Save}]
      name: [{label: Device Name}]
      link: [{role: link, name: Link}]
      in_shadow: [{role: button, name: In shadow}]
      in_frame: [{role: button, name: In frame, frame: "iframe[src^='/inner']"}]
      in_srcdoc: [{role: button, name: In srcdoc, frame: "iframe[title=one]"}]
      split: [{css: "#split > b + i"}]
    rows:
      channels: {find: [{css: tbody tr}], cells: {number: No.}}
  gone:
    path: /gone
    shown_by: [{role: heading, name: Never there}]
"""


def leaked(folder: Path) -> list[str]:
    """What of the private data stands in a file below `folder`, however written; on purpose another way than the scanner's."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        raw = path.read_bytes().replace("\u200b".encode(), b"")
        blobs = [base64.b64decode(blob + b"===") for blob in re.findall(rb"[A-Za-z0-9+/]{16,}", raw) if len(blob) % 4 != 1]
        text = b"\n".join([raw, *blobs]).decode("latin-1")
        joined = re.sub(r"<[^>]*>", "", text)
        for name, value in {**P, "split": SPLIT}.items():
            forms = {
                value,
                b64(value).rstrip("=")[:-1],
                value.encode().hex(),
                value.replace("@", "%40"),
                value.replace("&", "&amp;"),
            }
            found += [f"{path.name}: {name}" for form in forms if form in text or form in joined]
    return found
