//! Numbers for the browser side.

use crate::machine::number;
use crate::machine::{
    Ask, Bar, Change, Confirm, Effect, Lasts, Notice, Receipt, Request, Server, Status, Why,
};
use crate::name::Name;

/// Numbers that are being written.
struct Writer<'a>(&'a mut Vec<f64>);

impl Writer<'_> {
    fn put(&mut self, number: f64) {
        self.0.push(number);
    }

    fn whole(&mut self, number: u32) {
        self.put(f64::from(number));
    }

    fn maybe(&mut self, number: Option<u32>) {
        self.put(number.map_or(f64::NAN, f64::from));
    }

    fn time(&mut self, time: u64) {
        self.put(number::from_time(time));
    }

    fn maybe_time(&mut self, time: Option<u64>) {
        self.put(time.map_or(f64::NAN, number::from_time));
    }

    fn flag(&mut self, flag: bool) {
        self.whole(u32::from(flag));
    }

    fn name(&mut self, name: Option<Name>) {
        self.put(number::from_name(name));
    }

    fn names(&mut self, names: &[Name]) {
        for name in names {
            self.name(Some(*name));
        }
    }

    fn why(&mut self, why: Option<Why>) {
        self.put(match why {
            None => 0.0,
            Some(Why::Said(name)) => f64::from(name.get()),
            Some(Why::Off) => -1.0,
            Some(Why::OwnEndpoint) => -2.0,
            Some(Why::NotOffered) => -3.0,
            Some(Why::NoConnection) => -4.0,
            Some(Why::Cancelled) => -5.0,
            Some(Why::Blocked) => -6.0,
        });
    }

    fn server(&mut self, server: Option<&Server>) {
        self.name(server.map(|server| server.id));
        self.maybe(server.and_then(|server| server.pid));
        self.maybe_time(server.and_then(|server| server.started_at));
    }

    fn ask(&mut self, ask: &Ask) {
        self.name(Some(ask.op_id));
        self.name(ask.service);
        let (confirm, text) = match ask.confirm {
            Confirm::Default => (0, None),
            Confirm::Off => (1, None),
            Confirm::Text(text) => (2, Some(text)),
        };
        self.whole(confirm);
        self.name(text);
        self.maybe(ask.call);
    }

    fn change(&mut self, change: &Change) {
        self.whole(change.turn);
        self.whole(change.cause as u32);
        self.server(change.old.as_ref());
        self.server(Some(&change.new));
        self.name(change.op_id);
        self.names(&change.paths);
    }

    fn request(&mut self, request: &Request) {
        self.whole(request.run);
        self.name(Some(request.op_id));
        self.name(request.service);
        self.time(request.within);
    }

    fn bar(&mut self, bar: &Bar) {
        self.why(bar.all);
        for (service, why) in &bar.some {
            self.name(*service);
            self.why(Some(*why));
        }
    }

    fn receipt(&mut self, receipt: &Receipt) {
        self.whole(receipt.cause as u32);
        self.maybe_time(receipt.took);
        let (from, to) = receipt.pids.unzip();
        self.maybe(from);
        self.maybe(to);
        self.flag(receipt.asked);
    }

    fn lasts(&mut self, lasts: Lasts) {
        self.time(lasts.asked);
        self.time(lasts.since);
    }

    fn notice(&mut self, notice: &Notice) {
        self.whole(notice.number());
        match notice {
            Notice::Lost
            | Notice::Stopped
            | Notice::Back
            | Notice::Styles
            | Notice::Workers
            | Notice::Paused => {}
            Notice::Waiting(phase) => self.maybe(phase.map(|phase| phase as u32)),
            Notice::Reloading(cause) | Notice::Updating(cause) | Notice::Prompt(cause) => {
                self.whole(*cause as u32);
            }
            Notice::Reloaded(receipt) | Notice::Updated(receipt) | Notice::Told(receipt) => {
                self.receipt(receipt);
            }
            Notice::Failed(message) => self.name(Some(*message)),
            Notice::Restarting { run, late, lasts } => {
                self.whole(*run);
                self.flag(*late);
                self.lasts(*lasts);
            }
            Notice::Ended { run, status, lasts } => {
                self.whole(*run);
                self.whole(*status as u32);
                self.lasts(*lasts);
            }
            Notice::Unknown { run, why, lasts } => {
                self.whole(*run);
                self.why(Some(*why));
                self.lasts(*lasts);
            }
            Notice::Refused(why) => self.why(Some(*why)),
        }
    }

    fn status(&mut self, now: Status, before: Status, enabled: bool, server: Option<&Server>) {
        self.whole(now as u32);
        self.whole(before as u32);
        self.flag(enabled);
        self.server(server);
    }
}

impl Effect {
    /// Which effect it is.
    #[must_use]
    pub const fn kind(&self) -> u32 {
        match self {
            Self::Open(_) => 0,
            Self::Close => 1,
            Self::Arm(..) => 2,
            Self::Disarm(_) => 3,
            Self::Knock => 4,
            Self::StopKnock => 5,
            Self::Announce(_) => 6,
            Self::Reload => 7,
            Self::Show(_) => 8,
            Self::Hide => 9,
            Self::SwapStyles(_) => 10,
            Self::Explain { .. } => 11,
            Self::Status { .. } => 12,
            Self::Remember(_) => 13,
            Self::Persist(_) => 14,
            Self::Say(_) => 15,
            Self::Confirm(..) => 16,
            Self::Request(_) => 17,
            Self::Look(_) => 18,
            Self::Settle { .. } => 19,
            Self::Bar(_) => 20,
            Self::AskHealth => 21,
            Self::Lock { .. } => 22,
            Self::Unlock => 23,
            Self::Join(_) => 24,
            Self::Lead { .. } => 25,
            Self::Census => 26,
            Self::Part => 27,
        }
    }

    /// Adds its numbers to these.
    pub fn write(&self, to: &mut Vec<f64>) {
        let mut to = Writer(to);
        match self {
            Self::Close
            | Self::Knock
            | Self::StopKnock
            | Self::Reload
            | Self::Hide
            | Self::AskHealth
            | Self::Unlock
            | Self::Census
            | Self::Part => {}
            Self::Open(number) | Self::Look(number) | Self::Join(number) => to.whole(*number),
            Self::Lock { rob } => to.flag(*rob),
            Self::Lead { term, open, quiet } => {
                to.time(*term);
                to.flag(*open);
                to.flag(*quiet);
            }
            Self::Arm(timer, ms) => {
                to.whole(*timer as u32);
                to.time(*ms);
            }
            Self::Disarm(timer) => to.whole(*timer as u32),
            Self::Announce(change) => to.change(change),
            Self::Show(notice) => to.notice(notice),
            Self::SwapStyles(paths) => to.names(paths),
            Self::Explain { problems, kept } => {
                to.flag(*kept);
                for problem in problems {
                    to.names(&[problem.service, problem.what]);
                }
            }
            Self::Status {
                now,
                before,
                enabled,
                server,
            } => to.status(*now, *before, *enabled, server.as_ref()),
            Self::Remember(memory) => to.0.extend_from_slice(memory),
            Self::Persist(on) => to.flag(*on),
            Self::Say(remark) => to.whole(*remark as u32),
            Self::Confirm(text, ask) => {
                to.name(*text);
                to.ask(ask);
            }
            Self::Request(request) => to.request(request),
            Self::Settle { run, why, calls } => {
                to.maybe(*run);
                to.why(*why);
                for call in calls {
                    to.whole(*call);
                }
            }
            Self::Bar(bar) => to.bar(bar),
        }
    }
}
