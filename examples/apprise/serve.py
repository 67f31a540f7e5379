"""A small Apprise API around the `apprise` library: POST /notify/{key} tells the services that a key stands for.

Use caronc/apprise (Docker) for more: this has what a Carillon webhook needs, and no page.

    pip install apprise
    APPRISE_OPS="mailto://user:password@example.com" python serve.py 8000
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import apprise

MOST = 256 * 1024


class Notify(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        key = self.path.removeprefix("/notify/").upper()
        urls = os.environ.get(f"APPRISE_{key}", "").split()
        if length > MOST or not urls:
            return self.answer(413 if urls else 404)
        try:
            told = json.loads(self.rfile.read(length))
            title, body, kind = told.get("title", ""), told["body"], told.get("type", "info")
        except (ValueError, KeyError, AttributeError):
            return self.answer(400)
        services = apprise.Apprise()
        services.add(urls)
        # 424 as Apprise API: one of the services could not be told, so the webhook is tried again.
        self.answer(200 if services.notify(body=body, title=title, notify_type=kind) else 424)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8000), Notify)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
