// node judge.mjs decrypt KEYS < FILE > PLAIN · encrypt RECIPIENTS < PLAIN > FILE · recipient KEY. Several keys are parted by commas.
import { readFileSync, writeSync } from "node:fs";
import * as age from "age-encryption";

const [verb, keys] = process.argv.slice(2);
const put = (bytes) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
};
if (verb === "recipient") {
  put(Buffer.from(await age.identityToRecipient(keys)));
} else if (verb === "decrypt") {
  const decrypter = new age.Decrypter();
  for (const key of keys.split(",")) decrypter.addIdentity(key);
  let file = new Uint8Array(readFileSync(0));
  if (file[0] === "-".charCodeAt(0)) file = age.armor.decode(Buffer.from(file).toString("ascii"));
  put(await decrypter.decrypt(file));
} else {
  const encrypter = new age.Encrypter();
  for (const key of keys.split(",")) encrypter.addRecipient(key);
  put(await encrypter.encrypt(new Uint8Array(readFileSync(0))));
}
