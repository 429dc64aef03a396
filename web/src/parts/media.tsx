/** A file of a ticket or a message. It comes through the desk: Telegram's own address of it would hold the bot's token. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { download } from "../desk/api";
import { text } from "../texts";
import { sayFailure } from "./toasts";

const KINDS: Record<string, string> = {
  photo: "kind-photo",
  document: "kind-document",
  voice: "kind-voice",
  video: "kind-video",
  audio: "kind-audio",
  animation: "kind-animation",
  video_note: "kind-video-note",
  sticker: "kind-sticker",
  paid_media: "kind-paid-media",
  location: "kind-location",
  venue: "kind-location",
  contact: "kind-contact",
  poll: "kind-poll",
  story: "kind-story",
};
const FILES = ["photo", "document", "voice", "video", "audio", "animation", "video_note", "sticker"];
const MOVING = ["video", "animation", "video_note"];
const SOUNDING = ["voice", "audio"];

/** Returns the name of a kind of content. */
export const kindText = (kind: string) => text(KINDS[kind] ?? "kind-other");

/** Returns whether a content of this kind has a file. */
export const isFile = (kind: string) => FILES.includes(kind);

export function Media({ path, kind }: { path: string; kind: string }) {
  const address = useSignal<string | null>(null);
  const problem = useSignal(false);
  const isLoading = useSignal(false);
  const load = async () => {
    if (isLoading.value) return;
    isLoading.value = true;
    problem.value = false;
    try {
      address.value = URL.createObjectURL(await download(path));
      return address.value;
    } catch (error) {
      problem.value = true;
      if (kind !== "photo") sayFailure(error);
    } finally {
      isLoading.value = false;
    }
  };
  const save = async () => {
    const from = address.value ?? (await load());
    if (!from) return;
    const link = document.createElement("a");
    link.href = from;
    link.download = `${kind}-${path.split("/").at(-2)?.slice(0, 8)}`;
    link.click();
  };
  // Photos are small, and what they show is often the question itself.
  useEffect(() => {
    if (kind === "photo") void load();
  }, [path]);
  useEffect(
    () => () => {
      if (address.value) URL.revokeObjectURL(address.value);
    },
    [path],
  );
  const name = kindText(kind);
  if (problem.value) {
    return (
      <p class="mark">
        {text("media-failed", { kind: name })}{" "}
        <button type="button" class="link" onClick={() => void load()}>
          {text("media-again")}
        </button>
      </p>
    );
  }
  if (address.value && kind === "photo") return <img class="media" src={address.value} alt={name} />;
  if (address.value && MOVING.includes(kind)) return <video class="media" src={address.value} controls aria-label={name} />;
  if (address.value && SOUNDING.includes(kind)) return <audio class="media" src={address.value} controls aria-label={name} />;
  if (kind === "photo") return <p class="mark">{text("media-loading", { kind: name })}</p>;
  const isPlayed = MOVING.includes(kind) || SOUNDING.includes(kind);
  return (
    <button type="button" class="media" disabled={isLoading.value} onClick={() => void (isPlayed ? load() : save())}>
      {text(isPlayed ? "media-show" : "media-save", { kind: name })}
    </button>
  );
}
