import { Command, Option } from "clipanion";
import { type Agreement, type Estimate, labelAgreement } from "../../labelling/agreement.js";
import { percent, range, score } from "../../report/format.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";
import { BaseCommand, wholeNumber } from "../base.js";

export class LabelAgreementCommand extends BaseCommand {
  static override paths = [["label", "agreement"]];
  static override usage = Command.Usage({
    category: "Labelling",
    description: "how far annotators agree",
    details: `
      Raw agreement, Cohen's kappa of two annotators or Fleiss' kappa of more, with 95 % bootstrap
      intervals over components, on the components that all of them judged; and the list of
      components that they judge differently. A skip is no judgement.
    `,
    examples: [
      ["Two annotators", "spurious-native label agreement anna.labels.json ben.labels.json"],
    ],
  });

  files = Option.Rest({ required: 2, name: "FILE" });
  bootstrap = Option.String("--bootstrap", "2000", {
    description: "Resamples; 0 for no intervals",
  });
  seed = Option.String("--seed", "0", { description: "Seed of the bootstrap" });

  async execute(): Promise<number> {
    const agreement = await labelAgreement({
      files: this.files,
      bootstrap: wholeNumber("--bootstrap", this.bootstrap, 0),
      seed: wholeNumber("--seed", this.seed, 0),
    });
    this.print(agreement, () => lines(agreement));
    return 0;
  }
}

function lines(one: Agreement): string[] {
  return [
    `Agreement of ${one.annotators.join(", ")} on ${String(one.components)} components that all judged`,
    `  raw             ${text(one.raw)}`,
    ...(one.cohenKappa === null ? [] : [`  Cohen's kappa   ${text(one.cohenKappa)}`]),
    ...(one.fleissKappa === null ? [] : [`  Fleiss' kappa   ${text(one.fleissKappa)}`]),
    `  unanimous       ${percent(one.unanimous)}`,
    ...one.pairs.map(
      ({ annotators, components, raw, cohenKappa }) =>
        `  ${annotators.join(" and ")}: raw ${text(raw)}, Cohen's kappa ${text(cohenKappa)}, ${String(components)} components`,
    ),
    "",
    ...(one.disagreements.length === 0 ? ["No disagreements"] : disagreementLines(one)),
  ];
}

function text({ value, ci95 }: Estimate): string {
  if (value === null) return "not defined";
  return ci95 === null ? score(value) : `${score(value)}   95 % interval ${range(ci95)}`;
}

function disagreementLines({ disagreements, annotators }: Agreement): string[] {
  return terminalTable(
    [
      { title: "class", align: "right" },
      { title: "name", align: "left" },
      { title: "component", align: "right" },
      ...annotators.map((title) => ({ title, align: "left" }) as const),
    ],
    disagreements.map(({ class: index, label, component, judged }) => [
      String(index),
      plainLabel(label),
      String(component),
      ...annotators.map(
        (name) => judged.find(({ annotator }) => annotator === name)?.judgement ?? "",
      ),
    ]),
  );
}
