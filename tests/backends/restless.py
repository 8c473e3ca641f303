"""A backend that gets it wrong: its stream tells another id each time, not the time it started."""

import asyncio
import time

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.staticfiles import StaticFiles

app = FastAPI()


@app.get("/events/server")
async def events():
    async def stream():
        yield f"data: {time.time()}\n\n"
        await asyncio.sleep(3600)

    return StreamingResponse(stream(), media_type="text/event-stream")


app.mount("/", StaticFiles(directory="public", html=True))
