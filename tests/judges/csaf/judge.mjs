// Reads one JSON array of CSAF documents (as texts) on standard input; writes one JSON array: for each, the errors of the strict schema and of all mandatory tests.
import { readFileSync } from "node:fs";
import validateStrict from "@secvisogram/csaf-validator-lib/validateStrict.js";
import { csaf_2_0_strict } from "@secvisogram/csaf-validator-lib/schemaTests.js";
import * as mandatory from "@secvisogram/csaf-validator-lib/mandatoryTests.js";

const tests = [csaf_2_0_strict, ...Object.values(mandatory)];
const verdicts = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  const { tests: results } = await validateStrict(tests, JSON.parse(text));
  verdicts.push(results.flatMap((one) => (one.errors ?? []).map((error) => `${one.name} ${error.instancePath ?? ""}: ${error.message}`)));
}
process.stdout.write(JSON.stringify({ tests: tests.length, verdicts }));
