/** What a Received field says of one hop (RFC 5321 §4.4); "" for what it does not say. */
export type Hop = {
  readonly from: string;
  readonly helo: string;
  readonly ip: string;
  readonly by: string;
  readonly date: string;
};

export const parseReceived = (value: string): Hop => {
  const semicolon = value.lastIndexOf(";");
  const date = semicolon < 0 ? "" : value.slice(semicolon + 1).trim();
  const text = (semicolon < 0 ? value : value.slice(0, semicolon)).slice(0, 4000);
  const by = /(?:^|\s)by\s+(\S+)/i.exec(text)?.[1] ?? "";
  const clause = /^\s*from\s+(\S+)(.*?)(?=\sby\s|$)/is.exec(text);
  const helo = clause?.[1] ?? "";
  const comment = clause?.[2] ?? "";
  const ip =
    /\[(?:IPv6:)?([0-9A-Fa-f.:]{3,45})\]/.exec(`${helo} ${comment}`)?.[1] ??
    /\(([0-9A-Fa-f.:]{7,45})\)/.exec(comment)?.[1] ??
    "";
  const name = /\(\s*([A-Za-z0-9._-]+)\s*[[(]/.exec(comment)?.[1] ?? helo;
  return { from: name, helo, ip, by, date };
};
