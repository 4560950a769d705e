import { SpuriousError } from "../errors.js";
import { unreachable } from "./source-errors.js";

export interface HttpSettings {
  /** Requests in a row that may fail before anything has come. */
  readonly attempts: number;
  /** Milliseconds before the second request, doubled before each further one. */
  readonly delay: number;
  /** Milliseconds without any byte. */
  readonly timeout: number;
}

export type HttpOptions = Partial<HttpSettings>;

export const HTTP_DEFAULTS: HttpSettings = { attempts: 7, delay: 200, timeout: 30_000 };

/** A failure that another request may not meet. */
export class Transient extends Error {
  constructor(
    /** What went wrong: "status 503". */
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly retryAfter: number | null = null,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

const MOST_REDIRECTS = 5;
/** Servers may ask for hours; nobody waits so long in front of a terminal. */
const LONGEST_WAIT = 60_000;
const TRANSIENT_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Ends a request after a time without bytes. */
export class Watchdog implements Disposable {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(readonly timeout: number) {
    const what = new Transient(`nothing for ${String(timeout / 1000)} seconds`);
    this.#timer = setTimeout(() => this.#abort.abort(what), timeout);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** A byte has come. */
  refresh(): void {
    this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/**
 * Asks for bytes `from` to `to` of a URL. Redirects are followed to http and https only, and never
 * from https back to http.
 * @returns the answer, of status 206 or 416
 * @throws Transient, DATA_NOT_FOUND (404, 410), SOURCE_UNREACHABLE
 */
export async function requestRange(
  url: string,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Response> {
  const headers = { range: `bytes=${String(from)}-${String(to)}`, "accept-encoding": "identity" };
  let target = url;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await fetch(target, { headers, signal, redirect: "manual" }).catch(
      (cause: unknown) => {
        throw networkFailure(url, cause);
      },
    );
    const next = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || next === null) {
      await requireRange(url, response);
      return response;
    }
    await response.body?.cancel();
    target = redirected(url, target, next);
  }
  throw unreachable(url, `expected an answer, got more than ${String(MOST_REDIRECTS)} redirects`);
}

function redirected(url: string, from: string, location: string): string {
  const target = new URL(location, from);
  const isDowngrade = from.startsWith("https:") && target.protocol === "http:";
  if (/^https?:$/.test(target.protocol) && !isDowngrade) return target.href;
  throw unreachable(
    url,
    `expected a redirect to another ${new URL(from).protocol} address, got ${target.protocol}`,
  );
}

async function requireRange(url: string, response: Response): Promise<void> {
  const { status } = response;
  if (status === 206 || status === 416) return;
  await response.body?.cancel();
  if (TRANSIENT_STATUS.has(status)) {
    throw new Transient(`status ${String(status)}`, retryAfterOf(response));
  }
  if (status === 404 || status === 410) {
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `data not read: ${url}: expected a file, got status ${String(status)}`,
      { input: url },
    );
  }
  if (status === 200) {
    throw unreachable(url, "expected a server that sends parts of files (206), got status 200", {
      hint: "download the file and name its path, or serve it from a server that answers range requests",
    });
  }
  throw unreachable(url, `expected status 206, got ${String(status)}`);
}

function retryAfterOf(response: Response): number | null {
  const text = response.headers.get("retry-after");
  if (text === null) return null;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? null : Math.min(LONGEST_WAIT, Math.max(0, wait));
}

/** What fetch says hides what happened in its cause. */
export function networkFailure(url: string, cause: unknown): Error {
  if (cause instanceof Transient || cause instanceof SpuriousError) return cause;
  const inner = (cause as { cause?: unknown }).cause ?? cause;
  const { code, message } = inner as NodeJS.ErrnoException;
  if (code === "ENOTFOUND") {
    return unreachable(url, "expected a host of that name, got none", { cause });
  }
  return new Transient(code ?? message, null, cause);
}
