// What the page must not do, whatever it is given.

import assert from "node:assert/strict";
import http from "node:http";
import { scenario, until } from "./bench.js";

const SHELL_MAX_BYTES = 40 * 1024;

const NAUGHTY = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "</label></li></ul><h1>out</h1>",
  "\"><iframe src=javascript:alert(1)>",
  "javascript:alert(1)",
  "' OR 1=1; DROP TABLE tasks; --",
  "{{constructor.constructor('alert(1)')()}} ${7*7} %s %n %00",
  "&lt;b&gt; &amp; &#0; &nbsp;",
  "__proto__", "constructor", "undefined", "null", "NaN", "0", "-1e309",
  "../../../../etc/passwd",
  "שלום ‮ dlrow olleh ‬ مرحبا",
  "Z̸̧̢̛̠͕a̷͔̓l̵̢͝g̶̱͑o̷̜͝",
  "👩‍👩‍👧‍👦 🏳️‍🌈 𝕱𝖗𝖆𝖐𝖙𝖚𝖗 ﷽",
  "a\u00a0b\u200bc\u2060d",
  "ÅÅ ſtraße ﬁ Ⅳ",
];

scenario("naughty strings are shown as text", {}, async ({ page, screen, server }) => {
  await screen.add(...NAUGHTY);
  await until(server.titles, NAUGHTY);
  assert.deepEqual(await screen.titles(), NAUGHTY);
  await page.reload();
  await until(screen.titles, NAUGHTY);
  assert.equal(await page.locator("h1").count(), 1);
});

scenario("names are naughty only as text too",
  { tasks: [{ title: NAUGHTY[0], notes: NAUGHTY[1], tags: ["<b>x</b>"] }] }, async ({ page, screen }) => {
    await until(screen.titles, [NAUGHTY[0]]);
    assert.equal(await page.locator(".notes").innerText(), NAUGHTY[1]);
    assert.equal(await page.locator(".tag").innerText(), "<b>x</b>");
    assert.equal(await page.getByRole("button", { name: `Delete ${NAUGHTY[0]}` }).count(), 1);
  });

scenario("the policy stops inline script and other origins, and is reported", {}, async ({ page, faults }) => {
  const ran = await page.evaluate(async () => {
    const script = document.createElement("script");
    try {
      script.textContent = "window.ran = true";
      document.head.append(script);
    } catch {
      // Trusted Types refuse the text before the policy refuses the script.
    }
    await fetch("http://127.0.0.1:1/").catch(() => {});
    return window.ran === true;
  });
  assert.equal(ran, false);
  await until(() => faults.some((fault) => /policy: (script-src|require-trusted)/.test(fault)), true);
  await until(() => faults.some((fault) => fault.startsWith("policy: connect-src")), true);
  faults.length = 0;
});

scenario("the page does without what Trusted Types forbid", {}, async ({ page, screen, server, faults }) => {
  await screen.add("one", "two");
  await screen.edit("one", "first");
  await page.keyboard.press("Enter");
  await screen.row("two").locator(".toggle").click();
  await until(() => server.titles(), ["first", "two"]);
  await until(screen.completed, ["two"]);
  assert.equal(await page.evaluate(() => {
    try {
      document.createElement("p").innerHTML = "<b>x</b>";
      return "allowed";
    } catch (error) {
      return error.name;
    }
  }), "TypeError");
  await until(() => faults.splice(0), ["policy: require-trusted-types-for"]);
});

scenario("a title of 501 characters is refused and not lost", {}, async ({ page, screen, server }) => {
  await screen.add("x".repeat(501));
  await until(() => page.locator(".notice-title").innerText(), "This task was not added");
  assert.match(await page.locator(".notice-detail").innerText(), /501 characters.*\(Unprocessable Content\)/);
  await until(screen.titles, []);
  await page.getByRole("button", { name: "Edit again" }).click();
  assert.equal(await page.locator(".new-todo").inputValue(), "x".repeat(501));
  await page.locator(".new-todo").fill("x".repeat(500));
  await page.keyboard.press("Enter");
  await until(server.titles, ["x".repeat(500)]);
  assert.equal(await screen.isShown(".notice"), false);
});

scenario("an edit to 501 characters is refused and not lost", { tasks: [{ title: "short" }] },
  async ({ page, screen, server }) => {
    await screen.edit("short", "y".repeat(501));
    await page.keyboard.press("Enter");
    await until(() => page.locator(".notice-title").innerText(), "This change was not saved");
    await until(screen.titles, ["short"]);
    await page.getByRole("button", { name: "Edit again" }).click();
    await until(() => page.locator(".editing .edit").inputValue(), "y".repeat(501));
    await page.keyboard.press("Escape");
    assert.deepEqual(await server.titles(), ["short"]);
  });

scenario("a long word does not scroll a small screen sideways",
  {
    tasks: [{ title: "w".repeat(400), notes: "n".repeat(400), tags: ["t".repeat(50)] }],
    viewport: { width: 320, height: 568 },
  },
  async ({ page }) => {
    const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.deepEqual(await widths(), [320, 320]);
    for (const part of await page.locator(".title, .notes, .tag").all())
      assert.ok(await part.evaluate((element) => element.scrollWidth <= element.clientWidth), "text is cut off");
    await page.locator(".title").dblclick();
    await page.locator(".editing .edit").waitFor();
    assert.deepEqual(await widths(), [320, 320]);
  });

scenario("on a small screen the filters keep to the margin of what is above them",
  { tasks: [{ title: "one", completed: true }, { title: "two" }], viewport: { width: 320, height: 568 } },
  async ({ page }) => {
    const edges = (selector) => page.locator(selector).evaluate((element) => {
      const { left, right } = element.getBoundingClientRect();
      return [Math.round(left), Math.round(right)];
    });
    for (const name of ["All", "Completed"]) {
      await page.getByRole("link", { name }).click();
      const [[left], [, right]] = [await edges(".toggle-all"), await edges(".search")];
      assert.deepEqual(await edges(".filters"), [left, right], name);
    }
  });

scenario("the shell is small, compressed and answered 304", {}, async ({ page, server }) => {
  const paths = await page.evaluate(() => [
    location.pathname,
    ...performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
    new URL(document.querySelector("link[rel=manifest]").href).pathname,
    new URL(document.querySelector("link[rel=icon]").href).pathname,
    new URL("sw.js", document.baseURI).pathname,
  ]);
  const shell = [...new Set(paths)].filter((path) => path !== "/tasks" && !path.startsWith("/tasks/"));
  assert.ok(shell.length > 8, `only ${shell}`);
  let bytes = 0;
  for (const path of shell) {
    const answer = await get(server.url + path, { "Accept-Encoding": "gzip" });
    assert.equal(answer.status, 200, path);
    bytes += answer.size;
    const again = await get(server.url + path, { "If-None-Match": answer.headers.etag });
    assert.deepEqual([again.status, again.size], [304, 0], path);
  }
  assert.ok(bytes <= SHELL_MAX_BYTES, `${bytes} bytes`);
});

scenario("what the page starts with is asked for ahead of need, once, and none in vain", {}, async ({ page }) => {
  const [ahead, loaded] = await page.evaluate(() => [
    [...document.querySelectorAll("link[rel=modulepreload], link[rel=preload]")].map((link) => link.href),
    performance.getEntriesByType("resource").map(({ name }) => name),
  ]);
  const others = ["page.css", "js/main.js"].map((path) => new URL(path, page.url()).href);
  assert.deepEqual(loaded.filter((name) => !name.endsWith(".svg")).sort(), [...ahead, ...others].sort());
});

// As sent: fetch() would decompress.
function get(url, headers) {
  return new Promise((resolve, reject) => {
    http.get(url, { headers }, (answer) => {
      let size = 0;
      answer.on("data", (part) => (size += part.length));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, size }));
    }).on("error", reject);
  });
}
