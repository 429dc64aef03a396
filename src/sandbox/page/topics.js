// Topics of a chat: the bar above its messages, and the switch for topics in private chats.

import { api, el, icon } from "./common.js";
import { strings } from "./i18n.js";

/** The topics of one chat, one of which may be chosen. */
export class TopicBar {
  /** `onChange()` is called after another topic was chosen. */
  constructor(onChange) {
    this.onChange = onChange;
    this.topics = [];
    this.chosen = null;
    this.root = el("nav.topics", { "aria-label": strings.topics, hidden: true });
  }

  set(topics) {
    this.topics = topics;
    if (!topics.some(({ id }) => id === this.chosen)) this.chosen = null;
    this.render();
  }

  /** Returns the name of a topic; null for messages of none, and for a topic that was deleted. */
  nameOf(id) {
    return this.topics.find((topic) => topic.id === id)?.name ?? null;
  }

  shows(message) {
    return this.chosen == null || message.thread === this.chosen;
  }

  choose(id) {
    this.chosen = id;
    this.render();
    this.onChange();
  }

  render() {
    const tab = ({ id, name }) =>
      el(
        "button.topic",
        { type: "button", "data-topic": id ?? "all", "aria-pressed": String(id === this.chosen), onclick: () => this.choose(id) },
        name,
      );
    this.root.hidden = !this.topics.length;
    this.root.replaceChildren(...[{ id: null, name: strings.allTopics }, ...this.topics].map(tab));
  }
}

/** Makes a button the switch for topics in private chats, as BotFather has one. */
export function showTopicSwitch(button, on) {
  const text = on ? strings.topicsOn : strings.topicsOff;
  button.replaceChildren(icon("topics"), el("span.long", {}, text));
  button.setAttribute("aria-label", text);
  button.setAttribute("aria-pressed", String(on));
  button.title = strings.topicsHint;
  button.onclick = () => api.setTopics(!on).catch(() => showTopicSwitch(button, on));
}
