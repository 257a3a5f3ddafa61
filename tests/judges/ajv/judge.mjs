// Reads one JSON array of texts on standard input; writes one JSON array of verdicts: true where the text is JSON that satisfies the schema.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: false });
addFormats(ajv, { mode: "full" });
const validate = ajv.compile(JSON.parse(readFileSync(process.argv[2], "utf8")));
const texts = JSON.parse(readFileSync(0, "utf8"));
const verdicts = texts.map((text) => {
  try {
    return validate(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
});
process.stdout.write(JSON.stringify(verdicts));
