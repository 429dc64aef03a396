// The keyboard in the place of a phone's: its buttons above the input field.

import { api, el, openMenu } from "./common.js";
import { strings } from "./i18n.js";

/** The keyboard of one chat. `people()` returns the entries of a menu of people, each with what it does. */
export class ReplyKeyboard {
  constructor(user, people, onFailure) {
    this.user = user;
    this.people = people;
    this.onFailure = onFailure;
    this.root = el("div.reply-keyboard", { hidden: true });
  }

  set(markup) {
    this.root.hidden = !markup;
    const rows = markup?.keyboard ?? [];
    this.root.replaceChildren(...rows.flat().map((button) => this.key(button)));
  }

  key({ text, request_users: request }) {
    const node = el("button.reply-key", { type: "button", disabled: !request }, text);
    const share = ({ id }) => api.share(this.user, id).catch(this.onFailure);
    node.addEventListener("click", () => openMenu(node, strings.chooseContact, this.people(share)));
    return node;
  }
}
