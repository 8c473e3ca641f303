//! Changes to a text, by place.

use oxc_span::Span;

#[derive(Default)]
pub(crate) struct Edits {
    all: Vec<(Span, String)>,
    names: Vec<(Span, String)>,
}

impl Edits {
    pub(crate) fn replace(&mut self, span: Span, with: String) {
        self.all.push((span, with));
    }

    /// Replaces a name, unless it goes with what it stands in.
    pub(crate) fn rename(&mut self, span: Span, name: String) {
        self.names.push((span, name));
    }

    pub(crate) fn apply(mut self, text: &str) -> String {
        self.all.sort_unstable();
        let mut names = self.names;
        names.retain(|(name, _)| {
            let before = self
                .all
                .partition_point(|(span, _)| span.start <= name.start);
            let around = before.checked_sub(1).map(|at| self.all[at].0);
            around.is_none_or(|span| span.end < name.end)
        });
        self.all.extend(names);
        self.all.sort_unstable();
        let mut changed = String::new();
        let mut from = 0;
        for (span, with) in &self.all {
            changed += &text[from..span.start as usize];
            changed += with;
            from = span.end as usize;
        }
        changed + &text[from..]
    }
}
