// How the page looks: checked by axe-core, and kept as pictures for people to look at.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { scenario, until } from "./bench.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const DAY_MS = 86_400_000;
const inDays = (days) => new Date(Date.now() + days * DAY_MS).toISOString();

const BUSY = [
  { title: "Book the dentist", due_at: inDays(-2), priority: 1 },
  {
    title: "Reply to Amira about the release",
    notes: "She asked about the dates.\nMention the backup.",
    tags: ["work"],
  },
  { title: "Buy milk, bread and coffee" },
  { title: "Renew the passport", completed: true },
  { title: "Plan the walk in the hills", due_at: inDays(4), tags: ["family", "weekend"] },
  { title: "לקנות פרחים לשבת" },
  { title: "Read the chapter on logs, with the part on checkpoints and those who read for long", completed: true },
  { title: "Water the plants" },
];

const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const LOOKS = [
  { name: "empty" },
  { name: "empty-dark", colorScheme: "dark" },
  { name: "busy", tasks: BUSY, act: writing },
  { name: "dark", tasks: BUSY, colorScheme: "dark", act: ({ page }) => page.keyboard.press("ArrowDown") },
  { name: "editing", tasks: BUSY, act: editing },
  { name: "editing-dark", tasks: BUSY, colorScheme: "dark", act: editing },
  { name: "filtered", tasks: BUSY.slice(4, 6), path: "#/completed" },
  { name: "refused", tasks: BUSY, act: refusal },
  { name: "refused-dark", tasks: BUSY, colorScheme: "dark", act: refusal },
  { name: "away", tasks: BUSY, act: absence },
  { name: "away-dark", tasks: BUSY, colorScheme: "dark", act: absence },
  { name: "sign-in", auth: "token" },
  { name: "sign-in-dark", auth: "token", colorScheme: "dark" },
  { name: "phone", tasks: BUSY, ...PHONE },
  { name: "phone-empty", ...PHONE },
  { name: "phone-refused", tasks: BUSY, ...PHONE, act: refusal },
];

async function writing({ page, screen }) {
  await page.locator(".new-todo").fill("Call the bank");
  await screen.row("Buy milk, bread and coffee").hover();
}

async function editing({ page, screen }) {
  await screen.row("Buy milk, bread and coffee").locator(".title").dblclick();
  await page.locator(".editing .edit").waitFor();
}

async function refusal({ page, screen }) {
  await screen.add("x".repeat(501));
  await page.locator(".notice").waitFor();
}

async function absence({ page, screen, server }) {
  await server.kill();
  await screen.add("Call the bank");
  await page.locator(".notice").waitFor();
}

for (const { name, act = () => {}, ...options } of LOOKS) {
  scenario(`looks: ${name}`, { deviceScaleFactor: 2, script: AXE, ...options }, async (stage) => {
    const { page } = stage;
    await act(stage);
    await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
    await page.screenshot({ path: join(process.env.OUTPUT, `${name}.png`) });
    assert.deepEqual(await violations(page), []);
  });
}

async function violations(page) {
  const found = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
