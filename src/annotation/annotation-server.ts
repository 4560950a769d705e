import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SpuriousError } from "../errors.js";
import { parseJson } from "../results/parse-json.js";
import { assetOf, type ServedFile } from "./assets.js";
import { StaleChange } from "./changes.js";
import { isWhole } from "./entries-file.js";
import { HEADERS } from "./page.js";
import { RequestGuard } from "./request-guard.js";

const HOST = "127.0.0.1";
/** A note of 2000 characters, each escaped, and what is around it. */
const MAX_BODY = 64 * 1024;

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly content: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a page asks a person about, one item after the other. */
export interface Annotation {
  /** The page without content. @param token for changes, see RequestGuard */
  page(token: string): string;
  /** What the page begins with; names its `version`. */
  state(): unknown;
  /** One item, large; null for what is not asked here. @param address what follows /api/item/ */
  item(address: string): unknown;
  /**
   * Keeps an answer; on disk when this resolves.
   * @param said the body but for its version
   * @returns null for what is not asked here
   * @throws BadRequest it is no answer; StaleChange, OUTPUT_WRITE_FAILED, ARTEFACT_INVALID
   */
  answer(version: number, said: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Takes the last answer back. @throws as `answer` */
  undo(version: number): Promise<unknown>;
  /** null where none may be shown. @param address what follows /picture/, decoded once */
  picture(address: string): Promise<ServedFile | null>;
}

/** A request that nothing can be made of; the message is for the page. */
export class BadRequest extends Error {}

export interface AnnotationServer extends AsyncDisposable {
  readonly port: number;
  /** With the token; whoever has it can answer. */
  readonly url: string;
}

/**
 * Serves an annotation to browsers on this machine until it is disposed of.
 * @param port 0 for any
 * @throws USAGE_INVALID the port is in use or not to be had
 */
export async function startAnnotationServer(
  annotation: Annotation,
  port: number,
): Promise<AnnotationServer> {
  const server = createServer();
  const bound = await listen(server, port);
  const guard = new RequestGuard(bound);
  server.on("request", (request, response) => {
    void handle(request, annotation, guard)
      .catch(failure)
      .then((reply) => {
        send(request, response, reply);
      });
  });
  return {
    port: bound,
    url: `http://${HOST}:${String(bound)}/?token=${guard.token}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const got = cause.code === "EADDRINUSE" ? "one that is in use" : cause.message;
      const message = `starting the page: port ${String(port)}: expected a free port, got ${got}`;
      reject(new SpuriousError("USAGE_INVALID", message, { input: String(port), cause }));
    });
    server.listen(port, HOST, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function handle(
  request: IncomingMessage,
  annotation: Annotation,
  guard: RequestGuard,
): Promise<Reply> {
  const url = urlOf(request);
  if (url === null) return text(400, "no address");
  const refusal = guard.refusal(request, url);
  if (refusal !== null) return text(403, refusal);
  if (request.method === "POST") return change(await bodyOf(request), url.pathname, annotation);
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "GET or POST");
  return look(url, annotation, guard);
}

/** Every path is looked up as it was sent; nothing is resolved or decoded twice. */
async function look(
  { pathname }: URL,
  annotation: Annotation,
  guard: RequestGuard,
): Promise<Reply> {
  if (pathname === "/") {
    const headers = { "Set-Cookie": guard.setCookie };
    return { ...text(200, annotation.page(guard.token), "text/html; charset=utf-8"), headers };
  }
  if (pathname === "/api/state") return json(200, annotation.state());
  const [, kind, address = ""] = /^\/(api\/item|assets|picture)\/(.+)$/.exec(pathname) ?? [];
  if (kind === "api/item") return found(annotation.item(address));
  if (kind === "assets") return file(await assetOf(address));
  if (kind === "picture") return file(await annotation.picture(decoded(address)));
  return text(404, "nothing of this name");
}

async function change(body: unknown, pathname: string, annotation: Annotation): Promise<Reply> {
  const { version, ...said } = (body ?? {}) as Record<string, unknown>;
  if (!isWhole(version)) return text(400, "a change names the version it was made on");
  try {
    if (pathname === "/api/undo") return json(200, await annotation.undo(version));
    if (pathname !== "/api/answer") return text(404, "nothing of this name");
    return found(await annotation.answer(version, said));
  } catch (error) {
    if (error instanceof StaleChange) return json(409, { version: error.version });
    throw error;
  }
}

function urlOf({ url = "" }: IncomingMessage): URL | null {
  // An absolute address or `//host` would change the host that the rest is read against.
  if (!url.startsWith("/") || url.startsWith("//")) return null;
  return URL.canParse(url, `http://${HOST}`) ? new URL(url, `http://${HOST}`) : null;
}

/** "" for what is no encoding: no picture has that address. */
function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return "";
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new BadRequest("too long");
    chunks.push(chunk);
  }
  try {
    return parseJson(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new BadRequest("no JSON");
  }
}

/** The page shows the message of what went wrong; a bug's is not for the page. */
function failure(error: unknown): Reply {
  if (error instanceof BadRequest) return text(400, error.message);
  if (error instanceof SpuriousError) return json(500, { error: error.toJSON() });
  return text(500, "a defect of this program");
}

function text(status: number, content: string, type = "text/plain; charset=utf-8"): Reply {
  return { status, type, content };
}

function json(status: number, document: unknown): Reply {
  return text(status, JSON.stringify(document), "application/json; charset=utf-8");
}

function found(item: unknown): Reply {
  return item === null ? text(404, "nothing of this name") : json(200, item);
}

function file(served: ServedFile | null): Reply {
  if (served === null) return text(404, "nothing of this name");
  return { status: 200, ...served, headers: { "Cache-Control": "private, max-age=600" } };
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const { status, type, content, headers } = reply;
  response.writeHead(status, {
    ...HEADERS,
    "Cache-Control": "no-store",
    ...headers,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(content),
    // What is left of a refused body is not read.
    ...(status >= 400 && { Connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : content);
}
