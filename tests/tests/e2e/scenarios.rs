//! Makes tests of scenarios: each runs in each engine, but for the exceptions.

/// Makes of each scenario, a function of the [`Engine`](server_reload_e2e::driver::Engine), one test
/// for each engine.
///
/// Those under `both` and `all` are functions of the engine and the
/// [`Runtime`](server_reload_e2e::page::Runtime). They also run without `WebAssembly`: `both` in
/// Chromium, `all` in each engine.
macro_rules! scenarios {
    (
        $(each: $($each:ident),+ $(,)?;)?
        $(both: $($both:ident),+ $(,)?;)?
        $(all: $($all:ident),+ $(,)?;)?
    ) => {
        scenarios!(@wasm chromium Chromium, $($($each)+)?, $($($both)+)? $($($all)+)?);
        scenarios!(@wasm firefox Firefox, $($($each)+)?, $($($both)+)? $($($all)+)?);
        scenarios!(@wasm webkit WebKit, $($($each)+)?, $($($both)+)? $($($all)+)?);
        scenarios!(@js chromium_js Chromium, $($($both)+)? $($($all)+)?);
        scenarios!(@js firefox_js Firefox, $($($all)+)?);
        scenarios!(@js webkit_js WebKit, $($($all)+)?);
    };
    (@wasm $module:ident $engine:ident, $($each:ident)*, $($both:ident)*) => {
        mod $module {
            use server_reload_e2e::driver::Engine;
            $(scenario!($module $each, $engine, super::$each(Engine::$engine));)*
            $(scenario!($module $both, $engine, super::$both(
                Engine::$engine,
                server_reload_e2e::page::Runtime::Wasm,
            ));)*
        }
    };
    (@js $module:ident $engine:ident,) => {};
    (@js $module:ident $engine:ident, $($both:ident)+) => {
        mod $module {
            use server_reload_e2e::driver::Engine;
            $(scenario!($module $both, $engine, super::$both(
                Engine::$engine,
                server_reload_e2e::page::Runtime::Js,
            ));)+
        }
    };
}

/// One scenario in one engine. The first arms are the exceptions, each with its reason; whoever
/// removes a scenario is told of an exception that is left by the lint of unused arms.
#[warn(unused_macro_rules)]
macro_rules! scenario {
    (firefox page_restored_from_the_back_forward_cache_goes_on, $($rest:tt)*) => {
        except!("Firefox keeps no page with a stream, even if that is closed in `pagehide`",
            page_restored_from_the_back_forward_cache_goes_on, $($rest)*);
    };
    (firefox page_restored_from_the_back_forward_cache_notices_a_restart, $($rest:tt)*) => {
        except!("Firefox keeps no page with a stream, even if that is closed in `pagehide`",
            page_restored_from_the_back_forward_cache_notices_a_restart, $($rest)*);
    };
    (firefox tab_with_the_stream_crashes, $($rest:tt)*) => {
        except!("Firefox has one process for all tabs of an origin: they crash together",
            tab_with_the_stream_crashes, $($rest)*);
    };
    (webkit tab_with_the_stream_crashes, $($rest:tt)*) => {
        except!("WebKit's driver ends with the page's process",
            tab_with_the_stream_crashes, $($rest)*);
    };
    (firefox tab_with_the_stream_is_frozen, $($rest:tt)*) => {
        except!("Firefox freezes no page that is not left",
            tab_with_the_stream_is_frozen, $($rest)*);
    };
    (webkit tab_with_the_stream_is_frozen, $($rest:tt)*) => {
        except!("WebKit freezes no page that is not left",
            tab_with_the_stream_is_frozen, $($rest)*);
    };
    (firefox restart_right_after_the_tab_with_the_stream_was_frozen, $($rest:tt)*) => {
        except!("Firefox freezes no page that is not left",
            restart_right_after_the_tab_with_the_stream_was_frozen, $($rest)*);
    };
    (webkit restart_right_after_the_tab_with_the_stream_was_frozen, $($rest:tt)*) => {
        except!("WebKit freezes no page that is not left",
            restart_right_after_the_tab_with_the_stream_was_frozen, $($rest)*);
    };
    (webkit page_of_a_web_view_is_let_in_by_a_pattern, $($rest:tt)*) => {
        except!("WebKit knows this machine by the system's names alone, which are let in anyway",
            page_of_a_web_view_is_let_in_by_a_pattern, $($rest)*);
    };
    ($module:ident $scenario:ident, $engine:ident, $play:expr) => {
        #[test]
        fn $scenario() {
            server_reload_e2e::scenario::play(Engine::$engine, $play);
        }
    };
}

/// A scenario that does not run in an engine, but when it is asked for by `--ignored`.
macro_rules! except {
    ($reason:literal, $scenario:ident, $engine:ident, $play:expr) => {
        #[test]
        #[ignore = $reason]
        fn $scenario() {
            server_reload_e2e::scenario::play(Engine::$engine, $play);
        }
    };
}
