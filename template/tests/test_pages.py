"""Pages that are only looked at."""

from nvrflow import Recorder


def test_the_https_page_names_a_port(signed_in: Recorder) -> None:
    page = signed_in.go_to("https_port" if signed_in.has("https_port") else "https")
    assert 0 < page.read_port("port") < 65536
