"""Small inputs from public reports, each put through `nvrflow trust`: the right result, in text and in JSON."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from command_here import command_here as run

from nvrflow.trust import Computer, ledger_of, listed
from trust.case_server import CASES, serving

TLS12 = ssl.TLSVersion.TLSv1_2


def files(case: str) -> list[Path]:
    return sorted(path for path in (CASES / case).iterdir() if path.suffix in (".crt", ".p7b"))


def imported() -> list[str]:
    return [entry["kind"] for store in listed(Computer.this()) for entry in store["entries"]]


def both(case: str, url: str) -> tuple[str, dict[str, Any]]:
    """`trust` on the case's files in JSON and then in text: text of the second, and the document of the first."""
    first = run("trust", *files(case), "--for", url, "--yes", "--json")
    second = run("trust", *files(case), "--for", url, "--yes")
    assert first.returncode == second.returncode
    assert "Traceback" not in first.stderr + second.stderr and "defect" not in first.stderr + second.stderr
    document = json.loads(first.stdout)
    assert document["error"] is None if first.returncode == 0 and "error" in document else True
    return " ".join((second.stdout + second.stderr).split()), document


REFUSED = {
    "2-bare-suffix-dns/dnscom": ("wide-name", "DNS:com"),
    "2-bare-suffix-dns/atk-wildcom": ("wide-name", "DNS:*.com"),
    "3-odd-dns-in-san/dnsstar": ("wide-name", 'DNS:"*"'),
    "6-validity-in-odd-encoding/fraction": ("", "fraction"),
    "6-validity-in-odd-encoding/offset": ("", "Z"),
    "7-keys-no-browser-takes/ed25519": ("weak-key", "Ed25519"),
    "7-keys-no-browser-takes/p521": ("weak-key", "P-521"),
    "7-keys-no-browser-takes/k1": ("weak-key", "secp256k1"),
    "9-critical-unknown-extension-and-sha224/critunknown": ("", "critical"),
    "9-critical-unknown-extension-and-sha224/sha224": ("weak-signature", "SHA224"),
    "20-ends-before-it-begins": ("", "before it begins"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_browser_takes_or_nobody_may_trust_is_refused_with_its_reason(case: str) -> None:
    code, word = REFUSED[case]
    with serving(case) as url:
        text, document = both(case, url)
    assert document["outcome"] == "failed" and document["error"]["kind"] == "certificate-refused"
    assert word.lower() in text.lower() and word.lower() in document["error"]["message"].lower()
    if code:
        assert code in [problem["code"] for problem in document["problems"] if problem["level"] == "refusal"]
    assert imported() == []


PINNED = ["1-empty-dns-name", "3-odd-dns-in-san/dnsspace", "3-odd-dns-in-san/trailingdot", "3-odd-dns-in-san/wild-ip"]


@pytest.mark.parametrize("case", PINNED)
def test_a_name_that_cannot_be_limited_is_pinned_or_refused_and_said(case: str) -> None:
    with serving(case) as url:
        text, document = both(case, url)
    kinds = imported()
    assert set(kinds) <= {"pin"}
    assert bool(kinds) is (document.get("outcome") != "failed")
    said = [problem["sentence"] for problem in document["problems"] if problem["code"].endswith("-name")]
    assert said and all(" ".join(sentence.split()) in text for sentence in said)


ODD = sorted(path.name for path in (CASES / "24-odd-but-accepted").iterdir())


@pytest.mark.parametrize("case", [*(f"24-odd-but-accepted/{name}" for name in ODD), "23-device-and-ca-share-a-serial"])
def test_what_is_odd_but_accepted_is_imported_with_limits(case: str) -> None:
    with serving(case) as url:
        _, document = both(case, url)
    assert document["refusal"] is None and document["trust"]
    assert set(imported()) == {"limited"}


def test_without_digital_signature_it_depends_on_what_is_really_served() -> None:
    case = "8-key-usage-without-digital-signature"
    with serving(case) as url:
        text, document = both(case, url)
    told = [problem for problem in document["problems"] if problem["code"] == "wrong-usage"]
    assert told and told[0]["level"] in ("refusal", "warning") and "digitalSignature" in text
    with serving(case, "AES128-SHA", TLS12) as url:
        _, document = both(case, url)
    assert document["refusal"] is None and document["trust"]


def test_another_certificate_with_the_same_serial_is_told_with_the_way_out() -> None:
    case = "11-same-issuer-and-serial-after-reset"
    with serving(f"{case}/renew-old") as url:
        assert run("trust", *files(f"{case}/renew-old"), "--for", url, "--yes").returncode == 0
        port = int(url.rpartition(":")[2])
    with serving(f"{case}/renew-new", port=port) as url:
        text, document = both(f"{case}/renew-new", url)
    assert document["error"]["kind"] == "certificate-refused"
    assert "has changed since it was trusted" in text and "nvrflow untrust" in text
    assert len(ledger_of(Computer.this()).entries()) == len(imported()) > 0


@pytest.mark.parametrize("file", sorted((CASES / "13-pkcs7-shapes").iterdir()), ids=lambda file: file.name)
def test_two_certificates_come_out_of_every_shape_of_file(file: Path, tmp_path: Path) -> None:
    from nvrflow.certificate import read_certificate_file

    assert len(read_certificate_file(file)) == (1 if file.suffix == ".crt" else 2)
    if file.suffix == ".p7b":
        made = json.loads(run("bundle", file, "--out", tmp_path / "drive", "--json").stdout)
        if file.name == "p7-oddname.p7b":  # its CA has another name than its device's issuer: two certificates all the same
            assert [one["code"] for one in made["problems"] if one["level"] == "refusal"] == ["names-differ"]
        else:
            assert {"recorder/device.crt", "recorder/ca-do-not-install.crt"} <= set(made["files"])
