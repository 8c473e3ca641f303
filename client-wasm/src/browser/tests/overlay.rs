//! The overlay.

use server_reload_protocol::payload::Problem;
use web_sys::Element;

use super::super::overlay::Overlay;
use super::*;

fn problem(service: &str, output: &str) -> Problem {
    Problem {
        service: service.to_owned(),
        title: "check failed: <b>".to_owned(),
        output: output.to_owned(),
    }
}

fn within(selector: &str) -> Element {
    in_shadow("server-reload-overlay", selector).unwrap()
}

fn words(selector: &str) -> String {
    within(selector).text_content().unwrap()
}

fn style(element: &Element, property: &str) -> String {
    let style = js_sys::Reflect::get(element, &"style".into()).unwrap();
    let value = js_sys::Reflect::get(&style, &property.into()).unwrap();
    value.as_string().unwrap()
}

#[wasm_bindgen_test]
fn a_problem_is_shown_as_text_with_its_colors() {
    let mut overlay = None;
    let output = "plain <i>\n\x1b[1;31merror\x1b[0m \x1b[38;2;1;2;3;4;2mrgb\x1b[m\n";
    Overlay::show(&mut overlay, &[problem("app", output)], true);
    assert_eq!(words("[part=service]"), "app");
    assert_eq!(words("[part=title]"), "check failed: <b>");
    assert_eq!(words("[part=output]"), "plain <i>\nerror rgb");
    assert!(words("[part=note]").contains("The version before keeps running."));
    let error = within("[part=output] span");
    assert_eq!(style(&error, "color"), "var(--c1)");
    assert_eq!(style(&error, "fontWeight"), "700");
    let rgb = within("[part=output] span + span");
    assert_eq!(style(&rgb, "color"), "rgb(1, 2, 3)");
    assert_eq!(style(&rgb, "textDecoration"), "underline");
    assert_eq!(style(&rgb, "opacity"), "0.65");
    Overlay::show(&mut overlay, &[], true);
    assert!(in_shadow("server-reload-overlay", "[part=overlay]").is_none());
}

#[wasm_bindgen_test]
fn it_takes_no_focus_and_only_its_heading_is_an_alert() {
    let field = in_body("input");
    js_sys::Function::from(js_sys::Reflect::get(&field, &"focus".into()).unwrap())
        .call0(&field)
        .unwrap();
    let mut overlay = None;
    Overlay::show(&mut overlay, &[problem("app", "output")], false);
    let active = js_sys::Reflect::get(&document().unwrap(), &"activeElement".into()).unwrap();
    assert_eq!(&active, field.as_ref() as &JsValue);
    let alert = words("[role=alert]");
    assert!(
        alert.contains("check failed") && !alert.contains("output"),
        "{alert}"
    );
    assert!(!words("[part=note]").contains("keeps running"));
    assert!(within("[data-action=dismiss]").has_attribute("aria-label"));
    field.remove();
}

#[wasm_bindgen_test]
fn the_newest_is_shown_and_the_others_are_named() {
    let mut overlay = None;
    Overlay::show(&mut overlay, &[problem("app", "one")], false);
    let output = within("[part=output]").first_child();
    let problems = [problem("app", "one"), problem("api", "two")];
    Overlay::show(&mut overlay, &problems, false);
    assert_eq!(
        within("[part=output]").first_child(),
        output,
        "left as it is"
    );
    let note = words("[part=note]");
    assert!(note.contains("Also api: check failed: <b>"), "{note}");
    let problems = [problem("api", "two"), problem("app", "one")];
    Overlay::show(&mut overlay, &problems, false);
    assert_eq!(words("[part=output]"), "two");
}
