// Puts a component into the labelling page.

import { address, classNumber, classText, element, facts, id, probability } from "./elements.js";
import { nameOf } from "./frame.js";

function picture({ image, cam }, alt, withCam) {
  const made = element("img", { alt: withCam ? `${alt}, with Grad-CAM` : alt });
  made.dataset.image = address(image);
  made.dataset.cam = address(cam);
  made.dataset.alt = alt;
  made.src = withCam ? made.dataset.cam : made.dataset.image;
  return made;
}

/** Grad-CAMs are fetched when they are asked for. */
export function showCam(on) {
  for (const image of document.querySelectorAll("#item img")) {
    image.src = on ? image.dataset.cam : image.dataset.image;
    image.alt = on ? `${image.dataset.alt}, with Grad-CAM` : image.dataset.alt;
  }
  id("cam").setAttribute("aria-pressed", String(on));
}

function row(list, pictures, words, withCam) {
  list.replaceChildren(
    ...pictures.map((one, i) => {
      const item = element("li", {}, picture(one, `${words} image ${i + 1}`, withCam));
      if (one.scores) {
        const { alpha, probability: p } = one.scores;
        item.append(
          element("p", {
            className: "small quiet",
            text: `α ${alpha.toFixed(2)} · p ${probability(p)}`,
          }),
        );
      }
      return item;
    }),
  );
}

function scoresOf(values) {
  if (!values) return [];
  return [
    ["p of the class", probability(values.confidence)],
    ["α", values.alpha.toFixed(2)],
    ["largest α in training", values.trainMax.toFixed(2)],
    ["rank by confidence, from 0", `${values.rank} of ${values.pool}`],
    ["share of the variance", `${(values.varianceShare * 100).toFixed(1)} %`],
  ];
}

function others(answers) {
  id("others").hidden = !answers?.length;
  id("others-list").replaceChildren(
    ...(answers ?? []).map(({ annotator, answer, note }) => {
      const said = element("b", { text: nameOf(answer) });
      const item = element("li", { text: `${annotator}: ` }, said);
      if (note) item.append(` — ${note}`);
      return item;
    }),
  );
}

export function showComponent(view, place, withCam) {
  id("name").textContent = view.label;
  id("definition").textContent = classText(view);
  id("which").textContent =
    `${classNumber(view)} · component ${view.component} (eigen index) · ${place}`;
  id("attack").replaceChildren(picture(view.attack, "Feature attack image", withCam));
  facts(id("scores"), scoresOf(view.scores));
  row(id("top"), view.top, "Most activating", withCam);
  row(id("least"), view.least, "Least activating", withCam);
  others(view.others);
}

/** Fetches what comes next, so that it is there when it shows. */
export function prefetch(view, withCam) {
  for (const one of [view.attack, ...view.top, ...view.least]) {
    new Image().src = address(withCam ? one.cam : one.image);
  }
}
