//! Finds what a script does with the object.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    BindingPattern, Expression, ObjectExpression, ObjectPropertyKind, PropertyKey, PropertyKind,
    VariableDeclarator,
};
use oxc_semantic::{NodeId, Reference, Semantic, SymbolId};
use oxc_span::{GetSpan, Span};

use super::super::Failure;
use super::super::minify::line;
use super::uses::{Alias, Field, Literal, OBJECT, Place, Uses, Write};
use super::{SPACES, UNPACKED};

pub(super) fn find(semantic: &Semantic<'_>) -> Result<Uses, Failure> {
    let scoping = semantic.scoping();
    let declared = |it: &SymbolId| semantic.symbol_declaration(*it).kind();
    let mut objects = scoping.symbol_ids().filter(|it| {
        scoping.symbol_name(*it) == OBJECT && matches!(declared(it), AstKind::VariableDeclarator(_))
    });
    let (Some(object), None) = (objects.next(), objects.next()) else {
        return Err(format!(
            "the loader has to declare `{OBJECT}`, and no module"
        ));
    };
    let declared = scoping.symbol_declaration(object);
    let mut finder = Finder {
        semantic,
        uses: Uses::default(),
    };
    match semantic.nodes().kind(declared) {
        AstKind::VariableDeclarator(it) if is_empty(it.init.as_ref()) => {
            finder.uses.object = finder.declaration(declared)?;
        }
        _ => return Err(finder.strange(declared)),
    }
    finder.references("", object)?;
    finder.uses.require_writes()?;
    Ok(finder.uses)
}

fn is_empty(value: Option<&Expression<'_>>) -> bool {
    matches!(value, Some(Expression::ObjectExpression(it)) if it.properties.is_empty())
}

struct Finder<'s, 'a> {
    semantic: &'s Semantic<'a>,
    uses: Uses,
}

impl<'a> Finder<'_, 'a> {
    fn references(&mut self, space: &'static str, object: SymbolId) -> Result<(), Failure> {
        let semantic = self.semantic;
        let references = semantic.scoping().get_resolved_references(object);
        references
            .map(Reference::node_id)
            .try_for_each(|it| self.object(space, it))
    }

    /// An expression that is one of the objects.
    fn object(&mut self, space: &'static str, node: NodeId) -> Result<(), Failure> {
        let nodes = self.semantic.nodes();
        let parent = nodes.parent_id(node);
        let span = nodes.kind(node).span();
        match nodes.kind(parent) {
            AstKind::StaticMemberExpression(it) if it.object.span() == span && !it.optional => {
                self.member(space, &it.property.name, parent)
            }
            AstKind::VariableDeclarator(it)
                if it.init.as_ref().is_some_and(|it| it.span() == span) =>
            {
                self.destructured(space, it, parent)
            }
            AstKind::CallExpression(it) if is_assign(&it.callee) => {
                match (&it.arguments[..], self.statement(parent)) {
                    ([first, second], Some(statement)) if first.span() == span => {
                        let Some(Expression::ObjectExpression(object)) = second.as_expression()
                        else {
                            return Err(self.strange(parent));
                        };
                        self.literal(space, object, statement, parent)
                    }
                    _ => Err(self.strange(parent)),
                }
            }
            _ => Err(self.strange(parent)),
        }
    }

    fn member(&mut self, space: &'static str, name: &str, node: NodeId) -> Result<(), Failure> {
        let nodes = self.semantic.nodes();
        let parent = nodes.parent_id(node);
        let span = nodes.kind(node).span();
        let inner = inner(space, name);
        match (nodes.kind(parent), inner) {
            (AstKind::AssignmentExpression(it), _) if it.left.span() == span => {
                let statement = self.statement(parent);
                match (inner, &it.right, statement) {
                    (None, value, _) => {
                        let statement = statement.filter(|_| it.operator.is_assign());
                        self.write(field(space, name), Some(span), statement, value, parent);
                        Ok(())
                    }
                    (Some(inner), Expression::ObjectExpression(object), Some(statement)) => {
                        self.literal(inner, object, statement, parent)
                    }
                    (Some(UNPACKED), _, Some(_)) => {
                        self.uses.unpacked.push(span);
                        Ok(())
                    }
                    _ => Err(self.strange(parent)),
                }
            }
            (around, None) if is_changed(around, span) => Err(self.strange(parent)),
            (_, Some(inner)) => self.object(inner, node),
            (_, None) => {
                self.uses.reads.push((field(space, name), span));
                Ok(())
            }
        }
    }

    fn write(
        &mut self,
        field: Field,
        member: Option<Span>,
        statement: Option<Span>,
        value: &Expression<'a>,
        node: NodeId,
    ) {
        let value = value.get_identifier_reference();
        let value = value.and_then(|it| it.reference_id.get());
        let value = value.and_then(|it| self.semantic.scoping().get_reference(it).symbol_id());
        self.uses.writes.push(Write {
            field,
            function: self.function(node),
            member,
            statement,
            value,
        });
    }

    fn literal(
        &mut self,
        space: &'static str,
        object: &ObjectExpression<'a>,
        statement: Span,
        node: NodeId,
    ) -> Result<(), Failure> {
        let mut places = Vec::new();
        self.properties(space, object, statement, node, &mut places)?;
        self.uses.literals.push(Literal { statement, places });
        Ok(())
    }

    fn properties(
        &mut self,
        space: &'static str,
        object: &ObjectExpression<'a>,
        statement: Span,
        node: NodeId,
        places: &mut Vec<Place>,
    ) -> Result<(), Failure> {
        for property in &object.properties {
            let ObjectPropertyKind::ObjectProperty(it) = property else {
                return Err(self.strange(node));
            };
            let PropertyKey::StaticIdentifier(key) = &it.key else {
                return Err(self.strange(node));
            };
            if it.kind != PropertyKind::Init || it.method {
                return Err(self.strange(node));
            }
            match (inner(space, &key.name), &it.value) {
                (None, value) => {
                    let write = self.uses.writes.len();
                    self.write(field(space, &key.name), None, Some(statement), value, node);
                    places.push(Place {
                        write,
                        value: value.span(),
                        shorthand: it.shorthand,
                    });
                }
                (Some(inner), Expression::ObjectExpression(object)) => {
                    self.properties(inner, object, statement, node, places)?;
                }
                _ => return Err(self.strange(node)),
            }
        }
        Ok(())
    }

    fn destructured(
        &mut self,
        space: &'static str,
        declarator: &VariableDeclarator<'a>,
        node: NodeId,
    ) -> Result<(), Failure> {
        let declaration = self.declaration(node)?;
        let BindingPattern::ObjectPattern(pattern) = &declarator.id else {
            return Err(self.strange(node));
        };
        if pattern.rest.is_some() {
            return Err(self.strange(node));
        }
        self.uses.destructured.push(declaration);
        for property in &pattern.properties {
            let (PropertyKey::StaticIdentifier(key), BindingPattern::BindingIdentifier(local)) =
                (&property.key, &property.value)
            else {
                return Err(self.strange(node));
            };
            let local = local.symbol_id();
            match inner(space, &key.name) {
                Some(inner) => self.references(inner, local)?,
                None => self.uses.aliases.push(Alias {
                    local,
                    field: field(space, &key.name),
                    declaration,
                }),
            }
        }
        Ok(())
    }

    /// The declaration of nothing else.
    fn declaration(&self, declarator: NodeId) -> Result<Span, Failure> {
        match self.semantic.nodes().parent_kind(declarator) {
            AstKind::VariableDeclaration(it)
                if it.declarations.len() == 1 && it.kind.is_const() =>
            {
                Ok(it.span)
            }
            _ => Err(self.strange(declarator)),
        }
    }

    fn statement(&self, expression: NodeId) -> Option<Span> {
        let nodes = self.semantic.nodes();
        let statement = nodes.parent_id(expression);
        let block = nodes.parent_id(statement);
        let is_top = match nodes.kind(block) {
            AstKind::FunctionBody(_) => true,
            AstKind::BlockStatement(_) => {
                matches!(nodes.parent_kind(block), AstKind::LabeledStatement(_))
            }
            _ => false,
        };
        match nodes.kind(statement) {
            AstKind::ExpressionStatement(it) if is_top => Some(it.span),
            _ => None,
        }
    }

    fn function(&self, node: NodeId) -> Span {
        let mut around = self.semantic.nodes().ancestor_kinds(node);
        let function = around.find(|it| {
            matches!(
                it,
                AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) | AstKind::Program(_)
            )
        });
        function.map(|it| it.span()).unwrap_or_default()
    }

    fn strange(&self, node: NodeId) -> Failure {
        let start = self.semantic.nodes().kind(node).span().start as usize;
        format!(
            "the build does not understand this use of `{OBJECT}`; see `hoist.rs` for what it does:\n{}",
            line(self.semantic.source_text(), start)
        )
    }
}

fn field(space: &'static str, name: &str) -> Field {
    let name = name.to_owned();
    Field { space, name }
}

fn inner(space: &str, name: &str) -> Option<&'static str> {
    let mut spaces = SPACES.into_iter();
    spaces.find(|it| space.is_empty() && *it == name)
}

fn is_assign(callee: &Expression<'_>) -> bool {
    matches!(callee, Expression::StaticMemberExpression(it)
        if it.property.name == "assign" && it.object.is_specific_id("Object"))
}

/// Whether what stands around changes it otherwise than by `=`.
fn is_changed(around: AstKind<'_>, it: Span) -> bool {
    match around {
        AstKind::UnaryExpression(around) => around.operator.is_delete(),
        AstKind::ForInStatement(around) => around.left.span() == it,
        AstKind::ForOfStatement(around) => around.left.span() == it,
        AstKind::UpdateExpression(_)
        | AstKind::ArrayAssignmentTarget(_)
        | AstKind::AssignmentTargetPropertyProperty(_)
        | AstKind::AssignmentTargetWithDefault(_)
        | AstKind::AssignmentTargetRest(_) => true,
        _ => false,
    }
}
