from flask import Flask

app = Flask(__name__)

PAGE = """<!doctype html>
<title>Flask</title>
<script src="http://localhost:10021/reload.js"></script>
<h1>Hello</h1>
"""


@app.get("/")
def index():
    return PAGE
