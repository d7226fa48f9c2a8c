/** Real servers that know passwords: FreeRADIUS and Dovecot, and a TACACS+ server of a few lines. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { type Foreground, makeFolder, startForeground, untilTrue } from "./foreground.ts";
import { freePort } from "./gateway.ts";
import { requirePeer } from "./peers.ts";
import { untilOpen } from "./slapd.ts";

export type SignInServer = Foreground & { readonly port: number };

/** One user. `isSigned`: answers carry a Message-Authenticator, as current servers do. */
export const startFreeradius = async (
  user: string,
  password: string,
  secret: string,
  isSigned: boolean,
): Promise<SignInServer> => {
  const freeradius = requirePeer("freeradius");
  const port = await freePort();
  const update = isSigned ? "update reply {\n&Message-Authenticator := 0x00\n}" : "ok";
  const folder = makeFolder("freeradius", (at) => ({
    dictionary: "$INCLUDE /usr/share/freeradius/dictionary\n",
    users: `${user} Cleartext-Password := "${password}"\n`,
    "radiusd.conf": `
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = ${at}
logdir = ${at}
run_dir = ${at}
db_dir = ${at}
max_request_time = 5
security {
  allow_core_dumps = no
  max_attributes = 200
  reject_delay = 0
}
client test {
  ipaddr = 127.0.0.1
  secret = ${secret}
  require_message_authenticator = yes
}
modules {
  files {
    usersfile = ${at}/users
    key = "%{User-Name}"
  }
  pap {
  }
  always ok {
    rcode = ok
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    files
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
  }
  post-auth {
    ${update}
    Post-Auth-Type REJECT {
      ${update}
    }
  }
}
`,
  }));
  const server = await startForeground(
    freeradius,
    ["-f", "-l", "stdout", "-xx", "-d", folder],
    folder,
    (child, output) => untilTrue(child, () => output().includes("Ready to process requests")),
  );
  return { ...server, port };
};

/** One user; it listens on a port and on the socket `auth-client` in its folder. */
export const startDovecot = async (user: string, password: string): Promise<SignInServer> => {
  const dovecot = requirePeer("dovecot");
  const port = await freePort();
  const folder = makeFolder("dovecot", () => ({
    users: `${user}:{PLAIN.b64}${Buffer.from(password).toString("base64")}\n`,
  }));
  writeFileSync(
    path.join(folder, "dovecot.conf"),
    `
base_dir = ${folder}/run
log_path = /dev/stderr
ssl = no
protocols =
auth_mechanisms = plain
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/tmp
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener ${folder}/auth-client {
    mode = 0666
  }
  inet_listener {
    address = 127.0.0.1
    port = ${port}
  }
}
`,
  );
  const server = await startForeground(
    dovecot,
    ["-F", "-c", path.join(folder, "dovecot.conf")],
    folder,
    (child) => untilOpen(port, child),
  );
  return { ...server, port };
};

type TacacsPacket = { readonly head: Buffer; readonly body: Buffer };

/** Answers each packet with what `answer` makes of its body. Written from RFC 8907 alone. */
export const startTacacs = async (
  secret: string,
  answer: (body: Buffer, type: number, socket: Socket) => Buffer | null,
): Promise<{ readonly port: number; readonly stop: () => void }> => {
  /** MD5 of session, key, version, sequence and the block before, block after block. */
  const mask = ({ head, body }: TacacsPacket): Buffer => {
    const blocks: Buffer[] = [];
    for (let done = 0; done < body.length; done += 16) {
      const parts = [head.subarray(4, 8), Buffer.from(secret), head.subarray(0, 1)];
      blocks.push(
        createHash("md5")
          .update(Buffer.concat([...parts, head.subarray(2, 3), blocks.at(-1) ?? Buffer.alloc(0)]))
          .digest(),
      );
    }
    const pad = Buffer.concat(blocks);
    return Buffer.from(body.map((byte, index) => byte ^ (pad[index] ?? 0)));
  };
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 12) {
        const length = 12 + received.readUInt32BE(8);
        if (received.length < length) return;
        const head = received.subarray(0, 12);
        const body = mask({ head, body: received.subarray(12, length) });
        received = received.subarray(length);
        const reply = answer(body, head[1] ?? 0, socket);
        if (reply === null) continue;
        const replyHead = Buffer.from(head);
        replyHead[2] = (head[2] ?? 0) + 1;
        replyHead.writeUInt32BE(reply.length, 8);
        socket.write(Buffer.concat([replyHead, mask({ head: replyHead, body: reply })]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, stop: () => server.close() };
};
