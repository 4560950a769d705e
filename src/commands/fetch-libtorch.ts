import { Command, Option } from "clipanion";
import { type FetchedLibtorch, fetchLibtorch } from "../setup/fetch-libtorch.js";
import { BaseCommand } from "./base.js";

export class FetchLibtorchCommand extends BaseCommand {
  static override paths = [["fetch-libtorch"]];
  static override usage = Command.Usage({
    category: "Inspect",
    description: "fetch libtorch into a folder, for a machine without a network",
    details: `
      Downloads what the installation downloads by itself and unpacks it into \`--to\`, for example
      in the shared home of a cluster whose compute nodes have no network. Needs Python 3 with pip,
      and neither the addon nor a compiler. Prints the folder, the version, the SHA-256 of what was
      downloaded and the line that makes the build use it.
    `,
    examples: [["For an offline machine", "spurious-native fetch-libtorch --to libtorch"]],
  });

  to = Option.String("--to", { required: true, description: "Folder that is to hold it" });

  async execute(): Promise<number> {
    const fetched = await fetchLibtorch({ to: this.to, onLine: (line) => this.note(line) });
    this.print(fetched, () => lines(fetched));
    return 0;
  }
}

function lines({ root, version, cuda, source, wheels }: FetchedLibtorch): string[] {
  return [
    `folder   ${root}`,
    `version  ${version} (${cuda ? "CUDA" : "CPU"})`,
    `source   ${source}`,
    ...wheels.map(({ file, sha256 }) => `sha256   ${sha256}  ${file}`),
    "",
    `export SPURIOUS_NATIVE_LIBTORCH=${quoted(root)}`,
  ];
}

/** As a shell reads it. */
function quoted(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
