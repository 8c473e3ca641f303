//! What the minifier leaves: lists of constants, and functions that are used in one place.

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{ArrayExpression, BindingPattern, Expression, VariableDeclarator};
use oxc_semantic::{Reference, Semantic, SemanticBuilder};
use oxc_span::{GetSpan, Span};

use super::Failure;
use super::edits::Edits;
use super::minify::parse;

/// Makes `const A = 1, B = 2` of `const [A, B] = [1, 2]`.
pub(crate) fn split(source: &str) -> Result<String, Failure> {
    with(source, |semantic, edits| {
        for node in semantic.nodes().iter() {
            if let AstKind::VariableDeclarator(it) = node.kind() {
                split_one(it, source, edits);
            }
        }
    })
}

fn split_one(declarator: &VariableDeclarator<'_>, source: &str, edits: &mut Edits) {
    let BindingPattern::ArrayPattern(names) = &declarator.id else {
        return;
    };
    let Some(Expression::ArrayExpression(values)) = &declarator.init else {
        return;
    };
    let simple = |name: &Option<BindingPattern<'_>>| {
        matches!(name, Some(BindingPattern::BindingIdentifier(_)))
    };
    let plain = names.rest.is_none() && names.elements.iter().all(simple);
    if !plain || names.elements.len() != values.elements.len() || !all_values(values) {
        return;
    }
    let mut from = declarator.span.start;
    for (name, value) in names.elements.iter().zip(&values.elements) {
        let comma = if from == declarator.span.start {
            ""
        } else {
            ", "
        };
        let name = name.as_ref().map_or("", |it| it.span().source_text(source));
        let before = Span::new(from, value.span().start);
        edits.replace(before, format!("{comma}{name} = "));
        from = value.span().end;
    }
    edits.replace(Span::new(from, declarator.span.end), String::new());
}

fn all_values(array: &ArrayExpression<'_>) -> bool {
    array.elements.iter().all(|it| it.as_expression().is_some())
}

/// Puts a function that is used once into the place where it is used.
pub(crate) fn inline(source: &str) -> Result<String, Failure> {
    let mut text = source.to_owned();
    // One that is inside of another comes after it.
    loop {
        let changed = with(&text, |semantic, edits| {
            let mut until = 0;
            for (declaration, function, place) in once(semantic) {
                if declaration.start >= until {
                    until = place.end;
                    edits.replace(declaration, String::new());
                    edits.replace(place, format!("({})", function.source_text(&text)));
                }
            }
        })?;
        if changed == text {
            return Ok(text);
        }
        text = changed;
    }
}

/// Constants that are functions and used once, behind their declaration; with that and the place, in their
/// order.
fn once<'s>(semantic: &'s Semantic<'_>) -> impl Iterator<Item = (Span, Span, Span)> + 's {
    let nodes = semantic.nodes();
    nodes.iter().filter_map(move |node| {
        let AstKind::VariableDeclaration(declaration) = node.kind() else {
            return None;
        };
        let [declarator] = &declaration.declarations[..] else {
            return None;
        };
        let BindingPattern::BindingIdentifier(name) = &declarator.id else {
            return None;
        };
        let Some(Expression::ArrowFunctionExpression(function)) = &declarator.init else {
            return None;
        };
        let mut references = semantic.symbol_references(name.symbol_id());
        let (Some(reference), None) = (references.next(), references.next()) else {
            return None;
        };
        let place = semantic.reference_span(reference);
        let is_behind = place.start > declaration.span.end && declaration.kind.is_const();
        let fits = is_behind
            && !is_key(semantic, reference)
            && means_same(semantic, function.span, reference);
        fits.then_some((declaration.span, function.span, place))
    })
}

/// Whether the place is the name of a property too.
fn is_key(semantic: &Semantic<'_>, place: &Reference) -> bool {
    let parent = semantic.nodes().parent_kind(place.node_id());
    matches!(parent, AstKind::ObjectProperty(it) if it.shorthand)
}

/// Whether all names in the function mean the same in the other place.
fn means_same(semantic: &Semantic<'_>, function: Span, place: &Reference) -> bool {
    let scoping = semantic.scoping();
    let nodes = semantic.nodes().iter();
    let mut names = nodes.filter_map(|node| match node.kind() {
        AstKind::IdentifierReference(it) if function.contains_inclusive(it.span) => Some(it),
        _ => None,
    });
    names.all(|name| {
        let symbol = name.reference_id.get();
        let symbol = symbol.and_then(|it| scoping.get_reference(it).symbol_id());
        let is_own = symbol.is_some_and(|it| function.contains_inclusive(scoping.symbol_span(it)));
        is_own || scoping.find_binding(place.scope_id(), name.name) == symbol
    })
}

fn with(source: &str, change: impl FnOnce(&Semantic<'_>, &mut Edits)) -> Result<String, Failure> {
    let allocator = Allocator::default();
    let program = parse(&allocator, source)?;
    let semantic = SemanticBuilder::new_compiler().with_build_nodes(true);
    let semantic = semantic.build(&program).semantic;
    let mut edits = Edits::default();
    change(&semantic, &mut edits);
    Ok(edits.apply(source))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn lists_of_constants_are_split() {
        assert_eq!(
            split("const [A, B] = [1, f(() => { let [c, d] = [2, 3]; })];").unwrap(),
            "const A = 1, B = f(() => { let c = 2, d = 3; });"
        );
        for same in [
            "const [a, b] = [...all, 1];",
            "const [a] = [1, 2];",
            "const [a, ...b] = [1, 2];",
            "const [[a], b] = [1, 2];",
        ] {
            assert_eq!(split(same).unwrap(), same);
        }
    }

    #[test]
    fn what_is_used_once_goes_there() {
        let is = inline("const a = (it) => it; const b = () => a(1); use(b);");
        assert_eq!(is.unwrap().trim(), "use((() => ((it) => it)(1)));");
    }

    #[test]
    fn what_would_mean_something_else_there_stays() {
        for same in [
            "const a = () => name; use((name) => a(name));",
            "const a = () => b; const c = () => { let b; use(a, b); }; use(c, c, b);",
            "use(() => a()); const a = () => 1;",
            "const a = () => a();",
            "const a = () => 1; use({ a });",
            "let a = () => 1; use(a);",
            "const a = function () {}; use(a);",
        ] {
            assert_eq!(inline(same).unwrap(), same);
        }
    }
}
