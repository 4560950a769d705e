// What stands around the item on every page of this kind: progress, lists, messages.

import { element, id } from "./elements.js";

/** What an answer is called in sentences: its button says it. */
export const nameOf = (answer) =>
  document.querySelector(`[data-answer="${CSS.escape(answer)}"]`).dataset.name;

export function showNothing(text) {
  id("item").hidden = true;
  id("answers").hidden = true;
  id("nothing").hidden = false;
  id("nothing").textContent = text;
}

export function showItem(answer) {
  id("item").hidden = false;
  id("answers").hidden = false;
  id("nothing").hidden = true;
  for (const button of document.querySelectorAll("[data-answer]")) {
    button.setAttribute("aria-pressed", String(button.dataset.answer === answer));
  }
}

/** How many of each group have an answer; groups without items are left out. */
function countGroups(items, groups, groupOf) {
  const counts = new Map(
    groups.map(({ index, label }) => [index, { index, label, all: 0, done: 0 }]),
  );
  for (const item of items) {
    const own = counts.get(groupOf(item));
    own.all += 1;
    if (item.answer !== null) own.done += 1;
  }
  return [...counts.values()].filter(({ all }) => all > 0);
}

function groupLine({ index, label, all, done }, choose) {
  const button = element("button", { type: "button", text: label });
  button.addEventListener("click", () => choose(index));
  const bar = element("progress", { max: all, value: done, "aria-label": label });
  return element(
    "li",
    {},
    button,
    bar,
    element("span", { className: "small quiet", text: `${done} of ${all}` }),
  );
}

/** @param choose called with a group's index */
export function showProgress({ items, groups, groupOf, canUndo }, chosen, choose) {
  const done = items.filter(({ answer }) => answer !== null).length;
  id("progress").max = Math.max(1, items.length);
  id("progress").value = done;
  id("count").textContent = `${done} of ${items.length} answered`;
  id("undo").disabled = !canUndo;
  const parts = countGroups(items, groups, groupOf);
  const option = (value, text) => element("option", { value, text });
  id("group-filter").replaceChildren(
    option("", "all"),
    ...parts.map((one) => option(one.index, `${one.label} (${one.done} of ${one.all})`)),
  );
  id("group-filter").value = chosen;
  id("groups").replaceChildren(...parts.map((one) => groupLine(one, choose)));
}

export function showHeading(task, who) {
  id("task").textContent = task;
  id("who").textContent = who;
  document.title = `${task}, ${who}`;
}

/** For screen readers. */
export function tell(text) {
  id("live").textContent = text;
}

/** A message that stays until the next change; null takes it away. */
export function showMessage(text) {
  id("message").hidden = text === null;
  id("message").textContent = text ?? "";
}
