# Percakapan pelanggan dan agen.

# Kepala pesan: dari siapa, dan untuk tiket mana.
relay-customer = 👤 <b>{ $name }</b> · <code>{ $number }</code>
relay-agent = 💬 <b>{ $name }</b>
relay-agent-number = 💬 <b>{ $name }</b> · <code>{ $number }</code>
relay-desk-number = 💬 <code>{ $number }</code>
relay-album = 🖼 Album:
relay-edited = ✏️ Pesan ini sudah diubah.
relay-forwarded = ↪️ Diteruskan
relay-forwarded-from = ↪️ Diteruskan dari { $name }
relay-elsewhere = ↩️ Membalas pesan di chat lain
relay-elsewhere-of = ↩️ Membalas pesan dari { $name }
relay-not-copied = 📎 Sebagian isi pesan ini tidak bisa diteruskan oleh Telegram.
relay-button = 👤 { $name } · { $number }
agent-alias = Agen { $number }
agent-hidden = tim kami

# Jawaban untuk penulis.
message-waits = 📝 Pesan Anda tersimpan di tiket <code>{ $number }</code>. Agen akan membacanya begitu menerima tiket ini.
message-to = ✍️ Anda menulis ke <b>{ $name }</b> (<code>{ $number }</code>).
message-not-yours = ⚠️ Pesan ini tidak terkirim: tiketnya sudah tidak Anda pegang.
message-ended = ⚠️ Pesan ini tidak terkirim: tiket <code>{ $number }</code> sudah selesai.
message-noted = 🗒 Catatan disimpan di tiket <code>{ $number }</code>. Pelanggan tidak melihatnya.
message-note-where = 🗒 Catatan untuk tiket mana? Balas salah satu pesan tiketnya dengan // dan catatan Anda.
message-failed-unreachable = ⚠️ Pesan ini tidak sampai: penerima memblokir bot ini.
message-failed-refused = ⚠️ Pesan ini tidak sampai karena ditolak Telegram. Coba kirim dengan cara lain, misalnya sebagai teks atau berkas.
message-failed-unsupported = ⚠️ Pesan ini tidak sampai: Telegram tidak mengizinkan bot meneruskan isi jenis ini ({ $kind }). Kirim dengan cara lain, misalnya sebagai foto atau teks.
message-partly-sent = ⚠️ Hanya teks pesan ini yang sampai: Telegram tidak mengizinkan bot meneruskan isinya ({ $kind }). Kirim isinya dengan cara lain, misalnya sebagai foto atau berkas.
message-failed-unknown = ⚠️ Tidak jelas apakah pesan ini sampai. Jika tidak ada tanggapan, kirim sekali lagi.
reacted-like-mark = { $emoji } dari pelanggan

# Pertanyaan: pesan ini untuk tiket mana?
choice-customer = ❓ <b>Untuk tiket yang mana?</b>
    { $count ->
       *[other] { $count } pesan Anda kami simpan sampai Anda memilih.
    }
choice-agent = ❓ <b>Untuk siapa?</b>
    { $count ->
       *[other] { $count } pesan Anda kami simpan sampai Anda memilih.
    }
button-drop-kept = ✖️ Jangan kirim
choice-dropped = { $count ->
    [1] ✖️ Pesan Anda tidak jadi dikirim.
   *[other] ✖️ { $count } pesan Anda tidak jadi dikirim.
}
choice-former = { $count ->
    [1] ⚠️ Pesan Anda tidak terkirim, karena Anda bukan agen lagi.
   *[other] ⚠️ { $count } pesan Anda tidak terkirim, karena Anda bukan agen lagi.
}
choice-none = ✅ Tidak ada pesan yang menunggu pilihan.
choice-button = { $name } · { $number }
choice-button-subject = { $name }: { $subject } · { $number }
button-new-ticket = ➕ Tiket baru
choice-done = { $count ->
    [1] ✅ Pesan Anda masuk ke tiket <code>{ $number }</code>.
   *[other] ✅ { $count } pesan Anda masuk ke tiket <code>{ $number }</code>.
}
choice-draft = { $count ->
    [1] ✅ Pesan Anda menjadi rancangan tiket baru.
   *[other] ✅ { $count } pesan Anda menjadi rancangan tiket baru.
}
topic-name = { $name } · { $label }
focus-current = ✍️ Anda sedang menulis ke <b>{ $name }</b> · <code>{ $number }</code>
focus-current-subject = ✍️ Anda sedang menulis ke <b>{ $name }</b>: { $subject } · <code>{ $number }</code>
focus-none = ✍️ <b>Anda menulis untuk siapa?</b> Pilih pelanggan, atau balas salah satu pesannya.
toast-focus = Sekarang Anda menulis ke { $name }
toast-focus-subject = Sekarang Anda menulis ke { $name }: { $subject } · { $number }

kind-text = teks
kind-photo = foto
kind-document = berkas
kind-voice = pesan suara
kind-video = video
kind-audio = audio
kind-animation = GIF
kind-video-note = video bulat
kind-sticker = stiker
kind-paid-media = media berbayar
kind-location = lokasi
kind-contact = kontak
kind-poll = jajak pendapat
kind-story = cerita
kind-other = isi lain

# Tiket yang ditunda sampai waktu tertentu.

button-snooze-half-hour = ⏰ 30 mnt
button-snooze-two-hours = ⏰ 2 jam
button-snooze-tomorrow = ⏰ Besok 08.00
button-snooze-off = ✖️ Tanpa waktu
toast-snoozed = ⏰ Waktu lanjut disimpan
toast-snooze-off = ⏸ Tiket ditunda tanpa waktu
task-resumes-at = ⏰ Dilanjutkan { $when }
task-resumed = ⏰ <b>{ $number } dilanjutkan lagi!</b>
time-today = pukul { $clock }
time-weekday = { $weekday ->
    [1] Sen
    [2] Sel
    [3] Rab
    [4] Kam
    [5] Jum
    [6] Sab
   *[7] Min
} { $clock }
