import init, { start, type Options, type Receipt, type ServerReload } from "server-reload-client";

const options: Options = {
  events: import.meta.env.VITE_EVENTS,
  onRestart: "reload",
  toggle: "floating",
  enabled: true,
  delay: 0,
  confirm: false,
  restartPatience: 30_000,
  timings: {},
};

await init();
const client: ServerReload = start(options);

document.addEventListener("server-state", ({ detail }) => {
  document.getElementById("state")!.textContent = `${detail.state}, process ${detail.pid ?? "unknown"}`;
});
addEventListener("server-reload", ({ detail }) => {
  console.log(detail.cause, detail.newId?.length, detail.paths.length);
});

/** How long a restart has taken, in milliseconds. */
export const restart = async (): Promise<number | null> => {
  const receipt: Receipt = await client.restart({ confirm: false });
  return receipt.status === "restarted" ? receipt.took_ms : null;
};
