// One message as Telegram draws it: media, text, time, and the buttons under it. Only draws; the pane listens.

import { api, el, icon } from "./kit.js";
import { size, time, words } from "./words.js";

/** A link in plain text (Telegram finds those by itself), or a command that can be tapped. */
const linkable = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?')\]]|(?<![^\s(])\/[a-z][a-z0-9_]{0,31}(?![\w/])/g;

/** The payload of a link that starts this bot ("" when it has none), or null for every other link. */
export function startPayload(href, botUsername) {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (!url) return null;
  const web = /^https?:$/.test(url.protocol) && /^(t|telegram)\.me$/.test(url.hostname);
  const name = web ? url.pathname.slice(1) : url.protocol === "tg:" ? url.searchParams.get("domain") : null;
  if (name?.toLowerCase() !== botUsername.toLowerCase()) return null;
  return url.searchParams.get("start") ?? "";
}

function linkAttributes(href) {
  const safe = /^(https?|tg|mailto):/i.test(href);
  return safe ? { href, target: "_blank", rel: "noopener noreferrer" } : {};
}

function linkify(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest("a, code, pre") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const found = [];
  while (walker.nextNode()) if (walker.currentNode.data.search(linkable) >= 0) found.push(walker.currentNode);
  for (const node of found) {
    const pieces = [];
    let end = 0;
    for (const match of node.data.matchAll(linkable)) {
      const [text] = match;
      pieces.push(node.data.slice(end, match.index));
      pieces.push(
        text.startsWith("/")
          ? el("button.command", { type: "button", "data-command": text }, text)
          : el("a", linkAttributes(text), text),
      );
      end = match.index + text.length;
    }
    node.replaceWith(...pieces, node.data.slice(end));
  }
}

function textNode(message) {
  const node = el("div.text");
  // The sandbox escapes everything but the entities of the message.
  node.innerHTML = message.html ?? "";
  // The line break after a block is the block's own end; kept, it would be an empty line.
  for (const block of node.querySelectorAll("pre, blockquote")) {
    const next = block.nextSibling;
    if (next?.nodeType === Node.TEXT_NODE) next.data = next.data.replace(/^\n/, "");
  }
  for (const link of node.querySelectorAll("a")) {
    const attributes = linkAttributes(link.getAttribute("href") ?? "");
    link.removeAttribute("href");
    for (const [key, value] of Object.entries(attributes)) link.setAttribute(key, value);
  }
  for (const spoiler of node.querySelectorAll("tg-spoiler")) {
    spoiler.tabIndex = 0;
    spoiler.setAttribute("role", "button");
  }
  linkify(node);
  return node;
}

function card(media) {
  const saved = media.size > 0;
  const title = media.file_name ?? words.kinds[media.kind] ?? media.kind;
  const detail = [media.file_name && words.kinds[media.kind], saved && size(media.size)].filter(Boolean).join(" · ");
  return el(
    saved ? "a.card" : "div.card",
    saved ? { href: api.file(media.file_id), download: media.file_name ?? media.kind } : {},
    el("span.card-icon", {}, icon(media.kind)),
    el("span.card-text", {}, el("b", {}, title), detail && el("small", {}, detail)),
  );
}

function picture(media) {
  const image = el("img", { src: api.file(media.file_id), alt: media.file_name ?? words.kinds[media.kind] });
  const link = el(`a.${media.kind}`, { href: image.src, target: "_blank" }, image);
  // Odd uploads are part of the trial: what is no picture is shown as the file that it is.
  image.addEventListener("error", () => link.replaceWith(card(media)));
  return link;
}

/** A wave drawn from the file's id: always the same for the same recording. */
function wave(seed) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 120 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
  const bars = Array.from({ length: 30 }, (_, index) => {
    state = (state * 1664525 + 1013904223) >>> 0;
    const height = 3 + (state / 2 ** 32) * 17 * Math.sin(((index + 2) / 33) * Math.PI);
    return `M${index * 4 + 2} ${12 - height / 2}v${height}`;
  });
  path.setAttribute("d", bars.join(""));
  svg.append(path);
  return svg;
}

function voice(media) {
  const attributes = { type: "button", "data-play": media.file_id, "aria-label": words.play };
  const detail = `${words.kinds[media.kind]} · ${size(media.size)}`;
  return el(
    "div.voice",
    {},
    el("button.card-icon", attributes, icon("play")),
    el("span.card-text", {}, wave(media.file_id), el("small", {}, detail)),
  );
}

const player = new Audio();
let playing = null;

function showPlayer(button, on) {
  button.setAttribute("aria-label", on ? words.pause : words.play);
  button.replaceChildren(icon(on ? "pause" : "play"));
}

/** Plays or pauses one recording; only one sounds at a time. */
export async function togglePlay(button) {
  const stopped = playing;
  if (playing) {
    player.pause();
    showPlayer(playing, false);
    playing = null;
  }
  if (stopped === button) return;
  playing = button;
  showPlayer(button, true);
  const end = () => {
    if (playing !== button) return;
    showPlayer(button, false);
    playing = null;
  };
  player.onended = end;
  player.src = api.file(button.dataset.play);
  // A recording that is none (an odd upload) just does not play.
  await player.play().catch(end);
}

function mediaNode(media) {
  if (media.kind === "photo") return picture(media);
  if (media.kind === "sticker" && !/^(video|application)\//.test(media.mime ?? "")) return picture(media);
  if (media.kind === "voice" || media.kind === "audio") return voice(media);
  return card(media);
}

function meta(message) {
  const out = message.from === "user";
  return el(
    "span.meta",
    {},
    message.edit_date && el("span.edited", {}, words.edited),
    el("time", { datetime: new Date(message.date * 1000).toISOString() }, time(message.date)),
    out && icon("check"),
  );
}

function keyboard(rows) {
  const key = ({ text, callback_data: data, url }) => {
    const label = el("span", {}, text);
    if (url) return el("a.key", linkAttributes(url), label, icon("out"));
    return el("button.key", { type: "button", "data-callback": data, disabled: data == null }, label);
  };
  return el("div.keyboard", {}, ...rows.map((row) => el("div.keys", {}, ...row.map(key))));
}

/** The message as an element; `author` is read out by screen readers. */
export function renderMessage(message, author) {
  const { media, keyboard: rows } = message;
  const text = message.text || message.html ? textNode(message) : null;
  const bubble = el("div.bubble", {}, el("span.unseen", {}, `${author}: `), media && mediaNode(media), text);
  (text ?? bubble).append(meta(message));
  if (media) bubble.classList.add("has-media", `has-${media.kind}`);
  if (media && !text) bubble.classList.add("bare");
  return el(
    `article.message.${message.from === "user" ? "out" : "in"}`,
    { "data-message": message.message_id },
    bubble,
    rows?.length ? keyboard(rows) : null,
  );
}
