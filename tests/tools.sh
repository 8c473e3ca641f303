# What the tests need beside cargo. Sourced by `run`, `bench` and `recipes/run`, which are in the
# repository's root by then.
# shellcheck shell=bash

# The one place of these versions, beside requirements*.txt; wasm-bindgen's is the one in Cargo.lock.
geckodriver_version=0.37.1
wasm_pack_version=0.15.1
watchexec_version=2.8.0
nodemon_version=3.1.14
livereload_version=0.10.3
livereload_js_version=4.0.2
five_server_version=0.4.5
vite_version=8.3.8
axe_version=4.14.1
typescript_version=7.0.2
turbo_version=8.0.23
htmx_version=4.0.1
other_systems=(x86_64-pc-windows-gnu aarch64-apple-darwin)

tools=${SERVER_RELOAD_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/server-reload/tools}
export SERVER_RELOAD_TOOLS=$tools

die() {
    printf 'error: %s\n' "$@" >&2
    exit 1
}

install_all() {
    install_toolchain
    install_packages
    install_cargo_tools
    install_npm_packages
    install_python_packages
}

install_toolchain() {
    command -v cargo >/dev/null || die 'no `cargo` found' 'to install it: https://rustup.rs'
    cargo --version >/dev/null 2>&1 || rustup toolchain install
    [[ -d $(rustc --print target-libdir --target wasm32-unknown-unknown) ]] ||
        rustup target add wasm32-unknown-unknown
}

# The Debian packages of what is missing.
missing_packages() {
    command -v chromium >/dev/null || echo chromium
    command -v chromedriver >/dev/null || echo chromium-driver
    command -v firefox-esr >/dev/null || echo firefox-esr
    command -v WebKitWebDriver >/dev/null || echo webkit2gtk-driver
    compgen -G '/usr/lib*/*/webkit2gtk-4.*/MiniBrowser' >/dev/null || echo libwebkit2gtk-4.1-0
    command -v Xvfb >/dev/null || echo xvfb
    command -v npm >/dev/null || echo nodejs npm
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3 python3-venv
}

# What the benchmark's peers need beside it.
missing_peer_packages() {
    command -v entr >/dev/null || echo entr
    command -v ps >/dev/null || echo procps
}

# install_packages [COMMAND]: what COMMAND lists.
install_packages() {
    local missing
    read -ra missing < <("${1:-missing_packages}" | xargs)
    ((${#missing[@]})) || return 0
    if [[ $EUID != 0 ]] || ! command -v apt-get >/dev/null; then
        die "these packages are missing: ${missing[*]}" \
            "to install them: sudo apt-get install ${missing[*]}"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -qy --no-install-recommends "${missing[@]}"
}

locked_version() {
    awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock
}

# has_version COMMAND VERSION
has_version() {
    [[ $("$tools/bin/$1" --version 2>/dev/null) == *" $2"* ]]
}

install_cargo_tools() {
    local wasm_bindgen
    wasm_bindgen=$(locked_version wasm-bindgen)
    has_version geckodriver "$geckodriver_version" ||
        install_quickly geckodriver --version "$geckodriver_version" --locked
    # With --locked it needs exactly what its authors had, which a registry's mirror may not have.
    has_version wasm-bindgen-test-runner "$wasm_bindgen" ||
        install_quickly wasm-bindgen-cli --version "$wasm_bindgen"
    has_version wasm-pack "$wasm_pack_version" ||
        install_quickly wasm-pack --version "$wasm_pack_version"
}

# What runs for a moment is not worth the minutes of an optimised build; what the tools have in common
# is built once.
install_quickly() {
    CARGO_PROFILE_DEV_DEBUG=0 cargo install --debug --root "$tools" --target-dir target/tools "$@"
}

# What judges the pages, a page's own tools, and libraries that swap pages.
install_npm_packages() {
    install_npm_package axe-core "$axe_version"
    install_npm_package typescript "$typescript_version"
    install_npm_package vite "$vite_version"
    install_npm_package @hotwired/turbo "$turbo_version"
    install_npm_package htmx.org "$htmx_version"
}

# Who is measured beside us.
install_peers() {
    install_packages missing_peer_packages
    has_version watchexec "$watchexec_version" ||
        cargo install --root "$tools" watchexec-cli --version "$watchexec_version" --locked ||
        cargo install --root "$tools" watchexec-cli --version "$watchexec_version"
    install_npm_package nodemon "$nodemon_version"
    install_npm_package livereload "$livereload_version"
    install_npm_package livereload-js "$livereload_js_version"
    install_npm_package five-server "$five_server_version"
    install_npm_package vite "$vite_version"
    install_python_packages peers
}

# install_npm_package NAME VERSION
install_npm_package() {
    grep -qF "\"version\": \"$2\"" "$tools/lib/node_modules/$1/package.json" 2>/dev/null ||
        npm install --silent --global --prefix "$tools" "$1@$2"
}

# install_python_packages [NAME]: those of requirements-NAME.txt into target/venv-NAME.
install_python_packages() {
    local file=tests/requirements${1:+-$1}.txt venv=target/venv${1:+-$1} wanted
    wanted=$(cat tests/requirements.txt "$file" | sha256sum)
    [[ -x $venv/bin/python && $(cat "$venv/wanted" 2>/dev/null) == "$wanted" ]] && return
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet -r "$file"
    printf '%s\n' "$wanted" >"$venv/wanted"
}
