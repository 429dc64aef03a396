// Contents that the page makes itself, to send them without a microphone or a file.

import { el } from "./common.js";

/** Returns 1.2 s of two notes as a WAV file, to send a voice message without a microphone. */
export function voiceSample() {
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

/** Returns a sticker: a smiling ticket. */
export function stickerSample() {
  const canvas = el("canvas", { width: 256, height: 256 });
  const context = canvas.getContext("2d");
  context.translate(128, 128);
  context.rotate(-0.12);
  context.lineWidth = 10;
  context.lineCap = context.lineJoin = "round";
  context.fillStyle = "#ffc94d";
  context.strokeStyle = "#7a4a00";
  context.beginPath();
  context.moveTo(-100, -66);
  context.lineTo(100, -66);
  context.arc(100, 0, 24, -Math.PI / 2, Math.PI / 2, true);
  context.lineTo(100, 66);
  context.lineTo(-100, 66);
  context.arc(-100, 0, 24, Math.PI / 2, -Math.PI / 2, true);
  context.closePath();
  context.fill();
  context.stroke();
  for (const x of [-30, 30]) {
    context.beginPath();
    context.arc(x, -14, 5, 0, 7);
    context.stroke();
  }
  context.beginPath();
  context.arc(0, 8, 32, 0.3, Math.PI - 0.3);
  context.stroke();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/webp"));
}
