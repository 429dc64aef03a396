# Teks tampilan web. Halaman juga memakai common.ftl.

web-title = Antri
web-loading = Memuat…

login-head = Masuk ke Antri
login-about = Dasbor ini untuk agen dan admin.
login-telegram = Masuk dengan Telegram
login-by-bot = Kirim /web ke { $bot }: bot membalas dengan tautan yang langsung memasukkan Anda.
login-open-bot = Buka { $bot }
login-failed = Gagal masuk. Kirim /web ke bot di Telegram untuk tautan baru.
login-used = Tautan ini sudah dipakai atau kedaluwarsa. Kirim /web ke bot di Telegram untuk tautan baru.
login-forbidden = Anda belum menjadi agen atau admin di sini.
log-out = Keluar

find-label = Cari di semua tiket
find-placeholder = 🔎 Cari nomor, nama, kata
find-head = 🔎 Hasil pencarian
find-busy = Mencari…
find-count = { $count } tiket, yang terbaru di atas
find-count-more = { $count } tiket terbaru. Masih ada lagi.
find-more = Tampilkan lebih banyak
find-scope = Yang dicari adalah tiket departemen Anda, termasuk yang sudah ditutup.

nav-label = Bagian
nav-my-queue = 📋 Antrian saya
nav-workload = 👥 Beban kerja
nav-queue = ⏳ Antrian
nav-waiting = ⏳ Menunggu
nav-statistics = 📊 Statistik
nav-departments = 🏢 Departemen
nav-settings = ⚙️ Pengaturan
nav-alerts = 🚨 Peringatan

connection-connecting = Menghubungkan…
connection-waiting = Koneksi terputus. Mencoba lagi…

toggle-online = Online
toggle-offline = Offline
toggle-busy = Sibuk
toggle-away = Tidak di tempat
toggle-go-online = Jadi online
toggle-go-offline = Jadi offline
toggle-label = Status saya

my-queue-head = 📋 Antrian tiket saya ({ $held }/{ $max })
my-queue-empty = Belum ada tiket. Saat Anda online, tiket baru datang sendiri.
my-queue-empty-offline = Belum ada tiket. Ubah status ke Online untuk menerima tiket.
my-queue-away = 🌙 Anda tidak di tempat sampai { $when }. Setelah itu Anda otomatis online lagi, atau offline di luar jam kerja.
my-queue-slots = ℹ️ { $count } slot kosong. Tiket baru masuk otomatis.
my-queue-slots-off = ℹ️ { $count } slot kosong. Tiket baru tidak masuk selama Anda tidak online.
my-queue-full = ℹ️ Antrian Anda penuh. Tiket baru menunggu sampai ada yang selesai.

ticket-assigned = Ditugaskan: { $when }
ticket-waits = Masuk: { $when }
ticket-ended = Ditutup: { $when }
ticket-status = Status: { $status }
ticket-customer = Pelanggan: { $name }
ticket-priority = Prioritas: { $priority }
ticket-agent = Agen: { $name }
ticket-resumes = ⏰ Dilanjutkan: { $when }
ticket-rating = ⭐ { $stars } dari 5 { $comment }
ticket-complete = ✅ Tandai selesai
ticket-talk = 💬 Percakapan
ticket-files = 📎 { $count } berkas
ticket-back = ← Kembali
ticket-refused = Tiket ini tidak bisa ditampilkan. Mungkin tautannya salah, atau tiketnya milik departemen lain.
ticket-reassign = 🔀 Alihkan
ticket-to-top = ⏫ Ke paling atas
ticket-cancel = ✖️ Batalkan tiket

talk-reply = 📄 Balasan siap pakai…
talk-empty = Belum ada pesan.
talk-label = Tulis ke pelanggan
talk-placeholder = Pesan untuk { $name }
talk-send = Kirim
talk-note = Catatan internal
talk-note-mark = 📝 Catatan
talk-file = Berkas
talk-file-remove = Hapus berkas
talk-file-text = Dengan berkas, teks paling banyak { $max } karakter.
talk-closed = Tiket ini sudah ditutup.
talk-only-holder = Hanya agen yang memegang tiket ini yang bisa menulis.
talk-older = Pesan sebelumnya
talk-media = 📎 { $kind } (lihat di Telegram)
talk-failed = tidak terkirim
talk-waiting = belum terkirim
talk-edited = diedit

workload-head = 👥 Beban kerja agen
workload-agent = Agen
workload-status = Status
workload-queue = Antrian
workload-load = Beban
workload-full = PENUH
status-until = { $status } sampai { $when }
workload-none = Belum ada agen. Untuk mengundang, kirim /invite ke bot di Telegram.
workload-more = Batas tiket { $name } dinaikkan satu
workload-less = Batas tiket { $name } diturunkan satu

stats-head = 📊 Statistik antrian
stats-waiting = Menunggu di antrian
stats-online = Agen online
stats-slots = Slot kosong

queue-head = ⏳ Tiket menunggu
queue-held = 🧑‍💻 Tiket yang dikerjakan
queue-show-held = 🧑‍💻 Dikerjakan
queue-filter = Saring daftar ini
queue-search-all = 🔎 Cari “{ $words }” di semua tiket
queue-department = Departemen
queue-all-departments = Semua departemen
queue-none = Tidak ada tiket di sini.
queue-count = { $count } tiket
queue-priority = Ubah prioritas

reassign-head = Alihkan { $number }
reassign-about = Pilih agen yang menerima tiket ini.
reassign-back = ↩️ Kembalikan ke antrian
reassign-anyway = Tetap alihkan
reassign-full = { $name } sudah memegang { $held }/{ $max } tiket. Tetap alihkan?
reassign-done = { $number } dialihkan
dialog-close = Tutup

alert-nobody-online = Tidak ada agen online di { $department }
alert-ticket-waits = Ada tiket yang menunggu terlalu lama di { $department }
alert-heartbeats-fail = Banyak heartbeat gagal
alert-store-away = Database tidak bisa dijangkau
alert-presence-away = Redis tidak bisa dijangkau
alert-person-unreadable = Data seorang agen atau admin tidak bisa dibaca
alert-over = Selesai: { $alert }
alert-none = Tidak ada peringatan.

toast-assigned = 🎫 Tiket baru: { $number }
toast-completed = ✅ { $number } selesai
toast-cancelled = ✖️ { $number } dibatalkan
toast-released = ↩️ { $number } kembali ke antrian
toast-failed = Tidak berhasil: { $reason }
toast-close = Tutup pesan

error-no-connection = tidak ada koneksi ke sistem
error-stale = tiketnya sudah berubah
error-full = agen itu sudah penuh
error-forbidden = Anda tidak berwenang
error-taken = nama itu sudah dipakai
error-last-one = harus ada satu yang tersisa
error-bad-name = nama ini tidak bisa dipakai
error-bad-alias = alias ini tidak bisa dipakai
error-no-pick-up = tiket ini dibagikan otomatis oleh sistem
error-status = status agen itu sudah berubah
error-file = berkas ini tidak bisa diambil dari Telegram
error-file-too-large = berkas lebih besar dari 50 MB
error-bad-file = Telegram tidak menerima berkas ini
error-bad-text = teksnya kosong atau terlalu panjang
error-bot-blocked = mulai bot di Telegram dulu
error-other = coba lagi sebentar lagi

language-label = Bahasa
sound-label = Suara untuk tiket baru

today-counts = Hari ini: { $assigned } diterima, { $completed } selesai

waiting-about = Ambil tiket untuk mulai mengerjakannya.
waiting-assigned = Tiket ini dibagikan otomatis oleh sistem.
pick-up-done = 🙋 { $number } masuk ke antrian Anda

complete-head = Selesaikan { $number }?
complete-word = Pesan terakhir untuk pelanggan (opsional)

cancel-head = Batalkan { $number }?
cancel-about = Pelanggan akan diberi tahu, juga agen yang memegangnya.
cancel-keep = Jangan batalkan

hold-head = Tunda { $number }
hold-about = Tiket ini dilanjutkan otomatis pada waktu ini:
hold-open = Tanpa waktu
hold-until = Waktu lain

audit-title = 🧾 Riwayat
audit-why = Mengapa agen ini?

media-show = ▶️ Putar { $kind }
media-save = 📎 Unduh { $kind }
media-loading = 📎 { $kind } sedang dimuat…
media-failed = 📎 { $kind }: tidak bisa dimuat, tetapi masih ada di Telegram.
media-again = Coba lagi

web-mode-about =
    Cara tiket sampai ke agen:
    • <b>Otomatis</b>: tiket dibagikan kepada agen yang online.
    • <b>Campuran</b>: sama, dan agen tanpa penugasan otomatis mengambil tiket sendiri.
    • <b>Ambil sendiri</b>: agen mengambil semua tiket sendiri, di bagian “Menunggu”.
web-rollout-about = Porsi tiket baru yang boleh dibagikan secara otomatis. Sisanya menunggu sampai ada yang mengambil. Dalam mode “Ambil sendiri” angka ini tidak berpengaruh.
web-capacity-about = Jumlah tiket yang bisa dipegang agen baru sekaligus. Batas agen yang sudah ada tidak berubah; aturlah di bagian “Beban kerja”.
web-naming-about =
    Yang dilihat pelanggan tentang agennya:
    • <b>Nama samaran</b>: “Agen 1”, atau nama samaran agen itu, yang juga bisa diatur di bagian “Beban kerja”.
    • <b>Nama asli</b>: nama agen di Telegram.
    • <b>Tanpa nama</b>: nama agen tidak disebut.

form-save = Simpan
form-add = Tambah

department-name = Nama
department-new = Departemen baru
department-first-category = Kategori pertama
department-categories = Kategori
department-new-category = Kategori baru
department-critical = Kritis: langsung beri peringatan saat tidak ada yang online
department-open = 🟢 Sedang buka
department-closed = 🌙 Tutup. Buka lagi: { $when }
department-shut = 🌙 Tutup
hours-never = tidak pernah
department-retire = Nonaktifkan
department-retire-about = Yang dinonaktifkan tidak menerima tiket baru. Tiket lama tetap seperti semula.
department-retired = { $name } (nonaktif)
department-retired-about = Saat ini tidak menerima tiket baru.
department-bring-back = Aktifkan lagi

agent-head = Pengaturan { $name }
agent-saved = { $name } disimpan
agent-set-offline = 🔴 Jadikan offline
agent-is-offline = 🔴 { $name } sekarang offline
agent-max = Batas tiket
agent-hours = 🕘 Jam kerja:
agent-auto = Penugasan otomatis
agent-alias-label = Alias (nama yang dilihat pelanggan)
agent-alias-none = Agen dengan nomor
agent-departments = Departemen

figure-created = 🆕 Dibuat
figure-completed = ✅ Selesai
figure-reopened = 🔁 Dibuka lagi
figure-cancelled = ✖️ Dibatalkan
figure-waiting = ⏳ Menunggu sekarang
figure-longest = terlama: { $time }
figure-utilisation = 🎯 Kapasitas terpakai
figure-rating = ⭐ Penilaian
stats-stars = { $average } dari 5 ({ $count })
stats-times-head = ⏱ Waktu
stats-agents-head = 👥 Agen
stats-period-label = Periode
stats-period-today = Hari ini
time-wait = Menunggu agen
time-first-answer = Jawaban pertama
time-handling = Pengerjaan
time-average = Rata-rata
time-median = Separuh di bawah
time-most = 9 dari 10 di bawah
chart-tickets = Tiket per hari
chart-wait = Menunggu agen (menit, rata-rata)
chart-minutes = Menit
chart-ratings = Penilaian
chart-table = Tampilkan sebagai tabel
