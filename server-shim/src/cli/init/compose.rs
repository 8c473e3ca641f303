//! What a compose file says of folders; it is read only so far as that.

use std::path::Path;

/// A service that is built from a folder, or an image that is only run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Composed {
    pub(super) name: String,
    /// As it was written; `None` for an image.
    pub(super) folder: Option<String>,
    pub(super) depends_on: Vec<String>,
}

const FILES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// The services of the compose file; none where there is no such file.
pub(super) fn read(here: &Path) -> Vec<Composed> {
    let mut texts = FILES
        .iter()
        .map(|file| std::fs::read_to_string(here.join(file)));
    let text = texts.find_map(Result::ok).unwrap_or_default();
    parse(&text)
}

/// By indentation: whatever is written in another way is passed over.
fn parse(text: &str) -> Vec<Composed> {
    let mut services: Vec<Composed> = Vec::new();
    let (mut inside, mut names, mut keys, mut key) = (false, None, None, String::new());
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let indent = line.len() - bare.len();
        if indent == 0 {
            inside = bare == "services:";
        } else if inside && indent == *names.get_or_insert(indent) {
            keys = None;
            let name = unquoted(bare.trim_end_matches(':')).to_owned();
            services.push(Composed {
                name,
                ..Composed::default()
            });
        } else if let Some(service) = services.last_mut().filter(|_| inside) {
            let (name, value) = bare.split_once(':').unwrap_or((bare, ""));
            if indent == *keys.get_or_insert(indent) && !bare.starts_with('-') {
                name.clone_into(&mut key);
                service.hear(name, unquoted(value));
            } else {
                service.hear_below(&key, bare);
            }
        }
    }
    services
}

impl Composed {
    fn hear(&mut self, key: &str, value: &str) {
        match key {
            "build" if !value.is_empty() => self.folder = Some(value.to_owned()),
            "depends_on" => {
                let all = value.trim_matches(['[', ']']).split(',').map(unquoted);
                let all = all.filter(|item| !item.is_empty());
                self.depends_on.extend(all.map(str::to_owned));
            }
            _ => {}
        }
    }

    /// A list, or a table in which each has a condition.
    fn hear_below(&mut self, key: &str, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = unquoted(value);
        match key {
            "build" if name == "context" => self.folder = Some(value.to_owned()),
            "depends_on" if value.is_empty() => {
                let name = name.trim_start_matches("- ");
                self.depends_on.push(unquoted(name).to_owned());
            }
            _ => {}
        }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_needs() {
        let text = "\
version: '3'
services:
  api:
    build: ./backend  # here
    ports: [\"8000:8000\"]
    depends_on:
      - db
  web:
    build:
      context: \"frontend\"
      dockerfile: Dockerfile
    depends_on:
      api:
        condition: service_healthy
      db:
        condition: service_started
    restart: always
  worker:
    build: .
    depends_on: [db, 'api']
  db:
    image: postgres
volumes:
  data:
";
        let found = parse(text);
        let told: Vec<_> = found
            .iter()
            .map(|it| {
                (
                    it.name.as_str(),
                    it.folder.as_deref(),
                    it.depends_on.join(" "),
                )
            })
            .collect();
        let expected = [
            ("api", Some("./backend"), "db".to_owned()),
            ("web", Some("frontend"), "api db".to_owned()),
            ("worker", Some("."), "db api".to_owned()),
            ("db", None, String::new()),
        ];
        assert_eq!(told, expected);
        assert!(parse("services: {}\n").is_empty());
    }
}
