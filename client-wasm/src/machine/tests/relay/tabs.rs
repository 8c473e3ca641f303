//! A browser of many tabs, as far as their clients can tell.

use std::collections::VecDeque;

use super::super::*;

/// What one tab posts to the others.
#[derive(Clone, Debug)]
pub(super) enum Message {
    Ask,
    Word {
        leader: Leader,
        story: Option<String>,
    },
    Event {
        term: u64,
        event: Event,
    },
}

/// A document in a tab, as the browser side of the client carries it out.
#[derive(Debug)]
pub(super) struct Tab {
    pub(super) state: State,
    pub(super) hidden: bool,
    pub(super) frozen: bool,
    pub(super) opened_at: u64,
    pub(super) timers: Vec<(Timer, u64)>,
    /// Its own stream, where it has asked for one, and whether that stands.
    pub(super) source: Option<(Stream, bool)>,
    /// By which number it follows another tab's.
    pub(super) joined: Option<Stream>,
    pub(super) word: Option<(u64, bool)>,
    pub(super) newest: u64,
    /// The id that its own stream told last.
    pub(super) heard: Option<String>,
    pub(super) mail: VecDeque<Message>,
    pub(super) memory: Vec<f64>,
    /// The id that it is out of date by.
    pub(super) news: String,
    /// The ids that it was loaded again for.
    pub(super) reloads: Vec<String>,
    /// What it was in, one after the other.
    pub(super) statuses: Vec<Status>,
}

/// All of them. Tabs are known by their place, which they keep.
pub(super) struct Tabs {
    pub(super) all: Vec<Option<Tab>>,
    pub(super) locks: bool,
    pub(super) holder: Option<usize>,
    pub(super) queue: Vec<usize>,
    pub(super) now: u64,
    pub(super) server: Option<String>,
    pub(super) restarts: u32,
    /// When each server was started.
    pub(super) starts: Vec<u64>,
}

const EPOCH: u64 = 1_000_000_000;

impl Tabs {
    pub(super) fn new(locks: bool) -> Self {
        Self {
            all: Vec::new(),
            locks,
            holder: None,
            queue: Vec::new(),
            now: 0,
            server: Some("0".to_owned()),
            restarts: 0,
            starts: vec![0],
        }
    }

    pub(super) fn open(&mut self, hidden: bool) -> usize {
        let at = self.all.len();
        self.all.push(None);
        self.load(at, hidden, Vec::new(), Vec::new());
        at
    }

    pub(super) fn load(&mut self, at: usize, hidden: bool, memory: Vec<f64>, reloads: Vec<String>) {
        self.all[at] = Some(Tab {
            state: State::new(Settings {
                hidden,
                memory: memory.clone(),
                seed: u32::try_from(at).unwrap_or_default() * 7_919 + 1,
                born: 50,
                ..settings()
            }),
            hidden,
            frozen: false,
            opened_at: self.now,
            timers: Vec::new(),
            source: None,
            joined: None,
            word: None,
            newest: 0,
            heard: None,
            mail: VecDeque::new(),
            memory,
            news: String::new(),
            reloads,
            statuses: Vec::new(),
        });
        self.tell(at, Input::Start);
    }

    pub(super) fn tab(&mut self, at: usize) -> Option<&mut Tab> {
        self.all.get_mut(at)?.as_mut()
    }

    /// How many streams the server has.
    pub(super) fn streams(&self) -> usize {
        let tabs = self.all.iter().flatten();
        tabs.filter(|tab| matches!(tab.source, Some((_, true))))
            .count()
    }

    pub(super) fn time_of(&self, tab: &Tab) -> Time {
        Time {
            mono: self.now - tab.opened_at + 50,
            wall: EPOCH + self.now,
        }
    }

    pub(super) fn tell(&mut self, at: usize, input: Input) {
        let Some(tab) = self.all[at].as_ref() else {
            return;
        };
        let time = self.time_of(tab);
        let Some(tab) = self.tab(at) else { return };
        let effects = tab.state.step(time, input);
        for effect in effects {
            self.carry_out(at, effect);
        }
    }

    pub(super) fn carry_out(&mut self, at: usize, effect: Effect) {
        let now = self.now;
        let Some(tab) = self.tab(at) else { return };
        match effect {
            Effect::Arm(timer, ms) => {
                tab.timers.retain(|(armed, _)| *armed != timer);
                tab.timers.push((timer, now + ms));
            }
            Effect::Disarm(timer) => tab.timers.retain(|(armed, _)| *armed != timer),
            Effect::Open(stream) => tab.source = Some((stream, false)),
            Effect::Close => tab.source = None,
            Effect::Remember(memory) => tab.memory = memory,
            Effect::Status { now, .. } => tab.statuses.push(now),
            Effect::Join(stream) => {
                tab.joined = Some(stream);
                tab.word = None;
                tab.newest = 0;
                self.post(at, &Message::Ask);
            }
            Effect::Lead { term, open, quiet } => {
                tab.word = Some((term, open));
                if !open {
                    tab.heard = None;
                }
                if !quiet {
                    self.say(at, None);
                }
            }
            Effect::Census => self.post(at, &Message::Ask),
            Effect::Part => (tab.joined, tab.word) = (None, None),
            Effect::Lock { rob } => self.lock(at, rob),
            Effect::Unlock => self.unlock(at),
            Effect::Announce(change) => {
                tab.news = text(change.new.id);
                let answer = Input::Answered {
                    turn: change.turn,
                    prevented: false,
                    waits: false,
                    careful: false,
                };
                self.tell(at, answer);
            }
            Effect::Reload => {
                let (memory, mut reloads) = (tab.memory.clone(), tab.reloads.clone());
                let hidden = tab.hidden;
                reloads.push(tab.news.clone());
                self.unlock(at);
                self.load(at, hidden, memory, reloads);
            }
            _ => {}
        }
    }

    pub(super) fn lock(&mut self, at: usize, rob: bool) {
        self.queue.retain(|it| *it != at);
        if !self.locks {
            return self.tell(at, Input::Lock(Lock::None));
        }
        if rob && let Some(robbed) = self.holder.replace(at) {
            if robbed != at {
                self.tell(robbed, Input::Lock(Lock::Lost));
            }
            return self.tell(at, Input::Lock(Lock::Got));
        }
        self.queue.push(at);
        self.grant();
    }

    pub(super) fn unlock(&mut self, at: usize) {
        self.queue.retain(|it| *it != at);
        if self.holder == Some(at) {
            self.holder = None;
            self.grant();
        }
    }

    pub(super) fn grant(&mut self) {
        if self.holder.is_none() && !self.queue.is_empty() {
            let next = self.queue.remove(0);
            self.holder = Some(next);
            self.tell(next, Input::Lock(Lock::Got));
        }
    }

    pub(super) fn post(&mut self, from: usize, message: &Message) {
        for (at, tab) in self.all.iter_mut().enumerate() {
            if let Some(tab) = tab.as_mut().filter(|_| at != from)
                && (tab.joined.is_some() || tab.word.is_some())
            {
                tab.mail.push_back(message.clone());
            }
        }
    }

    /// What a leader says of itself; to one that has asked, with what its stream has told.
    pub(super) fn say(&mut self, from: usize, to: Option<usize>) {
        let Some(tab) = self.tab(from) else { return };
        let Some((term, open)) = tab.word else { return };
        let leader = Leader {
            term,
            open,
            hidden: tab.hidden,
        };
        let story = tab.heard.clone().filter(|_| open);
        match to.and_then(|to| self.tab(to)) {
            Some(tab) => tab.mail.push_back(Message::Word { leader, story }),
            None => self.post(
                from,
                &Message::Word {
                    leader,
                    story: None,
                },
            ),
        }
    }

    pub(super) fn hear(&mut self, at: usize, message: Message) {
        let Some(tab) = self.tab(at) else { return };
        let own = tab.word.map_or(0, |(term, _)| term);
        match message {
            Message::Ask => {}
            Message::Word { leader, story } => {
                if own == 0 && leader.term < tab.newest {
                    return;
                }
                tab.newest = tab.newest.max(leader.term);
                let joined = tab.joined.filter(|_| own == 0);
                self.tell(at, Input::Led(leader));
                if let (Some(stream), Some(id)) = (joined, story) {
                    self.tell(at, Input::Heard(stream, self.hello(&id)));
                }
            }
            Message::Event { term, event } => {
                if own > 0 || term < tab.newest {
                    return;
                }
                tab.newest = term;
                if let Some(stream) = tab.joined {
                    self.tell(at, Input::Heard(stream, event));
                }
            }
        }
    }

    /// What a stream says first of the server with this id; the first one is a minute old.
    pub(super) fn hello(&self, id: &str) -> Event {
        let start = id.parse().ok().and_then(|it: usize| self.starts.get(it));
        let before = if id == "0" { 60_000 } else { 0 };
        hello(id, self.now - start.copied().unwrap_or_default() + before)
    }

    /// An event of a tab's own stream.
    pub(super) fn stream(&mut self, at: usize, event: &Event) {
        let Some(tab) = self.tab(at) else { return };
        let Some((stream, true)) = tab.source else {
            return;
        };
        match event {
            Event::Hello(Greeting { id: Some(id), .. }) | Event::Id(id) => {
                tab.heard = Some(text(*id));
            }
            _ => {}
        }
        if let Some((term, _)) = tab.word {
            let event = event.clone();
            self.post(at, &Message::Event { term, event });
        }
        self.tell(at, Input::Heard(stream, event.clone()));
    }

    /// Lets everything happen that needs no time: mail, streams that open or fail.
    pub(super) fn settle(&mut self) {
        for _ in 0..10_000 {
            if !self.step() {
                return;
            }
        }
        panic!("it never settles: {:#?}", self.all);
    }

    pub(super) fn step(&mut self) -> bool {
        for at in 0..self.all.len() {
            let up = self.server.clone();
            let Some(tab) = self.tab(at).filter(|tab| !tab.frozen) else {
                continue;
            };
            if let Some(message) = tab.mail.pop_front() {
                if matches!(message, Message::Ask) {
                    // Whoever has asked: each answer goes to all that follow, which do not mind.
                    for to in 0..self.all.len() {
                        if to != at {
                            self.say(at, Some(to));
                        }
                    }
                } else {
                    self.hear(at, message);
                }
                return true;
            }
            match (tab.source, up) {
                (Some((stream, false)), Some(id)) => {
                    tab.source = Some((stream, true));
                    self.tell(at, Input::Opened(stream));
                    let event = self.hello(&id);
                    self.stream(at, &event);
                    return true;
                }
                (Some((stream, _)), None) => {
                    tab.source = None;
                    self.tell(at, Input::Failed(stream));
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    /// Lets time pass; frozen tabs see nothing of it.
    pub(super) fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        let mut pings = self.now;
        loop {
            self.settle();
            let tabs = self.all.iter().enumerate();
            let timers = tabs.flat_map(|(at, tab)| {
                let tab = tab.iter().filter(|tab| !tab.frozen);
                tab.flat_map(move |tab| tab.timers.iter().map(move |timer| (timer.1, at, timer.0)))
            });
            let next = timers.min_by_key(|(due, at, _)| (*due, *at));
            if pings + 10_000 <= end && next.is_none_or(|(due, ..)| due >= pings + 10_000) {
                pings += 10_000;
                self.now = self.now.max(pings);
                for at in 0..self.all.len() {
                    if self.tab(at).is_some_and(|tab| !tab.frozen) {
                        self.stream(at, &Event::Ping);
                    }
                }
                continue;
            }
            let Some((due, at, timer)) = next.filter(|(due, ..)| *due <= end) else {
                break;
            };
            self.now = self.now.max(due);
            if let Some(tab) = self.tab(at) {
                tab.timers.retain(|(armed, _)| *armed != timer);
            }
            self.tell(at, Input::Due(timer));
        }
        self.now = end;
    }

    pub(super) fn close(&mut self, at: usize) {
        if self.all[at].take().is_some() {
            self.unlock(at);
        }
    }

    pub(super) fn show(&mut self, at: usize, hidden: bool) {
        let Some(tab) = self.tab(at).filter(|tab| !tab.frozen) else {
            return;
        };
        if tab.hidden != hidden {
            tab.hidden = hidden;
            if tab.word.is_some() {
                self.say(at, None);
            }
            self.tell(at, Input::Visibility { hidden });
        }
    }

    pub(super) fn stop(&mut self) {
        self.server = None;
        self.settle();
    }

    pub(super) fn start(&mut self) {
        self.restarts += 1;
        self.server = Some(self.restarts.to_string());
        self.starts.push(self.now);
    }

    pub(super) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    pub(super) fn freeze(&mut self, at: usize) {
        if let Some(tab) = self.tab(at) {
            tab.frozen = true;
        }
    }

    pub(super) fn thaw(&mut self, at: usize) {
        if let Some(tab) = self.tab(at) {
            tab.frozen = false;
        }
    }

    pub(super) fn places(&self) -> Vec<usize> {
        (0..self.all.len())
            .filter(|at| self.all[*at].is_some())
            .collect()
    }

    /// Every tab goes with the present server, and was loaded for no id twice.
    pub(super) fn check(&mut self) {
        let id = self.server.clone().expect("a server");
        for at in self.places() {
            let Some(tab) = self.tab(at) else { continue };
            assert_eq!(tab.state.status(), Status::Connected, "tab {at}: {tab:#?}");
            let knows = tab.state.known.server.map(|server| text(server.id));
            assert_eq!(knows.as_deref(), Some(&*id), "tab {at}");
            let mut ids = tab.reloads.clone();
            ids.dedup();
            assert_eq!(ids, tab.reloads, "tab {at} was loaded twice");
        }
    }
}
