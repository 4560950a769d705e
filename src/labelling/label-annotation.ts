import type { ServedFile } from "../annotation/assets.js";
import { type Annotation, BadRequest } from "../annotation/annotation-server.js";
import { isWhole } from "../annotation/entries-file.js";
import { readInnerFile } from "../annotation/inner-file.js";
import { type Answer, ANSWERS } from "./answers.js";
import { labelPage } from "./page.js";
import type { LabelSession } from "./session.js";

/** What the labelling page asks of its server. @param root real path of the evidence */
export function labelAnnotation(session: LabelSession, root: string): Annotation {
  const named = session.pictures();
  return {
    page: labelPage,
    state: () => session.state(),
    item: (address) => {
      const [, index, component] = /^(\d{1,9})\/(\d{1,9})$/.exec(address) ?? [];
      if (index === undefined) return null;
      return session.component({ class: Number(index), component: Number(component) });
    },
    answer: (version, { class: index, component, answer, note = "" }) => {
      if (!isWhole(index) || !isWhole(component) || !isAnswer(answer) || !isNote(note)) {
        throw new BadRequest("an answer has class, component, answer and note");
      }
      return session.answer(version, { class: index, component }, { answer, note });
    },
    undo: (version) => session.undo(version),
    picture: (address) => pictureOf(root, named, address),
  };
}

/** A picture of the evidence; null unless the evidence names exactly this one and it is a PNG. */
async function pictureOf(
  root: string,
  named: ReadonlySet<string>,
  address: string,
): Promise<ServedFile | null> {
  if (!named.has(address) || !address.endsWith(".png")) return null;
  const content = await readInnerFile(root, address);
  return content && { type: "image/png", content };
}

function isAnswer(value: unknown): value is Answer {
  return (ANSWERS as readonly unknown[]).includes(value);
}

function isNote(value: unknown): value is string {
  return typeof value === "string" && value.length <= 2000;
}
