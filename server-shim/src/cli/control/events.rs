//! What comes on a stream.

use crate::supervisor::{Answering, HttpError};

/// An event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    /// Its number, where it has one.
    pub(super) id: Option<u64>,
    pub(super) data: String,
}

/// The events of an answer.
pub(super) struct Events {
    answer: Answering,
    read: Vec<u8>,
}

impl Events {
    pub(super) fn new(answer: Answering) -> Self {
        Self {
            answer,
            read: Vec::new(),
        }
    }

    /// The next one; `None` where there are no more.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, HttpError> {
        loop {
            if let Some(event) = take(&mut self.read) {
                return Ok(Some(event));
            }
            match self.answer.next().await? {
                Some(bytes) => self.read.extend_from_slice(&bytes),
                None => return Ok(None),
            }
        }
    }
}

/// The first whole event; comments and what else says nothing are left out.
fn take(read: &mut Vec<u8>) -> Option<Event> {
    loop {
        let end = read.windows(2).position(|two| two == b"\n\n")?;
        let text = String::from_utf8_lossy(&read[..end]).into_owned();
        read.drain(..end + 2);
        let event = parse(&text);
        if !event.data.is_empty() {
            return Some(event);
        }
    }
}

fn parse(text: &str) -> Event {
    let mut event = Event::default();
    for line in text.lines() {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut event.name),
            "id" => event.id = value.parse().ok(),
            "data" => {
                if !event.data.is_empty() {
                    event.data.push('\n');
                }
                event.data.push_str(value);
            }
            _ => {}
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_one_by_one() {
        let text = "retry: 1000\n\n: heartbeat\n\nevent: phase\nid: 3\ndata: {\"a\":\ndata: 1}\n\ndata:x\n\nevent: do";
        let mut read = text.as_bytes().to_vec();
        let phase = Event {
            name: "phase".to_owned(),
            id: Some(3),
            data: "{\"a\":\n1}".to_owned(),
        };
        assert_eq!(take(&mut read), Some(phase));
        let unnamed = Event {
            data: "x".to_owned(),
            ..Event::default()
        };
        assert_eq!(take(&mut read), Some(unnamed));
        assert_eq!(take(&mut read), None, "half an event is none");
        read.extend_from_slice(b"ne\ndata: {}\n\n");
        assert_eq!(take(&mut read).map(|it| it.name), Some("done".to_owned()));
    }
}
