//! One scope of the modules of the client: what they share becomes variables, whose names a minifier can
//! shorten, as it can't those of properties.
//!
//! The modules stand in the script as blocks with a label, `kit: { … }`, and share the object `hands`.
//! Of this go away:
//!
//! - the blocks: what one declares gets the label behind its name, `texts$kit`
//! - the object, with those in it that [`SPACES`] names: `hands.name` becomes `name$`, `hands.T.took`
//!   `took$T`. What is set once, where a module begins, is a constant
//!
//! Nothing but `hands.name`, `const { name } = hands`, `hands.name = …` and `Object.assign(hands, { name: … })`
//! is understood. Whatever else is done with the object fails the build.

mod blocks;
mod finder;
mod uses;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::Ident;
use oxc_semantic::{Reference, Semantic, SemanticBuilder, SymbolId};
use oxc_span::Span;

use super::Failure;
use super::edits::Edits;
use super::minify::parse;
use uses::{Field, Literal, Uses, Write};

/// The objects in `hands` that become variables as well.
const SPACES: [&str; 3] = ["P", "T", "acts"];
/// The one of them that is set to what is unpacked.
const UNPACKED: &str = "T";

pub(crate) struct Hoisted {
    pub(crate) script: String,
    /// The names in `hands.T`, in the order in which the script takes them out of an array.
    pub(crate) texts: Vec<String>,
}

pub(crate) fn hoist(source: &str) -> Result<Hoisted, Failure> {
    let allocator = Allocator::default();
    let program = parse(&allocator, source)?;
    let semantic = SemanticBuilder::new_compiler().with_build_nodes(true);
    let semantic = semantic.build(&program).semantic;
    let uses = finder::find(&semantic)?;
    Hoist::new(&semantic, uses).script()
}

struct Hoist<'s, 'a> {
    semantic: &'s Semantic<'a>,
    uses: Uses,
    /// The fields that are set once, where all who read them see it.
    constants: BTreeSet<Field>,
    /// What the names of variables become.
    names: HashMap<SymbolId, String>,
    /// Fields that are another name of a variable.
    same: BTreeMap<Field, SymbolId>,
}

impl<'s, 'a> Hoist<'s, 'a> {
    fn new(semantic: &'s Semantic<'a>, uses: Uses) -> Self {
        let constants = uses.constants();
        let mut hoist = Self {
            semantic,
            uses,
            constants,
            names: HashMap::new(),
            same: BTreeMap::new(),
        };
        hoist.names = hoist.labelled();
        hoist.unite();
        hoist
    }

    /// The variables of the blocks.
    fn labelled(&self) -> HashMap<SymbolId, String> {
        let mut names = HashMap::new();
        for (label, scope) in blocks::blocks(self.semantic) {
            for symbol in self.semantic.scoping().get_bindings(scope).values() {
                let name = self.semantic.scoping().symbol_name(*symbol);
                names.insert(*symbol, format!("{name}${label}"));
            }
        }
        names
    }

    /// Finds the variables that are nothing but another name of a field, or a field of them.
    fn unite(&mut self) {
        for write in &self.uses.writes {
            let is_alias = |it: &SymbolId| self.uses.aliases.iter().any(|alias| alias.local == *it);
            let value = write
                .value
                .filter(|it| self.names.contains_key(it) && !is_alias(it));
            let value = value.filter(|it| !self.semantic.scoping().symbol_is_mutated(*it));
            if let (Some(symbol), true) = (value, self.constants.contains(&write.field)) {
                self.same.insert(write.field.clone(), symbol);
            }
        }
        for alias in &self.uses.aliases {
            if self.constants.contains(&alias.field) {
                let name = self.variable(&alias.field);
                self.names.insert(alias.local, name);
            }
        }
    }

    fn variable(&self, field: &Field) -> String {
        let same = self.same.get(field).and_then(|it| self.names.get(it));
        same.cloned().unwrap_or_else(|| field.to_string())
    }

    fn script(&self) -> Result<Hoisted, Failure> {
        self.require_new_names()?;
        let texts = self.uses.fields().into_iter();
        let texts = texts.filter(|it| it.space == UNPACKED);
        let texts: Vec<String> = texts.map(|it| it.name.clone()).collect();
        let mut edits = Edits::default();
        self.declare(&mut edits);
        self.set(&mut edits);
        for (field, span) in &self.uses.reads {
            edits.replace(*span, self.variable(field));
        }
        for span in blocks::braces(self.semantic) {
            edits.replace(span, String::new());
        }
        self.rename(&mut edits);
        Ok(Hoisted {
            script: edits.apply(self.semantic.source_text()),
            texts,
        })
    }

    fn require_new_names(&self) -> Result<(), Failure> {
        let scoping = self.semantic.scoping();
        let free = scoping.root_unresolved_references().keys();
        let mut all = scoping.symbol_names().chain(free.map(Ident::as_str));
        all.find(|it| it.contains('$')).map_or(Ok(()), |name| {
            Err(format!(
                "`{name}` may be taken for a name that the build makes: call it otherwise, without `$`"
            ))
        })
    }

    /// The variables that are no constants stand in the place of the object.
    fn declare(&self, edits: &mut Edits) {
        let fields = self.uses.fields().into_iter();
        let fields = fields.filter(|it| !self.constants.contains(it));
        let fields: Vec<String> = fields.map(Field::to_string).collect();
        edits.replace(self.uses.object, declaration("let", &fields));
        for span in &self.uses.destructured {
            let aliases = self.uses.aliases.iter();
            let kept = aliases
                .filter(|it| it.declaration == *span && !self.constants.contains(&it.field))
                .map(|it| format!("{} = {}", self.name(it.local), it.field));
            edits.replace(*span, declaration("const", &kept.collect::<Vec<_>>()));
        }
        let texts = self.uses.fields().into_iter();
        let texts = texts.filter(|it| it.space == UNPACKED);
        let texts: Vec<String> = texts.map(Field::to_string).collect();
        for place in &self.uses.unpacked {
            edits.replace(*place, format!("const [{}]", texts.join(", ")));
        }
    }

    fn set(&self, edits: &mut Edits) {
        for write in &self.uses.writes {
            let same = self.same.contains_key(&write.field);
            match (write.member, write.statement) {
                (Some(_), Some(statement)) if same => edits.replace(statement, String::new()),
                (Some(member), _) => edits.replace(member, self.before(write)),
                _ => {}
            }
        }
        for literal in &self.uses.literals {
            self.spread(literal, edits);
        }
    }

    /// Each property of an object that is assigned to a shared one becomes a statement.
    fn spread(&self, literal: &Literal, edits: &mut Edits) {
        let mut from = literal.statement.start;
        for place in &literal.places {
            let write = &self.uses.writes[place.write];
            if self.same.contains_key(&write.field) {
                continue;
            }
            let mut text = format!(";\n{} = ", self.before(write));
            let mut until = place.value.start;
            if let (true, Some(local)) = (place.shorthand, write.value) {
                // The value is the key: what it is called now has no place of its own.
                text += &self.name(local);
                until = place.value.end;
            }
            edits.replace(Span::new(from, until), text);
            from = place.value.end;
        }
        edits.replace(Span::new(from, literal.statement.end), ";".to_owned());
    }

    fn before(&self, write: &Write) -> String {
        let word = if self.constants.contains(&write.field) {
            "const "
        } else {
            ""
        };
        format!("{word}{}", write.field)
    }

    fn name(&self, symbol: SymbolId) -> String {
        let before = || self.semantic.scoping().symbol_name(symbol).to_owned();
        self.names.get(&symbol).cloned().unwrap_or_else(before)
    }

    /// All that is left of the variables whose names change.
    fn rename(&self, edits: &mut Edits) {
        for node in self.semantic.nodes().iter() {
            let (symbol, span) = match node.kind() {
                AstKind::BindingIdentifier(it) => (it.symbol_id.get(), it.span),
                AstKind::IdentifierReference(it) => {
                    let reference = it.reference_id.get();
                    let reference = reference.map(|it| self.semantic.scoping().get_reference(it));
                    (reference.and_then(Reference::symbol_id), it.span)
                }
                _ => continue,
            };
            if let Some(name) = symbol.and_then(|it| self.names.get(&it)) {
                let key = blocks::shorthand(self.semantic, node.id(), span);
                let key = key.map_or(String::new(), |key| format!("{key}: "));
                edits.rename(span, key + name);
            }
        }
    }
}

fn declaration(word: &str, all: &[String]) -> String {
    match all {
        [] => String::new(),
        _ => format!("{word} {};", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What comes of modules, in the function that the loader is; without blanks.
    fn hoisted(modules: &str) -> Result<String, Failure> {
        let source = format!("(() => {{ const hands = {{}}; {modules} }})();");
        let script = hoist(&source)?.script;
        let words: String = script.split_whitespace().collect::<Vec<_>>().join(" ");
        let inside = words.trim_start_matches("(() => { ");
        Ok(inside
            .trim_end_matches(" })();")
            .replace(" ;", ";")
            .replace(";;", ";"))
    }

    #[test]
    fn what_is_set_once_is_a_constant() {
        let is = hoisted(
            "kit: { hands.on = (it) => it; } life: { const { on } = hands; on(hands.on); }",
        );
        assert_eq!(is.unwrap(), "const on$ = (it) => it; on$(on$);");
    }

    #[test]
    fn what_is_set_again_or_inside_is_none() {
        let is = hoisted(
            "kit: { hands.on = 1; hands.on = 2; } life: { hands.on(() => hands.off); hands.it = () => { hands.off = 3; }; }",
        );
        let expected =
            "let off$, on$; on$ = 1; on$ = 2; on$(() => off$); const it$ = () => { off$ = 3; };";
        assert_eq!(is.unwrap(), expected);
    }

    #[test]
    fn a_name_for_what_is_set_again_later_is_kept() {
        let is = hoisted("a: { hands.on = 1; } b: { const { on } = hands; hands.on = () => on; }");
        assert_eq!(
            is.unwrap(),
            "let on$; on$ = 1; const on$b = on$; on$ = () => on$b;"
        );
    }

    #[test]
    fn what_does_not_see_a_constant_gets_a_variable() {
        let is = hoisted(
            "a: { hands.it = () => hands.on; } const load = () => { b: { hands.on = 1; } };",
        );
        let expected = "let on$; const it$ = () => on$; const load = () => { on$ = 1; };";
        assert_eq!(is.unwrap(), expected);
    }

    #[test]
    fn each_property_of_an_object_is_set() {
        let is = hoisted(
            "kit: { const on = () => 1; Object.assign(hands, { on, acts: { open: 2 }, off: () => on }); hands.acts.open; hands.on; }",
        );
        let expected = "const on$kit = () => 1; const open$acts = 2; const off$ = () => on$kit; open$acts; on$kit;";
        assert_eq!(is.unwrap(), expected);
    }

    #[test]
    fn names_of_blocks_stay_apart() {
        let is = hoisted(
            "a: { const it = 1, { x = 2 } = it; use({ it, x }); } b: { const it = 2; [it].map((it) => it); }",
        );
        let expected = "const it$a = 1, { x: x$a = 2 } = it$a; use({ it: it$a, x: x$a }); const it$b = 2; [it$b].map((it) => it);";
        assert_eq!(is.unwrap(), expected);
    }

    #[test]
    fn texts_are_taken_out_of_an_array() {
        let source = "(() => { const hands = {}; hands.T = unpacked; a: { const { T } = hands; say(T.two, T.one, hands.T.two); } })();";
        let is = hoist(source).unwrap();
        assert_eq!(is.texts, ["one", "two"]);
        assert!(
            is.script.contains("const [one$T, two$T] = unpacked;"),
            "{}",
            is.script
        );
        assert!(
            is.script.contains("say(two$T, one$T, two$T)"),
            "{}",
            is.script
        );
    }

    #[test]
    fn what_is_not_understood_is_shown() {
        for strange in [
            "seen(hands);",
            "hands[name];",
            "const { ...all } = hands;",
            "const { on = 1 } = hands;",
            "const other = hands;",
            "Object.assign(hands, { ...more });",
            "Object.assign(hands, { on() {} });",
            "Object.assign(hands, { get on() {} });",
            "Object.assign(hands, more);",
            "hands.acts[name]();",
            "hands.acts = more;",
            "if (Object.assign(hands, { on: 1 })) {}",
            "delete hands.on;",
            "hands.on++;",
            "[hands.on] = [1];",
            "for (hands.on of [1]) {}",
            "hands?.on;",
        ] {
            let failure = hoisted(&format!("a: {{ hands.on = 1;\n{strange} }}")).unwrap_err();
            assert!(
                failure.contains("does not understand"),
                "{strange}: {failure}"
            );
            assert!(failure.contains(strange), "{strange}: {failure}");
        }
    }

    #[test]
    fn what_nobody_sets_is_told() {
        let failure = hoisted("a: { const { acts } = hands; acts.open(); }").unwrap_err();
        assert_eq!(failure, "no module sets `hands.acts.open`");
        let failure = hoisted("a: { hands.off = 1; hands.on(); }").unwrap_err();
        assert_eq!(failure, "no module sets `hands.on`");
    }

    #[test]
    fn a_name_that_may_be_made_is_refused() {
        let failure = hoisted("a: { const $ = 1; }").unwrap_err();
        assert!(failure.starts_with("`$` may be taken"), "{failure}");
    }
}
