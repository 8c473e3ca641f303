//! A backend that is simulated in its own time: every restart is told once, and only when it answers.

use proptest::prelude::*;

use super::*;

/// A question that nobody takes in is given up after so long.
const SILENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// One process.
    Single,
    /// A master and its worker, as in `uvicorn --reload`.
    Reloader,
    /// A master and two workers, replaced one after the other.
    Workers,
}

/// From here on, these processes own the port, and it answers or not.
#[derive(Clone, Debug)]
struct Scene {
    from: Duration,
    tree: String,
    answers: bool,
}

fn scenes(kind: Kind, restarts: &[(u64, u64, u64)]) -> Vec<Scene> {
    let mut pid = 100;
    let mut now = 0;
    let mut scenes = Vec::new();
    let mut add = |now: u64, tree: String, answers| {
        let from = Duration::from_millis(now);
        scenes.push(Scene {
            from,
            tree,
            answers,
        });
    };
    let serving = |pid: u32| match kind {
        Kind::Single => format!("{pid}<1"),
        Kind::Reloader => format!("10<1 {pid}<10"),
        Kind::Workers => format!("10<1 {pid}<10 {}<10", pid + 1),
    };
    add(now, serving(pid), true);
    for (up, down, starting) in restarts {
        now += up;
        let next = pid + 10;
        match kind {
            Kind::Single => add(now, String::new(), false),
            Kind::Reloader => add(now, "10<1".to_owned(), false),
            Kind::Workers => {
                add(
                    now,
                    format!("{} {next}<10 {}<10", serving(pid), next + 1),
                    true,
                );
                add(
                    now + down / 2,
                    format!("10<1 {}<10 {next}<10 {}<10", pid + 1, next + 1),
                    true,
                );
            }
        }
        now += down;
        let early = matches!(kind, Kind::Reloader);
        if early {
            add(now, serving(next), false);
        }
        now += if early { *starting } else { 0 };
        add(now, serving(next), true);
        pid = next;
    }
    scenes
}

struct World {
    scenes: Vec<Scene>,
    now: Duration,
    asked: usize,
    looked: usize,
}

impl World {
    fn scene(&self, at: Duration) -> &Scene {
        let passed = self.scenes.iter().take_while(|scene| scene.from <= at);
        passed.last().expect("a first scene")
    }

    fn change(&self) -> Option<Duration> {
        let mut later = self.scenes.iter().map(|scene| scene.from);
        later.find(|from| *from > self.now)
    }

    fn sight(&self) -> Sight {
        match self.scene(self.now).tree.as_str() {
            "" => Sight::Nobody,
            tree => Sight::Known(owners(tree)),
        }
    }

    /// When a question of this time is answered, and what.
    fn answer(&self, probe: Probe, at: Duration) -> (Duration, Answer) {
        let scene = self.scene(at);
        if scene.tree.is_empty() {
            return (at, Answer::Refused);
        }
        if probe == Probe::Connect {
            return (at, Answer::Open);
        }
        let http = Answer::Http {
            status: 200,
            token: Token::default(),
        };
        if scene.answers {
            return (at, http);
        }
        let mut later = self.scenes.iter().filter(|scene| scene.from > at);
        match later.find(|scene| scene.answers) {
            Some(scene) if scene.from < at + SILENCE => (scene.from, http),
            _ => (at + SILENCE, Answer::Silent),
        }
    }

    /// Carries out what the machine wants, until then.
    fn run(&mut self, machine: &mut Machine, end: Duration) -> Vec<(Duration, Seen)> {
        let mut told = Vec::new();
        while let Some((at, input)) = self.next(machine.wants()).filter(|it| it.0 <= end) {
            // Finding out takes time, too.
            let cost = Duration::from_micros(if input == Input::Ended { 1 } else { 500 });
            self.now = at.max(self.now);
            let input = match input {
                Input::Looked(_) => Input::Looked(self.sight()),
                input => input,
            };
            let seen = machine.step(self.now, input);
            told.extend(seen.into_iter().map(|seen| (self.now, seen)));
            self.now += cost;
        }
        self.now = end;
        told
    }

    fn next(&mut self, wants: Wants) -> Option<(Duration, Input)> {
        let look = wants
            .look
            .map(|look| (look.at.max(self.now), Input::Looked(Sight::Nobody)));
        let probe = wants.probe.map(|(probe, at)| {
            let (at, answer) = self.answer(probe, at);
            (at.max(self.now), Input::Answered(answer))
        });
        let change = self.change().map(|at| (at, Input::Ended));
        let first = [change, look, probe]
            .into_iter()
            .flatten()
            .min_by_key(|it| it.0)?;
        match first.1 {
            Input::Looked(_) => self.looked += 1,
            Input::Answered(_) => self.asked += 1,
            _ => {}
        }
        Some(first)
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Single),
        Just(Kind::Reloader),
        Just(Kind::Workers)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_restart_is_told_once_when_it_answers(
        kind in kinds(),
        restarts in prop::collection::vec((3_000u64..200_000, 0u64..9_000, 0u64..9_000), 0..8),
    ) {
        let scenes = scenes(kind, &restarts);
        let last = scenes.last().expect("a scene").clone();
        let mut world = World { scenes, now: Duration::ZERO, asked: 0, looked: 0 };
        let mut machine = Machine::new(Asked::Listens);
        let told = world.run(&mut machine, last.from + Duration::from_mins(1));
        let restarted = told.iter().filter(|it| matches!(it.1, Seen::Restarted { .. })).count();
        prop_assert_eq!(restarted, restarts.len(), "{:?}", told);
        let mut up = false;
        for (at, seen) in &told {
            match seen {
                Seen::Gone => prop_assert!(std::mem::replace(&mut up, false), "{:?}", told),
                Seen::Up(_) => prop_assert!(!std::mem::replace(&mut up, true), "{:?}", told),
                Seen::Restarted { .. } => up = true,
                Seen::Forwarded { .. } => prop_assert!(false, "{:?}", told),
            }
            prop_assert!(!up || world.scene(*at).answers, "too early: {:?}", told);
        }
        prop_assert!(up);
        let expected: Vec<u32> = owners(&last.tree).pids().into_iter().collect();
        prop_assert_eq!(&machine.last.as_ref().expect("a server").server.pids, &expected);
        // At rest it looks once a second, and asks nothing.
        let (asked, looked) = (world.asked, world.looked);
        world.run(&mut machine, last.from + Duration::from_secs(160));
        prop_assert_eq!(world.asked, asked);
        prop_assert!(world.looked - looked <= 101, "{} looks", world.looked - looked);
    }

    #[test]
    fn whatever_is_found_out_what_is_told_makes_sense(
        asked in prop_oneof![Just(Asked::Listens), Just(Asked::Url), Just(Asked::Tcp)],
        inputs in prop::collection::vec((0u64..3_000, anything()), 1..200),
    ) {
        let mut machine = Machine::new(asked);
        let mut now = Duration::ZERO;
        let (mut up, mut first, mut gone, mut started) = (false, true, false, None);
        for (wait, input) in inputs {
            now += Duration::from_millis(wait);
            if !is_wanted(machine.wants(), &input) {
                continue;
            }
            for seen in machine.step(now, input) {
                match seen {
                    Seen::Up(server) => {
                        prop_assert!(!up);
                        (up, first, gone, started) = (true, false, false, server.started);
                    }
                    Seen::Restarted { server, .. } => {
                        prop_assert!(!first);
                        prop_assert!(server.started.is_none() || server.started != started);
                        (up, gone, started) = (true, false, server.started);
                    }
                    Seen::Gone => {
                        prop_assert!(!std::mem::replace(&mut gone, true));
                        up = false;
                    }
                    Seen::Forwarded { .. } => prop_assert!(asked != Asked::Url),
                }
            }
            let wants = machine.wants();
            prop_assert!(wants.look.is_some() || wants.probe.is_some(), "stuck: {machine:?}");
        }
    }
}

fn is_wanted(wants: Wants, input: &Input) -> bool {
    match input {
        Input::Looked(_) => wants.look.is_some(),
        Input::Unchanged => wants.look.is_some_and(|look| !look.full),
        Input::Ended => true,
        Input::Answered(_) => wants.probe.is_some(),
    }
}

fn anything() -> impl Strategy<Value = Input> {
    const TREES: [&str; 6] = [
        "10<1",
        "12<1",
        "10<1 11<10",
        "10<1 12<10",
        "10<1 11<10 12<10",
        "20<1 21<20",
    ];
    let names = prop_oneof![8 => Just("python3"), 1 => Just("docker-proxy")];
    let known =
        (prop::sample::select(&TREES[..]), names).prop_map(|(tree, name)| named(tree, name));
    let body = prop_oneof![
        Just(json!({})),
        (1u64..4).prop_map(|it| json!({"started_at": it})),
        (10u32..13).prop_map(|it| json!({"pid": it})),
    ];
    prop_oneof![
        4 => known,
        1 => (1u64..4).prop_map(|socket| hidden(socket, None)),
        1 => Just(nobody()),
        1 => Just(untold()),
        1 => Just(Input::Ended),
        1 => Just(Input::Unchanged),
        3 => body.prop_map(|body| json(&body)),
        1 => prop::sample::select(vec![404u16, 500, 502, 503]).prop_map(status),
        3 => prop::sample::select(vec![Answer::Refused, Answer::Closed, Answer::Silent, Answer::Open, Answer::Bytes])
            .prop_map(says),
    ]
}
