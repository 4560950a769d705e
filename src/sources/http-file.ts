import { setTimeout as wait } from "node:timers/promises";
import { SpuriousError } from "../errors.js";
import {
  HTTP_DEFAULTS,
  type HttpOptions,
  type HttpSettings,
  networkFailure,
  requestRange,
  Transient,
  Watchdog,
} from "./http-request.js";
import { NOTHING_HELD, type RandomAccess } from "./random-access.js";
import { sourceChanged, unreachable } from "./source-errors.js";

/** Takes about as long to send as a request takes to be answered. */
const BLOCK_SIZE = 1 << 20;

/** What an answer says of the file. */
interface Facts {
  readonly size: number;
  /** ETag, else Last-Modified, else nothing. */
  readonly version: string;
}

/**
 * A file at a URL, read by range requests. Connections that break, 429 and 5xx are met by asking
 * again for what is missing, a bounded number of times. Every answer must be of the file that was
 * opened: the same size and ETag or Last-Modified.
 */
export class HttpFile implements RandomAccess {
  readonly blockSize = BLOCK_SIZE;

  private constructor(
    readonly name: string,
    private readonly facts: Facts,
    private readonly options: HttpSettings,
  ) {}

  /** @throws DATA_NOT_FOUND, SOURCE_UNREACHABLE */
  static async open(url: string, options: HttpOptions = {}): Promise<HttpFile> {
    refuseCredentials(url);
    const settings = { ...HTTP_DEFAULTS, ...options };
    const facts = await persist(url, settings, async () => {
      using watchdog = new Watchdog(settings.timeout);
      const response = await requestRange(url, 0, 0, watchdog.signal);
      await response.body?.cancel();
      return factsOf(url, response);
    });
    return new HttpFile(url, facts, settings);
  }

  get size(): number {
    return this.facts.size;
  }

  /** Empty of a server that names neither: the size alone tells no two files apart. */
  get identity(): string {
    return this.facts.version;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    if (bytes.length === 0) return bytes;
    await persist(
      this.name,
      this.options,
      async () => {
        for await (const piece of this.#pieces(offset + filled, offset + bytes.length - 1)) {
          if (filled + piece.length > bytes.length) {
            throw unreachable(this.name, "expected the part asked for, got more");
          }
          bytes.set(piece, filled);
          filled += piece.length;
        }
        if (filled < bytes.length) throw new Transient("an answer that ends early");
      },
      () => filled,
    );
    return bytes;
  }

  hold(): AsyncDisposable {
    return NOTHING_HELD;
  }

  /** @param to the last byte */
  async *#pieces(from: number, to: number): AsyncGenerator<Uint8Array> {
    using watchdog = new Watchdog(this.options.timeout);
    const response = await requestRange(this.name, from, to, watchdog.signal);
    const { size, version } = factsOf(this.name, response);
    if (size !== this.size || version !== this.facts.version) {
      await response.body?.cancel();
      throw sourceChanged(this.name, describe(this.facts), describe({ size, version }));
    }
    const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
    if (Number(start) !== from || response.body === null) {
      await response.body?.cancel();
      throw unreachable(this.name, `expected bytes from ${String(from)}, got ${start ?? "none"}`);
    }
    try {
      for await (const piece of response.body) {
        watchdog.refresh();
        yield piece as Uint8Array;
      }
    } catch (cause) {
      throw networkFailure(this.name, cause);
    }
  }
}

/**
 * Tries until it works, or until too many tries in a row have brought nothing.
 * @param progress grows with what has come: a try that brought something begins the count anew
 */
async function persist<T>(
  url: string,
  { attempts, delay }: HttpSettings,
  attempt: () => Promise<T>,
  progress: () => number = () => 0,
): Promise<T> {
  for (let failures = 0; ; ) {
    const before = progress();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      failures = progress() > before ? 1 : failures + 1;
      if (failures >= attempts) {
        const got = `${error.message} (${String(failures)} times)`;
        throw unreachable(url, `expected an answer, got ${got}`, { cause: error });
      }
      await wait(error.retryAfter ?? delay * 2 ** (failures - 1));
    }
  }
}

function factsOf(url: string, response: Response): Facts {
  const range = response.headers.get("content-range") ?? "";
  const size = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(range)?.[1];
  if (size === undefined) {
    throw unreachable(url, `expected the file's size in Content-Range, got "${range}"`);
  }
  const { headers } = response;
  return { size: Number(size), version: headers.get("etag") ?? headers.get("last-modified") ?? "" };
}

function describe({ size, version }: Facts): string {
  return `${String(size)} bytes${version === "" ? "" : ` of version ${version}`}`;
}

/** They would end up in results, which people pass on. */
function refuseCredentials(url: string): void {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `opening a URL: ${url}: expected https://HOST/PATH, got something else`,
      { input: url, cause },
    );
  }
  if (parsed.username === "" && parsed.password === "") return;
  throw new SpuriousError(
    "USAGE_INVALID",
    `opening a URL: ${parsed.host}: expected one without user name and password, got one with them`,
    { input: parsed.host, hint: "results name the URLs of their data; use a signed URL instead" },
  );
}
