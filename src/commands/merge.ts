import { Command, Option } from "clipanion";
import { mergeParts } from "../cluster/merge-parts.js";
import { BaseCommand, wholeNumber } from "./base.js";
import { mergedDocument, mergedLines, mergedWarnings, refuseMerged } from "./merged-lines.js";

export class MergeCommand extends BaseCommand {
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
    `,
    examples: [["All parts of a folder", "spurious-native merge parts --out results/model"]],
  });

  parts = Option.Rest({ name: "PARTS", required: 1 });
  out = Option.String("--out", { required: true, description: "Where the result goes" });
  force = Option.Boolean("--force", false, { description: "Replace what is in --out" });
  maxSkipped = Option.String("--max-skipped", {
    description: "Of `eval`: unreadable pictures to accept, whatever the parts were told",
  });

  async execute(): Promise<number> {
    const { parts, out, force, signal } = this;
    const maxSkipped = wholeNumber("--max-skipped", this.maxSkipped, 0);
    const merged = await mergeParts({ parts, out, force, signal });
    for (const text of mergedWarnings(merged)) this.warn(text);
    this.print(mergedDocument(merged), () => mergedLines(merged, this.style));
    this.note(`the result is in ${out}`);
    refuseMerged(merged, maxSkipped);
    return 0;
  }
}
