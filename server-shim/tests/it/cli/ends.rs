//! The signals that end it.

use rustix::process::Signal;

use crate::shim::Shim;

#[test]
fn each_signal_is_named() {
    for (signal, name) in [
        (Signal::INT, "SIGINT"),
        (Signal::TERM, "SIGTERM"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::HUP, "SIGHUP"),
    ] {
        if signal == Signal::HUP && cfg!(not(target_os = "linux")) {
            // Without a terminal there is no telling whether it is to be ignored.
            continue;
        }
        let mut shim = Shim::start();
        shim.line("Ctrl-C stops");
        shim.signal(signal);
        assert_eq!(shim.wait().code(), Some(0));
        shim.line(&format!("stopped by {name}: "));
    }
}

#[test]
fn nohup_is_respected() {
    let mut shim = Shim::builder().after("trap '' HUP").start();
    shim.line("Ctrl-C stops");
    shim.signal(Signal::HUP);
    assert_eq!(shim.get("/reload.js").status, 200);
    shim.signal(Signal::TERM);
    shim.wait();
    shim.line("stopped by SIGTERM: ");
}
