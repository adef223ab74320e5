"""`check` on a second firmware with one planted difference at a time: the right verdict, and the patch where one can be made."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
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
DOWNLOADS = {"device_certificate.download": "drift", "trusted_ca.download": "drift"}
# What is not simply found, by the planted difference. For all others, every element is found by its first locator.
EXPECTED: dict[str, dict[str, str]] = {**{name: {} for name in PLANTED}, "label_in_one_language": DOWNLOADS}
DISABLED = {"button_disabled": {"trusted_ca.download"}}
SPOKEN = {"label_in_one_language": "German"}
REPAIRED = {"label_in_one_language"}
# The recorder itself is worse, which no selector file can repair: `secure` says so.
WORSE = {"button_disabled": "trusted_ca.download", "weaker_certificate": "sha1"}


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
def test_each_planted_difference_has_its_verdict_and_is_repaired_where_a_file_can_repair_it(
    name: str, own: Path, tmp_path: Path, opened: Any, trust_store: Any
) -> None:
    settings = {"language": SPOKEN.get(name, "English")}
    with simulate(NAME, fixtures=FIXTURES, differences=[name], **settings) as recorder:
        before = recorder.state()
        job = checked(recorder, own, tmp_path / "run")
        assert recorder.state() == before, "a check changes nothing"
        assert {element: one for element, one in judged(job).items() if one != "found"} == EXPECTED[name]
        assert {one.element for one in job.outcome.judged if one.reason == "it is disabled"} == DISABLED.get(name, set())
        patch = job.patch(FILE)
        assert bool(patch.text) == (name in REPAIRED) and patch.left == ()
        if name in REPAIRED:
            (own.parent / "check.diff").write_text(patch.text, encoding="utf-8")
            subprocess.run(["git", "-C", str(own.parent), "apply", "check.diff"], check=True)
            assert [str(one) for one in lint([own / f"{FILE}.yaml"], own) if one.severity != "note"] == []
            again = judged(checked(recorder, own, tmp_path / "again"))
            assert set(again.values()) == {"found"}, json.dumps(again)
        with opened(recorder, selectors=own, firmware=FILE) as driven:
            if name in WORSE:
                with pytest.raises(NvrflowError, match=WORSE[name]):
                    secure(driven, Trusting(yes=True, environment=trust_store.environment))
                return
            secure(driven, Trusting(yes=True, environment=trust_store.environment))
            https = driven.report.https
            assert https is not None and https.trusted and driven.report.drift == []
