import { spawn } from "node:child_process";

/** An opener that has not failed by then is showing the page itself. */
const PATIENCE_MS = 3000;

/** What decides how a page is opened. */
export interface OpenerSystem {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens a page in the browser of the person at this machine.
 * @param target an address, or the path of a file
 * @returns whether a browser took it: there is none without a display
 */
export function openInBrowser(target: string, system: OpenerSystem = process): Promise<boolean> {
  const [program, ...args] = openerOf(system, target);
  if (program === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...system.env }, stdio: "ignore", detached: true });
    const timer = setTimeout(() => {
      resolve(true);
    }, PATIENCE_MS);
    const end = (opened: boolean): void => {
      clearTimeout(timer);
      resolve(opened);
    };
    child.on("error", () => {
      end(false);
    });
    child.on("exit", (status) => {
      end(status === 0);
    });
    // A browser that stays must not keep the program.
    child.unref();
  });
}

/** Program and arguments; none where there is no display. */
export function openerOf({ platform, env }: OpenerSystem, target: string): string[] {
  if (platform === "darwin") return ["open", target];
  // The empty string is the window's title: `start` takes the first quoted text for it.
  if (platform === "win32") return ["cmd", "/c", "start", '""', target];
  const display = env["DISPLAY"] || env["WAYLAND_DISPLAY"];
  return display === undefined || display === "" ? [] : ["xdg-open", target];
}
