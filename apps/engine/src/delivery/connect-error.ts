/** Why TLS did not come about, in the words of SMTP TLS reporting (RFC 8460 §4.3). */
export type TlsFailure =
  | "starttls-not-supported"
  | "certificate-host-mismatch"
  | "certificate-expired"
  | "certificate-not-trusted"
  | "validation-failure"
  | "tlsa-invalid"
  | "dnssec-invalid"
  | "sts-policy-fetch-error"
  | "sts-policy-invalid"
  | "sts-webpki-invalid";

/** Connecting failed: with a reply's code, or 0 when nobody answered. */
export class ConnectError extends Error {
  readonly code: number;
  readonly status: string | null;
  readonly tls: TlsFailure | null;
  constructor(
    code: number,
    status: string | null,
    message: string,
    more: { readonly cause?: unknown; readonly tls?: TlsFailure } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.code = code;
    this.status = status;
    this.tls = more.tls ?? null;
  }
}

/** TLS did not come about; where it is optional, that is no reason not to deliver. */
export class HandshakeError extends ConnectError {}

/** Who we are was not believed; the other hosts will say the same. */
export class SignInError extends ConnectError {}
