/**
 * A whole gateway for a load driver: default flows live, trace on, a name server
 * on loopback, everything for dest.example relayed to a sink.
 *   node apps/engine/bench/relay-gateway.ts [--sink 127.0.0.1:10025] [--workers N] [--port N]
 * Prints HOST:PORT,PID when it is ready; Ctrl C stops it and removes its data.
 */
import { parseArgs } from "node:util";
import { createGateway, freePort } from "../test/support/gateway.ts";
import { startKnot } from "../test/support/knot.ts";

const { values } = parseArgs({
  options: {
    sink: { type: "string", default: "127.0.0.1:10025" },
    workers: { type: "string", default: "2" },
    port: { type: "string" },
  },
});

const knot = await startKnot({
  "bench.example": '@ TXT "v=spf1 ip4:127.0.0.0/8 -all"',
  "dest.example": "@ A 127.0.0.1",
});
const gateway = await createGateway({ workers: Number(values.workers) });
await gateway.start();
const port = values.port === undefined ? await freePort() : Number(values.port);
await gateway.apply({
  "gateway.yaml": `resolvers: ["${knot.address}"]\n`,
  "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\nipPolicyFlow: default-connection\nauthenticationFlow: default-login\n`,
  "transports/sink.yaml": `destination: "${values.sink}"\n`,
  "domains/dest.example.yaml": [
    "listener: inbound",
    "transport: sink",
    "recipientFlow: spf-and-recipient",
    "contentFlow: default-content",
    "deliveryFlow: default-delivery",
    "",
  ].join("\n"),
});
console.log(`127.0.0.1:${port},${gateway.pids()[0] ?? 0}`);

const stop = async (): Promise<void> => {
  await gateway.stop();
  await knot.stop();
  process.exit(0);
};
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());
