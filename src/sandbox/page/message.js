// Rendering of one message as in Telegram: media, text, time, and buttons. The pane handles the events.

import { api, el, icon, iconButton } from "./common.js";
import { size, time, strings } from "./i18n.js";

/** A link in plain text, which Telegram detects, or a command that can be tapped. */
const linkable = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?')\]]|(?<![^\s(])\/[a-z][a-z0-9_]{0,31}(?![\w/])/g;

/** Returns the payload of a link that starts this bot ("" without payload), or null for other links. */
export function startPayload(href, botUsername) {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (!url) return null;
  const isWeb = /^https?:$/.test(url.protocol) && /^(t|telegram)\.me$/.test(url.hostname);
  const name = isWeb ? url.pathname.slice(1) : url.protocol === "tg:" ? url.searchParams.get("domain") : null;
  if (name?.toLowerCase() !== botUsername.toLowerCase()) return null;
  return url.searchParams.get("start") ?? "";
}

/** Marks the links that start this bot: a press on one opens a menu of the page's people, not Telegram. */
export function markStartLinks(node, botUsername) {
  for (const link of node.querySelectorAll("a[href]")) {
    if (startPayload(link.href, botUsername) == null) continue;
    link.classList.add("start-link");
    link.removeAttribute("target");
    link.title = strings.startLink;
    link.setAttribute("aria-haspopup", "menu");
  }
}

function linkAttributes(href) {
  const safe = /^(https?|tg|mailto):/i.test(href);
  return safe ? { href, target: "_blank", rel: "noopener noreferrer" } : {};
}

function linkify(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest("a, code, pre") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const nodes = [];
  while (walker.nextNode()) if (walker.currentNode.data.search(linkable) >= 0) nodes.push(walker.currentNode);
  for (const node of nodes) {
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
  // The sandbox has escaped everything except the tags of the entities.
  node.innerHTML = message.html ?? "";
  // The line break after a block would show as an empty line.
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

/** Returns the words for a content without a file. */
function describe({ kind, data }) {
  if (!data) return "";
  if (kind === "location") return `${data.latitude}, ${data.longitude}`;
  if (kind === "venue") return `${data.title}, ${data.address}`;
  if (kind === "contact") return [data.first_name, data.last_name, data.phone_number].filter(Boolean).join(" ");
  if (kind === "dice") return `${data.emoji} ${data.value}`;
  if (kind === "poll") return [data.question, ...data.options.map(({ text }) => text)].join(" · ");
  return "";
}

function fileCard(media) {
  const hasFile = media.size > 0;
  const title = media.file_name ?? strings.kinds[media.kind] ?? media.kind;
  const detail = [media.file_name && strings.kinds[media.kind], hasFile && size(media.size), describe(media)].filter(Boolean).join(" · ");
  return el(
    hasFile ? "a.card" : "div.card",
    hasFile ? { href: api.file(media.file_id), download: media.file_name ?? media.kind } : {},
    el("span.card-icon", {}, icon(media.kind)),
    el("span.card-text", {}, el("b", {}, title), detail && el("small", {}, detail)),
  );
}

function picture(media) {
  const image = el("img", { src: api.file(media.file_id), alt: media.file_name ?? strings.kinds[media.kind] });
  const link = el(`a.${media.kind}`, { href: image.src, target: "_blank" }, image);
  // An upload that is no valid image is shown as a file.
  image.addEventListener("error", () => link.replaceWith(fileCard(media)));
  return link;
}

/** Returns a waveform that is generated from the file id, so that it is the same for the same recording. */
function waveform(seed) {
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
  const attributes = { type: "button", "data-play": media.file_id, "aria-label": strings.play };
  const detail = `${strings.kinds[media.kind]} · ${size(media.size)}`;
  return el(
    "div.voice",
    {},
    el("button.card-icon", attributes, icon("play")),
    el("span.card-text", {}, waveform(media.file_id), el("small", {}, detail)),
  );
}

const player = new Audio();
let playing = null;

function showPlayer(button, on) {
  button.setAttribute("aria-label", on ? strings.pause : strings.play);
  button.replaceChildren(icon(on ? "pause" : "play"));
}

/** Plays or pauses a recording. At most one plays at a time. */
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
  // An upload that is no valid recording does not play.
  await player.play().catch(end);
}

function mediaNode(media) {
  if (media.kind === "photo") return picture(media);
  if (media.kind === "sticker" && !/^(video|application)\//.test(media.mime ?? "")) return picture(media);
  if (media.kind === "voice" || media.kind === "audio") return voice(media);
  return fileCard(media);
}

function meta(message) {
  const out = message.from === "user";
  return el(
    "span.meta",
    {},
    message.reaction && el("span.reaction", { role: "img", "aria-label": strings.reaction(message.reaction) }, message.reaction),
    message.user_reaction && el("span.reaction", { role: "img", "aria-label": strings.ownReaction(message.user_reaction) }, message.user_reaction),
    message.edit_date && el("span.edited", {}, strings.edited),
    el("time", { datetime: new Date(message.date * 1000).toISOString() }, time(message.date)),
    out && icon("check"),
  );
}

function keyboard(rows) {
  const key = ({ text, callback_data: data, url, web_app: app, style }) => {
    const label = el("span", {}, text);
    if (url) return el("a.key", linkAttributes(url), label, icon("out"));
    if (app) return el("button.key", { type: "button", "data-app": app, "data-style": style }, label, icon("app"));
    return el("button.key", { type: "button", "data-callback": data, "data-style": style, disabled: data == null }, label);
  };
  return el("div.keyboard", {}, ...rows.map((row) => el("div.keys", {}, ...row.map(key))));
}

/** Returns the first words of a message, for a reply to it and for the pinned bar. */
export function excerpt(message) {
  return message.text || strings.kinds[message.media?.kind] || "";
}

function replyHead({ id, message, author }) {
  return el(
    "button.reply",
    { type: "button", "data-goto": id },
    el("b", {}, author ?? strings.deletedMessage),
    el("span", {}, message ? excerpt(message) : ""),
  );
}

/**
 * Returns the message as an element. `author` is for screen readers. `place` has what the chat knows about it: `reply`,
 * the message that it replies to, and `topic`, the name of its topic.
 */
export function renderMessage(message, author, { reply, topic }) {
  const { media, keyboard: rows } = message;
  const text = message.text || message.html ? textNode(message) : null;
  const bubble = el(
    "div.bubble",
    {},
    el("span.visually-hidden", {}, `${author}: `),
    topic && el("span.topic-name", {}, topic),
    reply && replyHead(reply),
    media && mediaNode(media),
    text,
  );
  (text ?? bubble).append(meta(message));
  if (media) bubble.classList.add("has-media", `has-${media.kind}`);
  if (media && !text) bubble.classList.add("bare");
  return el(
    `article.message.${message.from === "user" ? "out" : "in"}`,
    { "data-message": message.message_id },
    bubble,
    rows?.length ? keyboard(rows) : null,
    iconButton("dots", strings.messageMenu, { class: "more", "data-more": true, "aria-haspopup": "menu" }),
  );
}
