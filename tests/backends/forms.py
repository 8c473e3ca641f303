"""The minimal backend, whose `/sent` takes a form and notes it in `sent.txt`; `/seen` leads on to a page."""

from fastapi import Request
from fastapi.responses import FileResponse, RedirectResponse

from minimal import app


@app.middleware("http")
async def take(request: Request, call_next):
    if request.method == "POST":
        with open("sent.txt", "a") as notes:
            notes.write(request.url.path + "\n")
    if request.url.path == "/seen":
        return RedirectResponse("/", 303)
    if request.url.path == "/sent":
        return FileResponse("public/index.html")
    return await call_next(request)
