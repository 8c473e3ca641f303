import express from "express";

const app = express();

const page = `<!doctype html>
<title>Express</title>
<script src="http://localhost:10021/reload.js"></script>
<h1>Hello</h1>
`;

app.get("/", (request, response) => response.send(page));
app.listen(8000, "localhost");
