// A page that asks about one item after the other, answered by keyboard. An answer is on disk
// before the next item shows; the server's version number keeps two tabs from fighting.

import { id } from "./elements.js";
import { nameOf, showItem, showMessage, showNothing, showProgress, tell } from "./frame.js";
import { change, readItem, readState, Stale } from "./server.js";

/** What the page is about, see `annotate`. */
let kind;
let state;
/** Place of the item that shows in state.items; -1 for none. */
let at = -1;
let filter = "open";
let groupFilter = "";
/** A change is on its way: keys wait for what it shows. */
let busy = false;
/** Views are kept, so that a step shows without waiting. */
const views = new Map();
/** Notes that were written and not saved yet, by item. */
const drafts = new Map();
/** Missing on pages that take no notes. */
const noteField = id("note");

const keysOn = () => id("keys-on").checked;

function isListed(item) {
  if (groupFilter !== "" && kind.groupOf(item) !== Number(groupFilter)) return false;
  if (filter === "all") return true;
  return filter === "open" ? item.answer === null : item.answer === filter;
}

/** The next listed item from a place on, in either direction; -1 at the end of the list. */
function listed(from, step) {
  for (let i = from; i >= 0 && i < state.items.length; i += step) {
    if (isListed(state.items[i])) return i;
  }
  return -1;
}

const placeIn = (key) => state.items.findIndex((one) => kind.keyOf(one) === key);

/** A step to another item must not lose what was written. */
function keepDraft() {
  if (noteField === null || at === -1 || id("item").hidden) return;
  const item = state.items[at];
  if (noteField.value.trim() === item.note) drafts.delete(kind.keyOf(item));
  else drafts.set(kind.keyOf(item), noteField.value);
}

function viewOf(item) {
  const key = kind.keyOf(item);
  if (!views.has(key)) {
    const view = readItem(key);
    view.catch(() => views.delete(key));
    views.set(key, view);
  }
  return views.get(key);
}

const placeOf = (i) => `${i + 1} of ${state.items.length}`;

function progress() {
  const { groupOf } = kind;
  showProgress({ ...state, groups: kind.groups(state), groupOf }, groupFilter, chooseGroup);
}

function nothing(said) {
  const open = state.items.some(({ answer }) => answer === null);
  const left = open
    ? "Nothing of this kind is left. Choose another list above."
    : kind.texts.done;
  showNothing(state.items.length === 0 ? kind.texts.none : left);
  tell(`${said}${id("nothing").textContent}`);
}

async function show(i, said = "") {
  keepDraft();
  at = i;
  progress();
  if (i === -1) return nothing(said);
  const item = state.items[i];
  const view = await viewOf(item);
  if (at !== i) return;
  kind.show(view, { place: placeOf(i), items: state.items, at: i, goTo });
  showItem(item.answer);
  if (noteField) noteField.value = drafts.get(kind.keyOf(item)) ?? item.note;
  const answer = item.answer === null ? "" : `, ${nameOf(item.answer)}`;
  tell(`${said}${kind.tellOf(view)}, ${placeOf(i)}${answer}`);
  const next = listed(i + 1, 1);
  if (next !== -1) viewOf(state.items[next]).then(kind.prefetch, () => undefined);
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

const goTo = (i) => void once(() => show(i));

async function catchUp() {
  const item = state.items[at];
  state = await readState();
  const here = item === undefined ? -1 : placeIn(kind.keyOf(item));
  await (here === -1 ? showNext(0) : show(here));
  showMessage(
    "Answers were changed in another tab, and are read again. Nothing was saved here just now.",
  );
}

function apply({ version, canUndo, item }) {
  state.version = version;
  state.canUndo = canUndo;
  const i = item === null ? -1 : placeIn(kind.keyOf(item));
  if (i !== -1) state.items[i] = item;
  showMessage(null);
  return i;
}

const answer = (said) =>
  once(async () => {
    if (at === -1) return;
    const body = { version: state.version, ...kind.bodyOf(state.items[at]), answer: said };
    if (noteField) body.note = noteField.value.trim();
    const i = apply(await change("answer", body));
    noteField?.blur();
    await showNext(i + 1, `Saved: ${nameOf(said)}. `);
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
  else goTo(to);
}

/** The first listed item of the next group that has one, in the order of the list. */
function stepGroup(direction) {
  if (at === -1) return;
  const here = kind.groupOf(state.items[at]);
  let to = listed(at + direction, direction);
  while (to !== -1 && kind.groupOf(state.items[to]) === here) to = listed(to + direction, direction);
  if (to === -1)
    return tell(`The ${direction > 0 ? "last" : "first"} ${kind.texts.group} of the list`);
  const group = kind.groupOf(state.items[to]);
  goTo(state.items.findIndex((one) => kind.groupOf(one) === group && isListed(one)));
}

function choose() {
  filter = id("filter").value;
  groupFilter = id("group-filter").value;
  goTo(at !== -1 && isListed(state.items[at]) ? at : listed(0, 1));
}

function chooseGroup(index) {
  const some = state.items.some((one) => kind.groupOf(one) === index && isListed(one));
  id("filter").value = some ? filter : "all";
  id("group-filter").value = String(index);
  choose();
}

const buttons = [...document.querySelectorAll("[data-answer]")];

function actionOf({ key, shiftKey }) {
  if (shiftKey && key === "ArrowDown") return () => stepGroup(1);
  if (shiftKey && key === "ArrowUp") return () => stepGroup(-1);
  const button = buttons.find(({ dataset }) => dataset.key === key);
  if (button !== undefined) return () => answer(button.dataset.answer);
  const common = {
    u: undo,
    f: () => id("filter").focus(),
    "?": () => id("help").showModal(),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ...(noteField && { e: () => noteField.focus() }),
  };
  return common[key] ?? kind.actions?.[key];
}

function onKey(event) {
  if (id("help").open || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (key === "Escape" && target.matches("textarea, select")) target.blur();
  if (target.matches("textarea, select")) return;
  const action = actionOf(event);
  // A key that is held down would answer for items that nobody has seen.
  if (!action || (event.repeat && !key.startsWith("Arrow"))) return;
  if (key.length === 1 && key !== "?" && !keysOn()) return;
  event.preventDefault();
  void action();
}

function listen() {
  document.addEventListener("keydown", onKey);
  for (const button of buttons)
    button.addEventListener("click", () => answer(button.dataset.answer));
  id("answers").addEventListener("submit", (event) => event.preventDefault());
  id("undo").addEventListener("click", undo);
  id("previous").addEventListener("click", () => step(-1));
  id("next").addEventListener("click", () => step(1));
  id("filter").addEventListener("change", choose);
  id("group-filter").addEventListener("change", choose);
  id("help-button").addEventListener("click", () => id("help").showModal());
  id("help-close").addEventListener("click", () => id("help").close());
}

/**
 * Begins: reads the state and shows the first item without an answer.
 * @param about.keyOf an item's address and name; groupOf, groups, bodyOf: its group, all groups of
 *   a state, what an answer names; heading, show, prefetch, tellOf: puts state and views into the
 *   page; texts, actions: words and keys of its own
 */
export async function annotate(about) {
  kind = about;
  listen();
  // The token has done its work: it is in the cookie, and need not stay in the history.
  history.replaceState(null, "", "/");
  await once(async () => {
    state = await readState();
    kind.heading(state);
    await showNext(0);
  });
}
