# Admin: pengaturan meja.

settings-head = ⚙️ <b>Pengaturan</b>
settings-line = { $name }: <b>{ $value }</b>
settings-hint = Ketuk yang ingin diubah. Perubahan langsung berlaku untuk semuanya.
settings-chosen = ✓ { $value }
setting-head = <b>{ $name }</b>
setting-now = Sekarang: <b>{ $value }</b>
setting-changed = ✅ { $name }: { $value }
setting-changed-meanwhile = Pengaturan ini baru saja diubah, jadi pilihan Anda belum disimpan. { $name }: { $value }
setting-less = − { $step }
setting-more = + { $step }
setting-percent = { $percent }%

setting-mode = 🧭 Mode
setting-mode-auto = Otomatis
setting-mode-dual = Campuran
setting-mode-manual = Ambil sendiri
setting-mode-about =
    Cara tiket sampai ke agen:
    • <b>Otomatis</b>: tiket dibagikan kepada agen yang online.
    • <b>Campuran</b>: sama, dan agen yang mematikan /autoassign mengambil tiket sendiri.
    • <b>Ambil sendiri</b>: agen mengambil semua tiket dari /queue.

setting-rollout = 📊 Porsi otomatis
setting-rollout-about = Porsi tiket baru yang boleh dibagikan secara otomatis. Sisanya menunggu di /queue sampai ada yang mengambil. Dalam mode “Ambil sendiri” angka ini tidak berpengaruh.

setting-strategy = ⚖️ Strategi
setting-strategy-turns = Bergiliran
setting-strategy-load = Paling longgar
setting-strategy-random = Acak
setting-strategy-about =
    Siapa yang mendapat tiket berikutnya:
    • <b>Bergiliran</b>: yang paling lama belum mendapat tiket baru.
    • <b>Paling longgar</b>: yang sisa tempatnya paling besar dibanding batasnya.
    • <b>Acak</b>: siapa saja yang masih punya tempat.

setting-capacity = 🔢 Batas awal
setting-capacity-about = Jumlah tiket yang bisa dipegang agen baru sekaligus. Batas agen yang sudah ada tidak berubah; aturlah dengan /setmax.

setting-offline = 🌙 Saat offline
setting-offline-keep = Tiket tetap di agen
setting-offline-waiting = Yang belum dibuka dialihkan
setting-offline-all = Semua dialihkan
setting-offline-about =
    Yang terjadi pada tiket ketika agennya offline:
    • <b>Tiket tetap di agen</b>: tiket menunggu agen itu kembali.
    • <b>Yang belum dibuka dialihkan</b>: tiket yang belum dibuka diberikan kepada agen lain.
    • <b>Semua dialihkan</b>: semua tiket diberikan kepada agen lain.

setting-idle = 💤 Batas diam
setting-idle-about = Jika agen yang online tidak beraktivitas selama ini, bot bertanya: “Masih online?”

setting-grace = ⏳ Masa tenggang
setting-grace-about = Waktu bagi agen untuk menjawab “Masih online?”, atau untuk kembali setelah koneksinya terputus. Setelah itu agen menjadi offline.

setting-naming = 🎭 Nama agen
setting-naming-alias = Nama samaran
setting-naming-name = Nama asli
setting-naming-hidden = Tanpa nama
setting-naming-about =
    Yang dilihat pelanggan tentang agennya:
    • <b>Nama samaran</b>: “Agen 1”, atau nama yang dipilih agen dengan /alias.
    • <b>Nama asli</b>: nama agen di Telegram.
    • <b>Tanpa nama</b>: nama agen tidak disebut.

setting-no-answer = ⏰ Tanpa respons
setting-no-answer-off = mati
setting-no-answer-about = Jika tiket belum dibuka selama ini, agennya diingatkan satu kali. Jika selama itu lagi tetap belum dibuka, tiket dialihkan ke agen lain yang siap. Jika tidak ada, tiket tetap padanya.

setting-reopen = ↩️ Buka kembali
setting-reopen-about = Berapa lama setelah selesai tiket masih bisa dibuka kembali oleh pelanggan.

setting-topics = 🗂 Topik lama
setting-topics-none = langsung dihapus
setting-topics-about = Berapa lama topik sebuah tiket tetap ada di chat agen setelah tiketnya selesai atau dilepas. Setelah itu topiknya dihapus bot; tiketnya sendiri tetap tersimpan.

setting-wait-alert = 🚨 Lama menunggu
setting-wait-alert-about = Jika sebuah tiket menunggu di antrian selama ini, admin diberi tahu.

setting-unstaffed-alert = 🚨 Tanpa agen
setting-unstaffed-alert-about = Jika tidak ada agen yang online di sebuah departemen selama ini, admin diberi tahu. Untuk departemen kritis, admin langsung diberi tahu.

setting-summary = ☀️ Ringkasan harian
setting-summary-off = mati
setting-summary-about = Pada jam ini setiap admin menerima angka-angka harian: pagi hari untuk kemarin, mulai tengah hari untuk hari ini.

duration-days = { $count } hari
duration-hours = { $count } jam
duration-minutes = { $count } menit
duration-seconds = { $count } detik
