/** The log-in outside Telegram. */
import type { LoginOptions } from "../desk/bodies";
import { text } from "../texts";

/** Returns Telegram's page for a log-in, which comes back to this page with the result behind the `#`. */
function telegramLogin(options: LoginOptions): string {
  const address = new URL("https://oauth.telegram.org/auth");
  address.searchParams.set("bot_id", String(options.bot_id));
  address.searchParams.set("origin", location.origin);
  address.searchParams.set("return_to", location.origin + location.pathname);
  return address.href;
}

export function Login({ options, problem }: { options: LoginOptions | null; problem: string | null }) {
  const bot = `@${options?.bot_username}`;
  return (
    <main class="login">
      <div class="card">
        <h1>{text("login-head")}</h1>
        <p>{text("login-about")}</p>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {options && (
          <>
            {location.protocol === "https:" && (
              <a class="button primary" href={telegramLogin(options)}>
                {text("login-telegram")}
              </a>
            )}
            <p>{text("login-by-bot", { bot })}</p>
            <a class="button" href={`https://t.me/${options.bot_username}`}>
              {text("login-open-bot", { bot })}
            </a>
          </>
        )}
      </div>
    </main>
  );
}
