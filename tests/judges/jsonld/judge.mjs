// node judge.mjs < DOCUMENT > N-Quads. Safe mode: a member or value that would be dropped is an error. Nothing is fetched.
import { readFileSync, writeSync } from "node:fs";
import jsonld from "jsonld";

const document = JSON.parse(readFileSync(0, "utf8"));
const documentLoader = async (url) => {
  throw new Error(`would fetch ${url}`);
};
await jsonld.expand(document, { safe: true, documentLoader });
const quads = Buffer.from(await jsonld.toRDF(document, { safe: true, documentLoader, format: "application/n-quads" }));
for (let at = 0; at < quads.length; ) at += writeSync(1, quads, at);
