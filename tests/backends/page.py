"""A FastAPI program that answers PAGE, with a text of its own where `{text}` stands."""

import os

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

TEXT = "first"

app = FastAPI()


@app.api_route("/", methods=["GET", "HEAD"], response_class=HTMLResponse)
async def page():
    return os.environ["PAGE"].replace("{text}", TEXT)
