import { join, resolve } from "node:path";
import { Command, Option } from "clipanion";
import type { ServedPage } from "../annotation/serve-page.js";
import { type Tour, tour, tourCommands } from "../demo/tour.js";
import { serveLabels } from "../labelling/serve.js";
import { score, signed } from "../report/format.js";
import { terminalTable } from "../results/terminal-table.js";
import { openInBrowser } from "../terminal/open-in-browser.js";
import { evalLines } from "./eval-output.js";
import { PageCommand } from "./page-command.js";

/** Who labels the demo's evidence in its page. */
const ANNOTATOR = "you";

export class DemoCommand extends PageCommand {
  static override paths = [["demo"]];
  static override usage = Command.Usage({
    category: "Score",
    description: "the whole method on the embedded demo, whose truth is known",
    details: `
      Scores the demo's classifier, finds the planted features by neural PCA, shows evidence for
      them and takes them out again. Everything is left in a folder to play with, and the commands
      that do the same are shown. \`--open\` opens the reports in the browser, and then the
      labelling page over the evidence, until Ctrl-C; without a display their addresses are printed.
    `,
    examples: [
      ["Take the tour", "spurious-native demo"],
      ["The same, in the browser", "spurious-native demo --open"],
    ],
  });

  out = Option.String("--out", "results/demo", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace what is in --out" });
  open = Option.Boolean("--open", false, { description: "Open reports and labelling page" });

  async execute(): Promise<number> {
    const { out, force, signal, progress, portNumber: port } = this;
    const result = await tour({ out, force, signal, progress });
    const pages = [
      join(out, "eval", "report.html"),
      join(out, "evidence", "index.html"),
      join(out, "spufix", "report.html"),
    ];
    if (!this.open) {
      this.print(result, () => this.#lines(result));
      this.note(`open ${pages.join(", ")}`);
      return 0;
    }
    const evidence = join(out, "evidence");
    await using page = await serveLabels({ evidence, annotator: ANNOTATOR, port });
    await this.#showPages(result, pages, page);
    await this.waitAt(page, "component");
    return 0;
  }

  /** Whatever the browser does not take is printed. */
  async #showPages(result: Tour, pages: readonly string[], label: ServedPage): Promise<void> {
    const { url, port, file } = label;
    this.print({ ...result, label: { url, port, file } }, () => [
      ...this.#lines(result),
      "",
      `labelling page  ${url}`,
    ]);
    for (const target of [...pages.map((page) => resolve(page)), url]) {
      if (!(await openInBrowser(target))) this.note(`open ${target}`);
    }
  }

  #lines({ score: result, components, fix }: Tour): string[] {
    const { style } = this;
    const found = terminalTable(
      [
        { title: "class", align: "left" },
        { title: "planted feature", align: "left" },
        { title: "eigen index", align: "right" },
        { title: "AUROC of alpha", align: "right" },
        { title: "of the top five images", align: "right" },
      ],
      components.map((row) => [
        `${String(row.class)} ${row.name}`,
        row.feature,
        String(row.eigenIndex),
        score(row.separation),
        `${String(row.taggedOfTopFive)} carry it`,
      ]),
    );
    const planted = new Set(components.map((row) => row.class));
    const mended = terminalTable(
      [
        { title: "class", align: "left" },
        { title: "before", align: "right" },
        { title: "after", align: "right" },
        { title: "difference", align: "right" },
      ],
      fix.difference.classes.flatMap(({ index, label, value }, i) =>
        planted.has(index)
          ? [
              [
                `${String(index)} ${label}`,
                score(fix.before.classes[i]?.ap ?? Number.NaN),
                score(fix.after.classes[i]?.ap ?? Number.NaN),
                signed(value),
              ],
            ]
          : [],
      ),
    );
    const [before = 0, after = 0] = fix.accuracy?.accuracy ?? [];
    return [
      ...evalLines(result, style),
      "",
      style.bold("Neural PCA: which component follows the planted feature"),
      ...found,
      "",
      style.bold("SpuFix: the score of the planted classes without these components"),
      ...mended,
      `accuracy ${(before * 100).toFixed(1)} % before, ${(after * 100).toFixed(1)} % after`,
      "",
      style.bold("To try yourself: from the score to a mended model"),
      ...tourCommands(this.out).flatMap(({ step, command }, i) => [
        `  ${String(i + 1)}. ${step}`,
        `     ${command}`,
      ]),
    ];
  }
}
