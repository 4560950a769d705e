// Puts a mined image into the page.

import { address, classNumber, classText, element, facts, id, probability } from "./elements.js";
import { nameOf } from "./frame.js";

/** Images of the strip on each side. */
const BESIDE = 4;

const MARKS = { keep: "✓", "contains class": "c", "not feature": "n", skip: "–" };

const large = (place) => address(`large/${place}`);

function stripImage({ place, answer }, at, goTo) {
  const picture = element("img", { src: address(`small/${place}`), alt: "" });
  const words = answer === null ? "" : `, ${nameOf(answer)}`;
  const button = element(
    "button",
    { type: "button", "aria-label": `Image ${place + 1}${words}` },
    picture,
  );
  if (place === at) button.setAttribute("aria-current", "true");
  if (answer !== null) button.append(element("span", { className: "mark", text: MARKS[answer] }));
  button.addEventListener("click", () => goTo(place));
  return element("li", {}, button);
}

/** The images around one in its component's list: always as many, where there are. */
function strip(items, at, goTo) {
  const { component } = items[at];
  const first = items.findIndex((one) => one.component === component);
  const own = items.filter((one) => one.component === component);
  const from = Math.max(0, Math.min(at - first - BESIDE, own.length - (2 * BESIDE + 1)));
  const shown = own.slice(from, from + 2 * BESIDE + 1);
  id("strip").replaceChildren(...shown.map((one) => stripImage(one, at, goTo)));
}

function examples({ component, examples: found }) {
  id("examples").hidden = found.length === 0;
  id("examples-list").replaceChildren(
    ...found.map(({ path, alpha }, i) =>
      element(
        "li",
        { title: path },
        element("img", { src: address(`train/${component}/${i}`), alt: `Training image ${i + 1}` }),
        element("p", { className: "small quiet", text: `α ${alpha.toFixed(2)}` }),
      ),
    ),
  );
}

export function showImage(view, { place, items, at, goTo }) {
  const picture = id("large");
  picture.src = large(view.place);
  picture.alt = view.id;
  id("name").textContent = view.label;
  id("definition").textContent = classText(view);
  id("which").textContent = `${classNumber(view)} · component ${view.component} · ${place}`;
  facts(id("scores"), [
    ["α", view.alpha.toFixed(2)],
    ["largest α in training", view.trainMax.toFixed(2)],
    ["p of the class", probability(view.probability)],
    ["rank by α", `${view.rank} of ${view.of}`],
    ["image", view.id],
  ]);
  examples(view);
  strip(items, at, goTo);
}

/** Fetches what comes next, so that it is there when it shows. */
export function prefetch({ place }) {
  new Image().src = large(place);
}

id("large").addEventListener("error", () => {
  id("large").hidden = true;
  id("gone").hidden = false;
});
id("large").addEventListener("load", () => {
  id("large").hidden = false;
  id("gone").hidden = true;
});
