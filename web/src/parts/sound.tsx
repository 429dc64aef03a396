/** The sound of a new ticket. It is off until the person switches it on, and the browser remembers that. */
import { signal } from "@preact/signals";
import { readStorage, writeStorage } from "../browser-storage";
import { text } from "../texts";

const KEY = "antri-sound";
const isOn = signal(readStorage("localStorage", KEY) === "on");
let context: AudioContext | null = null;

/** Plays two short tones. */
export function playSound(): void {
  if (!isOn.value) return;
  context ??= new AudioContext();
  const start = context.currentTime;
  for (const [delay, frequency] of [
    [0, 660],
    [0.15, 880],
  ] as const) {
    const tone = new OscillatorNode(context, { frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.linearRampToValueAtTime(0.15, start + delay + 0.02);
    volume.gain.linearRampToValueAtTime(0, start + delay + 0.14);
    tone.connect(volume).connect(context.destination);
    tone.start(start + delay);
    tone.stop(start + delay + 0.15);
  }
}

export function SoundSwitch() {
  const flip = () => {
    isOn.value = !isOn.value;
    writeStorage("localStorage", KEY, isOn.value ? "on" : "off");
    playSound();
  };
  return (
    <button type="button" class="quiet" aria-pressed={isOn.value} aria-label={text("sound-label")} title={text("sound-label")} onClick={flip}>
      {isOn.value ? "🔔" : "🔕"}
    </button>
  );
}
