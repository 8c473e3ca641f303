//! Puts the client into the loader.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use server_reload_protocol::{RESTART_ATTRIBUTE, SERVER_TIMING_METRIC, event, path, storage};

use super::Failure;

/// The comments and blanks of `loader` and `glue` go, and the module is deflated: a development
/// server sends the file uncompressed.
pub(crate) fn script(
    loader: &str,
    plain: &str,
    swap: &str,
    glue: &str,
    module: &[u8],
) -> Result<String, Failure> {
    let glue = glue
        .trim()
        .strip_prefix("let wasm_bindgen =")
        .ok_or("wasm-bindgen's glue has another shape than the loader expects")?
        .trim_end_matches(';');
    let plain = plain.find("({ P").map(|at| plain[at..].trim_end());
    let plain = plain.ok_or("`client/plain.js` is no function of the loader's helpers")?;
    let swap = swap.find("({ attempted").map(|at| swap[at..].trim_end());
    let swap = swap.ok_or("`client/swap.js` is no function of the loader's helpers")?;
    let source = fill(loader, "GLUE", glue)?;
    let source = fill(&source, "PLAIN", &fill(plain, "SWAP", swap)?)?;
    let source = fill(&source, "PROTOCOL", &protocol())?;
    let script = minifier::js::minify(&source)
        .map_err(|error| format!("cannot minify the loader: {error}"))?
        .to_string();
    fill(&script, "MODULE", &format!("{:?}", deflated(module)?))
}

fn fill(text: &str, place: &str, with: &str) -> Result<String, Failure> {
    let assigned = [format!("= {place};"), format!("={place};")];
    let place = assigned
        .iter()
        .find(|place| text.contains(*place))
        .ok_or_else(|| format!("`client/loader.js` has no place for {place}"))?;
    Ok(text.replacen(place, &format!("={with};"), 1))
}

/// The names that the loader shares with the server, as an object of JavaScript.
fn protocol() -> String {
    let names = [
        ("events", path::EVENTS),
        ("hello", event::HELLO),
        ("phase", event::PHASE),
        ("change", event::CHANGE),
        ("problem", event::PROBLEM),
        ("ping", event::PING),
        ("shutdown", event::SHUTDOWN),
        ("done", event::DONE),
        ("metric", SERVER_TIMING_METRIC),
        ("enabled", storage::ENABLED),
        ("memory", storage::MEMORY),
        ("on", storage::ON),
        ("off", storage::OFF),
        ("restart", RESTART_ATTRIBUTE),
    ];
    let fields = names.map(|(key, name)| format!("{key}:{name:?}"));
    format!("{{{}}}", fields.join(","))
}

fn deflated(module: &[u8]) -> Result<String, Failure> {
    let mut deflated = Vec::new();
    zopfli::compress(
        zopfli::Options::default(),
        zopfli::Format::Deflate,
        module,
        &mut deflated,
    )
    .map_err(|error| format!("cannot deflate the client: {error}"))?;
    Ok(BASE64_STANDARD.encode(deflated))
}
