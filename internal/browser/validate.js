// Hands the AsyncAPI document whose path is the argument to that format's own
// parser, and prints what it finds wrong as one JSON document.
"use strict";

const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

(async () => {
  const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
  const errors = diagnostics.filter((d) => d.severity === 0).map((d) => `${d.path.join("/")}: ${d.message}`);
  process.stdout.write(JSON.stringify({ parsed: Boolean(document), operations: document?.operations().all().map((o) => o.id()) ?? [], errors }));
})();
