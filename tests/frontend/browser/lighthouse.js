// What Lighthouse says of a page, as it judges by itself: on a slow phone, on a slow network. It takes any
// machine for four times as fast as that phone; one that is known to be slower is slowed down less.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

const CLI = createRequire(import.meta.url).resolve("lighthouse/cli/index.js");

const PHONE = 450; // Lighthouse's own index of a machine's speed; a good desktop has 2000
const SLOWDOWN_MAX = 4;

/** The score from 0 to 1 of each of the categories, and the audits that cost it points; with that the slowdown
 *  that is right for this machine. */
export async function judge(url, names, slowdown = SLOWDOWN_MAX) {
  const path = join(process.env.OUTPUT, "lighthouse.json");
  await promisify(execFile)(process.execPath, [
    CLI, `${url}/`, "--quiet", "--output=json", `--output-path=${path}`, "--no-enable-error-reporting",
    `--only-categories=${names}`, `--throttling.cpuSlowdownMultiplier=${slowdown}`,
    "--chrome-flags=--headless --no-sandbox --disable-gpu --disable-quic",
  ], { env: { ...process.env, CHROME_PATH: process.env.CHROMIUM } });
  const { categories, audits, environment, runtimeError } = JSON.parse(await readFile(path, "utf8"));
  assert.equal(runtimeError, undefined);
  const judged = names.map((name) => {
    const { score, auditRefs } = categories[name];
    const isFault = ({ id, weight }) => weight && audits[id].score !== null && audits[id].score < 1;
    return [name, { score, faults: auditRefs.filter(isFault).map(({ id }) => id) }];
  });
  const fitting = Math.min(SLOWDOWN_MAX, Math.max(1, environment.benchmarkIndex / PHONE));
  return { ...Object.fromEntries(judged), fitting };
}
