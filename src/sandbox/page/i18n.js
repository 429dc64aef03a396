// The page's own texts in both languages, and locale formats. The texts of the bot come from the bot.

const en = {
  tagline: "a whole ticket desk on this page – every pane is one person’s Telegram",
  people: "People",
  addPerson: "Add a person",
  name: "Name",
  username: "Username (optional)",
  label: "Label on the pane",
  labelDefault: "Customer",
  roles: { customer: "Customer", agent: "Agent", admin: "Admin" },
  language: "Language",
  personHint: "What this person may do is decided by the bot, not by the label.",
  add: "Add",
  cancel: "Cancel",
  ok: "OK",
  allClosed: "All panes are closed. Reopen one or add a person above.",
  closedPanes: (n) => `${n} closed`,
  reopen: "Reopen a pane",
  light: "Switch to the light theme",
  dark: "Switch to the dark theme",
  states: { connecting: "Connecting…", live: "Live", lost: "Reconnecting…" },
  chatOf: (name) => `Chat of ${name} with the bot`,
  menuOf: (name) => `Menu of ${name}`,
  block: "Block the bot",
  unblock: "Unblock the bot",
  blocked: "bot blocked",
  closePane: "Close this pane",
  start: "Start",
  emptyTitle: "No messages here yet…",
  empty: (bot) => `Press Start, and ${bot} will say what it can do.`,
  message: "Message",
  messageTo: (bot) => `Message to ${bot}`,
  send: "Send",
  attach: "Attach",
  attachPhoto: "Photo or video",
  attachDocument: "Document",
  attachVoice: "Send a voice message",
  attachSticker: "Send a sticker",
  removeFile: "Remove the file",
  caption: "Add a caption…",
  commands: "Commands",
  noCommands: "The bot has set no commands for this person.",
  toEnd: "To the latest message",
  unread: (n) => (n === 1 ? "1 new message" : `${n} new messages`),
  edited: "edited",
  today: "Today",
  yesterday: "Yesterday",
  openAs: "Open as…",
  typing: (bot) => `${bot} is typing`,
  sending: (bot) => `${bot} is sending a file`,
  play: "Play",
  pause: "Pause",
  you: "You",
  kinds: {
    photo: "Photo", document: "Document", voice: "Voice message", video: "Video",
    audio: "Audio", sticker: "Sticker", location: "Location", contact: "Contact", animation: "GIF",
    video_note: "Video message", venue: "Venue", dice: "Dice", poll: "Poll",
  },
  tooBig: (limit) => `Files up to ${limit} can be sent here.`,
  failed: "That did not reach the sandbox. Is it still running?",
  hintLabel: "First steps",
  hintClose: "Hide the first steps",
  hintCustomer: "Customer: write what is broken, then press ✅.",
  hintAgent: "Agent: the ticket comes by itself. Press ▶️, then ✅.",
  hintAdmin: "Admin: try /workload. ⚡ makes Telegram fail.",
  faults: "Make Telegram fail",
  faultsOff: "Telegram works",
  faultKinds: {
    away: "Telegram is away (502)",
    slow: "Telegram answers 3 s late",
    busy: "Too many requests (429, 5 s, three times)",
    lost: "The answer to the next message is lost",
  },
  faultsOn: (name) => `Fault: ${name}`,
};

const id = {
  tagline: "satu meja tiket utuh di halaman ini – tiap panel adalah Telegram milik satu orang",
  people: "Daftar orang",
  addPerson: "Tambah orang",
  name: "Nama",
  username: "Nama pengguna (opsional)",
  label: "Label pada panel",
  labelDefault: "Pelanggan",
  roles: { customer: "Pelanggan", agent: "Agen", admin: "Admin" },
  language: "Bahasa",
  personHint: "Yang boleh dilakukan orang ini ditentukan oleh bot, bukan oleh labelnya.",
  add: "Tambah",
  cancel: "Batal",
  ok: "OK",
  allClosed: "Semua panel ditutup. Buka lagi salah satunya atau tambah orang lewat tombol di atas.",
  closedPanes: (n) => `${n} ditutup`,
  reopen: "Buka lagi panel",
  light: "Ganti ke tema terang",
  dark: "Ganti ke tema gelap",
  states: { connecting: "Menghubungkan…", live: "Terhubung", lost: "Menghubungkan ulang…" },
  chatOf: (name) => `Obrolan ${name} dengan bot`,
  menuOf: (name) => `Menu ${name}`,
  block: "Blokir bot",
  unblock: "Buka blokir bot",
  blocked: "bot diblokir",
  closePane: "Tutup panel ini",
  start: "Mulai",
  emptyTitle: "Belum ada pesan di sini…",
  empty: (bot) => `Tekan Mulai, dan ${bot} akan memberi tahu apa yang bisa dilakukannya.`,
  message: "Pesan",
  messageTo: (bot) => `Pesan untuk ${bot}`,
  send: "Kirim",
  attach: "Lampirkan",
  attachPhoto: "Foto atau video",
  attachDocument: "Dokumen",
  attachVoice: "Kirim pesan suara",
  attachSticker: "Kirim stiker",
  removeFile: "Hapus lampiran",
  caption: "Tambahkan keterangan…",
  commands: "Perintah",
  noCommands: "Bot belum memasang perintah untuk orang ini.",
  toEnd: "Ke pesan terbaru",
  unread: (n) => `${n} pesan baru`,
  edited: "diedit",
  today: "Hari ini",
  yesterday: "Kemarin",
  openAs: "Buka sebagai…",
  typing: (bot) => `${bot} sedang mengetik`,
  sending: (bot) => `${bot} sedang mengirim berkas`,
  play: "Putar",
  pause: "Jeda",
  you: "Anda",
  kinds: {
    photo: "Foto", document: "Dokumen", voice: "Pesan suara", video: "Video",
    audio: "Audio", sticker: "Stiker", location: "Lokasi", contact: "Kontak", animation: "GIF",
    video_note: "Pesan video", venue: "Tempat", dice: "Dadu", poll: "Polling",
  },
  tooBig: (limit) => `Di sini berkas yang bisa dikirim paling besar ${limit}.`,
  failed: "Tidak sampai ke sandbox. Apakah masih berjalan?",
  hintLabel: "Langkah pertama",
  hintClose: "Sembunyikan langkah pertama",
  hintCustomer: "Pelanggan: tulis kendalanya, lalu tekan ✅.",
  hintAgent: "Agen: tiket masuk sendiri. Tekan ▶️, lalu ✅.",
  hintAdmin: "Admin: coba /workload. ⚡ membuat Telegram bermasalah.",
  faults: "Buat Telegram bermasalah",
  faultsOff: "Telegram lancar",
  faultKinds: {
    away: "Telegram tidak bisa dihubungi (502)",
    slow: "Telegram menjawab 3 detik terlambat",
    busy: "Terlalu banyak permintaan (429, 5 detik, tiga kali)",
    lost: "Jawaban untuk pesan berikutnya hilang",
  },
  faultsOn: (name) => `Gangguan: ${name}`,
};

export const locale = navigator.language.toLowerCase().startsWith("id") ? "id" : "en";
export const strings = locale === "id" ? id : en;

const timeFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
const dayAndYearFormat = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const sizeFormats = ["byte", "kilobyte", "megabyte"].map(
  (unit) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }),
);

export const time = (seconds) => timeFormat.format(new Date(seconds * 1000));

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (date >= midnight) return strings.today;
  midnight.setDate(midnight.getDate() - 1);
  if (date >= midnight) return strings.yesterday;
  return (date.getFullYear() === midnight.getFullYear() ? dayFormat : dayAndYearFormat).format(date);
}

export function size(bytes) {
  const step = bytes < 1000 ? 0 : bytes < 1e6 ? 1 : 2;
  return sizeFormats[step].format(bytes / 1000 ** step);
}
