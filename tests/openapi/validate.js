// Holds recorded answers against the document that describes them: node validate.js DOCUMENT ANSWERS
// The document must be OpenAPI 3.1 to others, too; each answer must have a status, a type and a body that the
// document gives its path and method.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [documentPath, answersPath] = process.argv.slice(2);
const text = readFileSync(documentPath, "utf8");
const api = JSON.parse(text);
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(api, "api");

const escaped = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
const pointer = (...names) => `api#/${names.map((name) => encodeURIComponent(escaped(name))).join("/")}`;

// A path of its own goes before a template that fits as well.
const templates = Object.keys(api.paths)
  .sort((a, b) => a.includes("{") - b.includes("{"))
  .map((path) => ({ path, fits: new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`) }));

// Where the document describes an answer; what no path or method is described for fails like everything else.
function described({ method, path, status }) {
  const template = templates.find(({ fits }) => fits.test(path.split("?")[0]));
  const name = method === "HEAD" ? "get" : method.toLowerCase();
  const operation = template && api.paths[template.path][name];
  if (!operation) return status >= 400 ? ["components", "schemas", "Problem"] : null;
  const key = operation.responses[status] ? String(status) : "default";
  if (key === "default" && status < 400) throw new Error(`${name} ${template.path}: no word of ${status}`);
  return ["paths", template.path, name, "responses", key];
}

function check(answer) {
  const place = described(answer);
  if (!place || answer.method === "HEAD") return;
  const response = place.reduce((at, name) => at[name], api);
  const type = answer.type.split(";")[0];
  let schema = place;
  if (place[0] === "paths") {
    if (!response.content) {
      if (answer.body !== "") throw new Error("a body where there is none to be");
      return;
    }
    const known = Object.keys(response.content).find((name) => name.split(";")[0] === type);
    if (!known) throw new Error(`no word of the type ${type}`);
    schema = [...place, "content", known, "schema"];
  }
  const body = type.endsWith("json") ? JSON.parse(answer.body) : answer.body;
  const validate = ajv.getSchema(pointer(...schema));
  if (!validate(body)) throw new Error(ajv.errorsText(validate.errors));
}

const faults = [];
const whole = await new Validator().validate(JSON.parse(text));
if (!whole.valid) faults.push(`the document: ${JSON.stringify(whole.errors)}`);

const answers = readFileSync(answersPath, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const seen = new Set();
for (const answer of answers) {
  try {
    check(answer);
    seen.add(`${answer.method} ${answer.status}`);
  } catch (error) {
    faults.push(`${answer.method} ${answer.path} ${answer.status}: ${error.message}`);
  }
}
if (seen.size < 15) faults.push(`only ${seen.size} kinds of answers were recorded`);
for (const fault of new Set(faults)) console.error(fault);
console.log(`${answers.length + 1 - faults.length} passed, ${faults.length} failed`);
process.exit(faults.length ? 1 : 0);
