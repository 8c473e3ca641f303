//! What holds for any sequence of inputs; most of it is asserted by the [`World`].

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::happening::{Happening, happening, or_stray, rules};
use super::world::World;
use super::*;

/// The same cases in every run, so that what one run finds all find. To look further:
/// `PROPTEST_CASES=100000 PROPTEST_RNG_SEED=$RANDOM cargo test --release -p server-reload --lib machine`.
fn config() -> ProptestConfig {
    let set = |name| std::env::var_os(name).is_some();
    let mut config = ProptestConfig::default();
    if !set("PROPTEST_CASES") {
        config.cases = 200;
    }
    if !set("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(0x5eed);
    }
    config.failure_persistence = None;
    config
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    vec(0..60_usize, 1..40)
}

fn played(rules: &[Rules], happenings: &[Happening]) -> World {
    let mut world = World::new(rules);
    for happening in happenings {
        world.play(happening);
    }
    world
}

proptest! {
    #![proptest_config(config())]

    /// Everything that [`World`] asserts, and no panic, whatever is said.
    #[test]
    fn never_two_processes_and_never_an_id_too_early(
        rules in rules(3),
        happenings in vec(or_stray(), 1..150),
    ) {
        played(&rules, &happenings);
    }

    #[test]
    fn a_quit_ends_everything_once(
        rules in rules(3),
        happenings in vec(or_stray(), 0..120),
        hard in any::<bool>(),
        order in order(),
        after in vec(or_stray(), 0..20),
    ) {
        let mut world = played(&rules, &happenings);
        world.tell(&Input::Quit { hard });
        world.drain(&order);
        prop_assert!(world.done, "{:?}", world.machine);
        for happening in after {
            world.play(&happening);
        }
    }

    /// Left alone, with checks that pass, all comes to rest: ready, with what the files are by now.
    #[test]
    fn the_last_content_runs(
        rules in rules(3),
        happenings in vec(happening(), 0..150),
        saved in any::<bool>(),
        order in order(),
    ) {
        let mut world = played(&rules, &happenings);
        if world.machine.paused {
            world.play(&Happening::Pause);
        }
        if saved {
            world.play(&Happening::Write { file: 0, content: 99, open: false });
        }
        world.drain(&order);
        world.all_have_ended();
        for (no, backend) in world.services.iter().enumerate() {
            let service = &world.machine.services[no];
            let (stage, failed) = (service.stage, service.failed);
            let waits = matches!(stage, Stage::Down | Stage::AwaitingService);
            prop_assert!(stage == Stage::Ready || waits && !saved || world.looped, "{:?}", stage);
            prop_assert!(!saved || !failed || world.looped);
            if backend.is_ours() && stage == Stage::Ready && !failed && !world.looped {
                prop_assert!(world.runs_what_is(no), "service {} has other files", no);
            }
        }
        prop_assert_eq!(world.timers, BTreeMap::new());
    }

    /// A single save of a service that is at rest, wherever the answers come from and in which order:
    /// the id moves once.
    #[test]
    fn one_save_moves_the_id_once(rules in rules(3), saves in 1..5_u64, order in order()) {
        let mut world = World::new(&rules);
        world.drain(&order);
        let before = world.moves;
        for content in 1..=saves {
            world.play(&Happening::Write { file: 1, content, open: false });
        }
        world.now += ms(60_000);
        world.drain(&order);
        let ours = rules.iter().any(|rules| !rules.attached && rules.reload);
        prop_assert_eq!(world.moves - before, usize::from(ours));
    }
}
