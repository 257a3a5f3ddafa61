// node unpack.mjs FOLDER: writes each case of the kit to a file of its name.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as kit from "cctv-age";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
const cases = Object.entries(kit).filter(([, bytes]) => bytes instanceof Uint8Array);
for (const [name, bytes] of cases) {
  writeFileSync(join(folder, name), bytes);
}
console.log(cases.length);
