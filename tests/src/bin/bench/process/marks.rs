//! Hears of new processes.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

/// Connections that are kept, because a backend ends when its own is gone: that of the running one,
/// and of one that is just being replaced.
const KEPT: usize = 2;

/// A listener to which each backend that starts says so.
#[derive(Debug)]
pub(crate) struct Marks {
    listener: UnixListener,
    kept: VecDeque<BufReader<UnixStream>>,
}

/// What a backend says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    /// When it was started, in milliseconds of the monotonic clock.
    pub(crate) started: f64,
    /// Which save it found; 0 where the file was not whole.
    pub(crate) save: u32,
}

impl Marks {
    /// Listens on a socket with this path.
    pub(crate) fn listen(path: &Path) -> Self {
        Self {
            listener: UnixListener::bind(path).expect("a socket"),
            kept: VecDeque::new(),
        }
    }

    /// The next one; none where none comes for so long.
    pub(crate) async fn next(&mut self, patience: Duration) -> Option<Mark> {
        timeout(patience, self.accept()).await.ok()
    }

    /// A backend that ends before it has said anything is none.
    async fn accept(&mut self) -> Mark {
        loop {
            let (stream, _) = self.listener.accept().await.expect("a connection");
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            if stream.read_line(&mut line).await.is_ok()
                && let Some(mark) = parse(&line)
            {
                self.kept.push_back(stream);
                if self.kept.len() > KEPT {
                    self.kept.pop_front();
                }
                return mark;
            }
        }
    }
}

fn parse(line: &str) -> Option<Mark> {
    let (started, save) = line.trim_end().split_once(' ')?;
    let started: f64 = started.parse().ok()?;
    Some(Mark {
        started: started / 1e6,
        save: save.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_is_read() {
        let mark = parse("1500000 7\n").expect("a mark");
        assert!((mark.started - 1.5).abs() < 1e-9);
        assert_eq!(mark.save, 7);
        assert!(parse("").is_none());
    }
}
