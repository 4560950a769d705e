import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** What a server does wrong; each may be changed while it runs. */
export interface Faults {
  /** Breaks every connection off behind so many bytes of content. */
  dropAfter?: number;
  /** Answers every n-th request with this status. */
  status?: { readonly every: number; readonly code: number; readonly retryAfter?: string };
  /** Sends whole files whatever is asked for. */
  ignoreRanges?: boolean;
  /** Says nothing for ever. */
  silent?: boolean;
  /** Sends everybody there. */
  redirect?: string;
  /** Sent as the file's; null: the server says nothing of what it sends. */
  etag?: string | null;
}

export interface FileServer {
  readonly url: string;
  readonly faults: Faults;
  /** Paths and ranges asked for. */
  readonly requests: string[];
}

/** Serves the files of a folder in parts, on this machine, until the test ends. */
export async function fileServer(
  t: TestContext,
  root: string,
  faults: Faults = {},
): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url ?? ""} ${request.headers.range ?? ""}`);
    if (faults.silent === true) return;
    answer(request, response, root, faults, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, faults, requests };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  faults: Faults,
  count: number,
): void {
  if (faults.redirect !== undefined) {
    response.writeHead(302, { location: faults.redirect }).end();
    return;
  }
  const { status } = faults;
  if (status !== undefined && count % status.every === 0) {
    const { code, retryAfter } = status;
    response.writeHead(code, retryAfter === undefined ? {} : { "retry-after": retryAfter }).end();
    return;
  }
  const path = decodeURIComponent(new URL(request.url ?? "", "http://host").pathname);
  let content: Buffer;
  try {
    content = readFileSync(join(root, path));
  } catch {
    response.writeHead(404).end();
    return;
  }
  const { etag = '"1"' } = faults;
  const headers = { ...(etag !== null && { etag }), "accept-ranges": "bytes" };
  if (faults.ignoreRanges === true) {
    response.writeHead(200, headers).end(content);
    return;
  }
  const [, from = 0, to = 0] =
    /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")?.map(Number) ?? [];
  const size = String(content.length);
  if (from >= content.length) {
    response.writeHead(416, { ...headers, "content-range": `bytes */${size}` }).end();
    return;
  }
  const part = content.subarray(from, to + 1);
  const last = String(from + part.length - 1);
  const { dropAfter = Number.POSITIVE_INFINITY } = faults;
  response.writeHead(206, {
    ...headers,
    "content-range": `bytes ${String(from)}-${last}/${size}`,
    "content-length": String(part.length),
  });
  if (part.length <= dropAfter) response.end(part);
  else response.write(part.subarray(0, dropAfter), () => response.destroy());
}
