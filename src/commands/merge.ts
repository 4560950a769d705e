import { Command, Option } from "clipanion";
import { mergeParts } from "../cluster/merge-parts.js";
import { MergingCommand } from "./merging-command.js";

export class MergeCommand extends MergingCommand {
  static override paths = [["merge"]];
  static override usage = Command.Usage({
    category: "Many machines",
    description: "the result of a command that was done in parts",
    details: `
      Puts the parts of \`eval\`, \`pca fit\`, \`evidence\`, \`spufix fit\` or \`mine\` (\`--shard 1/n\` to
      \`n/n\`) together: the result that one run gives. All parts must be there, unchanged and made
      with the same settings, else the message says exactly what is missing. They are left as they
      are. The exit status is that of one run: 4 where more images of \`eval\` could not be read than
      the parts' \`--max-skipped\` allows.

      The pictures that a result shows are read again: where a part has seen them, unless \`--data\`,
      \`--val\` or \`--pool\` say where they are now.
    `,
    examples: [["All parts of a folder", "spurious-native merge parts --out results/model"]],
  });

  parts = Option.Rest({ name: "PARTS", required: 1 });
  out = Option.String("--out", { required: true, description: "Where the result goes" });
  force = Option.Boolean("--force", false, { description: "Replace what is in --out" });

  execute(): Promise<number> {
    const { parts, out, force, signal, own } = this;
    return this.show(async () => ({
      merged: await mergeParts({ ...own, parts, out, force, signal }),
      out,
    }));
  }
}
