import asyncio, time
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.staticfiles import StaticFiles

app = FastAPI()
started = str(time.time())

@app.get("/events/server")
async def events():
    async def stream():
        yield f"data: {started}\n\n"
        while True:
            await asyncio.sleep(30)
            yield ": still here\n\n"
    return StreamingResponse(stream(), media_type="text/event-stream")

app.mount("/", StaticFiles(directory="public", html=True))
