# Jawaban bot untuk semua orang.

start-customer =
    Halo <b>{ $name }</b>! 👋
    Selamat datang. Ceritakan saja kendala Anda di sini, lewat tulisan, foto, dokumen, pesan suara, atau video. Kami buatkan tiketnya.

    /new – buat tiket baru
    /mytickets – lihat tiket Anda
start-staff =
    Halo <b>{ $name }</b>! 👋
    Tekan /help untuk melihat semua perintah Anda.
language-id = 🇮🇩 Bahasa Indonesia
language-en = 🇬🇧 English
language-ask = 🌐 Pilih bahasa Anda.
language-set = 🇮🇩 Baik, sekarang dalam bahasa Indonesia.
unknown-command = Perintah /{ $name } tidak dikenal. Tekan /help untuk melihat semua perintah.
for-agents = Perintah ini khusus agen. Tekan /help untuk melihat perintah Anda.
for-admins = Perintah ini khusus admin. Tekan /help untuk melihat perintah Anda.
unknown-press = Tombol ini sudah tidak berlaku.
forbidden = Anda tidak berwenang melakukan ini.
dismissed = Baik, tidak jadi.
only-in-private = Mari lanjutkan lewat obrolan pribadi: { $link }
store-away = ⚠️ Sistem sedang terganggu. Kiriman Anda tidak hilang dan diproses begitu sistem pulih.
too-fast = 🐢 Kiriman Anda terlalu banyak sekaligus, jadi sebagian tidak kami proses. Mohon tunggu sebentar, lalu kirim ulang yang belum dijawab.
default-department = Umum
default-category = Pertanyaan

# Pelanggan menulis tiket.

unsupported = Maaf, media berbayar tidak bisa kami teruskan kepada agen. Silakan kirim sebagai foto atau video biasa.
staff-hint = Pesan ini tidak dikirim ke siapa pun. Untuk membuat tiket, tekan /new.
empty = Pesan Anda kosong. Tuliskan kendala Anda, atau kirim foto, dokumen, pesan suara, atau video.
edited-too-late = ✏️ Tiket <code>{ $number }</code> sudah terkirim, jadi perubahan pada pesan itu tidak ikut masuk. Ada yang perlu ditambahkan? Cukup tulis pesan baru di sini.
forwarded = ↪️ Diteruskan
forwarded-from = ↪️ Diteruskan dari { $name }
nothing-to-cancel = Tidak ada yang perlu dibatalkan.
moved-below = ⬇️ Lanjut di bawah.
draft-dropped = ✖️ Tiket tidak jadi dikirim.
draft-drop-sure = Buang tiket yang sedang ditulis?
draft-restored = ↩️ Tiket Anda kembali.
undo-too-late = Sudah lewat satu menit, jadi tidak bisa diurungkan lagi.
cancel-sure = Batalkan tiket <code>{ $number }</code>?
category-gone = Kategori itu sudah tidak tersedia. Silakan pilih yang lain.
draft-incomplete = Tiket belum lengkap. Ikuti petunjuk pada pesan ini.
sent = ✅ Tiket terkirim
sent-before = Tiket ini sudah terkirim.
draft-gone = Tiket ini sudah tidak ada. Tulis pesan baru untuk memulai lagi.
cancelled = ✖️ Tiket dibatalkan
cancel-undone = ↩️ Tiket dipulihkan

# Agen bekerja.

toast-online = 🟢 Anda online
toast-offline = 🔴 Anda offline
offline-kept = { $count ->
   *[other] 📌 { $count } tiket tetap di antrian Anda dan masih bisa Anda selesaikan.
}
offline-released = { $count ->
   *[other] ↩️ { $count } tiket kembali ke antrian umum.
}
toast-started = ▶️ Tiket dibuka
toast-completed = ✅ Tiket selesai
toast-held = ⏸ Tiket ditunda
toast-resumed = ▶️ Tiket dilanjutkan
toast-picked-up = 🙋 Tiket masuk ke antrian Anda
still-here = 🙋 Terima kasih, Anda tetap online.
still-here-as = 🙋 Terima kasih. Status Anda tetap { $availability }.
still-here-late = Anda sudah offline. Tekan /online untuk menerima tiket lagi.
autoassign-usage = Gunakan <code>/autoassign on</code> atau <code>/autoassign off</code>.
autoassign-on = ▶️ Penugasan otomatis aktif: tiket masuk sendiri ke antrian Anda.
autoassign-on-manual = ▶️ Tercatat. Saat ini penugasan otomatis tidak aktif untuk semua, jadi ambil tiket lewat /queue. Begitu admin mengaktifkannya, tiket masuk sendiri ke antrian Anda.
autoassign-off = ⏸ Penugasan otomatis tidak aktif: tiket baru tidak masuk sendiri. Ambil tiket lewat /queue.
token =
    🔑 Token Anda, berlaku { $hours } jam. Jangan bagikan kepada siapa pun.
    <code>{ $token }</code>
    Kalau orang lain memilikinya: <code>/token cabut</code> mengakhiri semua sesi Anda.
token-revoked = 🔒 Semua sesi Anda sudah berakhir. Token lama tidak bisa dipakai lagi oleh siapa pun. /token memberi Anda token baru.
token-usage = Gunakan /token untuk token baru, atau <code>/token cabut</code> untuk mengakhiri semua sesi Anda.
token-off = API belum diaktifkan. Pengelola server perlu mengisi JWT_SECRET.

# Mengapa sesuatu tidak bisa.

stands = Tiket { $number } sekarang: { $state }.
not-yours = Tiket ini bukan milik Anda.
already-theirs = Tiket { $number } sudah di antrian agen itu.
not-found = Data ini sudah tidak ada. Silakan buka menunya lagi.
full = Antrian sudah penuh ({ $held }/{ $max }).
other-department = Tiket ini milik departemen lain.
too-many-open = Anda sudah punya { $max } tiket yang belum selesai. Mohon tunggu salah satunya selesai, atau batalkan lewat /mytickets.
no-pick-up = Tiket dibagikan otomatis, jadi tidak perlu diambil sendiri.
no-draft = Tidak ada tiket yang bisa dikirim.
too-long = Tulisan terlalu panjang: { $length } karakter, paling banyak { $max }. Silakan persingkat; tiket Anda tidak berubah.
too-long-for-rest = Tulisan pada kiriman itu terlalu panjang ({ $length } karakter), jadi hanya berkasnya yang masuk ke tiket. Silakan persingkat tulisannya, lalu kirim lagi.
too-many-files = Satu tiket memuat paling banyak { $max } berkas. Berkas terakhir tidak ditambahkan.
bad-invite = Tautan ini tidak berlaku: sudah dipakai, kedaluwarsa, atau salah. Mintalah tautan baru.
name-taken = Nama itu sudah dipakai.
bad-name = Nama harus 1 sampai { $max } karakter.
last-one = Yang terakhir tidak bisa dinonaktifkan; harus ada minimal satu.
last-admin = Ini satu-satunya admin. Jadikan orang lain admin dulu dengan /addadmin.
admin-by-setting = Orang ini admin karena konfigurasi (ADMIN_IDS). Hapus ID-nya di sana, lalu mulai ulang sistemnya.

# Nama agen yang dilihat pelanggan.

alias-head-own = 🎭 <b>Nama Anda untuk pelanggan</b>
alias-head-of = 🎭 <b>Nama { $name } untuk pelanggan</b>
alias-shown = Yang dilihat pelanggan: <b>{ $alias }</b>
alias-name-shown = Saat ini pelanggan melihat nama asli: <b>{ $name }</b>
alias-nothing-shown = Saat ini pelanggan tidak melihat nama agen.
alias-kept = Disimpan untuk nanti: <b>{ $alias }</b>
alias-hint =
    Untuk memilih nama, tulis <code>/alias</code> lalu namanya, misalnya:
    <code>/alias Rina</code>

    Paling banyak { $max } karakter. Rekan kerja tetap melihat nama asli Anda.
alias-change = ✏️ Pilih nama
alias-clear = ↩️ Pakai “{ $alias }”
alias-cleared = ↩️ Nama pilihan sudah dihapus.
alias-ask = Nama apa yang akan dilihat pelanggan untuk <b>{ $name }</b>? Tulis namanya, atau /cancel.
alias-taken = Nama itu tidak tersedia: sudah dipakai agen lain, atau dipakai bot untuk agen tanpa alias. Silakan pilih nama lain.
alias-invalid = Nama itu tidak bisa dipakai. Harus ada huruf atau angka, paling banyak { $max } karakter, tanpa karakter yang tidak terlihat.

web-link =
    🌐 <a href="{ $link }">Buka dasbor</a>

    Tautan ini langsung memasukkan Anda, hanya bisa dipakai sekali, dan berlaku { $minutes } menit. Jangan diteruskan ke orang lain.
web-off = 🌐 Dasbor belum punya alamat. Pengelola sistem perlu mengatur <code>WEB_URL</code> dan <code>JWT_SECRET</code>.
