"""The files of a recorder's web pages: its own files from the fixture folder, its framework's from the installed package."""

from __future__ import annotations

import json
import mimetypes
import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nvrflow.simulator import frameworks
from nvrflow.simulator.device import Device


def routes(device: Device) -> list[Route]:
    """The start page, with a new number for %SEED% on every load, /web/… and /framework/<name>/…."""

    async def start(request: Request) -> Response:
        page = device.web_file("index.html")
        if page is None:
            return Response("not found", 404)
        text = page.read_text(encoding="utf-8").replace("%SEED%", str(secrets.randbelow(9000) + 1000))
        return Response(
            text.replace("</head>", _loaded_last(device) + "</head>", 1),
            media_type="text/html",
            headers={"Cache-Control": "no-store"},
        )

    async def own(request: Request) -> Response:
        return answer(request, device.web_file(f"{request.path_params['path']}"))

    async def framework(request: Request) -> Response:
        source = device.file.frameworks.get(request.path_params["name"])
        return answer(
            request, frameworks.file(source.distribution, source.folder, request.path_params["path"]) if source else None
        )

    return [
        Route("/", start),
        Route("/index.html", start),
        Route("/web/{path:path}", own),
        Route("/framework/{name}/{path:path}", framework),
    ]


def _loaded_last(device: Device) -> str:
    """The scripts and style sheets that recorder.yaml adds to the start page."""
    styles = [f'<link rel="stylesheet" href="/web/{style}">\n' for style in device.file.styles]
    return "".join([*styles, *(f'<script src="/web/{script}"></script>\n' for script in device.file.scripts)])


def words(device: Device, language: str) -> Response:
    """The words of the pages in one language, as JSON of key and words; "not found" for a language it does not have."""
    path = device.web_file(f"lang/{language}.txt")
    if path is None or language not in device.settings.languages:
        return Response("not found", 404)
    known = json.loads(path.read_text(encoding="utf-8"))
    own = {key: spoken[language] for key, spoken in device.file.words.items() if language in spoken}
    renamed = device.file.renamed_keys
    spoken = {renamed.get(key, key): word for key, word in {**known, **own}.items()}
    body = json.dumps(spoken, ensure_ascii=False)
    return Response(body, media_type="text/plain", headers={"Cache-Control": "no-store"})


def answer(request: Request, path: Path | None) -> Response:
    """The file at `path`, "not modified" if the browser has it already, or "not found"."""
    if path is None or not path.is_file():
        return Response("not found", 404)
    facts = path.stat()
    headers = {"ETag": f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(path.read_bytes(), media_type=kind, headers=headers)
