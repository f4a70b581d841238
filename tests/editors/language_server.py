"""The YAML language server that editors run, spoken to as an editor does: LSP over its standard streams."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

HERE = Path(__file__).parent
SERVER = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
_SECONDS = 60
_SETTINGS = {"yaml": {"schemaStore": {"enable": False}, "completion": True, "validate": True, "hover": True}}

Message = dict[str, Any]


class LanguageServer:
    """One running server; its messages are read in a thread, and its requests for settings answered there."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._messages: Queue[Message] = Queue()
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def open(self, path: Path, text: str) -> list[Message]:
        """Show the server a document, and give its diagnostics."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        told = self._wait(lambda message: message.get("method") == "textDocument/publishDiagnostics")
        found: list[Message] = told["params"]["diagnostics"]
        return found

    def completions(self, path: Path, line: int, character: int) -> list[Message]:
        """What the server offers at a place, counted from 0."""
        position = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}
        found: list[Message] = self.request("textDocument/completion", position)["items"]
        return found

    def hover(self, path: Path, line: int, character: int) -> str:
        """What the server says of a place, counted from 0."""
        position = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}
        found: str = self.request("textDocument/hover", position)["contents"]["value"]
        return found

    def request(self, method: str, params: Message) -> Any:
        self._number += 1
        number = self._number
        self._write({"id": number, "method": method, "params": params})
        return self._wait(lambda message: message.get("id") == number and "method" not in message)["result"]

    def notify(self, method: str, params: Message) -> None:
        self._write({"method": method, "params": params})

    def _wait(self, is_it: Any) -> Message:
        while True:
            message = self._messages.get(timeout=_SECONDS)
            if is_it(message):
                return message

    def _write(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            if not header.lower().startswith(b"content-length:"):
                continue
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(int(header.partition(b":")[2])))
            if message.get("method") == "workspace/configuration":
                asked = [item["section"] for item in message["params"]["items"]]
                self._write({"id": message["id"], "result": [_SETTINGS.get(section) for section in asked]})
            elif "id" in message and "method" in message:
                self._write({"id": message["id"], "result": None})
            else:
                self._messages.put(message)


@contextmanager
def language_server(folder: Path) -> Iterator[LanguageServer]:
    """A server for the files of a folder, ended in the end."""
    process = subprocess.Popen(
        ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        server = LanguageServer(process)
        markdown = {"textDocument": {"hover": {"contentFormat": ["markdown"]}}, "workspace": {"configuration": True}}
        server.request("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": markdown})
        server.notify("initialized", {})
        server.notify("workspace/didChangeConfiguration", {"settings": _SETTINGS})
        yield server
    finally:
        process.kill()
        process.communicate()
