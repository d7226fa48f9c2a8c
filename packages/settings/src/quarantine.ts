import { field, ObjectId } from "@sluice/flow-schema";
import { z } from "zod";

/** A folder for held mail. */
export const Quarantine = z.strictObject({
  title: field.text({ label: "Title", help: "Shown in lists.", min: 1, max: 120 }),
  retentionDays: field
    .number({ label: "Keep for", help: "Older mail is deleted.", min: 1, max: 3650, unit: "days" })
    .default(30),
  transport: ObjectId.optional(),
});
export type Quarantine = z.output<typeof Quarantine>;
