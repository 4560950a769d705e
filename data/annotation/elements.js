// Makes elements. Everything goes in as text: names come from outside.

export const id = (name) => document.getElementById(name);

export function element(tag, { className, text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Where the server gives a picture. */
export const address = (path) => `/picture/${path.split("/").map(encodeURIComponent).join("/")}`;

/** A probability in four characters or so. */
export const probability = (p) => (p === 0 || p >= 0.0005 ? p.toFixed(3) : p.toExponential(0));

/** Names and values of a list of facts. */
export function facts(list, values) {
  list.replaceChildren(
    ...values.map(([name, value]) =>
      element("div", {}, element("dt", { text: name }), element("dd", { text: value })),
    ),
  );
}

/** Of a class: what stands under its name. */
export const classText = ({ definition, synonyms, label }) =>
  definition ?? (synonyms === label ? "" : synonyms);

export const classNumber = ({ class: index, wnid, label }) =>
  `class ${index}${wnid === label ? "" : `, ${wnid}`}`;
