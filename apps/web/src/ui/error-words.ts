/** What the interface says for each code of the gateway; the prose of the server follows where it helps. */
import type { ApiError } from "../api.ts";

type Words = { readonly title: string; readonly cure?: string };

const words: Readonly<Record<string, Words>> = {
  OFFLINE: {
    title: "The gateway does not answer",
    cure: "Is it running? This page tries again by itself.",
  },
  UNAUTHORIZED: { title: "Your session is over", cure: "Sign in again." },
  SIGN_IN_REFUSED: { title: "Not signed in", cure: "Check the name and the password." },
  CODE_NEEDED: { title: "A code is needed" },
  PROOF_NEEDED: { title: "Not changed", cure: "It needs your password again." },
  TOO_MANY_TRIES: { title: "Too many tries", cure: "Wait a little before the next one." },
  FORBIDDEN: { title: "Your role does not allow this" },
  NOT_ALLOWED: { title: "Not allowed" },
  NOT_FOUND: { title: "Not found", cure: "It may have been removed meanwhile." },
  CONFLICT: {
    title: "Somebody was quicker",
    cure: "Nothing is overwritten: load the new version and decide.",
  },
  INVALID: { title: "Not accepted" },
  IN_USE: { title: "Still in use", cure: "Take it out of the places below first." },
  STORAGE_FULL: { title: "The storage is full", cure: "Make room on the gateway's disk." },
  STORAGE_UNREACHABLE: { title: "The database does not answer", cure: "Try again in a moment." },
  STORAGE_UNSURE: {
    title: "Perhaps not stored",
    cure: "Load the page and look before you repeat it.",
  },
  DIRECTORY_UNREACHABLE: { title: "The directory does not answer" },
  DNS_UNREACHABLE: { title: "The name server does not answer" },
  FLOW_FAILED: { title: "The flow failed" },
  INTERNAL: { title: "Something went wrong", cure: "The gateway's log says more." },
};

export const errorWords = ({ code }: ApiError): Words =>
  words[code] ?? { title: "It did not work" };
