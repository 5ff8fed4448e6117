"""A real browser, driven through its own debugging pipe."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_OPTIONS = ("--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run")
_ANSWER_SECONDS = 60
# The shell that gives the pipe its place knows one digit at the left of a redirection.
_FIRST_FREE = 10


class Page:
    """One page of the browser, with what it complained about and asked for."""

    def __init__(self, call: Callable[..., Any], events: list[dict[str, Any]], session: str) -> None:
        self._call, self._events, self._session = call, events, session
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> Any:
        return self._call(method, parameters, self._session)

    def resize(self, width: int, height: int = 900) -> None:
        """Width and height of the screen in CSS pixels."""
        # A telephone's scroll bar lies over the page.
        settings = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **settings)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        deadline = time.monotonic() + _ANSWER_SECONDS
        while not self.evaluate(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.1)

    def screenshot(self, path: Path) -> None:
        """The whole page, however long."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={**size, "scale": 1})
        path.write_bytes(base64.b64decode(taken["data"]))

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings of the console, and exceptions."""
        found = []
        for event in self._events:
            parameters = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(parameters["exceptionDetails"]))
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(parameters["entry"]["text"])
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
                found.append(str(parameters["args"]))
        return found

    @property
    def requests(self) -> list[str]:
        """Addresses that were asked for."""
        requests = [event for event in self._events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in requests]


class _Pipe:
    """Messages to and from the browser, each ended by a zero byte."""

    def __init__(self, reader: int, writer: int) -> None:
        self._reader, self._writer = reader, writer
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, parameters: dict[str, object] | None = None, session: str | None = None) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer.get('error')}"
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._reader], [], [], _ANSWER_SECONDS)
            assert ready, "the browser does not answer"
            data = os.read(self._reader, 1 << 20)
            assert data, "the browser ended"
            self._rest += data
        message, self._rest = self._rest.split(b"\0", 1)
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def browser_page(profile: Path) -> Iterator[Page]:
    """An empty page of a browser with a profile of its own; the browser ends with the block."""
    assert EXECUTABLE
    browser_reads, we_write = os.pipe()
    we_read, browser_writes = os.pipe()
    given = [fcntl.fcntl(end, fcntl.F_DUPFD, _FIRST_FREE) for end in (browser_reads, browser_writes)]
    arguments = [EXECUTABLE, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    redirected = f'exec "$@" 3<&{given[0]} 4>&{given[1]}'
    process = subprocess.Popen(
        ["bash", "-c", redirected, "browser", *arguments],  # noqa: S607 - the Makefile needs it as well
        pass_fds=given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for end in (browser_reads, browser_writes, *given):
        os.close(end)
    try:
        pipe = _Pipe(we_read, we_write)
        target = pipe.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = pipe.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        yield Page(pipe.call, pipe.events, session)
        pipe.call("Browser.close")
        process.wait(_ANSWER_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(we_read)
        os.close(we_write)
