// An OpenID Connect issuer on loopback, as strict about the code flow with PKCE as one must be: real keys,
// real signatures, a page where people sign in.

import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const AUDIENCE = "tasks";
const CLIENT = "page";
const LIFETIME_S = 600;
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const JSON_TYPE = { "Content-Type": "application/json" };
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export async function startIssuer() {
  const codes = new Map(); // what each was given for; each is good once
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    const answer = ROUTES[`${request.method} ${pathname}`]?.(searchParams, await textOf(request));
    const [status, headers, body] = answer ?? [404, {}, ""];
    response.writeHead(status, headers).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;

  const ROUTES = {
    "GET /.well-known/openid-configuration": () => [200, JSON_TYPE, JSON.stringify({
      issuer: url, jwks_uri: `${url}/keys`, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token`,
    })],
    "GET /keys": () => [200, JSON_TYPE, JSON.stringify({
      keys: [{ ...publicKey.export({ format: "jwk" }), kid: "rsa", use: "sig", alg: "RS256" }],
    })],
    "GET /authorize": (query) => {
      const good = query.get("response_type") === "code" && query.get("client_id") === CLIENT && query.get("state") &&
        query.get("scope") === "openid" && query.get("code_challenge_method") === "S256" &&
        /^[\w-]{43}$/.test(query.get("code_challenge"));
      if (!good) return [400, {}, `not a request of the code flow: ${query}`];
      const code = randomUUID();
      codes.set(code, Object.fromEntries(query));
      const back = (parameters) => {
        const target = new URL(query.get("redirect_uri"));
        for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
        return target.href.replaceAll("&", "&amp;");
      };
      const { state } = Object.fromEntries(query);
      return [200, { "Content-Type": "text/html" }, `<!DOCTYPE html><link rel="icon" href="data:,"><title>Issuer</title>
        <a href="${back({ code, state, iss: url, session_state: "x y" })}">I am Alice</a>
        <a href="${back({ error: "access_denied", error_description: "Nobody by that name", state })}">I am nobody</a>`];
    },
    "POST /token": (query, text) => {
      const form = new URLSearchParams(text);
      const given = codes.get(form.get("code"));
      codes.delete(form.get("code"));
      const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
      const good = given && form.get("grant_type") === "authorization_code" && form.get("client_id") === CLIENT &&
        form.get("redirect_uri") === given.redirect_uri && challenge === given.code_challenge;
      if (!good) return [400, JSON_TYPE, '{"error":"invalid_grant"}'];
      return [200, JSON_TYPE, JSON.stringify({ access_token: token(), token_type: "Bearer", expires_in: LIFETIME_S })];
    },
  };

  function token() {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: url, aud: AUDIENCE, sub: "alice", nbf: now - 5, exp: now + LIFETIME_S };
    const text = `${encoded({ alg: "RS256", kid: "rsa" })}.${encoded(claims)}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
  }

  return {
    url,
    token,
    arguments: ["--oidc-issuer", url, "--oidc-audience", AUDIENCE, "--oidc-client", CLIENT],
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

async function textOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
