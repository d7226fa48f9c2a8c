import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeFields, fieldValues } from "./describe-fields.ts";
import { field } from "./field.ts";

const schema = z.strictObject({
  title: field.text({ label: "Title", help: "Shown in lists.", max: 120 }).default("x"),
  port: field.number({ label: "Port", help: "TCP port.", min: 1, max: 65535, unit: "tcp" }),
  tls: z
    .strictObject({
      mode: field
        .choice(["off", "on"], {
          label: "TLS",
          help: "Security.",
          choices: { off: "Off", on: "On" },
        })
        .default("off"),
      certificate: field
        .reference("certificate", { label: "Certificate", help: "Ours." })
        .optional(),
    })
    .prefault({}),
  zones: field.list(
    z.strictObject({
      zone: field.template({ label: "Zone", help: "A domain." }).refine((text) => text !== "bad"),
      ranges: field.list(z.string(), { label: "Ranges", help: "Addresses." }).default([]),
    }),
    { label: "Zones", help: "All of them." },
  ),
  delays: field.list(z.number(), { label: "Delays", help: "Minutes." }).default([1]),
  secret: z.string().optional(),
});

describe("describeFields", () => {
  const fields = describeFields(schema);
  const at = (path: string) => fields.find((each) => each.path.join(".") === path);

  it("follows the schema, and skips what has no words", () => {
    expect(fields.map(({ path }) => path.join("."))).toEqual([
      "title",
      "port",
      "tls.mode",
      "tls.certificate",
      "zones",
      "delays",
    ]);
  });

  it("reads through default, optional and prefault", () => {
    expect(at("title")).toMatchObject({ label: "Title", default: "x", optional: true, max: 120 });
    expect(at("port")).toMatchObject({ default: undefined, optional: false, min: 1, max: 65535 });
    expect(at("tls.mode")).toMatchObject({ widget: "select", default: "off" });
    expect(at("tls.certificate")).toMatchObject({ reference: "certificate", optional: true });
  });

  it("says what lists hold", () => {
    expect(at("delays")?.item).toEqual({ widget: "number" });
    expect(at("zones")?.item).toMatchObject({
      widget: "object",
      fields: [
        { path: ["zone"], widget: "template" },
        { path: ["ranges"], widget: "list", item: { widget: "text" } },
      ],
    });
  });
});

describe("fieldValues", () => {
  it("finds values inside lists and objects, with their paths", () => {
    const config = schema.parse({ port: 25, zones: [{ zone: "a" }, { zone: "b", ranges: ["c"] }] });
    const found = fieldValues(schema, config).map(({ path, value }) => [path.join("."), value]);
    expect(found).toContainEqual(["zones.1.zone", "b"]);
    expect(found).toContainEqual(["zones.1.ranges", ["c"]]);
    expect(found).toContainEqual(["tls.mode", "off"]);
  });
});
