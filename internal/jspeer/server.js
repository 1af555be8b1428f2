// Serves events by the published server of the protocol on a free port of the
// loopback interface, prints the port, and ends when its standard input does.
"use strict";

const http = require("node:http");
const { EventProcessor } = require("@guiabolsobr/events-protocol/server/eventProcessor.js");
const { buildResponseEventFor, buildResponseEventErrorFor, NotFound } =
  require("@guiabolsobr/events-protocol/server/responseEventBuilder.js");

console.warn = () => {}; // it misses the SDK that it would trace with

EventProcessor.addHandler("peer:text:echo", 1, async (event) => buildResponseEventFor(event, event.payload));
EventProcessor.addHandler("peer:thing:get", 1, async (event) =>
  buildResponseEventErrorFor(event, NotFound, { code: "THING_NOT_FOUND", parameters: { id: event.payload.id } }));
EventProcessor.addHandler("peer:thing:break", 1, async () => { throw new Error("an internal error"); });

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const answer = await EventProcessor.processEvent(JSON.parse(Buffer.concat(chunks).toString()));
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(answer));
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
