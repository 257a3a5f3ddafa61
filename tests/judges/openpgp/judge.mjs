// node judge.mjs key [rsa|p256] [revoked] > {private, public} (armored; without an algorithm a key of RFC 9580) · decrypt KEYFILE < FILE > PLAIN
import { readFileSync, writeSync } from "node:fs";
import * as openpgp from "openpgp";

const [verb, ...rest] = process.argv.slice(2);
const put = (bytes) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
};
if (verb === "key") {
  const options = {
    rsa: { type: "rsa", rsaBits: 2048 },
    p256: { type: "ecc", curve: "nistP256" },
  }[rest[0]] ?? { type: "curve25519", config: { v6Keys: true, aeadProtect: true } };
  const { privateKey, publicKey, revocationCertificate } = await openpgp.generateKey({
    ...options,
    userIDs: [{ name: "Officer", email: "officer@authority.example" }],
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
