// The composer at the bottom of a pane: START for an empty chat, UNBLOCK for a blocked bot, else the input field.

import { api, attachMenu, el, icon, iconButton } from "./common.js";
import { excerpt } from "./message.js";
import { stickerSample, voiceSample } from "./samples.js";
import { size, strings } from "./i18n.js";

const MAX_FILE_BYTES = 10e6;
const MAX_ALBUM_PARTS = 10;

/** Returns the album in which a file goes: photos and videos share one. */
const albumOf = (kind) => (kind === "video" ? "photo" : kind);

const base64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

export class Composer {
  /** `hooks`: bot(), menuButton, showToast(text), onSend(), topic(). */
  constructor(user, hooks) {
    this.user = user;
    this.hooks = hooks;
    this.commands = [];
    this.matches = []; // the options of the list: title, about, data, pick(complete)
    this.files = []; // those that wait for the text: blob, kind, preview
    this.target = null;
    const bigButton = (testid, text, onclick) => el("button.big", { type: "button", "data-testid": testid, onclick }, text);
    this.startButton = bigButton("start", strings.start, () => this.start());
    const unblock = bigButton("unblock", strings.unblock, () => this.unblock());
    this.root = el("footer.foot", {}, this.startButton, unblock, this.buildInput());
    this.setMode("start");
  }

  /** The first of the files that wait, or null. */
  get file() {
    return this.files[0] ?? null;
  }

  setMode(mode) {
    if (mode === this.root.dataset.mode) return;
    const hadFocus = this.root.contains(document.activeElement);
    this.root.dataset.mode = mode;
    // START had the focus and is hidden now, so the input field takes it. Not on touch screens, where this opens the
    // keyboard.
    if (hadFocus && mode === "write" && matchMedia("(hover: hover)").matches) this.input.focus();
  }

  buildInput() {
    const list = `commands-${this.user.id}`;
    this.input = el("textarea", {
      rows: 1, maxlength: 4096, placeholder: strings.message, enterkeyhint: "send", "data-testid": "composer",
      "aria-haspopup": "listbox", "aria-controls": list, "aria-autocomplete": "list",
      oninput: () => this.onInput(),
      onkeydown: (event) => this.onKey(event),
      onpaste: (event) => this.acceptFiles(event.clipboardData.files, event),
      onblur: () => this.showCommands(null),
    });
    this.list = el("div.commands", { id: list, role: "listbox", "aria-label": strings.commands, hidden: true });
    // A click on the list must not move the focus, because the list closes when the field loses it.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.pick(Number(row.dataset.index));
    });
    this.stagedFiles = el("div.staged-files", { "data-testid": "staged", hidden: true });
    this.sendButton = iconButton("send", strings.send, {
      class: "send",
      "data-testid": "send",
      onclick: () => this.submit(),
    });
    const slash = el("button.round.slash", {
      type: "button", "aria-label": strings.commands, title: strings.commands, "data-testid": "commands",
      onmousedown: (event) => event.preventDefault(),
      onclick: () => {
        this.input.focus();
        this.showCommands(this.list.hidden ? "" : null);
      },
    }, "/");
    const attach = iconButton("attach", strings.attach, { "data-testid": "attach" });
    const bar = el("div.bar", {}, this.hooks.menuButton, attach, this.input, slash, this.sendButton);
    attachMenu(attach, strings.attach, () => [
      { icon: "photo", text: strings.attachPhoto, action: () => this.choose("image/*,video/*") },
      { icon: "document", text: strings.attachDocument, action: () => this.choose("") },
      { icon: "voice", text: strings.attachVoice, action: () => this.sendFile(voiceSample(), "voice") },
      {
        icon: "sticker",
        text: strings.attachSticker,
        action: async () => this.sendFile(await stickerSample(), "sticker"),
      },
    ]);
    this.targetBar = el("div.staged", { "data-testid": "target", hidden: true });
    return el("div.writing", {}, this.list, this.targetBar, this.stagedFiles, bar);
  }

  setUser(user) {
    this.user = user;
    this.input.setAttribute("aria-label", strings.messageTo(this.hooks.bot().name));
  }

  setCommands(commands) {
    this.commands = commands;
    if (!this.list.hidden) this.onInput();
  }

  onInput() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 150)}px`;
    this.sendButton.classList.toggle("ready", Boolean(this.input.value.trim() || this.file));
    const words = this.inlineWords();
    const commandPrefix = /^\/(\w*)$/.exec(this.input.value);
    if (words != null) this.showResults(words);
    else this.showCommands(commandPrefix ? commandPrefix[1] : null);
  }

  /** Returns the words of an inline query, which stand behind the bot's name; null if the field has none. */
  inlineWords() {
    const name = `@${this.hooks.bot().username} `.toLowerCase();
    const { value } = this.input;
    const isQuery = !this.file && this.target?.kind !== "edit" && value.toLowerCase().startsWith(name);
    return isQuery ? value.slice(name.length) : null;
  }

  /** Shows the bot's results for an inline query, unless the field has another one by then. */
  async showResults(words) {
    const { query, results } = await api.inline(this.user.id, words).catch(() => ({ results: [] }));
    if (this.inlineWords() !== words || document.activeElement !== this.input) return;
    const options = results.map(({ id, title, description }) => ({
      title, about: description, data: { "data-inline-option": title }, pick: () => this.sendResult(query, id),
    }));
    this.showOptions(options, strings.results, query ? strings.noResults : null);
  }

  async sendResult(query, result) {
    this.input.value = "";
    this.onInput();
    await this.sendBy((place) => api.sendInline(query, { result, ...place }));
  }

  /** Shows the commands that begin with `prefix`; null hides the list. */
  showCommands(prefix) {
    const wantedPrefix = prefix?.toLowerCase();
    const commands = prefix == null ? [] : this.commands.filter(({ command }) => command.startsWith(wantedPrefix));
    const options = commands.map(({ command, description }) => ({
      title: `/${command}`, about: description, data: { "data-command-option": command },
      pick: (complete) => this.pickCommand(`/${command}`, complete),
    }));
    this.showOptions(options, strings.commands, prefix === "" ? strings.noCommands : null);
  }

  /** Shows a list of options, or a hint if there are none. */
  showOptions(options, label, hint) {
    this.matches = options;
    const rows = options.map(({ title, about, data }, index) =>
      el(
        "div.option",
        { role: "option", id: `${this.list.id}-${index}`, "data-index": index, ...data },
        el("b", {}, title),
        el("span", {}, about ?? ""),
      ),
    );
    if (hint && !rows.length) rows.push(el("p.hint", {}, hint));
    this.list.setAttribute("aria-label", label);
    this.list.replaceChildren(...rows);
    this.list.hidden = !rows.length;
    this.highlight(0);
  }

  highlight(index) {
    this.highlighted = index;
    const rows = [...this.list.querySelectorAll("[role=option]")];
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
    rows[index]?.scrollIntoView({ block: "nearest" });
    if (rows[index]) this.input.setAttribute("aria-activedescendant", rows[index].id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  pick(index, complete = false) {
    this.matches[index].pick(complete);
  }

  /** Sends a command at once, as Telegram does; with `complete` it only fills the field, to add an argument. */
  pickCommand(text, complete) {
    this.input.value = complete ? `${text} ` : "";
    this.onInput();
    if (!complete) this.send({ text });
  }

  onKey(event) {
    if (event.isComposing) return;
    const count = this.matches.length;
    const step = { ArrowDown: 1, ArrowUp: count - 1 }[event.key];
    if (count && step) this.highlight((this.highlighted + step) % count);
    else if (count && event.key === "Tab" && !event.shiftKey) this.pick(this.highlighted, true);
    else if (count && event.key === "Enter" && !event.shiftKey) this.pick(this.highlighted);
    else if (event.key === "Escape" && !this.list.hidden) this.showCommands(null);
    else if (event.key === "Escape" && this.target) this.setTarget(null);
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else return;
    event.preventDefault();
  }

  choose(accept) {
    const onchange = () => this.acceptFiles(picker.files, null, !accept);
    const picker = el("input", { type: "file", multiple: true, accept, onchange });
    picker.click();
  }

  /** Stages chosen, pasted or dropped files beside those that wait. They are sent with the text of the field as caption. */
  acceptFiles(chosen, event, asDocument = false) {
    if (!chosen.length || this.root.dataset.mode !== "write") return;
    event?.preventDefault();
    const fitting = [...chosen].filter((file) => file.size <= MAX_FILE_BYTES);
    if (fitting.length < chosen.length) this.hooks.showToast(strings.tooBig(size(MAX_FILE_BYTES)));
    if (this.files.length + fitting.length > MAX_ALBUM_PARTS) this.hooks.showToast(strings.tooMany(MAX_ALBUM_PARTS));
    const added = fitting.slice(0, MAX_ALBUM_PARTS - this.files.length).map((blob) => {
      const type = { image: "photo", video: "video", audio: "audio" }[blob.type.split("/")[0]];
      const kind = asDocument || !type || blob.type === "image/svg+xml" ? "document" : type;
      return { blob, kind, preview: kind === "photo" ? URL.createObjectURL(blob) : null };
    });
    this.stage([...this.files, ...added]);
    this.input.focus();
  }

  stage(files) {
    const gone = this.files.filter((file) => !files.includes(file));
    for (const { preview } of gone) if (preview) URL.revokeObjectURL(preview);
    this.files = files;
    this.stagedFiles.hidden = !files.length;
    this.stagedFiles.replaceChildren(...files.map((file) => this.stagedRow(file)));
    this.input.placeholder = files.length ? strings.caption : strings.message;
    this.onInput();
  }

  stagedRow(file) {
    const { blob, kind, preview } = file;
    return el(
      "div.staged",
      {},
      preview ? el("img", { src: preview, alt: "" }) : icon(kind),
      el(
        "span.card-text",
        {},
        el("b", {}, blob.name || strings.kinds[kind]),
        el("small", {}, `${strings.kinds[kind]} · ${size(blob.size)}`),
      ),
      iconButton("close", strings.removeFile, { onclick: () => this.stage(this.files.filter((other) => other !== file)) }),
    );
  }

  /** Sets the message that the next one replies to, or that it edits; null for none. */
  setTarget(target) {
    if (this.target?.kind === "edit") this.input.value = "";
    this.target = target;
    this.targetBar.hidden = !target;
    if (target) {
      const { kind, message, author } = target;
      this.targetBar.replaceChildren(
        icon(kind),
        el("span.card-text", {}, el("b", {}, kind === "edit" ? strings.editing : strings.replyTo(author)), el("small", {}, excerpt(message))),
        iconButton("close", strings.cancel, { onclick: () => this.setTarget(null) }),
      );
      if (kind === "edit") this.input.value = message.text;
      this.input.focus();
    }
    this.onInput();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text && !this.file) return;
    const { files, target } = this;
    if (target?.kind === "edit") {
      this.setTarget(null);
      api.edit(this.user.id, target.message.message_id, text).catch(() => this.hooks.showToast(strings.failed));
      return;
    }
    this.input.value = "";
    this.stage([]);
    if (files.length) this.sendFiles(files, text);
    else this.send({ text });
  }

  /** Sends files, and those that fit into one album as an album. The first file has the caption. */
  async sendFiles(files, caption) {
    let text = caption;
    for (const album of new Set(files.map(({ kind }) => albumOf(kind)))) {
      const parts = files.filter(({ kind }) => albumOf(kind) === album);
      const id = parts.length > 1 ? `${Date.now()}${Math.floor(Math.random() * 1e6)}` : undefined;
      for (const { blob, kind } of parts) {
        await this.sendFile(blob, kind, text, id);
        text = "";
      }
    }
  }

  async sendFile(blob, kind, caption, media_group_id) {
    const data = await base64(blob);
    const mime = blob.type || "application/octet-stream";
    await this.send({ kind, caption: caption || undefined, file_name: blob.name, mime, data, media_group_id });
  }

  async send(message) {
    if (!(await this.sendBy((place) => api.send(this.user.id, { ...message, ...place })))) {
      // Puts the unsent text back into the field, unless the field has new text.
      const text = message.text ?? message.caption;
      if (text && !this.input.value && this.root.dataset.mode === "write") {
        this.input.value = text;
        this.onInput();
      }
    }
  }

  /** Sends by `call`, which gets the place in the chat. Returns false if that failed. */
  async sendBy(call) {
    this.hooks.onSend();
    const reply_to = this.target?.kind === "reply" ? this.target.message.message_id : undefined;
    if (reply_to) this.setTarget(null);
    try {
      await call({ reply_to, thread: this.hooks.topic() ?? undefined });
      return true;
    } catch {
      this.hooks.showToast(strings.failed);
      return false;
    }
  }

  async start() {
    if (this.startButton.hasAttribute("aria-busy")) return;
    this.startButton.setAttribute("aria-busy", "true");
    await this.send({ text: "/start" });
    this.startButton.removeAttribute("aria-busy");
  }

  async unblock() {
    await api.block(this.user.id, false).catch(() => this.hooks.showToast(strings.failed));
  }
}
