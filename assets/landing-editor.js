// The HTML of a landing page in CodeMirror. The text area stays: it is what the form sends, and what there is without
// this script. The editor lives in a shadow root, where its styles are style sheets of the script's own making, which the
// page's content security policy has nothing against.
import { EditorState, EditorView, Compartment, basicSetup, keymap, indentWithTab, oneDark, oneDarkHighlightStyle, defaultHighlightStyle, syntaxHighlighting } from "./codemirror/index.js";
import { html } from "./codemirror/index-BtSOn-Ix.js";

const isDark = () => document.documentElement.dataset.bsTheme === "dark";

const enhance = (part) => {
  const area = document.getElementById(part.dataset.codeEditor);
  if (!area || area.readOnly) return;
  const host = document.createElement("div");
  host.className = "ty-editor";
  area.after(host);
  const root = host.attachShadow({ mode: "open" });
  const theme = new Compartment();
  const look = () => isDark() ? [oneDark, syntaxHighlighting(oneDarkHighlightStyle)] : syntaxHighlighting(defaultHighlightStyle);
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
