import { type Annotation, BadRequest } from "../../annotation/annotation-server.js";
import { isWhole } from "../../annotation/entries-file.js";
import { REVIEW_ANSWERS, type ReviewAnswer } from "./review-file.js";
import { reviewPage } from "./review-page.js";
import type { ReviewSession } from "./review-session.js";

/** What the page of mined images asks of its server. Images are named by their place in the list. */
export function reviewAnnotation(session: ReviewSession): Annotation {
  return {
    page: reviewPage,
    state: () => session.state(),
    item: (address) => (/^\d{1,9}$/.test(address) ? session.image(Number(address)) : null),
    answer: (version, { place, answer }) => {
      if (!isWhole(place) || !isAnswer(answer)) {
        throw new BadRequest("an answer has place and answer");
      }
      return session.answer(version, place, answer);
    },
    undo: (version) => session.undo(version),
    picture: async (address) => {
      const [, size, place] = /^(large|small)\/(\d{1,9})$/.exec(address) ?? [];
      if (size !== undefined) return session.picture(Number(place), size as "large" | "small");
      const [, component, example] = /^train\/(\d{1,9})\/(\d{1,9})$/.exec(address) ?? [];
      if (component === undefined) return null;
      return session.example(Number(component), Number(example));
    },
  };
}

function isAnswer(value: unknown): value is ReviewAnswer {
  return (REVIEW_ANSWERS as readonly unknown[]).includes(value);
}
