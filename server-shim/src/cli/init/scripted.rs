//! Ruby and PHP.

use super::stack::{Look, Stack, word};

pub(super) fn ruby(look: Look<'_>) -> Option<Stack> {
    let port = look.port;
    if look.has("bin/rails") {
        let command = format!("bin/rails server -p {port}");
        return Some(Stack::new("Rails", "bin/rails", command));
    }
    if look.has("config.ru") {
        let command = format!("bundle exec rackup -p {port}");
        return Some(Stack::new("Rack", "config.ru", command).checked("ruby -c config.ru"));
    }
    let is_sinatra = |file: &String| {
        look.text(file).contains("require 'sinatra'")
            || look.text(file).contains("require \"sinatra\"")
    };
    let file = look.ending(".rb").into_iter().find(is_sinatra)?;
    let (program, check) = (word(&file), format!("ruby -c {}", word(&file)));
    Some(Stack::new("Sinatra", file, format!("ruby {program} -p {port}")).checked(check))
}

pub(super) fn php(look: Look<'_>) -> Option<Stack> {
    let port = look.port;
    if look.has("artisan") {
        let command = format!("php artisan serve --port {port}");
        return Some(Stack::new("Laravel", "artisan", command));
    }
    for (file, folder) in [("index.php", ""), ("public/index.php", " -t public")] {
        if look.has(file) {
            let command = format!("php -S localhost:{port}{folder}");
            return Some(Stack::new("PHP", file, command).checked(format!("php -l {file}")));
        }
    }
    None
}
