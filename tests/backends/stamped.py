"""The minimal backend that stamps its pages, and sends the Content-Security-Policy of CSP."""

import os

from fastapi import Request

from minimal import app, started


@app.middleware("http")
async def stamp(request: Request, call_next):
    response = await call_next(request)
    # On a 304 too: a browser then keeps its copy of the page, with these headers.
    if request.headers.get("sec-fetch-dest") == "document":
        response.headers["Server-Timing"] = f'server-reload;desc="{started}"'
        if policy := os.environ.get("CSP"):
            response.headers["Content-Security-Policy"] = policy
    return response
