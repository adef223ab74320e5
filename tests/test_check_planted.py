"""`check` on a second firmware with one planted difference at a time: the right verdict, and the patch where one can be made."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from changed_recorder import changed_recorder
from conftest import BRISK
from test_compare import FIXTURES, NAME, PLANTED

from nvrflow.check.examination import Examination
from nvrflow.errors import NvrflowError
from nvrflow.flows.secure import secure
from nvrflow.linting import lint
from nvrflow.recorder import Manner
from nvrflow.simulator import simulate
from nvrflow.trust.stages import Trusting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
ROOT = Path(__file__).resolve().parent.parent
FILE = "dahua/nvr_v4"
ALWAYS = {"security_details.optimize": "not-applicable"}  # optional: with HTTPS on, the window offers nothing to improve
# Each of the twenty leaves every element where its first locator finds it: the words of the recorder's own dictionary count, so
# that not even the renamed German label drifts. One button is found and disabled, which a file cannot repair.
EXPECTED: dict[str, dict[str, str]] = dict.fromkeys(PLANTED, ALWAYS)
FOUND_BY = {"label_in_one_language": ("trusted_ca.download", "Exportieren")}
DISABLED = {"button_disabled": {"trusted_ca.download"}}
SPOKEN = {"label_in_one_language": "German"}
# The recorder itself is worse, which no selector file can repair: `secure` says so.
WORSE = {"button_disabled": "trusted_ca.download", "weaker_certificate": "signed with SHA1"}
# What breaks a file and can be repaired: labels of a recorder without a dictionary, and a button that became a link.
LABELS: dict[str, str | dict[str, str]] = {"tree.NetworkSecurity": "Network Safety", "port.HTTPS": "HTTPS Port:"}
ROLE = ('<button data-export="Root" t="https.ExportRoot"></button>', '<a href="#" data-export="Root" t="https.ExportRoot"></a>')


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A team's repository with its own copy of the selector files."""
    shutil.copytree(ROOT / "selectors", tmp_path / "team" / "selectors")
    subprocess.run(["git", "-C", str(tmp_path / "team"), "init", "-q"], check=True)
    return tmp_path / "team" / "selectors"


def checked(recorder: Any, own: Path, out: Path) -> Examination:
    manner = Manner(selectors=own, screenshots=False, timeout=20)
    job = Examination(recorder.url, recorder.user, recorder.password, manner, out=out)
    report, _ = job.go()
    assert report.error is None or report.error["kind"] == "selector-drift", report.error
    return job


def judged(job: Examination) -> dict[str, str]:
    """Every verdict but that on pop-ups that were not shown, and on what only a change of the recorder shows."""
    return {
        one.element: one.verdict
        for one in job.outcome.judged
        if one.page not in ("handlers", "obstacles") and "which changes the recorder" not in one.reason
    }


@pytest.mark.parametrize("name", PLANTED)
def test_each_planted_difference_has_its_verdict_and_secure_ends_as_the_recorder_is(
    name: str, own: Path, tmp_path: Path, opened: Any, trust_store: Any
) -> None:
    settings = {"language": SPOKEN.get(name, "English")}
    with simulate(NAME, fixtures=FIXTURES, differences=[name], **settings) as recorder:
        before = recorder.state()
        job = checked(recorder, own, tmp_path / "run")
        assert recorder.state() == before, "a check changes nothing"
        assert {element: one for element, one in judged(job).items() if one != "found"} == EXPECTED[name]
        assert {one.element for one in job.outcome.judged if one.reason == "it is disabled"} == DISABLED.get(name, set())
        if name in FOUND_BY:
            element, word = FOUND_BY[name]
            assert word in next(one.locator for one in job.outcome.judged if one.element == element)
        assert job.patch(FILE).text == "" and not job.is_failed
        assert_secure(recorder, own, opened, trust_store, WORSE.get(name, ""))


def test_what_can_be_repaired_is_repaired_by_patches_until_secure_passes(
    own: Path, tmp_path: Path, opened: Any, trust_store: Any
) -> None:
    (tmp_path / "changed").mkdir()
    with changed_recorder(tmp_path / "changed", "uniview/nvr", BRISK, LABELS, {"web/js/setup_pages.js": ROLE}) as recorder:
        assert_secure(recorder, own, opened, trust_store, "setup.network_security")
        for number in range(3):
            job = checked(recorder, own, tmp_path / f"run-{number}")
            patch = job.patch("uniview/nvr")
            if not patch.text:
                break
            (own.parent / "check.diff").write_text(patch.text, encoding="utf-8")
            subprocess.run(["git", "-C", str(own.parent), "apply", "check.diff"], check=True)
            assert [str(one) for one in lint([own / "uniview" / "nvr.yaml"], own) if one.severity != "note"] == []
        assert not job.is_failed and set(judged(job).values()) == {"found"}
        assert_secure(recorder, own, opened, trust_store, "")


def assert_secure(recorder: Any, own: Path, opened: Any, trust_store: Any, fails_with: str) -> None:
    """The whole guide with the files in `own`: it ends with a trusted recorder and without drift, or with this message."""
    trusting = Trusting(yes=True, environment=trust_store.environment)
    with opened(recorder, selectors=own, timeout=12.0) as driven:
        if fails_with:
            with pytest.raises(NvrflowError, match=fails_with):
                secure(driven, trusting)
            return
        secure(driven, trusting)
        assert driven.report.https is not None and driven.report.https.trusted
        assert driven.report.drift == []
