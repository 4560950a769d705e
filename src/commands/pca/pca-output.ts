import type { PcaIndex } from "../../pca/pca-index.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";

/** The readable result of `pca fit`. */
export function pcaLines({ classes }: PcaIndex): string[] {
  return terminalTable(
    [
      { title: "class", align: "right" },
      { title: "name", align: "left" },
      { title: "images", align: "right" },
      { title: "rank", align: "right" },
      { title: "components", align: "right" },
      { title: "solver", align: "left" },
    ],
    classes.map((row) => [
      String(row.index),
      plainLabel(row.label),
      String(row.images),
      String(row.rank),
      String(row.components),
      `${row.solver}, ${row.route}`,
    ]),
  );
}
