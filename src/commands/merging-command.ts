import { Option } from "clipanion";
import type { MergedParts } from "../cluster/merge-parts.js";
import type { ImagePlaces, MergeRequest } from "../cluster/merge-request.js";
import { BaseCommand, wholeNumber } from "./base.js";
import { mergedDocument, mergedLines, mergedWarnings, refuseMerged } from "./merged-lines.js";

/** Options and end of every command that merges the parts of any command. */
export abstract class MergingCommand extends BaseCommand {
  data = Option.String("--data", {
    description: "Of `eval`: where the spurious pictures are now",
  });
  val = Option.String("--val", {
    description: "Of `eval`: where the validation pictures are now",
  });
  pools = Option.Array("--pool", {
    description: "Of `mine`: where the pools are now, in their order; repeatable",
  });
  copies = Option.Boolean("--copies", {
    description:
      "Of `mine`: copy the images into --out, or --no-copies; else as the parts were told",
  });
  maxSkipped = Option.String("--max-skipped", {
    description: "Of `eval`: unreadable pictures to accept, whatever the parts were told",
  });

  /** What the merge of some commands alone takes. */
  protected get own(): ImagePlaces & Pick<MergeRequest, "copies"> {
    const { data, val, pools, copies } = this;
    return { data, val, pools, copies };
  }

  /** Merges, and shows the result as the command that was done in parts shows its own. */
  protected async show(
    merge: () => Promise<{ readonly merged: MergedParts; readonly out: string }>,
  ): Promise<number> {
    const maxSkipped = wholeNumber("--max-skipped", this.maxSkipped, 0);
    const { merged, out } = await merge();
    for (const text of mergedWarnings(merged)) this.warn(text);
    this.print(mergedDocument(merged), () => mergedLines(merged, this.style));
    this.note(`the result is in ${out}`);
    refuseMerged(merged, maxSkipped);
    return 0;
  }
}
