/** How a client sends events. Each of these but fetch can be given for one call too. */
export interface ClientOptions extends CallOptions {
  /** What sends the requests; the global fetch unless given. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The program that calls, as the service's metrics show it. */
  origin?: string;
  /** The largest answer that is read, in bytes; 8 MiB unless given. */
  maxResponseBytes?: number;
}

/** How one event is sent. */
export interface CallOptions {
  /** The flow that the event belongs to; a fresh one unless given. */
  flowId?: string;
  /** How long to wait, in milliseconds; 15 seconds unless given. The service is told. */
  timeoutMs?: number;
  /** Ends the call when it is aborted. */
  signal?: AbortSignal;
  /** Headers of the HTTP request, beside those of the client. */
  headers?: Readonly<Record<string, string>>;
  /** What proves the identity, as {token: "..."}; a function is asked at each call. */
  auth?: object | (() => object | Promise<object>);
  /** On whose behalf the event is sent, as {userId: "..."}. */
  identity?: object;
  /** The id of the event; a fresh one unless given. Send it again with a repeated call. */
  id?: string;
}

const kinds = [
  "error",
  "badRequest",
  "unprocessable",
  "unauthorized",
  "forbidden",
  "userDenied",
  "resourceDenied",
  "notFound",
  "gone",
  "expired",
  "failedDependency",
  "eventNotFound",
  "badProtocol",
] as const;

/** The kinds of errors. A service may answer one that is newer than this file. */
export type Kind = (typeof kinds)[number];

/** An error that the service answered. */
export class EventError extends Error {
  override readonly name = "EventError";
  /** Whose fault it was; one that is not known counts as error. */
  readonly kind: Kind | (string & {});
  /** Tells the cases of a kind apart. */
  readonly code: string;
  /** Details for programs. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly flowId: string;

  constructor(kind: string, code: string, message: string, parameters: Readonly<Record<string, unknown>>, id: string, flowId: string) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.parameters = parameters;
    this.id = id;
    this.flowId = flowId;
  }
}

/** The service says to go elsewhere; a client does not by itself. */
export class EventRedirect extends Error {
  override readonly name = "EventRedirect";
  readonly url: string;
  /** What to add to the query of the URL. */
  readonly queryParameters: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly flowId: string;

  constructor(url: string, queryParameters: Readonly<Record<string, unknown>>, id: string, flowId: string) {
    super("redirect to " + url);
    this.url = url;
    this.queryParameters = queryParameters;
    this.id = id;
    this.flowId = flowId;
  }
}

/** There is no answer that could be used. The service may have served the event. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  /** Whether time ran out, the signal was aborted, nobody answered, or what came is no answer. */
  readonly reason: "timeout" | "aborted" | "noConnection" | "invalidResponse";
  readonly id: string;
  readonly flowId: string;

  constructor(reason: NoAnswerError["reason"], message: string, id: string, flowId: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.id = id;
    this.flowId = flowId;
  }
}

/** Sends an event and returns the payload of the response. */
async function call<Out>(endpoint: string, defaults: ClientOptions, name: string, version: number, payload: unknown, options: CallOptions): Promise<Out> {
  const all: ClientOptions = { ...defaults, ...options };
  const id = all.id ?? freshId();
  const flowId = all.flowId ?? freshId();
  const timeoutMs = Math.min(Math.max(1, Math.floor(all.timeoutMs ?? 15_000)), 2 ** 31 - 1);
  const metadata: Record<string, unknown> = { timeoutMs };
  if (all.origin !== undefined) {
    metadata["origin"] = all.origin;
  }
  const auth = typeof all.auth === "function" ? await all.auth() : all.auth;
  const event = JSON.stringify({ name, version, id, flowId, payload: payload ?? {}, identity: all.identity ?? {}, auth: auth ?? {}, metadata });
  const abort = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort.abort();
  }, timeoutMs);
  const forward = () => abort.abort();
  all.signal?.addEventListener("abort", forward);
  if (all.signal?.aborted) {
    forward();
  }
  let answer: Response;
  let body: string;
  try {
    answer = await (all.fetch ?? fetch)(endpoint, {
      method: "POST",
      headers: { ...defaults.headers, ...options.headers, "Content-Type": "application/json" },
      body: event,
      redirect: "error",
      signal: abort.signal,
    });
    body = await read(answer, all.maxResponseBytes ?? 8 << 20);
  } catch (cause) {
    const reason = timedOut ? "timeout" : abort.signal.aborted ? "aborted" : cause instanceof RangeError ? "invalidResponse" : "noConnection";
    throw new NoAnswerError(reason, `${name} version ${version}: ${reason}: ${text(cause)}`, id, flowId, cause);
  } finally {
    clearTimeout(timer);
    all.signal?.removeEventListener("abort", forward);
  }
  try {
    return payloadOf(name, version, id, flowId, object(JSON.parse(body))) as Out;
  } catch (cause) {
    if (cause instanceof EventError || cause instanceof EventRedirect) {
      throw cause;
    }
    throw new NoAnswerError("invalidResponse", `${name} version ${version}: status ${answer.status} and no event: ${text(cause)}`, id, flowId, cause);
  }
}

/** The payload of a response; anything else is thrown. */
function payloadOf(name: string, version: number, id: string, flowId: string, event: Readonly<Record<string, unknown>>): unknown {
  const got = event["name"];
  if (typeof got !== "string" || got === "") {
    throw new TypeError("it has no name");
  }
  const outcome = got.slice(got.lastIndexOf(":") + 1);
  if (outcome === "response" || outcome === "redirect") {
    if (got !== `${name}:${outcome}`) {
      throw new TypeError(`it answers another event, ${JSON.stringify(got)}`);
    }
    if (event["version"] != null && Number(event["version"]) !== version) {
      throw new TypeError(`it answers another version, ${JSON.stringify(event["version"])}`);
    }
  }
  if (outcome === "response") {
    return event["payload"] ?? {};
  }
  const payload = isObject(event["payload"]) ? event["payload"] : {};
  const member = (key: string) => (isObject(payload[key]) ? payload[key] : {});
  const scalar = (key: string) => (typeof payload[key] === "string" || typeof payload[key] === "number" ? String(payload[key]) : "");
  const answered = typeof event["flowId"] === "string" && event["flowId"] !== "" ? event["flowId"] : flowId;
  if (outcome === "redirect") {
    throw new EventRedirect(scalar("url"), member("queryParameters"), id, answered);
  }
  throw new EventError(kindOf(got, outcome), scalar("code"), scalar("message"), member("parameters"), id, answered);
}

/** The kind of an error, which older services write in snake case. */
function kindOf(name: string, outcome: string): string {
  if (name === "badProtocol:error") {
    return "badProtocol";
  }
  const kind = outcome.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return kinds.find((known) => known === kind) ?? outcome;
}

/** The text of an answer. RangeError tells that it is too long. */
async function read(answer: Response, limit: number): Promise<string> {
  if (answer.body === null) {
    return "";
  }
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let size = 0;
  let all = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return all + decoder.decode();
    }
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      throw new RangeError(`the answer is larger than ${limit} bytes`);
    }
    all += decoder.decode(value, { stream: true });
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) {
    throw new TypeError("it is no object");
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** A random UUID. crypto.randomUUID is missing in pages that did not come over https. */
function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
