"""A run as `secure` makes it, with its failed, checked and repeated variants; for tests of what shows a report."""

from __future__ import annotations

from nvrflow.errors import SignInRefused
from nvrflow.report import Drift, Effect, Https, Report, Step, TrustChange

RECORDER = "http://192.0.2.10:8080"
_STEPS: list[tuple[str, str, str, Effect, str, str]] = [
    ("Connect", "open", f"Open {RECORDER}", "read", "", ""),
    ("Sign in", "fill-sign-in-user", "Fill in Username: admin", "read", "sign_in.user", 'label "Username"'),
    ("Sign in", "fill-sign-in-password", "Fill in Password", "read", "sign_in.password", 'label "Password"'),
    ("Sign in", "click-sign-in-submit", "Click Login", "read", "sign_in.submit", 'button "Login"'),
    ("Download the certificates", "open-menu", "Click SETTING", "read", "home.setting", 'button "SETTING"'),
    ("Download the certificates", "open-security", "Click SECURITY", "read", "menu.security", 'link "SECURITY"'),
    ("Download the certificates", "open-ca", "Click CA Certificate", "read", "security.ca_tab", 'text "CA Certificate"'),
    ("Download the certificates", "download-device", "Click Download", "read", "device.download", 'button "Download"'),
    ("Download the certificates", "open-trusted", "Click Trusted CA Certificates", "read", "ca.trusted_tab", 'text "Trusted"'),
    ("Download the certificates", "download-trusted", "Click Download", "read", "trusted.download", "t=com.Download"),
    ("Judge the certificates", "judge", "Check the certificate files", "read", "", ""),
    ("Enable HTTPS", "open-status", "Click Security Status", "read", "security.status_tab", 'text "Security Status"'),
    ("Enable HTTPS", "open-details", "Click Details", "read", "status.details", 'button "Details"'),
    ("Enable HTTPS", "open-https", "Click Optimize", "read", "details.optimize", 'button "Optimize" within https_row'),
    ("Enable HTTPS", "check-enable", "Switch on Enable", "read", "https.enable", 'label "Enable"'),
    ("Enable HTTPS", "click-ok", "Click OK", "write", "https.ok", 'button "OK"'),
    ("Enable HTTPS", "click-confirm", "Click OK", "write", "https.confirm", 'button "OK" within message_box'),
    ("Enable HTTPS", "await-https", "Wait until the recorder answers with HTTPS", "read", "", ""),
    ("Compare", "compare", "Compare the served certificate with the downloaded one", "read", "", ""),
    ("Import on this computer", "import", "Import with the operating system's tools", "write", "", ""),
    ("Verify", "verify", "Open the recorder in a fresh browser that ignores no error", "read", "", ""),
]


def done() -> Report:
    """All 21 steps; the tenth found its element by the second locator."""
    report = Report(flow="secure", recorder=RECORDER, language="en", started="2026-11-23T21:30:00+01:00", seconds=7.523)
    report.firmware = {"name": "acme/nvr_v1", "evidence": ["has #user", "title NVR <1>"]}
    report.steps = [
        Step(step_id, title, effect, element, locator, seconds=0.11 * number, chapter=chapter)
        for number, (chapter, step_id, title, effect, element, locator) in enumerate(_STEPS, 1)
    ]
    report.steps[9].fallback = 1
    report.steps[9].note = "saved as trusted-ca-RootCert.cer"
    report.drift = [
        Drift("trusted.download", 'button "Download"', "t=com.Download", "trusted.download: move `t=com.Download` up")
    ]
    report.certificates = [certificate("device", "192.0.2.10"), certificate("trusted-ca", "Device CA")]
    report.trust = [TrustChange("chromium-nss", "limited", ":".join(["A1"] * 32), True, "stands for 192.0.2.10 only")]
    report.https = Https(False, True, "https://192.0.2.10", "TLSv1.3", True, True, clients=[client("chromium", True)])
    report.notes = ["the recorder's clock is 3 minutes late"]
    return report


def failed() -> Report:
    """The recorder refuses the sign-in in the fourth step."""
    report = done()
    report.steps, report.drift, report.certificates, report.trust, report.https = report.steps[:4], [], [], [], None
    report.steps[3].outcome = "failed"
    problem = SignInRefused("192.0.2.10: the recorder refused admin, 4 tries are left; the right password is needed", 4)
    problem.step = report.steps[3].id
    report.failed(problem)
    return report


def checked() -> Report:
    """`--check` stopped before the first step that would have written."""
    report = done()
    report.outcome, report.steps, report.trust, report.https = "checked", report.steps[:16], [], Https(False, False)
    report.steps[15].outcome, report.enforced = "would", True
    return report


def already() -> Report:
    """HTTPS was on and everything was imported: no step wrote."""
    report = done()
    report.outcome, report.steps = "already", [step for step in report.steps if step.effect == "read"]
    report.drift = []
    report.https = Https(True, True, "https://192.0.2.10", "TLSv1.3", True, True, clients=[client("chromium", True)])
    report.trust[0].changed = False
    return report


def client(name: str, trusted: bool | None, reason: str | None = None) -> dict[str, object]:
    """One client's word as report.json has it."""
    return {"name": name, "trusted": trusted, "reason": reason}


def certificate(role: str, name: str) -> dict[str, object]:
    """A certificate as report.json has it."""
    return {
        "file": f"downloads/{role}.crt",
        "role": role,
        "format": "pem",
        "subject": f"CN={name},O=Acme",
        "issuer": "CN=Device CA,O=Acme",
        "sha256": ":".join(f"{octet:02X}" for octet in range(32)),
        "not_before": "2026-10-25T00:43:13Z",
        "not_after": "2036-11-21T00:43:13Z",
        "key": "RSA 2048",
        "signature": "sha256",
        "is_ca": role != "device",
        "san": ["IP:192.0.2.10"] if role == "device" else [],
        "warnings": ["is valid for 3680 days"] if role == "device" else [],
    }
