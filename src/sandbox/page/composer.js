// The foot of a pane: START for an empty chat, UNBLOCK for a blocked bot, else the field to write in.

import { api, attachMenu, el, icon, iconButton } from "./kit.js";
import { size, words } from "./words.js";

const LIMIT = 10e6;

const base64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

/** A second of two soft notes as a WAV file, so that a voice message can be tried without a microphone. */
function voiceSample() {
  const rate = 8000;
  const samples = rate * 1.2;
  const bytes = new Uint8Array(44 + samples);
  const view = new DataView(bytes.buffer);
  const ascii = (at, text) => bytes.set([...text].map((letter) => letter.charCodeAt(0)), at);
  ascii(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true); // bits
  ascii(36, "data");
  view.setUint32(40, samples, true);
  for (let n = 0; n < samples; n++) {
    const pitch = n < samples / 2 ? 392 : 523;
    const swell = Math.sin(((n % (samples / 2)) / (samples / 2)) * Math.PI);
    bytes[44 + n] = 128 + 60 * swell * Math.sin((2 * Math.PI * pitch * n) / rate);
  }
  return new Blob([bytes], { type: "audio/wav" });
}

/** A smiling ticket. */
function stickerSample() {
  const canvas = el("canvas", { width: 256, height: 256 });
  const pen = canvas.getContext("2d");
  pen.translate(128, 128);
  pen.rotate(-0.12);
  pen.lineWidth = 10;
  pen.lineCap = pen.lineJoin = "round";
  pen.fillStyle = "#ffc94d";
  pen.strokeStyle = "#7a4a00";
  pen.beginPath();
  pen.moveTo(-100, -66);
  pen.lineTo(100, -66);
  pen.arc(100, 0, 24, -Math.PI / 2, Math.PI / 2, true);
  pen.lineTo(100, 66);
  pen.lineTo(-100, 66);
  pen.arc(-100, 0, 24, Math.PI / 2, -Math.PI / 2, true);
  pen.closePath();
  pen.fill();
  pen.stroke();
  for (const x of [-30, 30]) {
    pen.beginPath();
    pen.arc(x, -14, 5, 0, 7);
    pen.stroke();
  }
  pen.beginPath();
  pen.arc(0, 8, 32, 0.3, Math.PI - 0.3);
  pen.stroke();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/webp"));
}

export class Composer {
  /** `hooks`: bot(), say(toast text), sent(). */
  constructor(user, hooks) {
    this.user = user;
    this.hooks = hooks;
    this.commands = [];
    this.matches = [];
    this.file = null;
    const big = (testid, text, onclick) => el("button.big", { type: "button", "data-testid": testid, onclick }, text);
    this.startButton = big("start", words.start, () => this.start());
    const unblock = big("unblock", words.unblock, () => this.unblock());
    this.root = el("footer.foot", {}, this.startButton, unblock, this.writing());
    this.setMode("start");
  }

  setMode(mode) {
    if (mode === this.root.dataset.mode) return;
    const held = this.root.contains(document.activeElement);
    this.root.dataset.mode = mode;
    // The pressed START is gone, so the focus moves on; not by touch, where it would raise the keyboard.
    if (held && mode === "write" && matchMedia("(hover: hover)").matches) this.input.focus();
  }

  writing() {
    const list = `commands-${this.user.id}`;
    this.input = el("textarea", {
      rows: 1, maxlength: 4096, placeholder: words.message, enterkeyhint: "send", "data-testid": "composer",
      "aria-haspopup": "listbox", "aria-controls": list, "aria-autocomplete": "list",
      oninput: () => this.changed(),
      onkeydown: (event) => this.key(event),
      onpaste: (event) => this.take(event.clipboardData.files, event),
      onblur: () => this.showCommands(null),
    });
    this.list = el("div.commands", { id: list, role: "listbox", "aria-label": words.commands, hidden: true });
    // A press in the list must not take the focus from the field, or the list would close under it.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.pick(Number(row.dataset.index));
    });
    this.staged = el("div.staged", { hidden: true });
    this.sendButton = iconButton("send", words.send, {
      class: "send",
      "data-testid": "send",
      onclick: () => this.submit(),
    });
    const slash = el("button.round.slash", {
      type: "button", "aria-label": words.commands, title: words.commands, "data-testid": "commands",
      onmousedown: (event) => event.preventDefault(),
      onclick: () => {
        this.input.focus();
        this.showCommands(this.list.hidden ? "" : null);
      },
    }, "/");
    const attach = iconButton("attach", words.attach, { "data-testid": "attach" });
    const bar = el("div.bar", {}, attach, this.input, slash, this.sendButton);
    attachMenu(attach, words.attach, () => [
      { icon: "photo", text: words.attachPhoto, action: () => this.choose("image/*,video/*") },
      { icon: "document", text: words.attachDocument, action: () => this.choose("") },
      { icon: "voice", text: words.attachVoice, action: () => this.sendFile(voiceSample(), "voice") },
      {
        icon: "sticker",
        text: words.attachSticker,
        action: async () => this.sendFile(await stickerSample(), "sticker"),
      },
    ]);
    return el("div.writing", {}, this.list, this.staged, bar);
  }

  setUser(user) {
    this.user = user;
    this.input.setAttribute("aria-label", words.messageTo(this.hooks.bot().name));
  }

  setCommands(commands) {
    this.commands = commands;
    if (!this.list.hidden) this.changed();
  }

  changed() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 150)}px`;
    this.sendButton.classList.toggle("ready", Boolean(this.input.value.trim() || this.file));
    const typed = /^\/(\w*)$/.exec(this.input.value);
    this.showCommands(typed ? typed[1] : null);
  }

  /** Shows the commands that begin with `prefix`; null hides the list. */
  showCommands(prefix) {
    const wanted = prefix?.toLowerCase();
    this.matches = prefix == null ? [] : this.commands.filter(({ command }) => command.startsWith(wanted));
    const rows = this.matches.map(({ command, description }, index) =>
      el(
        "div.option",
        { role: "option", id: `${this.list.id}-${index}`, "data-index": index, "data-command-option": command },
        el("b", {}, `/${command}`),
        el("span", {}, description),
      ),
    );
    if (prefix === "" && !rows.length) rows.push(el("p.hint", {}, words.noCommands));
    this.list.replaceChildren(...rows);
    this.list.hidden = !rows.length;
    this.highlight(0);
  }

  highlight(index) {
    this.chosen = index;
    const rows = [...this.list.querySelectorAll("[role=option]")];
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
    rows[index]?.scrollIntoView({ block: "nearest" });
    if (rows[index]) this.input.setAttribute("aria-activedescendant", rows[index].id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** As in Telegram, a picked command is sent at once; Tab only completes it, to add an argument. */
  pick(index, complete = false) {
    const text = `/${this.matches[index].command}`;
    this.input.value = complete ? `${text} ` : "";
    this.changed();
    if (!complete) this.send({ text });
  }

  key(event) {
    if (event.isComposing) return;
    const listed = this.matches.length;
    const step = { ArrowDown: 1, ArrowUp: listed - 1 }[event.key];
    if (listed && step) this.highlight((this.chosen + step) % listed);
    else if (listed && event.key === "Tab" && !event.shiftKey) this.pick(this.chosen, true);
    else if (listed && event.key === "Enter" && !event.shiftKey) this.pick(this.chosen);
    else if (event.key === "Escape" && !this.list.hidden) this.showCommands(null);
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else return;
    event.preventDefault();
  }

  choose(accept) {
    const picker = el("input", { type: "file", accept, onchange: () => this.take(picker.files, null, !accept) });
    picker.click();
  }

  /** Holds a chosen, pasted or dropped file until it is sent, with what is in the field as its caption. */
  take(files, event, asDocument = false) {
    const [file] = files;
    if (!file || this.root.dataset.mode !== "write") return;
    event?.preventDefault();
    if (file.size > LIMIT) return this.hooks.say(words.tooBig(size(LIMIT)));
    const family = file.type.split("/")[0];
    const kind = { image: "photo", video: "video", audio: "audio" }[family];
    this.stage(file, asDocument || !kind || file.type === "image/svg+xml" ? "document" : kind);
    this.input.focus();
  }

  stage(file, kind) {
    if (this.preview) URL.revokeObjectURL(this.preview);
    this.preview = file && kind === "photo" ? URL.createObjectURL(file) : null;
    this.file = file && { blob: file, kind };
    this.staged.hidden = !file;
    this.staged.replaceChildren();
    if (file) {
      this.staged.append(
        this.preview ? el("img", { src: this.preview, alt: "" }) : icon(kind),
        el(
          "span.card-text",
          {},
          el("b", {}, file.name || words.kinds[kind]),
          el("small", {}, `${words.kinds[kind]} · ${size(file.size)}`),
        ),
        iconButton("close", words.removeFile, { onclick: () => this.stage(null) }),
      );
    }
    this.input.placeholder = file ? words.caption : words.message;
    this.changed();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text && !this.file) return;
    const { file } = this;
    this.input.value = "";
    this.stage(null);
    if (file) this.sendFile(file.blob, file.kind, text);
    else this.send({ text });
  }

  async sendFile(blob, kind, caption) {
    const data = await base64(blob);
    const mime = blob.type || "application/octet-stream";
    await this.send({ kind, caption: caption || undefined, file_name: blob.name, mime, data });
  }

  async send(message) {
    this.hooks.sent();
    try {
      await api.send(this.user.id, message);
    } catch {
      this.hooks.say(words.failed);
      // What was written is not lost: it goes back into the field, unless something new is there.
      const text = message.text ?? message.caption;
      if (text && !this.input.value && this.root.dataset.mode === "write") {
        this.input.value = text;
        this.changed();
      }
    }
  }

  async start() {
    if (this.startButton.hasAttribute("aria-busy")) return;
    this.startButton.setAttribute("aria-busy", "true");
    await this.send({ text: "/start" });
    this.startButton.removeAttribute("aria-busy");
  }

  async unblock() {
    await api.block(this.user.id, false).catch(() => this.hooks.say(words.failed));
  }
}
