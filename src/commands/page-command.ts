import { Option } from "clipanion";
import type { ServedPage } from "../annotation/serve-page.js";
import { counted } from "../report/format.js";
import { BaseCommand, wholeNumber } from "./base.js";

/** What the commands share that keep a page open until they are stopped. */
export abstract class PageCommand extends BaseCommand {
  port = Option.String("--port", "0", { description: "Port on 127.0.0.1; 0 for any" });

  protected get portNumber(): number {
    return wholeNumber("--port", this.port, 0);
  }

  /**
   * Prints where a page is, and keeps it open until a signal, which is no failure.
   * @param item what the page asks about: "component" @param about also told with --json
   */
  protected async keepOpen(
    served: ServedPage,
    item: string,
    about: Readonly<Record<string, unknown>> = {},
  ): Promise<number> {
    await using open = served;
    const { url, port, file, session } = open;
    this.print({ url, port, ...about, file, [`${item}s`]: session.size }, () => [`open ${url}`]);
    await this.waitAt(open, item);
    return 0;
  }

  /** Keeps an open page until a signal. */
  protected async waitAt({ session, file }: ServedPage, item: string): Promise<void> {
    const progress = (): string =>
      `${String(session.answered)} of ${counted(session.size, item)} answered`;
    this.note(`${progress()}; answers go to ${file}`);
    this.note("stop with Ctrl-C and go on with the same command at any time");
    await stopped(this.signal);
    this.note(`${progress()} in ${file}`);
  }
}

/** Resolves when the signal fires. */
function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}
