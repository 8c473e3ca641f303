//! Ports that a debugger listens on, rather than the service.

/// Node's inspector: its own default, whether asked for by an argument, a variable or an editor.
const NODE_INSPECTOR: u16 = 9229;

/// Whether a process that was started with these arguments listens on this port for a debugger.
///
/// By their default ports alone the others cannot be told from services: people serve on 5005, too.
pub(super) fn is_debugger(port: u16, arguments: &[String]) -> bool {
    let number = port.to_string();
    let names = |argument: &String| {
        argument
            .split(|c: char| !c.is_ascii_digit())
            .any(|it| it == number)
    };
    let asks = |argument: &String| argument.contains("--inspect") || argument.contains("jdwp");
    let listen = arguments
        .iter()
        .position(|it| it == "--listen" || it.starts_with("--listen="));
    let listens_there = listen
        .and_then(|at| arguments.get(at..))
        .is_some_and(|rest| rest.iter().take(2).any(names));
    let is_named = |argument: &String| {
        let name = argument.rsplit(['/', '\\']).next();
        matches!(name, Some("debugpy" | "dlv" | "rdbg"))
    };
    port == NODE_INSPECTOR
        || arguments.iter().any(|it| asks(it) && names(it))
        || listens_there && arguments.iter().any(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sure() {
        let cases = [
            (9229, "node app.js", true),
            (9230, "node --inspect=9230 app.js", true),
            (9230, "node --inspect-brk=0.0.0.0:9230 app.js", true),
            (3000, "node --inspect=9230 app.js", false),
            (5678, "python -m debugpy --listen 5678 app.py", true),
            (
                5678,
                "python -m debugpy --listen=127.0.0.1:5678 app.py",
                true,
            ),
            (8000, "python -m debugpy --listen 5678 app.py 8000", false),
            (5678, "python app.py --port 5678", false),
            (
                5005,
                "java -agentlib:jdwp=transport=dt_socket,server=y,address=*:5005 -jar app.jar",
                true,
            ),
            (5005, "rasa run --port 5005", false),
            (
                2345,
                "/go/bin/dlv exec ./app --headless --listen=:2345",
                true,
            ),
            (2345, "./app --listen=:2345", false),
            (8000, "", false),
        ];
        for (port, line, expected) in cases {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(is_debugger(port, &arguments), expected, "{port}: {line}");
        }
    }
}
