//! How long things take.

/// Lists the timings once: each has its name, its default and its place.
macro_rules! timings {
    ($($(#[$doc:meta])* $name:ident = $ms:literal,)*) => {
        /// How long the machine waits for what, in milliseconds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Timing([u64; Timing::NAMES.len()]);

        /// The place of each.
        #[allow(non_camel_case_types)]
        enum Place {
            $($name,)*
        }

        impl Default for Timing {
            fn default() -> Self {
                Self([$($ms,)*])
            }
        }

        impl Timing {
            /// What they are called, in the order in which the browser side hands them over.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            $(
                $(#[$doc])*
                #[must_use]
                pub const fn $name(&self) -> u64 {
                    self.0[Place::$name as usize]
                }
            )*

            /// All of them, in the order of their names.
            pub const fn each(&mut self) -> &mut [u64; Self::NAMES.len()] {
                &mut self.0
            }
        }
    };
}

timings! {
    /// An attempt that neither opens nor fails for so long is given up: with all six connections to a
    /// host in use a browser keeps silent for ever.
    connect = 5_000,
    /// A stream that ended sooner than this was no proof of a healthy server.
    life = 1_000,
    /// Where no interval of pings was announced, a stream is renewed on waking after so long a
    /// silence.
    silence = 600_000,
    /// Where none was announced, a stream is renewed on waking, too, when the machine has slept for
    /// so long: then the wall clock has gone on alone.
    slept = 5_000,
    /// A loss shorter than this is not worth a word.
    notice = 400,
    /// Without a single stream for so long the console is told the likely cause.
    unreached = 2_000,
    /// The loop guard's window, and the quiet after which a paused page goes on.
    window = 10_000,
    /// A document that is still here so long after its reload was kept by its person, or its server
    /// is slow.
    leave = 5_000,
    /// A knock without an answer is given up after so long.
    knock = 5_000,
    /// The page's promises may hold up a reload for so long.
    wait = 10_000,
    /// Hidden pages act this much later than visible ones, and spread out over several times as much.
    hidden = 150,
    /// A stream that has said nothing for so long is taken for blocked or buffered on its way.
    fallback = 3_000,
    /// The id is asked for so often where streams are.
    poll = 2_000,
    /// A reload that is older than this was not kept by the document that finds it: its person has
    /// gone elsewhere instead.
    stale = 60_000,
    /// A request for a restart is given up after so long, or sooner where patience is shorter.
    answer = 5_000,
    /// A leader of the tabs that does not answer for so long is replaced.
    join = 1_000,
    /// A leader that looks for a stream and does not say so for so long is replaced.
    mute = 15_000,
    /// A document that is still there so long after it seemed to be left stays.
    stay = 1_000,
}
