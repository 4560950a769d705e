import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * An xdg-open in a folder that writes what it is given, a line each.
 * @param refuses a shell pattern of what it fails for
 */
export function fakeOpener(folder: string, { refuses = "''" } = {}) {
  const log = join(folder, "opened.txt");
  const program = join(folder, "xdg-open");
  const lines = [
    "#!/bin/sh",
    `printf '%s\\n' "$1" >> '${log}'`,
    `case "$1" in ${refuses}) exit 3 ;; esac`,
  ];
  writeFileSync(program, lines.join("\n"));
  chmodSync(program, 0o755);
  return {
    env: { PATH: `${folder}:${process.env["PATH"] ?? ""}`, DISPLAY: ":0" },
    opened: (): string[] =>
      existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [],
  };
}
