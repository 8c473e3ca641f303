//! axe-core, which finds what keeps people from using a page.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::place;

/// Asks axe for its rules for everybody and those that it calls best practice. It knows colors only
/// inside of `body`, so that what stands beside it is moved there. A color that it cannot tell is a
/// fault too, unless it stands in a picture, or half behind something in its stacking order.
const RUN: &str = "delete window.judged;
document.body.append(...document.querySelectorAll('html > :not(head, body)'));
const told = (found) => found.flatMap(({ id, help, nodes }) => nodes.map(
    ({ target, failureSummary }) => [id, help, target.flat().join(' >> '), failureSummary]));
const blind = ['imgNode', 'elmPartiallyObscured'];
const untold = ({ any }) => any.every(({ id, data }) => id === 'color-contrast' && !blind.includes(data?.messageKey));
const checks = { 'color-contrast': { options: { ignoreLength: true, ignoreUnicode: false } } };
axe.run(CONTEXT, { checks }).then(
    ({ violations, incomplete, passes }) => (window.judged = {
        faults: told([...violations, ...incomplete.filter(({ id }) => id === 'color-contrast')
            .map((it) => ({ ...it, nodes: it.nodes.filter(untold) }))]),
        passed: passes.map(({ id }) => id),
    }),
    (error) => (window.judged = { faults: [[String(error)]], passed: [] }))";

/// Panics where axe finds a fault in the elements that the CSS selector `part` matches, in them all
/// and in their shadow roots, or where it has found nothing to judge.
pub async fn check(browser: &Browser, part: &str, what: &str) {
    if !browser.value("Boolean(window.axe)").await.eq(&json!(true)) {
        let source = place::npm_package("axe-core").join("axe.min.js");
        let source = std::fs::read_to_string(source).expect("a readable axe-core");
        browser.run(&source).await;
    }
    // What moves has not its own colors yet.
    browser.wait_for(AT_REST).await;
    let context = json!({ "include": [part] }).to_string();
    browser.run(&RUN.replace("CONTEXT", &context)).await;
    let judged = browser.wait_for("window.judged").await;
    let faults = judged["faults"].as_array().expect("a list of faults");
    let report: Vec<String> = faults.iter().map(readable).collect();
    assert!(faults.is_empty(), "{what}:\n{}", report.join("\n"));
    let passed = judged["passed"].as_array().expect("a list of rules");
    let seen = passed.iter().any(|rule| rule == "color-contrast");
    assert!(seen, "{what}: nothing to read in `{part}`: {passed:?}");
}

/// Whether no animation runs that has an end.
const AT_REST: &str = "document.getAnimations().every(({ effect, playState }) =>
    playState !== 'running' || effect.getComputedTiming().endTime === Infinity)";

fn readable(fault: &Value) -> String {
    let parts = fault.as_array().cloned().unwrap_or_default();
    let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
    parts.join("\n  ")
}
