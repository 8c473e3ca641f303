//! What holds for any sequence of inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::play::{Happening, Play, happening, modes};
use super::*;

/// Whether a toast of this kind may be seen in this state.
fn fits(status: Status, toast: Option<&str>) -> bool {
    let lost = matches!(
        status,
        Status::Connecting | Status::Reconnecting | Status::Stopped
    );
    match toast {
        Some(_) if status == Status::Off => false,
        Some("lost" | "stopped") => lost,
        Some("waiting") => lost || status == Status::Waiting,
        Some("reloading") => matches!(status, Status::Restarted | Status::Reloading),
        Some("updating") => {
            lost || matches!(
                status,
                Status::Restarted | Status::Updating | Status::Away | Status::Waiting
            )
        }
        Some("restarting" | "refused") => status != Status::Away,
        Some("prompt") => status == Status::Prompt,
        Some("paused") => status == Status::Paused,
        _ => true,
    }
}

/// The same cases in every run, so that what one run finds all find. To look further:
/// `PROPTEST_CASES=150000 PROPTEST_RNG_SEED=$RANDOM cargo test --release -p server-reload-client`.
fn config() -> ProptestConfig {
    let set = |name| std::env::var_os(name).is_some();
    let mut config = ProptestConfig::default();
    if !set("PROPTEST_CASES") {
        config.cases = 1_000;
    }
    if !set("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(0x5eed);
    }
    config.failure_persistence = None;
    config
}

proptest! {
    #![proptest_config(config())]

    /// `Page` itself asserts that no stream is opened beside another.
    #[test]
    fn never_two_streams_and_none_while_off_or_away(settings in modes(), happenings in vec(happening(), 1..80)) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
            if matches!(play.page.state.status(), Status::Off | Status::Away) {
                prop_assert_eq!(play.page.open, None);
                prop_assert_eq!(&play.page.armed, &[]);
            }
        }
    }

    #[test]
    fn off_means_silent(settings in modes(), before in vec(happening(), 0..40), after in vec(happening(), 1..40)) {
        let mut play = Play::new(settings);
        for happening in before {
            play.play(happening);
        }
        play.play(Happening::Enable(false));
        for happening in after {
            if matches!(happening, Happening::Enable(_)) {
                continue;
            }
            let effects = play.play(happening);
            let loud = effects.iter().find(|effect| {
                matches!(
                    effect,
                    Effect::Open(_) | Effect::Arm(..) | Effect::Knock | Effect::Announce(_) | Effect::Reload
                        | Effect::Request(_) | Effect::Look(_) | Effect::Confirm(..) | Effect::AskHealth
                )
            });
            prop_assert_eq!(loud, None, "after {:?}", happening);
        }
    }

    /// Neither a reload nor an announcement without an id, or a revision, other than the document's.
    #[test]
    fn never_an_act_without_news(settings in modes(), same in 0..5_u8, happenings in vec(happening(), 1..80)) {
                let mut play = Play::new(Settings { stamp: Some(name(&same.to_string())), ..settings });
        for mut happening in happenings {
            match &mut happening {
                Happening::Hello { id, revision, .. } => {
                    *id = same;
                    *revision = 1;
                }
                Happening::Id { id, .. } => *id = same,
                Happening::Health { id, revision, .. } => {
                    *id = Some(same);
                    *revision = 1;
                }
                Happening::Change { kind, revision, .. } => {
                    *kind = ChangeKind::Style;
                    *revision = 1;
                }
                _ => {}
            }
            let effects = play.play(happening);
            let acts = effects.iter().find(|it| matches!(it, Effect::Reload | Effect::Announce(_) | Effect::Knock));
            prop_assert_eq!(acts, None);
        }
    }

    /// After any past: once the page is seen and on, and every answer comes, a new server's id is
    /// acted upon, asked about, or paused.
    #[test]
    fn never_a_missed_restart(settings in modes(), happenings in vec(happening(), 1..60)) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
        }
        play.play(Happening::PageShow);
        play.play(Happening::Hidden(false));
        play.play(Happening::Enable(true));
        let mut settle = |id| (0..60).any(|_| play.proceed(id));
        let acted = settle("first") || settle("news");
        let status = play.page.state.status();
        prop_assert!(
            acted || matches!(status, Status::Prompt | Status::Paused),
            "{:?} after {:?}", status, play.page.effects
        );
    }

    /// The same for a changed page file.
    #[test]
    fn never_a_missed_change(settings in modes(), happenings in vec(happening(), 1..60), down in any::<bool>()) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
        }
        play.play(Happening::PageShow);
        play.play(Happening::Hidden(false));
        play.play(Happening::Enable(true));
        let ready = |play: &Play| play.page.state.link.is_ready();
        let settles = (0..60).any(|_| {
            play.proceed("same");
            ready(&play)
        });
        prop_assert!(settles || play.page.state.turn.stage.pends(), "{:?}", play.page.state.status());
        if down {
            play.play(Happening::Phase { late: 0, service: 0, phase: Phase::Stopping });
        }
        let stream = play.page.open;
        play.play(Happening::Change { late: 0, kind: ChangeKind::Page, revision: 0 });
        let pends = |play: &Play| play.page.state.turn.stage.pends();
        let acted = stream.is_none() || pends(&play) || (0..60).any(|_| play.proceed("same") || pends(&play));
        let status = play.page.state.status();
        prop_assert!(acted, "{:?} after {:?}", status, play.page.effects);
    }

    /// Not into a server that is not there: nothing is begun between the word that it goes, or a
    /// greeting without an id, and the next id.
    #[test]
    fn never_an_act_without_an_id(settings in modes(), happenings in vec(happening(), 1..80)) {
        let mut play = Play::new(settings);
        let mut named = false;
        for happening in happenings {
            let heard = play.hears(&happening);
            match happening {
                Happening::Hello { .. } | Happening::Id { .. } if heard => named = true,
                Happening::NotReady { .. } if heard => named = false,
                Happening::Phase { phase, .. } if heard => {
                    named &= matches!(phase, Phase::Ready | Phase::Checking | Phase::Failed);
                }
                Happening::Health { id, .. } if play.page.state.poll.asked => named = id.is_some(),
                Happening::Unreachable if play.page.state.poll.asked => {
                    named &= !play.page.state.link.is_polled();
                }
                // The one way back without an id.
                Happening::Ping(_) if heard => named = play.page.state.link.is_ready() || named,
                _ => {}
            }
            let effects = play.play(happening);
            if matches!(happening, Happening::Ping(_)) && heard {
                named = play.page.state.link.is_ready();
            }
            let acts = effects.iter().find(|it| matches!(it, Effect::Reload | Effect::Announce(_) | Effect::Knock));
            prop_assert!(named || acts.is_none(), "{:?} at {:?}", acts, happening);
            if effects.iter().any(|it| matches!(it, Effect::Close)) {
                named &= play.page.state.link.is_polled();
            }
        }
    }

    /// The overlay shows at most one problem of a service, none of one that is ready or that was
    /// dismissed, and nothing while the client rests.
    #[test]
    fn the_overlay_is_never_out_of_date(settings in modes(), happenings in vec(happening(), 1..80)) {
        let mut play = Play::new(settings);
        let mut overlay = Vec::new();
        let mut dismissed: Vec<Problem> = Vec::new();
        for happening in happenings {
            let heard = play.hears(&happening);
            match happening {
                Happening::Chosen(Choice::Close) => {
                    for problem in &overlay {
                        let problem: &Problem = problem;
                        dismissed.retain(|it| it.service != problem.service);
                        dismissed.push(*problem);
                    }
                }
                Happening::Phase { service, phase: Phase::Ready, .. } if heard => {
                    dismissed.retain(|it| it.service != name(&service.to_string()));
                }
                Happening::Problem { service, what, .. } if heard => {
                    let new = problem(&service.to_string(), &what.to_string());
                    dismissed.retain(|it| it.service != new.service || *it == new);
                }
                _ => {}
            }
            for effect in play.play(happening) {
                if let Effect::Explain { problems, .. } = effect {
                    overlay = problems;
                }
            }
            let solved = |it: &Problem| match happening {
                Happening::Phase { service, phase: Phase::Ready, .. } => heard && it.service == name(&service.to_string()),
                _ => false,
            };
            prop_assert!(!overlay.iter().any(|it| solved(it) || dismissed.contains(it)), "{:?}", overlay);
            let mut services: Vec<_> = overlay.iter().map(|it| it.service.get()).collect();
            services.sort_unstable();
            services.dedup();
            prop_assert_eq!(services.len(), overlay.len());
            let rests = matches!(play.page.state.status(), Status::Off | Status::Away | Status::Reloading);
            prop_assert!(!rests || play.page.open.is_some() || overlay.is_empty(), "{:?}", overlay);
        }
    }

    #[test]
    fn the_toast_never_contradicts_the_state(settings in modes(), happenings in vec(happening(), 1..80)) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
            let (status, toast) = (play.page.state.status(), play.page.state.toast);
            // The page's listeners answer before anybody can look.
            let answered = play.page.state.turn.stage != Stage::Announced;
            prop_assert!(!answered || fits(status, toast.map(word)), "{:?} says {:?}", status, toast);
        }
    }

    /// However it is asked for, and whatever is answered: nothing is asked for twice at a time, or
    /// without leave; each call is told once; and no stream of a restart outlives its reason.
    #[test]
    fn restarts_are_asked_for_once_and_told_once(settings in modes(), happenings in vec(happening(), 1..80)) {
        let mut play = Play::new(settings);
        let follows = |play: &Play, run| play.page.state.restarts.runs.iter().any(|it| it.run == run);
        let mut under_way: Vec<(Run, Option<Name>)> = Vec::new();
        for happening in happenings {
            for effect in play.play(happening) {
                match effect {
                    Effect::Request(request) => {
                        prop_assert!(play.page.open.is_some(), "no connection");
                        under_way.retain(|(run, _)| follows(&play, *run) && *run != request.run);
                        let twice = under_way.iter().any(|(_, service)| *service == request.service);
                        prop_assert!(!twice, "{:?} beside {:?}", request, under_way);
                        under_way.push((request.run, request.service));
                    }
                    Effect::Look(run) => {
                        prop_assert!(follows(&play, run), "{} has ended", run);
                        prop_assert!(play.page.open.is_some(), "no connection");
                    }
                    _ => {}
                }
            }
        }
        play.play(Happening::Enable(true));
        play.play(Happening::Enable(false));
        let told = play.page.effects.iter().filter_map(|effect| match effect {
            Effect::Settle { calls, .. } => Some(calls.clone()),
            _ => None,
        });
        let mut told = told.flatten().collect::<Vec<_>>();
        told.sort_unstable();
        prop_assert_eq!(told, (1..=play.call).collect::<Vec<_>>());
    }

    /// Whoever saves every few hundred milliseconds, with a restart each time, is never paused.
    #[test]
    fn the_loop_guard_never_blocks_fast_saving(
        mode in 0..2_usize,
        gaps in vec(350..1_500_u64, 20..60),
        reconnects in vec(any::<bool>(), 60),
    ) {
        let mode = [Mode::Reload, Mode::Event][mode];
        let mut page = Page::new(Settings { mode, ..settings() });
        let mut server = 0_u32;
        let greet = |page: &mut Page, server: u32| {
            let stream = page.open.expect("a stream is open");
            page.tell(Input::Opened(stream));
            page.tell(Input::Heard(stream, hello(&server.to_string(), 1_000_000)))
        };
        greet(&mut page, server);
        for (gap, reconnect) in gaps.iter().zip(&reconnects) {
            page.pass(*gap);
            server += 1;
            let effects = if *reconnect {
                page.tell(Input::Failed(page.open.expect("a stream is open")));
                if page.open.is_none() {
                    page.tell(Input::Online);
                }
                greet(&mut page, server)
            } else {
                let stream = page.open.expect("a stream is open");
                page.tell(Input::Heard(stream, Event::Id(name(&server.to_string()))))
            };
            prop_assert!(
                effects.iter().any(|it| matches!(it, Effect::Announce(_))),
                "server {} was not acted upon: {:?}", server, effects
            );
            if mode == Mode::Reload {
                page = page.reloaded(Settings { mode, ..settings() });
                greet(&mut page, server);
            }
        }
    }

    #[test]
    fn any_numbers_are_read_as_some_memory(numbers in vec(prop_oneof![0.0..12.0, any::<f64>()], 0..60)) {
        let memory = Memory::read(&numbers);
        prop_assert_eq!(Memory::read(&memory.write()), memory);
    }
}
