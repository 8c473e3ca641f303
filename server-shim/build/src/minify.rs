//! JavaScript as browsers need it: short names, no comments, no blanks, nothing that is not used.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use super::Failure;

/// Names of properties stay; a name that `source` does not declare does so too.
pub(crate) fn minify(source: &str) -> Result<String, Failure> {
    let allocator = Allocator::default();
    let mut program = parse(&allocator, source)?;
    let options = MinifierOptions {
        mangle: Some(MangleOptions {
            top_level: Some(true),
            ..MangleOptions::default()
        }),
        ..MinifierOptions::default()
    };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let code = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .with_private_member_mappings(minified.class_private_mappings)
        .build(&program)
        .code;
    Ok(code)
}

/// A script that browsers can read, or why they can't.
pub(crate) fn parse<'a>(allocator: &'a Allocator, source: &'a str) -> Result<Program<'a>, Failure> {
    let parsed = Parser::new(allocator, source, SourceType::script()).parse();
    // What the parser lets through, such as a name declared twice.
    let checked = SemanticBuilder::new_compiler().build(&parsed.program);
    if let Some(wrong) = parsed.diagnostics.iter().chain(&checked.diagnostics).next() {
        let place = wrong.labels.first();
        let place = place.and_then(|label| usize::try_from(label.offset()).ok());
        let line = place.map_or("", |offset| line(source, offset));
        return Err(format!("`reload.js` is no JavaScript: {wrong}\n{line}"));
    }
    Ok(parsed.program)
}

/// The line of `source` in which there is something.
pub(crate) fn line(source: &str, offset: usize) -> &str {
    let start = source[..offset].rfind('\n').map_or(0, |at| at + 1);
    source[start..].lines().next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_get_short_and_comments_go() {
        let source = "(() => {\n  const lengthy = seen(); // why\n  shown(lengthy, PLACE, lengthy);\n})();\n";
        assert_eq!(
            minify(source).unwrap(),
            "(()=>{let e=seen();shown(e,PLACE,e)})();"
        );
    }

    #[test]
    fn what_is_no_javascript_is_shown() {
        for source in ["let fine;\n  let = = 2;\n", "let fine;\n  let fine = 2;\n"] {
            let failure = minify(source).unwrap_err();
            assert!(failure.starts_with("`reload.js` is no JavaScript: "));
            assert!(failure.contains("\nlet"), "{failure}");
        }
    }
}
