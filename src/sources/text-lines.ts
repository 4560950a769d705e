import { createReadStream } from "node:fs";

/**
 * Lines of a text file of any length, blank ones left out. Only line feeds end a line, with or
 * without a carriage return: names may hold any other character.
 */
export async function* textLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of createReadStream(path, "utf8")) {
    const lines = (rest + String(piece)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield withoutEnd(line);
  }
  if (rest.trim() !== "") yield withoutEnd(rest);
}

function withoutEnd(line: string): string {
  return line.replace(/^\uFEFF/, "").replace(/\r$/, "");
}
