// Builds dist/ from src/, and checks the texts: every key that the sources use is in every language.
//
//   npm run build            writes dist/
//   npm run build -- --check fails if dist/ differs from its sources
import { FluentResource } from "@fluent/bundle";
import esbuild from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const LANGUAGES = ["id", "en"];
/** The texts of the bot that the page shows as well, and the texts of the page alone. */
const SHARED = ["common.ftl", "conversation.ftl", "audit.ftl", "settings.ftl"];
const OWN = "web.ftl";

function sources(folder = join(root, "src")) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

function keys(language, file) {
  const text = readFileSync(join(root, "..", "locales", language, file), "utf8");
  return new Set(new FluentResource(text).body.map((message) => message.id));
}

/** Returns what may be a key of a text in the sources: a word with a dash in quotes. */
const usedKeys = () => new Set([...sources().join("\n").matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)].map((match) => match[1]));

/** Loads a file of texts without those that no source uses: most texts of the bot are for chats. */
const texts = {
  name: "texts",
  setup(build) {
    build.onLoad({ filter: /\.ftl$/ }, ({ path }) => {
      const used = usedKeys();
      const messages = readFileSync(path, "utf8").split(/^(?=[a-z][a-z-]* =)/m);
      const usedMessages = messages.filter((message) => used.has(message.slice(0, message.indexOf(" ="))));
      return { contents: usedMessages.map((message) => message.replace(/^#.*\n/gm, "").trimEnd()).join("\n"), loader: "text" };
    });
  },
};

function checkTexts() {
  const text = sources().join("\n");
  const problems = [];
  const [first, ...others] = LANGUAGES;
  const own = keys(first, OWN);
  for (const language of others) {
    const theirs = keys(language, OWN);
    for (const key of own) if (!theirs.has(key)) problems.push(`${language} has no text ${key}`);
    for (const key of theirs) if (!own.has(key)) problems.push(`${first} has no text ${key}`);
  }
  const shared = SHARED.flatMap((file) => [...keys(first, file)]);
  for (const key of shared) if (own.has(key)) problems.push(`${OWN} repeats the text ${key}`);
  const known = new Set([...own, ...shared]);
  const used = usedKeys();
  for (const key of own) if (!used.has(key)) problems.push(`no source uses the text ${key}`);
  for (const match of text.matchAll(/\btext\("([^"]+)"/g)) {
    if (!known.has(match[1])) problems.push(`there is no text ${match[1]}`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

checkTexts();
const built = await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["src/app.tsx", "src/app.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [texts],
  legalComments: "none",
  charset: "utf8",
  write: false,
});
const files = new Map(built.outputFiles.map((file) => [file.path, file.text]));
files.set(join(root, "dist", "index.html"), readFileSync(join(root, "src", "index.html"), "utf8"));
for (const [path, text] of files) {
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) throw new Error(`${path} differs from its sources: run npm run build`);
}
