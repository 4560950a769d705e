// Puts what the server tells into the page. Everything goes in as text: names come from outside.

const id = (name) => document.getElementById(name);

export const NAMES = {
  spurious: "spurious",
  "not spurious": "not spurious",
  inconsistent: "inconsistent",
  skip: "skipped",
};

function element(tag, { className, text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const address = (path) => `/evidence/${path.split("/").map(encodeURIComponent).join("/")}`;

/** A probability in four characters or so. */
const probability = (p) => (p === 0 || p >= 0.0005 ? p.toFixed(3) : p.toExponential(0));

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
  for (const image of document.querySelectorAll("#component img")) {
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

function scores(values) {
  const facts = values
    ? [
        ["p of the class", probability(values.confidence)],
        ["α", values.alpha.toFixed(2)],
        ["largest α in training", values.trainMax.toFixed(2)],
        ["rank by confidence, from 0", `${values.rank} of ${values.pool}`],
        ["share of the variance", `${(values.varianceShare * 100).toFixed(1)} %`],
      ]
    : [];
  id("scores").replaceChildren(
    ...facts.map(([name, value]) =>
      element("div", {}, element("dt", { text: name }), element("dd", { text: value })),
    ),
  );
}

function others(answers) {
  id("others").hidden = !answers?.length;
  id("others-list").replaceChildren(
    ...(answers ?? []).map(({ annotator, answer, note }) => {
      const item = element("li", { text: `${annotator}: ` }, element("b", { text: NAMES[answer] }));
      if (note) item.append(` — ${note}`);
      return item;
    }),
  );
}

export function showComponent(view, item, place, withCam) {
  id("component").hidden = false;
  id("nothing").hidden = true;
  id("answers").hidden = false;
  id("name").textContent = view.label;
  id("definition").textContent =
    view.definition ?? (view.synonyms === view.label ? "" : view.synonyms);
  id("which").textContent =
    `class ${view.class}${view.wnid === view.label ? "" : `, ${view.wnid}`} · component ${view.component} (eigen index) · ${place}`;
  id("attack").replaceChildren(picture(view.attack, "Feature attack image", withCam));
  scores(view.scores);
  row(id("top"), view.top, "Most activating", withCam);
  row(id("least"), view.least, "Least activating", withCam);
  others(view.others);
  for (const button of document.querySelectorAll("[data-answer]")) {
    button.setAttribute("aria-pressed", String(button.dataset.answer === item.answer));
  }
}

export function showNothing(text) {
  id("component").hidden = true;
  id("answers").hidden = true;
  id("nothing").hidden = false;
  id("nothing").textContent = text;
}

/** Fetches what comes next, so that it is there when it shows. */
export function prefetch(view, withCam) {
  for (const one of [view.attack, ...view.top, ...view.least]) {
    new Image().src = address(withCam ? one.cam : one.image);
  }
}

export function showHeading({ annotator, role, blind }) {
  id("task").textContent = role === "adjudicator" ? "Adjudication" : "Labelling";
  id("who").textContent = `${annotator}${blind ? ", blind" : ""}`;
  document.title = `${id("task").textContent}, ${annotator}`;
}

export function showProgress({ items, classes, canUndo }, chosenClass, choose) {
  const done = items.filter(({ answer }) => answer !== null).length;
  id("progress").max = Math.max(1, items.length);
  id("progress").value = done;
  id("count").textContent = `${done} of ${items.length} answered`;
  id("undo").disabled = !canUndo;
  const counts = new Map(
    classes.map(({ index, label }) => [index, { index, label, all: 0, done: 0 }]),
  );
  for (const item of items) {
    const own = counts.get(item.class);
    own.all += 1;
    if (item.answer !== null) own.done += 1;
  }
  const parts = [...counts.values()].filter(({ all }) => all > 0);
  const option = (value, text) => element("option", { value, text });
  id("class-filter").replaceChildren(
    option("", "all"),
    ...parts.map((one) =>
      option(one.index, `${one.label}, ${one.index} (${one.done} of ${one.all})`),
    ),
  );
  id("class-filter").value = chosenClass;
  id("classes").replaceChildren(
    ...parts.map((one) => {
      const button = element("button", { type: "button", text: one.label });
      button.addEventListener("click", () => choose(one.index));
      const bar = element("progress", { max: one.all, value: one.done, "aria-label": one.label });
      const words = element("span", {
        className: "small quiet",
        text: `${one.done} of ${one.all}`,
      });
      return element("li", {}, button, bar, words);
    }),
  );
}

export function tell(text) {
  id("live").textContent = text;
}

/** A message that stays until the next change; null takes it away. */
export function showMessage(text) {
  id("message").hidden = text === null;
  id("message").textContent = text ?? "";
}
