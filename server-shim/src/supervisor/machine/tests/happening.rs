//! What may happen to a [`World`], and how it does.

use proptest::collection::vec;
use proptest::prelude::*;

use super::strays::Stray;
use super::world::{FILES, World};
use super::*;

/// What may happen next. Numbers choose from what there is, so `of` a service.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Pass(u64),
    Timer(usize),
    /// A file gets this content, in one go or not; the watch tells it sooner or later.
    Write {
        file: usize,
        content: Digest,
        open: bool,
    },
    Lock(bool),
    /// The watch tells.
    Event,
    ReadAnswered,
    PortAnswered {
        of: usize,
        free: bool,
    },
    SpawnAnswered {
        of: usize,
        works: bool,
        late: bool,
    },
    BecomesReady(usize),
    ProbeAnswered(usize),
    Ends {
        of: usize,
        by_itself: bool,
    },
    CheckAnswered {
        of: usize,
        passes: bool,
    },
    HandsOver(usize),
    /// One of somebody else's.
    Seen {
        of: usize,
        up: bool,
    },
    Asked(usize),
    Pause,
    Quit {
        hard: bool,
    },
    Stray(Stray),
}

pub(super) fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let of = || 0..60_usize;
    prop_oneof![
        4 => prop_oneof![0..30_u64, 0..20_000_u64].prop_map(Pass),
        5 => of().prop_map(Timer),
        8 => (of(), 0..4_u64, any::<bool>())
            .prop_map(|(file, content, open)| Write { file, content, open }),
        1 => any::<bool>().prop_map(Lock),
        9 => Just(Event),
        9 => Just(ReadAnswered),
        7 => (of(), prop::bool::weighted(0.8)).prop_map(|(of, free)| PortAnswered { of, free }),
        7 => (of(), prop::bool::weighted(0.9), any::<bool>())
            .prop_map(|(of, works, late)| SpawnAnswered { of, works, late }),
        7 => of().prop_map(BecomesReady),
        2 => of().prop_map(ProbeAnswered),
        8 => (of(), prop::bool::weighted(0.2)).prop_map(|(of, by_itself)| Ends { of, by_itself }),
        5 => (of(), prop::bool::weighted(0.7)).prop_map(|(of, passes)| CheckAnswered { of, passes }),
        1 => of().prop_map(HandsOver),
        2 => (of(), prop::bool::weighted(0.7)).prop_map(|(of, up)| Seen { of, up }),
        1 => of().prop_map(Asked),
        1 => Just(Pause),
    ]
}

/// With what no world would say.
pub(super) fn or_stray() -> impl Strategy<Value = Happening> {
    let stray = (0..15_u8, 0..4_usize, 0..4_u64)
        .prop_map(|(kind, of, number)| Happening::Stray(Stray { kind, of, number }));
    let quit = any::<bool>().prop_map(|hard| Happening::Quit { hard });
    prop_oneof![30 => happening(), 8 => stray, 1 => quit]
}

/// Services that may need those before them.
pub(super) fn rules(most: usize) -> impl Strategy<Value = Vec<Rules>> {
    let kind = prop_oneof![4 => Just(PLAIN), 4 => Just(CHECKED), 1 => Just(ATTACHED)];
    // Which of those before it are needed, and which of these pull it along.
    let one = (kind, prop::bool::weighted(0.8), 0..8_usize, any::<usize>());
    vec(one, 0..=most).prop_map(|all| {
        let all = all.into_iter().enumerate();
        let rules = all.map(|(no, (rules, reload, needs, pulls))| {
            let needed = (0..no).filter(|it| !rules.attached && needs >> it & 1 == 1);
            let need = |service| Need {
                service,
                restart: pulls >> service & 1 == 1,
            };
            Rules {
                reload,
                needs: needed.map(need).collect(),
                ..rules
            }
        });
        rules.collect()
    })
}

impl World {
    /// Whether that could happen.
    pub(super) fn play(&mut self, happening: &Happening) -> bool {
        match happening {
            Happening::Pass(by) => self.now += ms(*by),
            Happening::Timer(which) => return self.run_out(*which),
            Happening::Write {
                file,
                content,
                open,
            } => {
                let name = FILES[file % FILES.len()];
                self.write(name, *content);
                self.events.push_back(if *open {
                    FileEvent::Touched(name.into())
                } else {
                    FileEvent::Whole(name.into())
                });
            }
            Happening::Lock(held) => self.events.push_back(FileEvent::Lock { held: *held }),
            Happening::Event => match self.events.pop_front() {
                Some(event) => self.tell(&Input::File(event)),
                None => return false,
            },
            Happening::ReadAnswered => return self.answer_read(),
            Happening::Asked(of) => {
                // One, or several: each bit asks for one.
                let all = 0..self.services.len();
                let some = all.filter(|no| of >> no & 1 == 1).collect();
                self.tell(&Input::Restart {
                    services: some,
                    cause: Cause::Key,
                });
            }
            Happening::Pause => self.tell(&Input::Pause),
            Happening::Quit { hard } => self.tell(&Input::Quit { hard: *hard }),
            Happening::Stray(stray) => self.stray(stray),
            Happening::PortAnswered { of, .. }
            | Happening::SpawnAnswered { of, .. }
            | Happening::BecomesReady(of)
            | Happening::ProbeAnswered(of)
            | Happening::Ends { of, .. }
            | Happening::CheckAnswered { of, .. }
            | Happening::HandsOver(of)
            | Happening::Seen { of, .. } => {
                // The watch tells sooner than a process is ready.
                let is_ready = matches!(happening, Happening::BecomesReady(_));
                if is_ready && !self.events.is_empty() {
                    return false;
                }
                let input = self.which(*of).and_then(|no| {
                    let files = &self.files;
                    self.services[no].answer(no, happening, files)
                });
                let Some(input) = input else {
                    return false;
                };
                self.tell(&input);
            }
        }
        true
    }

    fn which(&self, of: usize) -> Option<ServiceNo> {
        let count = self.services.len();
        (count > 0).then(|| of % count)
    }

    fn run_out(&mut self, which: usize) -> bool {
        if self.timers.is_empty() {
            return false;
        }
        let which = which % self.timers.len();
        let (timer, at) = self
            .timers
            .iter()
            .nth(which)
            .map(|(timer, at)| (*timer, *at))
            .unwrap();
        self.timers.remove(&timer);
        self.now = self.now.max(at);
        self.tell(&Input::Due(timer));
        true
    }

    /// All answers come, the best ones, until nothing is left to be said; `order` shuffles them.
    pub(super) fn drain(&mut self, order: &[usize]) {
        for turn in 0..2_000 {
            let place = order[turn % order.len()];
            let mut all: Vec<Happening> = vec![Happening::Event, Happening::ReadAnswered];
            for of in 0..self.services.len() {
                all.push(Happening::PortAnswered { of, free: true });
                all.push(Happening::SpawnAnswered {
                    of,
                    works: true,
                    late: turn % 2 == 0,
                });
                all.push(Happening::CheckAnswered { of, passes: true });
                all.push(Happening::BecomesReady(of));
                all.push(Happening::Ends {
                    of,
                    by_itself: false,
                });
                if self.services[of].alive.is_none() && !self.machine.is_quitting() {
                    all.push(Happening::Seen { of, up: true });
                }
            }
            let first = place % all.len();
            all.rotate_left(first);
            let said = all.iter().any(|happening| self.play(happening));
            if !said && !self.run_out(place) {
                return;
            }
        }
        panic!("it never comes to rest: {:?}", self.machine);
    }
}
