// Calls the service at the address given as the argument by the published client
// of the protocol, and prints what came of each call as one JSON document.
"use strict";

const client = require("@guiabolsobr/events-protocol/client/events.js");

// The client was written for browsers.
const session = new Map();
globalThis.window = {
  sessionStorage: {
    getItem: (key) => session.get(key) ?? null,
    setItem: (key, value) => session.set(key, String(value)),
  },
};
console.warn = () => {}; // it advises on metadata.origin, which it then overwrites

const hostname = process.argv[2];
const metadata = { origin: "jspeer" };
const auth = { token: "a-secret-token" };
const identity = { userId: 9007199254740991 };

const byName = client.generateFetchEventByName({ hostname });
const guest = { isAuthorized: false, metadata };
const user = { isAuthorized: true, metadata, auth, identity };

const event = (fields) => client.createEvent({ metadata, auth, identity, payload: {}, ...fields });
const item = (name, version, payload) => event({ name, version, payload });

const calls = {
  success: () => byName("peer:text:echo:v1", { text: "hello" }, user),
  guest: () => byName("peer:text:echo:v1", { text: "hello" }, guest),
  secondVersion: () => byName("peer:text:echo:v2", { text: "hello" }, user),
  unicode: () => byName("peer:text:echo:v1", { text: "olá, Ünïcode 日本語 😀 \u2028 <&> \" \\ \u0001" }, user),
  caller: () => byName("peer:caller:describe:v1", {}, user),
  versionAsNumber: () => client.generateFetchEvent({ hostname })(event({ name: "peer:text:echo", version: 1, payload: { text: "hello" }, id: "id-1", flowId: "flow-1" })),
  notFound: () => byName("peer:thing:get:v1", { id: "t-1" }, user),
  unprocessable: () => byName("peer:thing:rename:v1", {}, guest),
  invalidPayload: () => byName("peer:text:echo:v1", { text: 7 }, user),
  panic: () => byName("peer:thing:break:v1", {}, user),
  noSuchEvent: () => byName("peer:weather:get:v1", {}, user),
  noSuchVersion: () => byName("peer:text:echo:v9", {}, user),
  noVersion: () => byName("peer:text:echo", { text: "hello" }, user),
  noPayload: () => byName("peer:text:echo:v1", undefined, user),
  redirect: () => byName("peer:thing:locate:v1", {}, user),
  batch: () => byName("peer:batch:run:v1", {
    parallel: true,
    events: [
      item("peer:text:echo", "1", { text: "first" }),
      item("peer:thing:get", "1", { id: "t-2" }),
      item("peer:weather:get", "1", {}),
      item("peer:text:echo", "1", { text: "last" }),
    ],
  }, user),
};

async function outcome(call) {
  try {
    return { response: await call() };
  } catch (error) {
    const { message, code, payload, flowId, id } = error;
    return { error: { message, code, payload, flowId, id } };
  }
}

(async () => {
  const outcomes = {};
  for (const [name, call] of Object.entries(calls)) {
    outcomes[name] = await outcome(call);
  }
  process.stdout.write(JSON.stringify(outcomes));
})();
