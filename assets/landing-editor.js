// The HTML of a landing page in CodeMirror. The text area stays: it is what the form sends, and what there is without
// this script. The editor lives in a shadow root, where its styles are style sheets of the script's own making, which the
// page's content security policy has nothing against.
import { EditorState, EditorView, Compartment, HighlightStyle, basicSetup, keymap, indentWithTab, oneDark, syntaxHighlighting } from "./codemirror/index.js";
// The tags that highlighting goes by have no public name in this build of CodeMirror; its files are pinned by hash.
import { t as tags } from "./codemirror/index-ciMdZ5pn.js";
import { html } from "./codemirror/index-BtSOn-Ix.js";

// CodeMirror's own light colours are too pale on white for some eyes.
const light = HighlightStyle.define([
  { tag: [tags.tagName, tags.typeName, tags.className], color: "#0b5c3b" },
  { tag: [tags.attributeName, tags.propertyName, tags.definition(tags.variableName)], color: "#1a4b9c" },
  { tag: [tags.string, tags.attributeValue, tags.regexp, tags.escape], color: "#9a1212" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "#6f0f8a" },
  { tag: [tags.number, tags.bool, tags.atom, tags.color, tags.unit], color: "#1f5f1f" },
  { tag: tags.comment, color: "#5f5a4a", fontStyle: "italic" },
  { tag: tags.invalid, color: "#b00020" },
]);
// Of One Dark the background stays; its red and its grey are too dim on it.
const dark = HighlightStyle.define([
  { tag: [tags.tagName, tags.typeName, tags.className], color: "#e5c07b" },
  { tag: [tags.attributeName, tags.propertyName, tags.definition(tags.variableName)], color: "#7cbcf2" },
  { tag: [tags.string, tags.attributeValue, tags.regexp, tags.escape], color: "#98c379" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "#d7a1ea" },
  { tag: [tags.number, tags.bool, tags.atom, tags.color, tags.unit], color: "#dba674" },
  { tag: [tags.comment, tags.meta], color: "#a3adbd", fontStyle: "italic" },
  { tag: tags.invalid, color: "#ff9d9d" },
]);
const isDark = () => document.documentElement.dataset.bsTheme === "dark";

const enhance = (part) => {
  const area = document.getElementById(part.dataset.codeEditor);
  if (!area || area.readOnly) return;
  const host = document.createElement("div");
  host.className = "ty-editor";
  area.after(host);
  const root = host.attachShadow({ mode: "open" });
  const theme = new Compartment();
  const look = () => isDark() ? [oneDark[0], syntaxHighlighting(dark)] : syntaxHighlighting(light);
  const label = document.querySelector(`label[for="${area.id}"]`);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        basicSetup,
        html(),
        // Tab indents; Escape, then Tab leaves the editor.
        keymap.of([indentWithTab]),
        theme.of(look()),
        EditorView.lineWrapping,
        EditorState.readOnly.of(area.closest("fieldset")?.disabled ?? false),
        EditorView.contentAttributes.of({ "aria-label": label?.textContent ?? "HTML", "aria-multiline": "true" }),
        EditorView.theme({ "&": { height: "32rem", fontSize: "13px" }, ".cm-scroller": { fontFamily: "ui-monospace, monospace" } }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = view.state.doc.toString();
        }),
      ],
    }),
  });
  area.hidden = true;
  // A fault's link leads to the field, and so does its label.
  label?.addEventListener("click", () => view.focus());
  area.addEventListener("focus", () => view.focus());
  document.addEventListener("themechange", () => view.dispatch({ effects: theme.reconfigure(look()) }));
  part.dataset.ready = "true";
};

document.querySelectorAll("[data-code-editor]").forEach(enhance);
