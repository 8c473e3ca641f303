//! Puts the client into the loader.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::client::Client;
use super::hoist::hoist;
use super::inline::{inline, split};
use super::minify::minify;
use super::{Failure, dense};

/// The modules of `client-wasm/js` in the order in which they begin; a later one may use what an earlier
/// one has added to the hands. The last is the loader's own.
const FIRST: [&str; 3] = ["protocol", "inbox", "api"];
const MAKERS: [&str; 18] = [
    "kit", "timers", "settings", "stream", "forms", "page", "texts", "timeline", "ansi", "overlay",
    "toast", "restart", "swap", "toggle", "relay", "life", "dispatch", "plain",
];

/// `reload.js` from the loader in the folder `client` and the modules in the folder `js`. Its comments,
/// blanks and long names go, and the module is deflated, with the texts: a development server sends
/// the file uncompressed.
///
/// The second text says how many bytes each part takes.
pub(crate) fn script(
    client: &Path,
    js: &Path,
    built: &Client,
) -> Result<(String, String), Failure> {
    let block = |name: &&str| {
        let folder = if *name == "plain" { client } else { js };
        block(name, &read(&folder.join(name).with_extension("js"))?)
    };
    let first: String = FIRST.iter().map(block).collect::<Result<_, _>>()?;
    let makers: String = MAKERS.iter().map(block).collect::<Result<_, _>>()?;
    let loader = read(&client.join("loader.js"))?;
    let source = [
        ("FIRST;", first.as_str()),
        ("MAKERS;", &makers),
        ("GLUE;", &built.glue),
        ("IMPORTS", &built.imports),
    ];
    let source = source
        .iter()
        .try_fold(loader, |source, (place, with)| fill(&source, place, with))?;
    let hoisted = hoist(&source)?;
    let mut packed = texts(&read(&js.join("pack.js"))?, &hoisted.texts)?.into_bytes();
    let source = inline(&split(&hoisted.script)?)?;
    let source = fill(&source, "TEXTS", &packed.len().to_string())?;
    packed.extend(&built.module);
    let letters = format!("\"{}\"", dense::encode(&deflated(&packed)?));
    let glue = minify(&built.glue)?.len();
    let script = fill(&minify(&source)?, "PACKED", &letters)?;
    let hands = script.len() - letters.len() - glue;
    let parts = [
        ("texts and module", letters.len()),
        ("hands, fallback and loader", hands),
        ("glue", glue),
    ];
    let parts = parts.map(|(name, size)| format!("{size:>6} {name}\n"));
    Ok((script, parts.concat()))
}

/// What the function does that a module exports, as a block whose label is its name.
fn block(name: &str, module: &str) -> Result<String, Failure> {
    let head = format!("export function {name}(hands) {{\n");
    let body = module
        .split_once(&head)
        .and_then(|(_, rest)| rest.rsplit_once('}'));
    body.map(|(body, _)| format!("{name}: {{\n{body}}}\n"))
        .ok_or_else(|| format!("`{name}.js` exports no function `{name}(hands)`"))
}

/// The texts of these names in `pack.js`, as an array of JSON without blanks.
fn texts(pack: &str, names: &[String]) -> Result<String, Failure> {
    let wrong = "`client-wasm/js/pack.js` is no function that sets `hands.T` to an object of JSON";
    let json = pack
        .split_once("hands.T =")
        .and_then(|(_, rest)| rest.rsplit_once(';'))
        .ok_or(wrong)?
        .0;
    let mut texts: BTreeMap<String, Value> =
        serde_json::from_str(json).map_err(|error| format!("{wrong}: {error}"))?;
    let used = names.iter().map(|name| {
        let text = texts.remove(name);
        text.ok_or_else(|| format!("`client-wasm/js/pack.js` has no `{name}`"))
    });
    let used = used.collect::<Result<Value, _>>()?;
    match texts.keys().next() {
        Some(name) => Err(format!("nobody uses `{name}` of `client-wasm/js/pack.js`")),
        None => Ok(used.to_string()),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

/// Fills a place, which is a name in capitals. It may stand in a comment before that.
fn fill(text: &str, place: &str, with: &str) -> Result<String, Failure> {
    let is_of_name = |it: char| it.is_alphanumeric() || it == '_';
    let places = text.rmatch_indices(place).map(|(at, _)| at);
    let sides = places.map(|at| (&text[..at], &text[at + place.len()..]));
    let mut whole = sides
        .filter(|(before, after)| !before.ends_with(is_of_name) && !after.starts_with(is_of_name));
    let (before, after) = whole
        .next()
        .ok_or_else(|| format!("`client/loader.js` has no place for {place}"))?;
    Ok([before, with, after].concat())
}

fn deflated(module: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut deflated = Vec::new();
    zopfli::compress(
        zopfli::Options::default(),
        zopfli::Format::Deflate,
        module,
        &mut deflated,
    )
    .map_err(|error| format!("cannot deflate the client: {error}"))?;
    Ok(deflated)
}
