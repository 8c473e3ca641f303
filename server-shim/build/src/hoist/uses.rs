//! What a script does with the object that its modules share.

use std::collections::BTreeSet;
use std::fmt;

use oxc_semantic::SymbolId;
use oxc_span::Span;

use super::super::Failure;
use super::UNPACKED;

pub(super) const OBJECT: &str = "hands";

/// A property of the shared object, or of one in it; `space` is empty, or its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Field {
    pub(super) space: &'static str,
    pub(super) name: String,
}

impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}${}", self.name, self.space)
    }
}

pub(super) struct Write {
    pub(super) field: Field,
    /// The function in which it is set.
    pub(super) function: Span,
    /// `hands.name`, unless it is set by an object.
    pub(super) member: Option<Span>,
    /// What does nothing else, and is not in a block.
    pub(super) statement: Option<Span>,
    /// The variable that it is set to.
    pub(super) value: Option<SymbolId>,
}

/// `Object.assign(hands, { … })`, or `hands.P = { … }`.
pub(super) struct Literal {
    pub(super) statement: Span,
    pub(super) places: Vec<Place>,
}

pub(super) struct Place {
    pub(super) write: usize,
    pub(super) value: Span,
    pub(super) shorthand: bool,
}

/// `name` in `const { name } = hands`.
pub(super) struct Alias {
    pub(super) local: SymbolId,
    pub(super) field: Field,
    pub(super) declaration: Span,
}

#[derive(Default)]
pub(super) struct Uses {
    /// The declaration of the object.
    pub(super) object: Span,
    pub(super) reads: Vec<(Field, Span)>,
    pub(super) writes: Vec<Write>,
    pub(super) literals: Vec<Literal>,
    pub(super) aliases: Vec<Alias>,
    pub(super) destructured: Vec<Span>,
    /// `hands.T` where it is set.
    pub(super) unpacked: Vec<Span>,
}

impl Uses {
    pub(super) fn fields(&self) -> BTreeSet<&Field> {
        let reads = self.reads.iter().map(|(field, _)| field);
        let aliases = self.aliases.iter().map(|it| &it.field);
        let writes = self.writes.iter().map(|it| &it.field);
        reads.chain(aliases).chain(writes).collect()
    }

    /// The fields that are set once, by a statement of a module, in or around the functions that read it.
    pub(super) fn constants(&self) -> BTreeSet<Field> {
        let fields = self.fields().into_iter();
        fields.filter(|it| self.is_constant(it)).cloned().collect()
    }

    fn is_constant(&self, field: &Field) -> bool {
        let mut writes = self.writes.iter().filter(|it| it.field == *field);
        let (Some(write), None) = (writes.next(), writes.next()) else {
            return field.space == UNPACKED;
        };
        let around = |span: &Span| write.function.contains_inclusive(*span);
        let reads = self.reads.iter().filter(|(it, _)| it == field);
        let aliases = self.aliases.iter().filter(|it| it.field == *field);
        write.statement.is_some_and(|statement| {
            aliases
                .clone()
                .all(|it| it.declaration.start > statement.start)
        }) && reads
            .map(|(_, span)| span)
            .chain(aliases.map(|it| &it.declaration))
            .all(around)
    }

    pub(super) fn require_writes(&self) -> Result<(), Failure> {
        let set = |field: &Field| self.writes.iter().any(|it| it.field == *field);
        let is_text = |field: &Field| field.space == UNPACKED && !self.unpacked.is_empty();
        let mut fields = self.fields().into_iter();
        let unset = fields.find(|it| !is_text(it) && !set(it));
        unset.map_or(Ok(()), |field| {
            let Field { space, name } = field;
            let dot = if space.is_empty() { "" } else { "." };
            Err(format!("no module sets `{OBJECT}.{space}{dot}{name}`"))
        })
    }
}
