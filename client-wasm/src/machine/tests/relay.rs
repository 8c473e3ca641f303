//! Many tabs of one origin, with a lock, a channel and a server between them.

mod tabs;

use proptest::prelude::*;

use super::*;
use tabs::Tabs;

fn opened(tabs: usize) -> Tabs {
    let mut all = Tabs::new(true);
    for at in 0..tabs {
        all.open(at > 0);
        all.pass(100);
    }
    all
}

#[test]
fn twenty_tabs_have_one_stream_and_each_is_loaded_once_for_a_restart() {
    let mut tabs = opened(20);
    assert_eq!(tabs.streams(), 1);
    tabs.check();
    tabs.restart();
    tabs.pass(20_000);
    assert_eq!(tabs.streams(), 1);
    tabs.check();
    for at in tabs.places() {
        assert_eq!(tabs.tab(at).expect("a tab").reloads, ["1"], "tab {at}");
    }
}

#[test]
fn the_next_takes_over_when_the_leader_is_closed_and_nobody_notices() {
    let mut tabs = opened(3);
    tabs.close(0);
    tabs.settle();
    assert_eq!(tabs.streams(), 1);
    tabs.check();
    assert_eq!(tabs.now, 300, "without a moment's wait");
}

#[test]
fn a_restart_while_the_lead_changes_is_not_missed() {
    let mut tabs = opened(3);
    tabs.start();
    tabs.close(0);
    tabs.pass(20_000);
    tabs.check();
    for at in tabs.places() {
        assert_eq!(tabs.tab(at).expect("a tab").reloads, ["1"], "tab {at}");
    }
}

#[test]
fn a_tab_that_is_seen_robs_a_hidden_leader() {
    let mut tabs = opened(3);
    tabs.show(0, true);
    tabs.show(2, false);
    tabs.pass(1_000);
    assert_eq!(tabs.holder, Some(2));
    assert_eq!(tabs.streams(), 1);
    tabs.check();
}

#[test]
fn nobody_notices_that_a_leader_is_robbed() {
    let mut tabs = opened(3);
    tabs.show(0, true);
    tabs.show(2, false);
    tabs.pass(1_000);
    assert_eq!(tabs.holder, Some(2));
    for at in tabs.places() {
        let statuses = &tabs.tab(at).expect("a tab").statuses;
        assert_eq!(*statuses, [Status::Connected], "tab {at}");
    }
}

#[test]
fn a_server_that_is_gone_when_a_leader_is_robbed_is_missed_by_all() {
    for silent in [false, true] {
        let mut tabs = opened(3);
        tabs.pass(2_000);
        tabs.show(0, true);
        tabs.server = None;
        if silent {
            // Its stream ends at the very moment at which it is robbed.
            tabs.tab(0).expect("a tab").source = None;
        }
        tabs.show(2, false);
        tabs.pass(1_000);
        for at in tabs.places() {
            let status = tabs.tab(at).expect("a tab").state.status();
            assert_eq!(status, Status::Reconnecting, "tab {at}");
        }
    }
}

#[test]
fn a_frozen_leader_is_robbed_and_what_it_says_later_counts_for_nothing() {
    let mut tabs = opened(2);
    tabs.show(1, false);
    tabs.freeze(0);
    tabs.pass(60_000);
    assert_eq!(tabs.holder, Some(1));
    tabs.restart();
    tabs.pass(10_000);
    tabs.thaw(0);
    tabs.pass(60_000);
    assert_eq!(tabs.streams(), 1);
    tabs.check();
}

#[test]
fn a_tab_that_comes_to_a_frozen_leader_robs_it_soon() {
    let mut tabs = opened(1);
    tabs.freeze(0);
    let new = tabs.open(false);
    tabs.pass(1_500);
    assert_eq!(tabs.holder, Some(new));
    assert_eq!(
        tabs.tab(new).expect("a tab").state.status(),
        Status::Connected
    );
}

/// Within one millisecond a leader that did not hear of the one before it may well have a smaller term.
#[test]
fn a_leader_of_a_smaller_term_is_followed() {
    let mut tabs = Tabs::new(true);
    for _ in 0..3 {
        let at = tabs.open(false);
        tabs.settle();
        tabs.close(at);
        tabs.stop();
    }
    let (next, other) = (tabs.open(false), tabs.open(false));
    tabs.settle();
    tabs.show(other, true);
    tabs.settle();
    tabs.close(next);
    tabs.settle();
    tabs.tell(other, Input::Unloading);
    tabs.settle();
    let hidden = tabs.open(true);
    tabs.settle();
    tabs.show(hidden, false);
    for hidden in [false, true] {
        tabs.open(hidden);
        tabs.settle();
    }
    tabs.start();
    tabs.open(false);
    tabs.pass(120_000);
    tabs.check();
}

#[test]
fn followers_wait_for_the_server_with_their_leader() {
    let mut tabs = opened(3);
    tabs.pass(2_000);
    tabs.stop();
    tabs.pass(60_000);
    for at in tabs.places() {
        let status = tabs.tab(at).expect("a tab").state.status();
        assert_eq!(status, Status::Reconnecting, "tab {at}");
    }
    assert_eq!(tabs.holder, Some(0), "nobody robs one that tries");
    tabs.start();
    tabs.pass(20_000);
    tabs.check();
    assert_eq!(tabs.streams(), 1);
}

#[test]
fn a_document_that_only_seemed_to_be_left_queues_again() {
    let mut tabs = opened(2);
    tabs.show(1, false);
    tabs.tell(0, Input::Unloading);
    tabs.settle();
    assert_eq!((tabs.holder, tabs.streams()), (Some(1), 1));
    assert_eq!(tabs.queue, []);
    tabs.pass(2_000);
    assert_eq!((tabs.holder, tabs.streams()), (Some(1), 1));
    assert_eq!(tabs.queue, [0]);
    tabs.check();
}

#[test]
fn who_goes_into_the_back_forward_cache_gives_the_lead_away_and_follows_afterwards() {
    let mut tabs = opened(2);
    tabs.tell(0, Input::Unloading);
    tabs.tell(0, Input::PageHide);
    tabs.pass(5_000);
    assert_eq!((tabs.holder, tabs.streams()), (Some(1), 1));
    let memory = tabs.tab(0).expect("a tab").memory.clone();
    tabs.tell(0, shown_again(memory));
    tabs.pass(5_000);
    assert_eq!(tabs.streams(), 1);
    tabs.check();
}

#[test]
fn off_gives_the_lead_away_and_leaves_nothing_behind() {
    let mut tabs = opened(2);
    let off = Input::Enable {
        on: false,
        here: true,
    };
    tabs.tell(0, off);
    assert_eq!(tabs.holder, Some(1));
    let tab = tabs.tab(0).expect("a tab");
    assert!(tab.timers.is_empty() && tab.source.is_none() && tab.joined.is_none());
}

#[test]
fn without_locks_each_tab_that_is_seen_has_a_stream_up_to_four() {
    let mut tabs = Tabs::new(false);
    for _ in 0..7 {
        tabs.open(false);
        tabs.pass(500);
    }
    let hidden = tabs.open(true);
    tabs.pass(500);
    assert_eq!(tabs.streams(), 4);
    tabs.restart();
    tabs.pass(30_000);
    assert_eq!(tabs.streams(), 4);
    tabs.show(hidden, false);
    tabs.pass(30_000);
    tabs.check();
    for at in tabs.places() {
        tabs.show(at, true);
    }
    tabs.pass(1_000);
    assert_eq!(tabs.streams(), 0, "hidden ones let theirs go");
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Open(bool),
    Close(prop::sample::Index),
    Show(prop::sample::Index, bool),
    Freeze(prop::sample::Index),
    Thaw(prop::sample::Index),
    Unloading(prop::sample::Index),
    Restart,
    Stop,
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        3 => any::<bool>().prop_map(Act::Open),
        2 => index().prop_map(Act::Close),
        4 => (index(), any::<bool>()).prop_map(|(at, hidden)| Act::Show(at, hidden)),
        1 => index().prop_map(Act::Freeze),
        1 => index().prop_map(Act::Thaw),
        1 => index().prop_map(Act::Unloading),
        2 => Just(Act::Restart),
        1 => Just(Act::Stop),
        6 => (0..40_000_u64).prop_map(Act::Pass),
    ]
}

impl Tabs {
    fn act(&mut self, act: Act) {
        let places = self.places();
        let some = |index: prop::sample::Index| {
            (!places.is_empty()).then(|| places[index.index(places.len())])
        };
        match act {
            Act::Open(hidden) => {
                self.open(hidden);
            }
            Act::Close(index) => {
                if let Some(at) = some(index) {
                    self.close(at);
                }
            }
            Act::Show(index, hidden) => {
                if let Some(at) = some(index) {
                    self.show(at, hidden);
                }
            }
            Act::Freeze(index) => {
                if let Some(at) = some(index) {
                    self.freeze(at);
                }
            }
            Act::Thaw(index) => {
                if let Some(at) = some(index) {
                    self.thaw(at);
                }
            }
            Act::Unloading(index) => {
                let at = some(index).filter(|at| self.tab(*at).is_some_and(|tab| !tab.frozen));
                if let Some(at) = at {
                    self.tell(at, Input::Unloading);
                }
            }
            Act::Restart => self.restart(),
            Act::Stop => self.stop(),
            Act::Pass(ms) => self.pass(ms),
        }
        self.settle();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_happens_all_tabs_come_to_the_present_server_by_one_stream(
        acts in prop::collection::vec(act(), 1..40)
    ) {
        let mut tabs = Tabs::new(true);
        tabs.open(false);
        for act in acts {
            tabs.act(act);
            if !tabs.all.iter().flatten().any(|tab| tab.frozen) {
                prop_assert!(tabs.streams() <= 1, "two streams");
            }
        }
        for at in tabs.places() {
            tabs.thaw(at);
        }
        tabs.restart();
        let seen = tabs.open(false);
        tabs.pass(120_000);
        tabs.show(seen, false);
        tabs.pass(60_000);
        tabs.check();
        prop_assert_eq!(tabs.streams(), 1);
    }
}
