import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Who may ask what of a server on this machine: any web page can send it requests. */
export class RequestGuard {
  /** In the address that is printed, in the cookie, in the page. */
  readonly token = randomBytes(24).toString("base64url");
  readonly #hosts: ReadonlySet<string>;
  readonly #cookie: string;

  /** Cookies do not know ports: the name tells servers on one machine apart. */
  constructor(port: number) {
    this.#hosts = new Set([`127.0.0.1:${String(port)}`, `localhost:${String(port)}`]);
    this.#cookie = `spurious-native-label-${String(port)}`;
  }

  /** The header that lets a browser in which opened the address with the token. */
  get setCookie(): string {
    return `${this.#cookie}=${this.token}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /**
   * Why a request is refused; null where it is not. A name that an attacker's DNS points here has
   * another Host; a page of another site has neither cookie (SameSite) nor, for changes, the header.
   */
  refusal(request: IncomingMessage, url: URL): string | null {
    const { host = "" } = request.headers;
    if (!this.#hosts.has(host.toLowerCase())) return "this server has another name";
    const tokens = [url.searchParams.get("token"), this.#cookieOf(request)];
    if (!tokens.some((token) => this.#isToken(token))) {
      return "open the address that the program printed";
    }
    if (request.method === "GET" || request.method === "HEAD") return null;
    return this.#changeRefusal(request, host);
  }

  #changeRefusal({ headers }: IncomingMessage, host: string): string | null {
    const { origin, "x-label-token": token, "content-type": type } = headers;
    if (!this.#isToken(typeof token === "string" ? token : null)) {
      return "changes come from the page alone";
    }
    if (origin !== undefined && origin !== `http://${host}`)
      return "changes come from the page alone";
    return type === "application/json" ? null : "changes are JSON";
  }

  #cookieOf({ headers }: IncomingMessage): string | null {
    const start = `${this.#cookie}=`;
    const found = (headers.cookie ?? "")
      .split(";")
      .map((one) => one.trim())
      .find((one) => one.startsWith(start));
    return found?.slice(start.length) ?? null;
  }

  /** In a time that does not depend on how much of it is right. */
  #isToken(given: string | null): boolean {
    if (given === null) return false;
    const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
    return timingSafeEqual(hash(given), hash(this.token));
  }
}
