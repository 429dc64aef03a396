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
const SHARED = ["common.ftl", "conversation.ftl", "audit.ftl", "records.ftl", "settings.ftl"];
const OWN = "web.ftl";
/** The texts that name a command of the bot, because the page cannot do what it does. */
const NAMING_COMMANDS = ["login-by-bot", "login-failed", "login-used", "workload-none"];

function sources(folder = join(root, "src")) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

const readTexts = (language, file) => readFileSync(join(root, "..", "locales", language, file), "utf8");
const keys = (language, file) => new Set(new FluentResource(readTexts(language, file)).body.map((message) => message.id));

/** Returns the messages of a file: the key and the source of each. */
const messages = (text) => text.split(/^(?=[a-z][a-z-]* =)/m).map((source) => [source.slice(0, source.indexOf(" =")), source]);

/** Returns what may be a key of a text in the sources: a word with a dash in quotes. */
const usedKeys = () => new Set([...sources().join("\n").matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)].map((match) => match[1]));

/** Loads a file of texts without those that no source uses: most texts of the bot are for chats. */
const texts = {
  name: "texts",
  setup(build) {
    build.onLoad({ filter: /\.ftl$/ }, ({ path }) => {
      const used = usedKeys();
      const kept = messages(readFileSync(path, "utf8")).filter(([key]) => used.has(key));
      return { contents: kept.map(([, source]) => source.replace(/^#.*\n/gm, "").trimEnd()).join("\n"), loader: "text" };
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
  for (const language of LANGUAGES) {
    for (const [key, source] of [...SHARED, OWN].flatMap((file) => messages(readTexts(language, file)))) {
      const [command] = source.match(/(?<=[\s“(>])\/[a-z]+/) ?? [];
      const isWrong = command && used.has(key) && !NAMING_COMMANDS.includes(key);
      if (isWrong) problems.push(`${language}: ${key} names ${command}, which a page does not have`);
    }
  }
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
