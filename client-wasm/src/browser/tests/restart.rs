//! What people see of a restart.

use server_reload_protocol::payload::OperationStatus;

use super::super::restart::Barred;
use super::*;
use crate::machine::{Bar, Confirm};
use crate::notice::{Mark, Step, Timeline};
use web_sys::{MutationObserver, MutationObserverInit};

fn step(label: &str, mark: Mark, ms: Option<u64>) -> Step {
    Step {
        label: label.to_owned(),
        mark,
        ms,
    }
}

#[wasm_bindgen_test]
fn the_timeline_tells_each_step_to_eyes_and_ears() {
    let mut toast = Toast::new().unwrap();
    toast.show(&Notice::Restarting(Timeline {
        text: "Restarting…".to_owned(),
        steps: vec![
            step("Stop", Mark::Done, Some(120)),
            step("Start", Mark::Now, None),
            step("Ready", Mark::Next, None),
        ],
    }));
    let text = |selector| {
        in_shadow("server-reload-toast", selector)
            .unwrap()
            .text_content()
    };
    assert_eq!(text("[role=status]").as_deref(), Some("Restarting…"));
    assert_eq!(
        text("li[data-mark=done]").as_deref(),
        Some("✓Stop120 ms done")
    );
    assert_eq!(text("li[aria-current=step]").as_deref(), Some("▸Start now"));
    assert_eq!(
        text("li[data-mark=next]").as_deref(),
        Some("·Ready to come")
    );
    let heard = || text("[role=status][part=spoken]");
    assert_eq!(heard().as_deref(), Some("Start"));
    toast.show(&Notice::Ended(OperationStatus::Exited, Timeline::default()));
    assert!(in_shadow("server-reload-toast", "li").is_none());
    assert!(in_shadow("server-reload-toast", "[data-kind=unrestarted]").is_some());
    assert_eq!(heard().as_deref(), Some(""));
}

#[wasm_bindgen_test]
fn what_is_hidden_comes_back_as_the_page_had_it() {
    let button = in_body("button");
    for (name, value) in [
        ("data-reload-restart", "api"),
        ("title", "mine"),
        ("style", "display: flex"),
    ] {
        button.set_attribute(name, value).unwrap();
    }
    let other = in_body("a");
    other.set_attribute("data-reload-restart", "").unwrap();
    let mut bar = Bar::default();
    bar.add(Some("api".to_owned()), "no".to_owned());
    let mut barred = Barred::default();
    barred.follow(bar);
    let title = |it: &Element| it.get_attribute("title");
    assert!(button.has_attribute("hidden") && title(&button).as_deref() == Some("no"));
    assert!(!other.has_attribute("hidden") && title(&other).is_none());
    barred.follow(Bar::default());
    assert!(!button.has_attribute("hidden"));
    assert_eq!(title(&button).as_deref(), Some("mine"));
    assert_eq!(
        button.get_attribute("style").as_deref(),
        Some("display: flex;")
    );
    button.remove();
    other.remove();
}

#[wasm_bindgen_test]
fn what_the_page_has_taken_away_is_let_go_and_the_rest_is_written_once() {
    let [kept, gone] = ["button", "a"].map(in_body);
    for it in [&kept, &gone] {
        it.set_attribute("data-reload-restart", "").unwrap();
    }
    let mut barred = Barred::default();
    let all = Bar::everything("no");
    barred.follow(all.clone());
    let observer = MutationObserver::new(&js_sys::Function::new_no_args("")).unwrap();
    let options = MutationObserverInit::new();
    options.set_attributes(true);
    observer.observe_with_options(&kept, &options).unwrap();
    gone.remove();
    barred.follow(all);
    assert!(kept.has_attribute("hidden") && !gone.has_attribute("hidden"));
    assert_eq!(observer.take_records().length(), 0);
    drop(barred);
    kept.remove();
}

#[wasm_bindgen_test]
fn the_attribute_is_the_question() {
    use super::super::restart::confirm;
    assert_eq!(confirm(None), Confirm::Default);
    assert_eq!(confirm(Some("false")), Confirm::Off);
    assert_eq!(confirm(Some("Sure?")), Confirm::Text("Sure?".to_owned()));
}
