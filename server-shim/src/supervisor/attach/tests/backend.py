"""Backends to attach to: `backend.py KIND PORT` (port 0: any). One line a happening on standard output."""

import json
import os
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# How long a new worker takes before it answers, in seconds.
START = 0.3

started_at = 1000


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        told = {"started_at": started_at} if kind == "json" else {"pid": os.getpid()}
        body = json.dumps(told).encode()
        self.send_response(503 if self.path == "/broken" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def get_request(self):
        accepted = super().get_request()
        say("accepted", os.getpid())
        return accepted


def listen(port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(64)
    return sock


def serve(sock):
    server = Server(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = sock
    server.server_address = sock.getsockname()
    say("serving", os.getpid())
    server.serve_forever()


def exit_with(parent):
    os.read(parent, 1)
    os._exit(0)


def worker(sock, alive):
    pid = os.fork()
    if pid:
        return pid
    os.close(alive[1])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, MASKED)
    threading.Thread(target=exit_with, args=[alive[0]], daemon=True).start()
    time.sleep(START)
    serve(sock)


def end(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


MASKED = {signal.SIGHUP, signal.SIGUSR1}


def master(sock, count, overlap):
    """HUP replaces all workers (before the old ones end, if `overlap`); USR1 replaces one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, MASKED)
    alive = os.pipe()
    workers = [worker(sock, alive) for _ in range(count)]
    while True:
        replaced = len(workers) if signal.sigwait(MASKED) == signal.SIGHUP else 1
        old, kept = workers[:replaced], workers[replaced:]
        if not overlap:
            list(map(end, old))
        workers = kept + [worker(sock, alive) for _ in old]
        if overlap:
            list(map(end, old))


def started_again(*_):
    global started_at
    started_at += 1
    say("started_at", started_at)


kind, port = sys.argv[1], int(sys.argv[2])
sock = listen(port)
say("port", sock.getsockname()[1])
if kind == "reloader":
    master(sock, 1, False)
elif kind == "workers":
    master(sock, 2, True)
elif kind == "forwarder":
    while True:
        sock.accept()[0].close()
else:
    if kind == "json":
        signal.signal(signal.SIGHUP, started_again)
    serve(sock)
