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
  { name: "conflict", tasks: BUSY, act: conflict },
  { name: "conflict-dark", tasks: BUSY, colorScheme: "dark", act: conflict },
  { name: "details", tasks: BUSY, act: details },
  { name: "details-dark", tasks: BUSY, colorScheme: "dark", act: details },
  { name: "selected", tasks: BUSY, act: selection },
  { name: "selected-dark", tasks: BUSY, colorScheme: "dark", act: selection },
  { name: "undo", tasks: BUSY, act: removal },
  { name: "undo-dark", tasks: BUSY, colorScheme: "dark", act: removal },
  { name: "keys", tasks: BUSY, act: keyMap },
  { name: "keys-dark", tasks: BUSY, colorScheme: "dark", act: keyMap },
  { name: "sign-in", auth: "token" },
  { name: "sign-in-dark", auth: "token", colorScheme: "dark" },
  { name: "sign-in-issuer", auth: "oidc" },
  { name: "sign-in-issuer-dark", auth: "oidc", colorScheme: "dark" },
  { name: "filtered-dark", tasks: BUSY.slice(4, 6), path: "#/completed", colorScheme: "dark" },
  { name: "phone", tasks: BUSY, ...PHONE },
  { name: "phone-dark", tasks: BUSY, ...PHONE, colorScheme: "dark" },
  { name: "phone-selected", tasks: BUSY, ...PHONE, act: selection },
  { name: "phone-undo", tasks: BUSY, ...PHONE, act: removal },
  { name: "phone-keys", tasks: BUSY, ...PHONE, act: keyMap },
  { name: "phone-empty", ...PHONE },
  { name: "phone-refused", tasks: BUSY, ...PHONE, act: refusal },
  { name: "phone-conflict", tasks: BUSY, ...PHONE, act: conflict },
  { name: "phone-details", tasks: BUSY, ...PHONE, act: details },
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

async function conflict({ page, screen, server }) {
  await screen.edit("Water the plants", "Water the tomatoes");
  const [task] = await server.list("?q=plants");
  await server.send("PATCH", `/tasks/${task.id}`, { title: "Water the plants on Friday" });
  await page.keyboard.press("Enter");
  await page.locator(".notice-versions").waitFor();
}

async function details({ page, screen }) {
  await screen.row("Plan the walk in the hills").locator(".toggle").focus();
  await page.keyboard.press("e");
}

async function selection({ page, screen }) {
  await screen.row("Book the dentist").locator(".toggle").focus();
  await page.keyboard.press("Shift+ArrowDown");
}

async function removal({ page, screen }) {
  await screen.row("Book the dentist").locator(".toggle").focus();
  await page.keyboard.press("Delete");
  await page.locator(".toast").waitFor();
}

async function keyMap({ page, screen }) {
  await screen.row("Book the dentist").locator(".toggle").focus();
  await page.keyboard.press("?");
}

for (const { name, act = () => {}, ...options } of LOOKS) {
  scenario(`looks: ${name}`, { deviceScaleFactor: 2, script: AXE, ...options }, async (stage) => {
    const { page } = stage;
    await act(stage);
    await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(tooWide, 0);
    await page.screenshot({ path: join(process.env.OUTPUT, `${name}.png`) });
    assert.deepEqual(await violations(page), []);
  });
}

async function violations(page) {
  const found = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
