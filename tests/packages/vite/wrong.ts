// What the types are to refuse.
import { start, type ServerReload } from "server-reload-client";

// @ts-expect-error: there is no such mode.
start({ onRestart: "refresh" });
// @ts-expect-error: there is no such option.
start({ onrestart: "reload" });
// @ts-expect-error: milliseconds are a number.
start({ delay: "250" });
// @ts-expect-error: this is read and not written.
(window.serverReload as ServerReload).enabled = false;
