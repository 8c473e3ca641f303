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
/// The former ask for the stream, before there are texts.
const EARLY: [&str; 8] = [
    "protocol", "inbox", "api", "kit", "timers", "settings", "stream", "relay",
];
const MAKERS: [&str; 12] = [
    "forms", "page", "texts", "timeline", "overlay", "toast", "restart", "swap", "toggle", "life",
    "dispatch", "plain",
];

/// How hard to look for what is smallest, of 9: the next one takes twice the time for a 400th.
const LEVEL: u8 = 5;

/// `reload.js` from the loader in the folder `client` and the modules in the folder `js`. Its comments,
/// blanks and long names go, and the module is packed, with the texts: a development server sends the
/// file uncompressed.
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
    let blocks = |names: &[&str]| names.iter().map(block).collect::<Result<String, _>>();
    let (early, makers) = (blocks(&EARLY)?, blocks(&MAKERS)?);
    let loader = read(&client.join("loader.js"))?;
    let source = [
        ("EARLY;", early.as_str()),
        ("MAKERS;", &makers),
        ("GLUE;", &built.glue),
        ("IMPORTS", &built.imports),
    ];
    let source = source
        .iter()
        .try_fold(loader, |source, (place, with)| fill(&source, place, with))?;
    let hoisted = hoist(&source)?;
    let mut all = texts(&read(&js.join("pack.js"))?, &hoisted.texts)?.into_bytes();
    let texts = all.len().to_string();
    all.extend(&built.module);
    let source = inline(&split(&hoisted.script)?)?;
    let source = source.replace("TEXTS", &texts);
    let source = source.replace("ALL", &all.len().to_string());
    let packed = upkr::pack(&all, LEVEL, &upkr::Config::default(), None);
    let letters = format!("\"{}\"", dense::encode(&packed));
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
