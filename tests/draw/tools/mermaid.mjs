// Reads a JSON list of Mermaid texts on stdin, writes a JSON list of what Mermaid makes of each:
// {error} or {type, labels}, the labels as a browser would get them.
// The folder of the npm packages is the first argument.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const require = createRequire(`${folder}/`);
const { JSDOM } = require("jsdom");
const page = new JSDOM("<!DOCTYPE html><body></body>", { pretendToBeVisual: true });
globalThis.window = page.window;
globalThis.document = page.window.document;
for (const name of ["Element", "HTMLElement", "SVGElement", "Node", "DOMParser"]) {
  globalThis[name] = page.window[name];
}
const entry = pathToFileURL(`${folder}/node_modules/mermaid/dist/mermaid.core.mjs`);
const mermaid = (await import(entry)).default;
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

// What Mermaid does with a label before it hands it to the browser as HTML.
function shown(label) {
  const codes = label.replace(/ﬂ°°/g, "&#").replace(/ﬂ°/g, "&").replace(/¶ß/g, ";");
  const box = document.createElement("div");
  box.innerHTML = codes.replace(/<br\s*\/?>/g, "\n");
  return box.textContent;
}

const answers = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    const { diagramType } = await mermaid.parse(text);
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const data = diagram.db.getData ? diagram.db.getData() : { nodes: [], edges: [] };
    const said = [...data.nodes, ...data.edges].flatMap((item) => [
      ...(Array.isArray(item.label) ? item.label : [item.label ?? ""]),
      ...(Array.isArray(item.description) ? item.description : []),
    ]);
    answers.push({ type: diagramType, labels: said.filter((label) => label).map(shown) });
  } catch (problem) {
    answers.push({ error: String(problem.message ?? problem) });
  }
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
