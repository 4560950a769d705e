import { SpuriousError } from "../errors.js";
import { COMPONENTS_SCHEMA } from "../mitigation/components-file.js";
import { writeFileAtomic } from "../results/atomic.js";
import { csvLine } from "../results/csv.js";
import { refuseExisting } from "../results/result-folder.js";
import { VERSION } from "../version.js";
import { type Judgement, JUDGEMENTS, keyOf } from "./answers.js";
import { decide, type Rule } from "./decide.js";
import { type JudgedComponent, judgedComponents } from "./judged-components.js";
import { type LabelsFile, readLabels } from "./labels-file.js";
import { requireComparable } from "./other-answers.js";

export interface ExportLabelsRequest {
  /** Labels files: annotators', and at most one adjudicator's, which decides where it answers. */
  readonly files: readonly string[];
  /** The components file to write. */
  readonly to: string;
  /** A table of everything that was said. */
  readonly csv?: string | undefined;
  /** Default `majority`. */
  readonly rule?: Rule | undefined;
  readonly force?: boolean | undefined;
}

export interface Decided extends JudgedComponent {
  readonly adjudicated: Judgement | null;
  /** null where the rule gives none. */
  readonly decision: Judgement | null;
}

export interface ExportedLabels {
  readonly to: string;
  readonly rule: Rule;
  readonly annotators: readonly string[];
  /** Eigen indices decided to be spurious, by class index. */
  readonly components: Readonly<Record<string, readonly number[]>>;
  /** Components by decision; `undecided` are those without. */
  readonly counts: Readonly<Record<Judgement | "undecided", number>>;
}

/**
 * Writes the file of spurious components that `spufix fit --components` reads, and the table.
 * @throws USAGE_INVALID no file, or two adjudicators; ARTEFACT_INVALID, OUTPUT_EXISTS,
 *   OUTPUT_WRITE_FAILED
 */
export async function exportLabels(request: ExportLabelsRequest): Promise<ExportedLabels> {
  const { to, csv, rule = "majority", force = false } = request;
  const files = await Promise.all(request.files.map(readLabels));
  requireComparable(files);
  const annotators = files.filter(({ header }) => header.role === "annotator");
  const decided = decideAll(annotators, adjudicatorOf(files), rule);
  const names = annotators.map(({ header }) => header.annotator);
  for (const path of [to, ...(csv === undefined ? [] : [csv])]) await refuseExisting(path, force);
  const components = spuriousOf(decided);
  const document = {
    schema: COMPONENTS_SCHEMA,
    rule,
    annotators: names,
    model: files[0]?.header.model ?? null,
    components,
    provenance: { version: VERSION, files: request.files, made: new Date().toISOString() },
  };
  await writeFileAtomic(to, `${JSON.stringify(document, null, 2)}\n`);
  if (csv !== undefined) await writeFileAtomic(csv, table(decided, names));
  return { to, rule, annotators: names, components, counts: countsOf(decided) };
}

function adjudicatorOf(files: readonly LabelsFile[]): LabelsFile | null {
  if (files.length === 0) {
    throw new SpuriousError("USAGE_INVALID", "exporting labels: FILE: expected a file, got none");
  }
  const [first = null, second] = files.filter(({ header }) => header.role === "adjudicator");
  if (second === undefined) return first;
  throw new SpuriousError(
    "USAGE_INVALID",
    `exporting labels: ${second.path}: expected one adjudicator's file at most, got a second`,
    { input: second.path },
  );
}

function decideAll(
  annotators: readonly LabelsFile[],
  adjudicator: LabelsFile | null,
  rule: Rule,
): Decided[] {
  const final = new Map(
    judgedComponents(adjudicator === null ? [] : [adjudicator]).map((one) => [keyOf(one), one]),
  );
  const judged = judgedComponents(annotators);
  const known = new Set(judged.map(keyOf));
  // What nobody but the adjudicator judged is decided, too.
  const alone = [...final.values()]
    .filter((one) => !known.has(keyOf(one)))
    .map((one) => ({ ...one, judged: [] }));
  return [...judged, ...alone]
    .sort((a, b) => a.class - b.class || a.component - b.component)
    .map((one) => {
      const adjudicated = final.get(keyOf(one))?.judged[0]?.judgement ?? null;
      return { ...one, adjudicated, decision: decide(one, rule, adjudicated) };
    });
}

function spuriousOf(decided: readonly Decided[]): Record<string, number[]> {
  const components: Record<string, number[]> = {};
  for (const { class: index, component, decision } of decided) {
    if (decision === "spurious") (components[String(index)] ??= []).push(component);
  }
  return components;
}

function countsOf(decided: readonly Decided[]): ExportedLabels["counts"] {
  const counts = { spurious: 0, "not spurious": 0, inconsistent: 0, undecided: 0 };
  for (const { decision } of decided) counts[decision ?? "undecided"]++;
  return counts;
}

/** A row for every component: votes, the decision, and per annotator the answer and the note. */
function table(decided: readonly Decided[], annotators: readonly string[]): string {
  const header = [
    ...["class", "label", "component", ...JUDGEMENTS, "adjudicated", "decision"],
    ...annotators.flatMap((name) => [name, `${name} note`]),
  ];
  const rows = decided.map(({ class: index, label, component, judged, adjudicated, decision }) => {
    const of = new Map(judged.map((one) => [one.annotator, one]));
    const votes = JUDGEMENTS.map((one) => judged.filter((said) => said.judgement === one).length);
    const answers = annotators.flatMap((name) => {
      const said = of.get(name);
      return [said?.judgement ?? null, said?.note || null];
    });
    return [index, label, component, ...votes, adjudicated, decision, ...answers];
  });
  return [header, ...rows].map((row) => `${csvLine(row)}\n`).join("");
}
