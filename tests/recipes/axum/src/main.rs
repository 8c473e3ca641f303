use axum::response::Html;
use axum::{Router, routing::get};

const PAGE: &str = r#"<!doctype html>
<title>axum</title>
<script src="http://localhost:10021/reload.js"></script>
<h1>Hello</h1>
"#;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/", get(async || Html(PAGE)));
    let listener = tokio::net::TcpListener::bind("localhost:8000").await?;
    axum::serve(listener, app).await
}
