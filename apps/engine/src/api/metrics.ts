/** /metrics for Prometheus: counted when asked. */
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { StatSum } from "../flows/host/script-stats.ts";
import type { TlsResultSum } from "../history/tls-results.ts";
import type { RevisionStore } from "../store/revision-store.ts";
import type { HistoryPort, QuarantinePort, QueuePort, SystemPort } from "./parts.ts";

export const createMetrics = (parts: {
  clock: () => Date;
  queue: QueuePort;
  quarantine: QuarantinePort;
  history: HistoryPort;
  revisions: RevisionStore;
  listeners: SystemPort["listeners"];
  tlsResults: (day: Date) => Promise<readonly TlsResultSum[]>;
  stats: (since: Date) => Promise<readonly StatSum[]>;
}): SystemPort["metrics"] => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "sluice_control_" });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const entries = gauge("sluice_queue_entries", "Entries in a queue.", ["queue"]);
  const oldest = gauge("sluice_queue_oldest_seconds", "Age of the oldest entry.", ["queue"]);
  const held = gauge("sluice_quarantined_messages", "Messages held in quarantine.");
  const mail = gauge("sluice_messages_last_hour", "Messages of the last hour.", ["outcome"]);
  const tls = gauge(
    "sluice_tls_sessions_today",
    "Connections to other servers since midnight (UTC), by TLS policy and result (RFC 8460).",
    ["policy", "result"],
  );
  const stats = gauge(
    "sluice_script_stat_last_hour",
    "What scripts counted with stat() in the last hour.",
    ["name", "legend"],
  );
  const revision = gauge("sluice_revision", "The live revision.");
  const listening = gauge("sluice_listener_up", "1 when the worker listens.", [
    "worker",
    "listener",
  ]);

  return async () => {
    const [summary, count, numbers, live, listeners, sessions, counted] = await Promise.all([
      parts.queue.summary(),
      parts.quarantine.count(),
      parts.history.numbers(1),
      parts.revisions.live(),
      parts.listeners(),
      parts.tlsResults(parts.clock()),
      parts.stats(new Date(parts.clock().getTime() - 3_600_000)),
    ]);
    const now = parts.clock().getTime();
    for (const each of [entries, oldest, mail, listening, tls, stats]) each.reset();
    for (const { queue, count: size, oldest: since } of summary.queues) {
      entries.set({ queue }, size);
      oldest.set({ queue }, since === null ? 0 : (now - new Date(since).getTime()) / 1000);
    }
    for (const { policyType, result, count: size } of sessions)
      tls.set({ policy: policyType, result }, size);
    for (const { name, legend, value } of counted) stats.set({ name, legend }, value);
    held.set(count);
    for (const [outcome, size] of Object.entries(numbers.outcomes)) mail.set({ outcome }, size);
    revision.set(live?.number ?? 0);
    for (const { worker, listener, state } of listeners) {
      listening.set({ worker, listener }, state === "listening" ? 1 : 0);
    }
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
};
