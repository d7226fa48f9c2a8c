/**
 * One example for each function whose answer comes from outside or changes a message:
 * the kind of flow it stands in, the script, and what it logs where that is certain.
 * A test runs every one of them.
 */
import type { FunctionSignature } from "@sluice/hsl";
import type { FlowKind } from "../flow.ts";

export type FunctionExample = {
  readonly kind: FlowKind;
  readonly script: string;
  readonly log?: readonly string[];
};

const inFlow =
  (kind: FlowKind) =>
  (script: string, ...log: readonly string[]): FunctionExample => ({
    kind,
    script,
    ...(log.length === 0 ? {} : { log }),
  });
const ip = inFlow("ip-policy");
const auth = inFlow("authentication");
const rcpt = inFlow("recipient");
const mail = inFlow("content");
const delivery = inFlow("delivery");

/** By name; a function of several kinds of flow may have one for each. */
export const functionExamples: Readonly<Record<string, readonly FunctionExample[]>> = {
  // every flow
  rate: [
    rcpt(
      'if (rate("sender", $sender, 100, 3600) === false) Defer("Too many messages in an hour");\nAccept();',
    ),
  ],
  secret_equals: [auth('if (secret_equals($saslpassword, "letmein")) Accept();\nReject();')],
  gethostname: [mail("echo strlen(gethostname()) > 0;", "1")],
  syslog: [ip('syslog("warning", "$senderip is here again");')],
  dns: [rcpt('if (count(dns($senderdomain)) == 0) echo "$senderdomain has no address";')],
  dns4: [rcpt('if (count(dns4($senderhelo)) == 0) echo "$senderhelo has no IPv4 address";')],
  dns6: [rcpt("echo count(dns6($senderhelo)) > 0;")],
  dnsmx: [rcpt("foreach (dnsmx($senderdomain) as $host) echo $host;")],
  dnstxt: [
    rcpt(
      'foreach (dnstxt($senderdomain) as $text) {\n  if ($text =~ "/^v=spf1 /") echo "has an SPF record";\n}',
    ),
  ],
  dnsns: [rcpt("echo dnsns($senderdomain);")],
  dnsptr: [ip('if (count(dnsptr($senderip)) == 0) Block("421 No reverse name");')],
  confirmed_name: [ip("echo confirmed_name($senderip);")],
  dns_query: [
    rcpt(
      '$answer = dns_query($senderdomain, ["type" => "mx", "extended_result" => true]);\nif (isset($answer["error"])) Defer();',
    ),
  ],
  dnsbl: [ip('if (count(dnsbl($senderip, "bl.example.org")) > 0) Block("554 You are on a list");')],
  spf: [rcpt("if (spf($senderip, $senderhelo, $senderdomain) == 100) Reject();\nAccept();")],
  spf_query: [rcpt('echo spf_query($senderip, $senderhelo, $sender)["result"];')],
  globalview: [ip('if (globalview($senderip) == "permfail") Block("554 Not from you");')],
  reputation: [
    ip(
      '$what = reputation($senderip, "reputation.example.org", ["tempfail" => "127.0.0.3"]);\nif ($what == "permfail") Block("554 Not from you");',
    ),
  ],
  address_memory: [
    ip(
      '$seen = address_memory($senderip, 7);\nif (is_array($seen) and $seen["accepted"] > 20 and $seen["share"] > 0.9) Block("421 Try later");',
    ),
  ],
  rsa_sign: [mail('echo strlen(rsa_sign($messageid, "pki:main", ["padding" => "pss"]));', "256")],
  rsa_verify: [
    mail(
      '$signature = rsa_sign("hello", "pki:main");\necho rsa_verify("hello", $signature, "pki:main");\necho rsa_verify("hullo", $signature, "pki:main") === false;',
      "1",
      "1",
    ),
  ],
  rsa_encrypt: [mail('echo strlen(rsa_encrypt("a key", "pki:main"));', "256")],
  rsa_decrypt: [mail('echo rsa_decrypt(rsa_encrypt("a key", "pki:main"), "pki:main");', "a key")],
  ed25519_verify: [
    mail(
      '$key = hex_decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");\n$public = hex_decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");\necho ed25519_verify("", ed25519_sign("", $key), $public);',
      "1",
    ),
  ],
  smtp_lookup_rcpt: [
    rcpt(
      '$known = smtp_lookup_rcpt("mailtransport:internal", $sender, $recipient);\nif ($known < 0) Defer();\nif ($known == 0) Reject("No such user");\nAccept();',
    ),
  ],
  smtp_lookup_auth: [
    auth(
      '$right = smtp_lookup_auth("mailtransport:internal", $saslusername, $saslpassword);\nif ($right < 0) Defer();\nif ($right == 1) Accept();\nReject();',
    ),
  ],
  mail: [
    mail(
      'mail("gateway@example.org", "postmaster@example.org", "Look at this", "It came from $senderip.");',
    ),
  ],
  ldap_search: [
    rcpt(
      '$found = ldap_search("ldap:main", $recipient);\nif (is_number($found)) Defer();\nif (count($found) == 0) Reject("No such user");\nAccept();',
    ),
  ],
  ldap_bind: [
    auth(
      '$right = ldap_bind("ldap:main", $saslusername, $saslpassword);\nif ($right < 0) Defer();\nif ($right == 1) Accept();\nReject();',
    ),
  ],
  radius_authen: [
    auth(
      '$server = ["host" => "127.0.0.1", "port" => 9, "secret" => "shared", "timeout" => 0.1, "retry" => 1];\n$right = radius_authen($server, $saslusername, $saslpassword);\nif ($right < 0) Defer();\nif ($right == 1) Accept();\nReject();',
    ),
  ],
  tacplus_authen: [
    auth(
      '$server = ["host" => "127.0.0.1", "port" => 9, "secret" => "shared"];\n$right = tacplus_authen($server, $saslusername, $saslpassword);\nif ($right < 0) Defer();\nif ($right == 1) Accept();\nReject();',
    ),
  ],
  tacplus_author: [
    auth(
      '$server = ["host" => "127.0.0.1", "port" => 9, "secret" => "shared"];\n$rights = tacplus_author($server, $saslusername, ["service" => "mail"]);\nif (not is_array($rights)) Defer();\necho $rights;',
    ),
  ],
  dovecot_lookup_auth: [
    auth(
      '$right = dovecot_lookup_auth(["host" => "127.0.0.1", "port" => 9], $saslusername, $saslpassword);\nif ($right < 0) Defer();\nif ($right == 1) Accept();\nReject();',
    ),
  ],
  memory_store: [
    mail(
      'memory_store("last", ["from" => $sender], ["ttl" => 600]);\necho memory_fetch("last")["from"];',
      "sender@example.org",
    ),
  ],
  memory_fetch: [mail('echo memory_fetch("nobody has stored this", "nothing");', "nothing")],
  memory_delete: [
    mail(
      'memory_store("seen", true);\necho memory_delete("seen");\necho memory_fetch("seen") === none;',
      "1",
      "1",
    ),
  ],
  memory_inc: [mail('memory_inc("refused");\necho memory_inc("refused", 2);', "3")],
  stat: [
    rcpt(
      '$isV6 = strpos($senderip, ":") >= 0;\nstat("family", ["ipv4" => $isV6 ? 0 : 1, "ipv6" => $isV6 ? 1 : 0]);',
    ),
  ],
  Socket: [
    rcpt(
      'try {\n  $socket = Socket("AF_INET", "SOCK_STREAM")->connect("127.0.0.1", 7);\n  if ($socket === none) Defer();\n  $socket->send("hello");\n  echo $socket->recv(100);\n}\ncatch ($error) { echo $error->message(); }',
      "Settings › Gateway › The world outside does not list 127.0.0.1",
    ),
  ],
  TLSSocket: [
    rcpt(
      '$tls = TLSSocket(Socket("AF_INET", "SOCK_STREAM"), ["tls_sni" => "api.example.org"]);\nif ($tls->handshake() === none) echo $tls->errno();',
      "ENOTCONN",
    ),
  ],
  File: [
    rcpt(
      '$file = File("file://words.txt");\nwhile (($line = $file->readline()) !== false) echo $line;',
      "bob secret",
      "alice hidden",
    ),
  ],
  MailMessage: [
    mail(
      'foreach (MIME("0")->findByType("^message/rfc822$") as $part) {\n  echo MailMessage($part->getBody())->getHeader("Subject");\n}',
    ),
    mail('echo MailMessage("Subject: inner\\r\\n\\r\\nHello")->getBody();', "Hello"),
  ],
  Iconv: [
    mail(
      'echo base64_encode(Iconv("iso-8859-1", "utf-8")->convert("\\xc3\\xa9"));\necho Iconv("us-ascii", "utf-8")->convert("\\xc3\\xa9") === none;',
      "6Q==",
      "1",
    ),
  ],
  X509: [
    mail(
      'try { $days = (X509("pki:main")->not_valid_after() - time()) / 86400;\n  if ($days < 14) syslog("warning", "the certificate ends in " . floor($days) . " days");\n}\ncatch ($error) { echo $error->message(); }',
      "this is no certificate",
    ),
  ],
  http: [
    auth(
      '$answer = http("https://sign-in.example.org/?name=$1&password=$2", 10, $saslusername, $saslpassword);\nif ($answer == "OK") Accept();\nReject();',
    ),
  ],
  file: [rcpt('echo file("file://words.txt");', '[0=>"bob secret",1=>"alice hidden"]')],
  file_get_contents: [rcpt('echo strlen(file_get_contents("file://words.txt"));', "23")],
  in_file: [rcpt('echo in_file("bob", "file://words.txt");', '[0=>"bob",1=>"secret"]')],

  in_network_file: [ip('echo in_network_file($senderip, "file://networks.txt");', "1")],

  // IP policy
  Allow: [ip('if (in_network($senderip, "192.0.2.0/24")) Allow(300);')],
  Block: [ip('if (in_network($senderip, "198.51.100.0/24")) Block("421 Try later", 60);')],

  // authentication, recipient, content
  Accept: [
    auth('Accept(["username" => strtolower($saslusername)]);'),
    rcpt('if ($saslauthed) Accept();\nReject("Sign in first");'),
  ],
  Reject: [
    auth('Reject("Wrong name or password");'),
    rcpt('Reject("No such user");'),
    mail('if (GetHeader("Subject") =~ "/lottery/i") Reject("We do not play");'),
  ],
  Defer: [
    auth('Defer("Try again later");'),
    rcpt('Defer("Try again later");'),
    mail('Defer("Try again later");'),
  ],
  SetSender: [
    rcpt('SetSender("bounces@example.org");\necho $sender;', "bounces@example.org"),
    delivery('if (not $attempted) SetSender("bounces@example.org");'),
  ],
  SetRecipient: [
    rcpt('SetRecipient("$recipientlocalpart@example.net");\nAccept();'),
    delivery('if (not $attempted) SetRecipient("archive@example.net");'),
  ],
  GetMailQueueMetric: [
    rcpt(
      'function waiting($domain) { return GetMailQueueMetric(["filter" => ["recipientdomain" => $domain]]); }\nif (false) echo waiting($recipientdomain);',
    ),
  ],

  // content
  Deliver: [
    mail('Deliver("archive@example.net", "mailtransport:internal");'),
    delivery('if ($attempted and $errorcode >= 500) Deliver("postmaster@example.org");'),
  ],
  DirectDeliver: [mail("DirectDeliver();")],
  DeliverAsSpam: [mail("if (ScanSPF() == 100) DeliverAsSpam();")],
  Delete: [
    mail('if (GetHeader("X-Loop") != "") Delete();'),
    delivery("if ($attempted and $errorcode >= 500) Delete();"),
  ],
  Done: [mail('CopyMail("archive@example.net");\nDone();')],
  Quarantine: [
    mail('Quarantine("mailquarantine:spam", none, none, ["reject" => false, "reason" => "spam"]);'),
  ],
  CopyMail: [mail('CopyMail("archive@example.net");\nDeliver();')],
  DiscardMailDataChanges: [
    mail(
      'AddHeader("X-Seen", "yes");\nDiscardMailDataChanges();\necho GetHeader("X-Seen") == "";',
      "1",
    ),
  ],
  SetMailTransport: [mail('SetMailTransport("mailtransport:internal");')],
  SetDelayedDeliver: [mail("SetDelayedDeliver(600);")],
  DKIMSign: [
    mail('DKIMSign("rsa", "example.org", "pki:main");\nDeliver();'),
    delivery('if (not $attempted) DKIMSign("rsa", "example.org", "pki:main");'),
  ],
  DKIMSignAs: [
    mail('echo DKIMSignAs("example.org");', "1"),
    delivery("if (not $attempted) DKIMSignAs();"),
  ],
  DeliverWithDKIM: [mail('DeliverWithDKIM("rsa", "example.org", "pki:main");')],
  ARCSeal: [mail('PrependHeader("Subject", "[list] ");\nARCSeal("signer:example.org");')],
  SRSRewrite: [
    mail(
      '$rewritten = SRSRewrite("signer:example.org", "ann@example.com");\nSetSender($rewritten);\necho $senderdomain;',
      "example.org",
    ),
  ],
  SRSRestore: [
    rcpt(
      '$found = SRSRestore("signer:example.org");\nif ($found["result"] == "restored") {\n  SetRecipient($found["address"]);\n  Accept();\n}\necho $found["result"];',
      "none",
    ),
  ],
  GetTLS: [
    mail('if (not GetTLS()["started"]) AddHeader("X-Encrypted", "no");'),
    rcpt('echo GetTLS()["protocol"] == "";', "1"),
  ],
  SetSenderIP: [
    mail(
      'if ($senderip == "192.0.2.1") SetSenderIP("198.51.100.7");\necho $senderip;',
      "198.51.100.7",
    ),
  ],
  SetSenderHELO: [mail('SetSenderHELO("mx.example.net");\necho $senderhelo;', "mx.example.net")],
  GetID: [mail("echo GetID() == $messageid;", "1")],
  SetMetaData: [
    mail('SetMetaData(["class" => "bulk"]);\necho GetMetaData()["class"];', "bulk"),
    delivery('if (not $attempted) SetMetaData(["seen" => "yes"]);'),
  ],
  GetMetaData: [
    mail('SetMetaData(["class" => "bulk"]);\necho GetMetaData();', '["class"=>"bulk"]'),
    delivery('if ((GetMetaData()["class"] ?? "") == "bulk" and not $attempted) Reschedule(60);'),
  ],
  GetHeader: [mail('echo GetHeader("Subject");', "Sample")],
  GetHeaders: [mail('echo GetHeaders("Subject");', '[0=>"Sample"]')],
  AddHeader: [mail('AddHeader("X-Checked", "yes");\necho GetHeader("X-Checked");', "yes")],
  SetHeader: [mail('SetHeader("Subject", "Changed");\necho GetHeader("Subject");', "Changed")],
  PrependHeader: [
    mail('PrependHeader("Subject", "[list] ");\necho GetHeader("Subject");', "[list] Sample"),
  ],
  AppendHeader: [
    mail(
      'AppendHeader("Subject", " (external)");\necho GetHeader("Subject");',
      "Sample (external)",
    ),
  ],
  DelHeader: [mail('echo DelHeader("Subject");\necho GetHeader("Subject") == "";', "1", "1")],
  GetRoute: [mail("foreach (GetRoute(true) as $hop) echo $hop;")],
  GetDSN: [mail('if (GetDSN() !== false) echo "a delivery status notification";')],
  GetDSNHeader: [mail('echo GetDSNHeader("Message-ID") == "";', "1")],
  GetAddressList: [
    mail(
      'echo GetAddressList("Ann <ann@example.org>, bob@example.org");',
      '[0=>"ann@example.org",1=>"bob@example.org"]',
    ),
  ],
  GetAttachmentsByName: [
    mail('if (count(GetAttachmentsByName("/[.]exe$/i")) > 0) Reject("No programs, please");'),
  ],
  GetAttachmentsByType: [mail('echo GetAttachmentsByType("^image/");', "[]")],
  GetAttachmentName: [mail('echo GetAttachmentName(GetAttachmentsByType("."));')],
  GetAttachmentType: [mail('echo GetAttachmentType("/");', '[0=>"text/plain"]')],
  GuessAttachmentType: [
    mail(
      'foreach (GuessAttachmentType(GetAttachmentsByName("/./")) as $type) {\n  if ($type == "application/x-dosexec") Reject("No programs, please");\n}',
    ),
  ],
  GetAttachmentSize: [mail('if (GetAttachmentSize("/")[0] > 20000000) Reject("Too large");')],
  RemoveAttachments: [mail('echo RemoveAttachments(GetAttachmentsByName("/[.]exe$/i"));', "0")],
  MIME: [
    mail(
      'foreach (MIME("0")->findByType("^text/html$") as $part) {\n  $part->setBody(str_replace("http://", "hxxp://", $part->getBody()));\n}',
    ),
    mail(
      '$part = MIME();\n$part->setBody("Checked by the gateway.", "text/plain");\nMIME("0")->appendPart($part);\necho $part->getBody();',
      "Checked by the gateway.",
    ),
  ],
  GetMailMessage: [
    mail(
      '$mail = GetMailMessage();\necho $mail->getType() . " " . $mail->getHeader("Subject");',
      "text/plain Sample",
    ),
  ],
  GetMailFile: [
    mail(
      '$file = GetMailFile();\nwhile (($line = $file->readline()) !== false) {\n  if ($line == "") break;\n}\necho $file->read();',
      "Hello\r\n",
    ),
  ],
  ScanDLP: [
    mail(
      '$found = ScanDLP([\n  "program" => ["filename" => ["/[.]exe$/i"], "type" => "x-dosexec"],\n  "card" => ["content" => "/[45][0-9]{3}([ -]?[0-9]{4}){3}/"]\n]);\necho $found;\nif (count($found) > 0) Reject("Not by mail");',
      "[]",
    ),
  ],
  WrapMessage: [
    mail(
      'echo WrapMessage("This came from outside.", none, ["position" => "top"]);\necho GetMailMessage()->getBody();',
      "1",
      "This came from outside.\r\nHello\r\n",
    ),
  ],
  Blacklist: [
    rcpt(
      '$listed = Blacklist();\nif ($listed < 0) Defer();\nif ($listed == 1) Reject("You are not welcome here");\necho $listed;',
      "0",
    ),
  ],
  ScanBWList: [
    mail('if (ScanBWList() == 100) Reject("You are not welcome here");\necho ScanBWList();', "50"),
  ],
  ScanSA: [
    mail(
      '$scan = ScanSA(["extended_result" => true]);\nif (isset($scan["error"])) Defer("Try again later");\nif ($scan["score"] >= 15) Reject("This is spam");\nif ($scan["score"] >= 5) AddHeader("X-Spam", "yes");',
    ),
  ],
  ScanSARules: [
    mail(
      'try { foreach (ScanSARules() as $rule => $score) echo "$rule $score"; }\ncatch ($error) { echo $error->message(); Defer("Try again later"); }',
      "ScanSARules: no SpamAssassin server is set in Settings › Gateway › Scanners",
    ),
  ],
  ScanCLAM: [
    mail(
      '$scan = ScanCLAM(["extended_result" => true]);\nif (isset($scan["error"])) Defer("Try again later");\nif (count($scan["result"]) > 0) Reject("It carries " . $scan["result"][0]);',
    ),
  ],
  ScanSPF: [mail("if (ScanSPF() == 100) Reject();")],
  DKIMSDID: [mail('echo DKIMSDID(["example.org"]);', '["example.org"=>"skip"]')],
  DKIMADSP: [mail('if (DKIMADSP() == "discard") Delete();')],
  ScanDMARC: [
    mail(
      '$dmarc = ScanDMARC();\nif (is_array($dmarc) and in_array("reject", $dmarc)) Reject("Not from this domain");',
    ),
  ],

  // delivery
  Try: [delivery("if (not $attempted) Try();")],
  Retry: [delivery("if ($attempted and $errorcode == 550) Retry();")],
  GenerateDSN: [delivery("if ($attempted and $retry > 10) GenerateDSN();")],
  Reschedule: [
    delivery(
      'if (not $attempted and $recipientdomain == "example.com") Reschedule(60, ["reason" => "slowly"]);',
    ),
  ],
  Queue: [
    delivery(
      'if (not $attempted and $retry == 0) Queue(["delay" => 60, "reason" => "greylisted"]);',
    ),
  ],
  SetDSN: [
    delivery(
      'if ($attempted and $errorcode >= 500) SetDSN(["recipient" => "postmaster@example.org", "from_name" => "Example mail"]);',
    ),
  ],
  CurrentConnections: [
    delivery(
      'if (not $attempted and CurrentConnections("domain", $recipientdomain, 5) === false) Queue(["delay" => 10, "increment_retry" => false]);',
    ),
  ],
  SetDestination: [
    delivery('if (not $attempted and $retry > 3) SetDestination("backup.example.net", 2525);'),
  ],
  SetSourceIP: [delivery('if (not $attempted) SetSourceIP("192.0.2.25");')],
  SetHELO: [delivery('if (not $attempted) SetHELO("mx.example.org");')],
  SetTLS: [delivery('if (not $attempted) SetTLS(["tls" => "require-verify"]);')],
  SetSASL: [delivery('if (not $attempted) SetSASL("gateway", "a password");')],
  SetProtocol: [delivery('if (not $attempted) SetProtocol("lmtp");')],
};

/** The signature with its example for this kind of flow, or the first there is. */
export const withExample = <Signature extends FunctionSignature>(
  signature: Signature,
  kind?: FlowKind,
): Signature => {
  if (signature.example !== undefined) return signature;
  const all = Object.hasOwn(functionExamples, signature.name)
    ? (functionExamples[signature.name] ?? [])
    : [];
  const found = all.find((one) => one.kind === kind) ?? all[0];
  return found === undefined
    ? signature
    : { ...signature, example: { script: found.script, log: found.log ?? [] } };
};
