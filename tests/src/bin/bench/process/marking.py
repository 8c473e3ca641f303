"""Says when it was started and which save it finds in a file, then answers."""

import time

STARTED = time.monotonic_ns()

import os  # noqa: E402
import socket  # noqa: E402
import threading  # noqa: E402


def save_in(path):
    with open(path) as file:
        lines = file.read().splitlines()
    last = lines[-1] if lines else ""
    return last.removeprefix("# end ") if last.startswith("# end ") else "0"


def end_with(connection):
    connection.recv(1)
    os._exit(0)


connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["MARKS"])
connection.sendall(f"{STARTED} {save_in(os.environ['WATCHED'])}\n".encode())
threading.Thread(target=end_with, args=[connection], daemon=True).start()


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"marked\n"})
