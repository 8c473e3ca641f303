"""A page, and two ways to learn when this process was started."""

import asyncio
import time
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse

app = FastAPI()
started = str(time.time())
page = Path("page.html").read_text()


@app.get("/", response_class=HTMLResponse)
async def index():
    return page


@app.get("/started", response_class=PlainTextResponse)
async def tell():
    return f"{started}\n"


@app.get("/events/server")
async def events():
    async def stream():
        yield f"data: {started}\n\n"
        while True:
            await asyncio.sleep(30)
            yield ": still here\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")
