//! Bytes of `reload.js`.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use server_reload_e2e::fetch;
use server_reload_e2e::shim::Shim;
use server_reload_protocol::path;

use crate::peers;
use crate::report::{Section, grouped};

/// As its default window, 4 MiB: what `brotli -q 11` takes.
const BROTLI_WINDOW: i32 = 22;
const BROTLI_QUALITY: i32 = 11;

/// Weighs the client as the shim serves it, and others' beside it.
pub(crate) async fn measure() -> Vec<Section> {
    let shim = Shim::serve(&[]).await;
    let answer = fetch::get(shim.port(), path::CLIENT).await;
    let served = answer.expect("the client").body.into_bytes();
    let mut section = Section::new("weight", "reload.js, bytes");
    for (name, bytes) in [
        ("as served", served.len()),
        ("gzip -9", gzip(&served).len()),
        ("brotli -q 11", brotli(&served).len()),
    ] {
        section.value(name, bytes, grouped(bytes));
    }
    vec![section, peers(&served)]
}

fn peers(ours: &[u8]) -> Section {
    let mut section = Section::new("weight-peers", "client scripts, bytes");
    section.extra(&["served", "gzip -9", "minified", "gzip -9 "]);
    section.counts(
        "server-reload",
        &[Some(ours.len()), Some(gzip(ours).len()), None, None],
    );
    for peer in peers::all() {
        let served = [peer.served.len(), gzip(&peer.served).len()].map(Some);
        let minified = peer.minified.map(|text| [text.len(), gzip(&text).len()]);
        let minified = minified.map_or([None, None], |bytes| bytes.map(Some));
        section.counts(&peer.name, &[served, minified].concat());
    }
    section
        .note("minified: where it is packed so, too; ours is, and has a WebAssembly module in it");
    section
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("a write to memory");
    encoder.finish().expect("a write to memory")
}

fn brotli(mut bytes: &[u8]) -> Vec<u8> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &parameters).expect("a write to memory");
    compressed
}
