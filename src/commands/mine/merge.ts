import { Command, Option } from "clipanion";
import { mergeMines } from "../../mining/merge-mines.js";
import { BaseCommand } from "../base.js";
import { mineLines, mineWarnings, refuseDamaged } from "./mine-output.js";

export class MineMergeCommand extends BaseCommand {
  static override paths = [["mine", "merge"]];
  static override usage = Command.Usage({
    category: "Mining",
    description: "the list of a pool that was mined in parts",
    details: `
      Puts the results of \`mine --shard 1/n\` to \`n/n\` together: the list that one run gives. All
      parts must be there, unchanged and made with the same settings; they are left as they are. The
      images are copied from the pools: where a part has seen them, unless \`--pool\` says where they
      are now.
    `,
    examples: [["Two parts", "spurious-native mine merge part-1 part-2 --out mined"]],
  });

  parts = Option.Rest({ name: "OUT", required: 1 });
  copies = Option.Boolean("--copies", {
    description: "Copy the images into --out, or --no-copies; else as the parts were told",
  });
  pools = Option.Array("--pool", {
    description: "Where the pools are now, in their order; repeatable",
  });
  out = Option.String("--out", { required: true, description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the result in --out" });

  async execute(): Promise<number> {
    const { parts, pools, out, force, copies, signal } = this;
    const result = await mergeMines({ parts, pools, out, force, copies, signal });
    for (const warning of mineWarnings(result)) this.warn(warning);
    this.print(result, () => mineLines(result));
    this.note(`the list is in ${out}`);
    refuseDamaged(result);
    return 0;
  }
}
