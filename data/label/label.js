// The labelling page: one component at a time, answered by keyboard. An answer is on disk before
// the next component shows; the server's version number keeps two tabs from fighting.

import { change, readComponent, readState, Stale } from "./server.js";
import {
  NAMES,
  prefetch,
  showCam,
  showComponent,
  showHeading,
  showMessage,
  showNothing,
  showProgress,
  tell,
} from "./view.js";

const id = (name) => document.getElementById(name);

const ANSWER_OF_KEY = { s: "spurious", n: "not spurious", i: "inconsistent", k: "skip" };

let state;
/** Place of the component that shows in state.items; -1 for none. */
let at = -1;
let filter = "open";
let classFilter = "";
let cam = false;
/** A change is on its way: keys wait for what it shows. */
let busy = false;
/** Views are kept, so that a step shows without waiting. */
const views = new Map();
/** Notes that were written and not saved yet, by component. */
const drafts = new Map();

const same = (a, b) => a.class === b.class && a.component === b.component;

function isListed(item) {
  if (classFilter !== "" && item.class !== Number(classFilter)) return false;
  if (filter === "all") return true;
  return filter === "open" ? item.answer === null : item.answer === filter;
}

/** The next listed component from a place on, in either direction; -1 at the end of the list. */
function listed(from, step) {
  for (let i = from; i >= 0 && i < state.items.length; i += step) {
    if (isListed(state.items[i])) return i;
  }
  return -1;
}

const keyOf = (item) => `${item.class}/${item.component}`;

/** A step to another component must not lose what was written. */
function keepDraft() {
  if (at === -1 || id("component").hidden) return;
  const item = state.items[at];
  if (id("note").value.trim() === item.note) drafts.delete(keyOf(item));
  else drafts.set(keyOf(item), id("note").value);
}

function viewOf(item) {
  const key = keyOf(item);
  if (!views.has(key)) {
    const view = readComponent(item);
    view.catch(() => views.delete(key));
    views.set(key, view);
  }
  return views.get(key);
}

const placeOf = (i) => `${i + 1} of ${state.items.length}`;

async function show(i, said = "") {
  keepDraft();
  at = i;
  showProgress(state, classFilter, chooseClass);
  if (i === -1) {
    const open = state.items.some(({ answer }) => answer === null);
    const text = open
      ? "Nothing of this kind is left. Choose another list above."
      : "Every component has an answer. The file is complete; stop the program or look through the answers with the list above.";
    showNothing(state.items.length === 0 ? "There is nothing to label." : text);
    tell(`${said}${id("nothing").textContent}`);
    return;
  }
  const item = state.items[i];
  const view = await viewOf(item);
  if (at !== i) return;
  showComponent(view, item, placeOf(i), cam);
  id("note").value = drafts.get(keyOf(item)) ?? item.note;
  const answer = item.answer === null ? "" : `, ${NAMES[item.answer]}`;
  tell(`${said}${view.label}, component ${item.component}, ${placeOf(i)}${answer}`);
  const next = listed(i + 1, 1);
  if (next !== -1)
    viewOf(state.items[next]).then(
      (one) => prefetch(one, cam),
      () => undefined,
    );
}

/** From the beginning again where the end of the list is reached. */
function showNext(from, said) {
  const ahead = listed(from, 1);
  return show(ahead === -1 ? listed(0, 1) : ahead, said);
}

/** Does one thing at a time, and tells what went wrong. */
async function once(task) {
  if (busy) return;
  busy = true;
  try {
    await task();
  } catch (error) {
    if (error instanceof Stale) await catchUp();
    else showMessage(error.message);
  } finally {
    busy = false;
  }
}

async function catchUp() {
  const item = state.items[at];
  state = await readState();
  const here = item === undefined ? -1 : state.items.findIndex((one) => same(one, item));
  await (here === -1 ? showNext(0) : show(here));
  showMessage(
    "Labels were changed in another tab, and are read again. Nothing was saved here just now.",
  );
}

function apply({ version, canUndo, item }) {
  state.version = version;
  state.canUndo = canUndo;
  const i = item === null ? -1 : state.items.findIndex((one) => same(one, item));
  if (i !== -1) state.items[i] = item;
  showMessage(null);
  return i;
}

const answer = (said) =>
  once(async () => {
    if (at === -1) return;
    const { class: index, component } = state.items[at];
    const note = id("note").value.trim();
    const body = { version: state.version, class: index, component, answer: said, note };
    const i = apply(await change("answer", body));
    id("note").blur();
    await showNext(i + 1, `Saved: ${NAMES[said]}. `);
  });

const undo = () =>
  once(async () => {
    const done = await change("undo", { version: state.version });
    const i = apply(done);
    if (done.item === null) showMessage("There is nothing to undo.");
    else if (i === -1) await show(at, "Taken back. ");
    else await show(i, "Taken back. ");
  });

function step(direction) {
  const to = listed(at + direction, direction);
  if (to === -1) tell(direction > 0 ? "The last of the list" : "The first of the list");
  else void once(() => show(to));
}

/** The first listed component of the next class that has one, in the order of the list. */
function stepClass(direction) {
  const here = state.items[at]?.class;
  let to = listed(at + direction, direction);
  while (to !== -1 && state.items[to].class === here) to = listed(to + direction, direction);
  if (to === -1)
    return tell(direction > 0 ? "The last class of the list" : "The first class of the list");
  const first = state.items.findIndex(
    (one) => one.class === state.items[to].class && isListed(one),
  );
  return void once(() => show(first));
}

function choose() {
  filter = id("filter").value;
  classFilter = id("class-filter").value;
  const here = at !== -1 && isListed(state.items[at]) ? at : listed(0, 1);
  void once(() => show(here));
}

function chooseClass(index) {
  id("filter").value = state.items.some((one) => one.class === index && isListed(one))
    ? filter
    : "all";
  id("class-filter").value = String(index);
  choose();
}

function toggleCam() {
  cam = !cam;
  showCam(cam);
  tell(cam ? "Grad-CAM on" : "Grad-CAM off");
}

const ACTIONS = {
  u: undo,
  g: toggleCam,
  e: () => id("note").focus(),
  f: () => id("filter").focus(),
  "?": () => id("help").showModal(),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
};

document.addEventListener("keydown", (event) => {
  if (id("help").open || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (key === "Escape" && target.matches("textarea, select")) target.blur();
  if (target.matches("textarea, select")) return;
  let action = ACTIONS[key];
  if (event.shiftKey && key === "ArrowDown") action = () => stepClass(1);
  if (event.shiftKey && key === "ArrowUp") action = () => stepClass(-1);
  if (key in ANSWER_OF_KEY) action = () => answer(ANSWER_OF_KEY[key]);
  // A key that is held down would answer for components that nobody has seen.
  if (!action || (event.repeat && !key.startsWith("Arrow"))) return;
  if (key.length === 1 && key !== "?" && !id("keys-on").checked) return;
  event.preventDefault();
  void action();
});

for (const button of document.querySelectorAll("[data-answer]")) {
  button.addEventListener("click", () => answer(button.dataset.answer));
}
id("answers").addEventListener("submit", (event) => event.preventDefault());
id("undo").addEventListener("click", undo);
id("previous").addEventListener("click", () => step(-1));
id("next").addEventListener("click", () => step(1));
id("cam").addEventListener("click", toggleCam);
id("filter").addEventListener("change", choose);
id("class-filter").addEventListener("change", choose);
id("help-button").addEventListener("click", () => id("help").showModal());
id("help-close").addEventListener("click", () => id("help").close());

// The token has done its work: it is in the cookie, and need not stay in the history.
history.replaceState(null, "", "/");
await once(async () => {
  state = await readState();
  showHeading(state);
  await showNext(0);
});
