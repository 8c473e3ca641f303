//! What a browser can do without in the module.

use walrus::{ExportId, ExportItem, FunctionBuilder, FunctionId, FunctionKind, Module};

use super::Failure;

/// What the names of wasm-bindgen's own begin with.
const BINDGEN: &str = "__wbindgen";

/// Parts of the symbols of functions that make texts. The client makes none but for its panics, and
/// nobody reads these: a browser tells by name in which function the module has stopped.
const TEXTS: [&str; 4] = ["4core3fmt", "core..fmt..", "3std9panicking", "5alloc3fmt"];

/// Leaves of what is exported the functions of the client. wasm-bindgen's prepare a table for values of JavaScript,
/// of which a module that is handed numbers alone has none.
pub(crate) fn unexport(module: &mut Module) {
    let exports = module.exports.iter();
    let others = exports
        .filter(|it| !matches!(it.item, ExportItem::Function(_)) || it.name.starts_with(BINDGEN));
    let others: Vec<ExportId> = others.map(walrus::Export::id).collect();
    for id in others {
        module.exports.delete(id);
    }
}

/// Replaces functions that make texts by one that stops the module.
pub(crate) fn silence(module: &mut Module) {
    let silent: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| {
            let name = module.funcs.get(*id).name.as_deref().unwrap_or_default();
            TEXTS.iter().any(|part| name.contains(part))
        })
        .map(|(id, _)| id)
        .collect();
    for id in silent {
        let ty = module.types.get(module.funcs.get(id).ty());
        let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
        let mut stop = FunctionBuilder::new(&mut module.types, &params, &results);
        stop.func_body().unreachable();
        let arguments = params.iter().map(|it| module.locals.add(*it)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(stop.local_func(arguments));
    }
    walrus::passes::gc::run(module);
}

/// Gives short names to what the module imports, all of it functions of the loader.
pub(crate) fn imports(module: &mut Module) -> Result<String, Failure> {
    let mut fields = Vec::new();
    for (index, import) in module.imports.iter_mut().enumerate() {
        let short = format!("_{index}");
        let name = std::mem::replace(&mut import.name, short.clone());
        if name.starts_with(BINDGEN) {
            return Err(format!(
                "the client may hand over numbers alone: it imports `{name}`"
            ));
        }
        "_".clone_into(&mut import.module);
        fields.push(format!("{short}:{name}"));
    }
    Ok(format!("_:{{{}}}", fields.join(",")))
}
