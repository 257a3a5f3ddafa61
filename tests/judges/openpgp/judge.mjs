// node judge.mjs key [rfc9580 [expiring|revoked|INSTANT]] > {private, public} (armored, version 6) · decrypt KEYFILE < FILE > PLAIN
import { readFileSync, writeSync } from "node:fs";
import * as openpgp from "openpgp";

const [verb, ...rest] = process.argv.slice(2);
const put = (bytes) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
};
if (verb === "key") {
  const { privateKey, publicKey, revocationCertificate } = await openpgp.generateKey({
    type: "curve25519",
    config: { v6Keys: true, aeadProtect: true },
    userIDs: [{ name: "Officer", email: "officer@authority.example" }],
    date: rest[1]?.startsWith("20") ? new Date(rest[1]) : new Date(),
    keyExpirationTime: rest.includes("expiring") ? 3600 : 0,
    format: "armored",
  });
  let publicText = publicKey;
  if (rest.includes("revoked")) {
    const revoked = await openpgp.revokeKey({ key: await openpgp.readKey({ armoredKey: publicKey }), revocationCertificate, format: "object" });
    publicText = revoked.publicKey.armor();
  }
  put(Buffer.from(JSON.stringify({ private: privateKey, public: publicText })));
} else {
  const key = await openpgp.readPrivateKey({ armoredKey: readFileSync(rest[0], "utf8") });
  const message = await openpgp.readMessage({ binaryMessage: new Uint8Array(readFileSync(0)) });
  const { data } = await openpgp.decrypt({ message, decryptionKeys: key, format: "binary", config: { allowUnauthenticatedStream: false } });
  put(data);
}
