/** The content security policy forbids `Function`; zod must not try it. Imported before any schema. */
import { z } from "zod";

z.config({ jitless: true });
