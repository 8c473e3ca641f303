//! What a process writes, line by line.

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Duration, timeout};

use super::line::Splitter;
use super::output::Output;
use crate::supervisor::Speaker;

/// How long an output may stay open when its group is gone: a stranger may have inherited it.
const DRAIN_BOUND: Duration = Duration::from_millis(50);

/// How much is read at once, in bytes.
const CHUNK: usize = 16 * 1024;

/// The tasks that read a process's outputs; they end when this is dropped.
#[derive(Debug)]
pub(super) struct Readers {
    tasks: JoinSet<()>,
    open: watch::Sender<()>,
}

impl Readers {
    pub(super) fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            open: watch::Sender::new(()),
        }
    }

    pub(super) fn read<P>(&mut self, pipe: P, speaker: Speaker, output: Output)
    where
        P: AsyncRead + Send + Unpin + 'static,
    {
        let end = self.open.subscribe();
        self.tasks.spawn(pass_on(pipe, speaker, output, end));
    }

    /// Waits until all that was written is passed on, within a bound. Nothing is read from then on.
    pub(super) async fn finish(&mut self) {
        let drained = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(DRAIN_BOUND, drained).await.is_err() {
            self.open = watch::Sender::new(());
            while self.tasks.join_next().await.is_some() {}
        }
    }
}

async fn pass_on<P>(mut pipe: P, speaker: Speaker, output: Output, mut end: watch::Receiver<()>)
where
    P: AsyncRead + Unpin,
{
    let mut splitter = Splitter::default();
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = tokio::select! {
            read = pipe.read(&mut buffer) => read.unwrap_or_default(),
            // It is never sent, only dropped.
            _ = end.changed() => 0,
        };
        match buffer.get(..read) {
            None | Some([]) => break,
            Some(bytes) => splitter.push(bytes, |line| output.push(speaker, line)),
        }
    }
    splitter.finish(|line| output.push(speaker, line));
}
