//! The modules in the script, which are blocks with a label.

use oxc_ast::AstKind;
use oxc_ast::ast::Statement;
use oxc_semantic::{NodeId, ScopeId, Semantic};
use oxc_span::{GetSpan, Span};

/// The blocks with a label, by it.
pub(super) fn blocks<'s>(semantic: &'s Semantic<'_>) -> impl Iterator<Item = (&'s str, ScopeId)> {
    labelled(semantic).map(|(label, block, _)| (label, block))
}

/// What makes them blocks.
pub(super) fn braces(semantic: &Semantic<'_>) -> impl Iterator<Item = Span> {
    labelled(semantic).flat_map(|(_, _, spans)| spans)
}

fn labelled<'s>(semantic: &'s Semantic<'_>) -> impl Iterator<Item = (&'s str, ScopeId, [Span; 2])> {
    semantic.nodes().iter().filter_map(|node| {
        let AstKind::LabeledStatement(it) = node.kind() else {
            return None;
        };
        let Statement::BlockStatement(block) = &it.body else {
            return None;
        };
        let opened = Span::new(it.span.start, block.span.start + 1);
        let closed = Span::new(block.span.end - 1, block.span.end);
        Some((it.label.name.as_str(), block.scope_id(), [opened, closed]))
    })
}

/// The key that this name is too, as in `{ name }`.
pub(super) fn shorthand<'s>(
    semantic: &'s Semantic<'_>,
    node: NodeId,
    span: Span,
) -> Option<&'s str> {
    let nodes = semantic.nodes();
    nodes.ancestor_kinds(node).take(2).find_map(|it| {
        let (shorthand, key) = match it {
            AstKind::ObjectProperty(it) => (it.shorthand, it.key.span()),
            AstKind::BindingProperty(it) => (it.shorthand, it.key.span()),
            AstKind::AssignmentTargetPropertyIdentifier(it) => (true, it.binding.span),
            _ => return None,
        };
        let text = semantic.source_text();
        (shorthand && key == span).then(|| &text[span.start as usize..span.end as usize])
    })
}
