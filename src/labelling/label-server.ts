import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SpuriousError } from "../errors.js";
import { ANSWERS, type Answer } from "./answers.js";
import { HEADERS, labelPage } from "./page.js";
import { RequestGuard } from "./request-guard.js";
import { assetOf, pictureOf, type ServedFile } from "./served-files.js";
import { type LabelSession, StaleChange } from "./session.js";

const HOST = "127.0.0.1";
/** A note of 2000 characters, each escaped, and what is around it. */
const MAX_BODY = 64 * 1024;

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly content: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LabelServer extends AsyncDisposable {
  readonly port: number;
  /** With the token; whoever has it can label. */
  readonly url: string;
}

/**
 * Serves a session to browsers on this machine until it is disposed of.
 * @param root real path of the evidence @param port 0 for any
 * @throws USAGE_INVALID the port is in use or not to be had
 */
export async function startLabelServer(
  session: LabelSession,
  { root, port }: { readonly root: string; readonly port: number },
): Promise<LabelServer> {
  const server = createServer();
  const bound = await listen(server, port);
  const guard = new RequestGuard(bound);
  const named = session.pictures();
  server.on("request", (request, response) => {
    void handle(request, { session, guard, root, named })
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

interface Served {
  readonly session: LabelSession;
  readonly guard: RequestGuard;
  readonly root: string;
  readonly named: ReadonlySet<string>;
}

async function handle(request: IncomingMessage, served: Served): Promise<Reply> {
  const url = urlOf(request);
  if (url === null) return text(400, "no address");
  const refusal = served.guard.refusal(request, url);
  if (refusal !== null) return text(403, refusal);
  if (request.method === "POST") return change(await bodyOf(request), url.pathname, served.session);
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "GET or POST");
  return look(url, served);
}

/** Every path is looked up as it was sent; nothing is resolved or decoded twice. */
async function look(url: URL, { session, guard, root, named }: Served): Promise<Reply> {
  const { pathname } = url;
  if (pathname === "/") {
    const headers = { "Set-Cookie": guard.setCookie };
    return { ...text(200, labelPage(guard.token), "text/html; charset=utf-8"), headers };
  }
  if (pathname === "/api/state") return json(200, session.state());
  const component = /^\/api\/component\/(\d{1,9})\/(\d{1,9})$/.exec(pathname);
  if (component !== null) {
    const view = session.component({
      class: Number(component[1]),
      component: Number(component[2]),
    });
    return view === null ? text(404, "no such component") : json(200, view);
  }
  const asset = /^\/assets\/([a-z.]+)$/.exec(pathname);
  if (asset !== null) return file(await assetOf(asset[1] ?? ""));
  const picture = /^\/evidence\/(.+)$/.exec(pathname);
  if (picture !== null) return file(await pictureOf(root, named, decoded(picture[1] ?? "")));
  return text(404, "nothing of this name");
}

async function change(body: unknown, pathname: string, session: LabelSession): Promise<Reply> {
  const { version, ...said } = (body ?? {}) as Record<string, unknown>;
  if (!isWhole(version)) return text(400, "a change names the version it was made on");
  try {
    if (pathname === "/api/undo") return json(200, await session.undo(version));
    if (pathname !== "/api/answer") return text(404, "nothing of this name");
    const { class: index, component, answer, note = "" } = said;
    if (!isWhole(index) || !isWhole(component) || !isAnswer(answer) || !isNote(note)) {
      return text(400, "an answer has class, component, answer and note");
    }
    const done = await session.answer(version, { class: index, component }, { answer, note });
    return done === null ? text(404, "no such component") : json(200, done);
  } catch (error) {
    if (error instanceof StaleChange) return json(409, { version: error.version });
    throw error;
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAnswer(value: unknown): value is Answer {
  return (ANSWERS as readonly unknown[]).includes(value);
}

function isNote(value: unknown): value is string {
  return typeof value === "string" && value.length <= 2000;
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

class BadBody extends Error {}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new BadBody("too long");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    throw new BadBody("no JSON");
  }
}

/** The page shows the message of what went wrong; a bug's is not for the page. */
function failure(error: unknown): Reply {
  if (error instanceof BadBody) return text(400, error.message);
  if (error instanceof SpuriousError) return json(500, { error: error.toJSON() });
  return text(500, "a defect of this program");
}

function text(status: number, content: string, type = "text/plain; charset=utf-8"): Reply {
  return { status, type, content };
}

function json(status: number, document: unknown): Reply {
  return text(status, JSON.stringify(document), "application/json; charset=utf-8");
}

function file(found: ServedFile | null): Reply {
  if (found === null) return text(404, "nothing of this name");
  return { status: 200, ...found, headers: { "Cache-Control": "private, max-age=600" } };
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
