"""A backend without packages: a page with a text of its own, its style sheet, and its health.

PAGE is the page, with `{text}` where the text belongs. While there is a file GATE, it is not healthy.
"""

import http.server
import os
import pathlib
import sys

TEXT = "first"

PAGE = os.environ["PAGE"].replace("{text}", TEXT).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/crash":
            print("\x1b[31mout of luck\x1b[0m", file=sys.stderr, flush=True)
            os._exit(3)
        if self.path == "/health":
            shut = os.path.exists(os.environ["GATE"])
            self.answer(503 if shut else 200, "text/plain", b"")
        elif self.path.startswith("/style.css"):
            self.answer(200, "text/css", pathlib.Path("style.css").read_bytes())
        else:
            self.answer(200, "text/html", PAGE)

    do_HEAD = do_GET

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
