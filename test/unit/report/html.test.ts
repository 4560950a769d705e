import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { escapeHtml, html } from "../../../src/report/html.js";

describe("html", () => {
  test("escapes what is put in, in text and in attributes", () => {
    const hostile = `<script>alert("1")</script> & 'x'`;
    assert.equal(
      html`<p title="${hostile}">${hostile}</p>`.text,
      `<p title="${escapeHtml(hostile)}">${escapeHtml(hostile)}</p>`,
    );
    assert.equal(
      escapeHtml(hostile),
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;",
    );
  });

  test("takes its own markup as it is, alone and in lists", () => {
    const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
    assert.equal(html`<ul>${items}</ul>`.text, "<ul><li>a</li><li>&lt;b&gt;</li></ul>");
  });

  test("writes nothing for null and false, and zero as 0", () => {
    assert.equal(html`[${null}${false}${0}]`.text, "[0]");
  });
});
