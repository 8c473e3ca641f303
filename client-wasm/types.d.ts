/** How the client is started; each is an attribute of the script tag, which says more. */
export interface Options {
  /** The stream's URL, against the page's own; `":10021/events/server"` is on the host that the page came from. Default: `/events/server` at the page's origin. */
  events?: string;
  /** What to do when the server was restarted: load the page again, only tell the page, or ask by a toast. Default: `"reload"`. */
  onRestart?: "reload" | "event" | "prompt";
  /** `"floating"`, `"none"`, or a CSS selector of the elements that get the toggle. Default: those with `data-reload-toggle`. */
  toggle?: string;
  /** Whether to start on, where nothing is stored. Default: `true`. */
  enabled?: boolean;
  /** Milliseconds between detection and reload. Default: `0`. */
  delay?: number;
  /** Whether to ask by a toast before a reload while something is typed in and not sent. Default: `false`. */
  keepForms?: boolean;
  /** The id of the server that made this page. Default: the page's `Server-Timing`. */
  serverId?: string;
  /** Whether the person is asked before a restart from the page. Default: `true`. */
  confirm?: boolean;
  /** Milliseconds after which a restart without an end says what is known of it. Default: `30000`. */
  restartPatience?: number;
  /** The client's own times, in milliseconds, by their names. */
  timings?: Record<string, number>;
}

/** How things stand. */
export type State =
  | "starting"
  | "off"
  | "connecting"
  | "connected"
  | "reconnecting"
  | "stopped"
  | "waiting"
  | "restarted"
  | "prompt"
  | "updating"
  | "reloading"
  | "paused"
  | "away"
  | "polling";

/** The server that answers, or answered last. */
export interface Server {
  /** Its id, which is another after each restart. */
  id: string;
  /** Its process, where it tells. */
  pid: number | null;
  /** When it started, in milliseconds since the Unix epoch, where it tells. */
  startedAt: number | null;
}

/** What `restart` is asked for. */
export interface RestartOptions {
  /** Only this service, and those that are restarted with it. Default: all. */
  service?: string;
  /** `false` does not ask first, a text asks by it. */
  confirm?: boolean | string;
}

/** A restart's record, its receipt: who asked, which process came after which, and how it ended. */
export interface Receipt {
  op_id: string;
  service: string | null;
  services: string[];
  cause: "files" | "key" | "page" | "api" | "crash" | "dependency";
  status:
    | "running"
    | "restarted"
    | "pid_unchanged"
    | "check_failed"
    | "port_still_in_use"
    | "started_but_unhealthy"
    | "exited"
    | "cancelled";
  phase: string | null;
  plan: string[];
  pid_before: number | null;
  pid_after: number | null;
  id_before: string | null;
  id_after: string | null;
  phases: { service: string; name: string; pid: number | null; at: number; ms: number | null }[];
  /** In seconds since the Unix epoch. */
  started_at: number;
  took_ms: number | null;
  reason: string | null;
  output: string | null;
  record: string | null;
}

/** The running client, which is also `window.serverReload`. */
export interface ServerReload {
  readonly runtime: "wasm" | "js";
  readonly enabled: boolean;
  readonly state: State;
  readonly server: Server | null;
  enable(): void;
  disable(): void;
  toggle(): void;
  /** Restarts the backend. It rejects where there is no receipt. */
  restart(options?: RestartOptions): Promise<Receipt>;
}

/** `detail` of the event `server-reload`. */
export interface ReloadDetail {
  cause: "restart" | "change";
  oldId: string | null;
  newId: string | null;
  oldPid: number | null;
  newPid: number | null;
  paths: string[];
  op_id: string | null;
  /** Holds up the page load, or the toast, until the promise is settled. */
  waitUntil(promise: Promise<unknown>): void;
}

/** `detail` of the event `server-state`. */
export interface StateDetail {
  state: State;
  previous: State;
  id: string | null;
  pid: number | null;
}

declare global {
  interface Window {
    serverReload?: ServerReload;
  }
  interface DocumentEventMap {
    "server-reload": CustomEvent<ReloadDetail>;
    "server-state": CustomEvent<StateDetail>;
  }
  interface WindowEventMap {
    "server-reload": CustomEvent<ReloadDetail>;
    "server-state": CustomEvent<StateDetail>;
  }
}

/**
 * Starts the client. A second call gives the client that runs already; so does one in a page with the script tag.
 *
 * Call it after `await init()`.
 */
export function start(options?: Options): ServerReload;
