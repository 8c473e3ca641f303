from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()

PAGE = """<!doctype html>
<title>FastAPI</title>
<script src="http://localhost:10021/reload.js"></script>
<h1>Hello</h1>
"""


@app.get("/", response_class=HTMLResponse)
async def index():
    return PAGE
