//! What is typed to us, handed on to a program.
//!
//! One thread reads our standard input, from the first program on that wants it. What is typed between
//! two starts waits for the next program; where our input ends, so does theirs.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// How many reads may wait; then the reader does, and whoever types.
const WAITING: usize = 16;

/// How much is read at once, in bytes.
const CHUNK: usize = 8 * 1024;

/// An input that one program after the other is given.
#[derive(Clone, Debug)]
pub(super) struct Input(Arc<Mutex<mpsc::Receiver<Vec<u8>>>>);

impl Input {
    /// Ours.
    pub(super) fn ours() -> Self {
        static OURS: OnceLock<Input> = OnceLock::new();
        OURS.get_or_init(|| Self::of(io::stdin())).clone()
    }

    fn of(source: impl Read + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        // Without a thread there is no input: the sender is dropped.
        let _ = thread::Builder::new()
            .name("stdin".to_owned())
            .spawn(move || read(source, &sender));
        Self(Arc::new(Mutex::new(receiver)))
    }

    /// Hands it on to this program until the guard is dropped.
    pub(super) fn forward(&self, program: impl AsyncWrite + Send + Unpin + 'static) -> Forward {
        Forward(tokio::spawn(self.clone().write_to(program)))
    }

    async fn write_to(self, mut program: impl AsyncWrite + Unpin) {
        // The program of before lets go of it when it is dropped.
        let mut receiver = self.0.lock().await;
        while let Some(bytes) = receiver.recv().await {
            if program.write_all(&bytes).await.is_err() || program.flush().await.is_err() {
                return;
            }
        }
    }
}

fn read(mut source: impl Read, sender: &mpsc::Sender<Vec<u8>>) {
    let mut buffer = vec![0; CHUNK];
    loop {
        let bytes = match source.read(&mut buffer) {
            Ok(read) => buffer.get(..read).unwrap_or_default().to_vec(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        if bytes.is_empty() || sender.blocking_send(bytes).is_err() {
            return;
        }
    }
}

/// Input on its way to a program.
#[derive(Debug)]
pub(super) struct Forward(JoinHandle<()>);

impl Drop for Forward {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, duplex};

    use super::*;

    #[tokio::test]
    async fn one_program_after_the_other_is_given_the_input() {
        let (source, mut typed) = io::pipe().unwrap();
        let input = Input::of(source);

        let (program, heard) = duplex(64);
        let first = input.forward(program);
        typed.write_all(b"one\n").unwrap();
        let mut line = String::new();
        let mut heard = BufReader::new(heard);
        heard.read_line(&mut line).await.unwrap();
        assert_eq!(line, "one\n");
        drop(first);
        assert_eq!(
            heard.read(&mut [0]).await.unwrap(),
            0,
            "its input ends with it"
        );

        typed.write_all(b"between\n").unwrap();
        let (program, mut heard) = duplex(64);
        let _second = input.forward(program);
        typed.write_all(b"two\n").unwrap();
        drop(typed);
        let mut rest = String::new();
        heard.read_to_string(&mut rest).await.unwrap();
        assert_eq!(
            rest, "between\ntwo\n",
            "and the end of ours is the end of theirs"
        );
    }
}
