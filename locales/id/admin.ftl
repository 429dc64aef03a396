# Admin: agen.

agents-head = 👥 <b>Agen</b> ({ $count })
agents-none = Belum ada agen. Undang yang pertama dengan /invite.
agent-label = { $dot } { $name } { $held }/{ $max }
agent-alias-line = Nama untuk pelanggan: { $alias }
agent-alias-button = 🎭 Nama untuk pelanggan
agent-gone = Orang itu bukan agen lagi.
agent-department-in = ✓ { $name }
agent-department-joined = ✓ { $name } melayani { $department }.
agent-department-left = { $name } tidak lagi melayani { $department }.
agent-departments-hint = Ketuk departemen untuk menambah atau melepasnya.
back = ⬅️ Kembali
back-to-agents = ⬅️ Agen
pick-agent = Pilih agen:
no-such-agent = Tidak ada agen bernama “{ $name }”. Gunakan nama, @username, atau ID Telegram.
several-agents = Beberapa agen cocok dengan “{ $name }”. Pilih satu:
invite-which = 👋 Undangan untuk departemen mana?
invite-all = Semua departemen
invite-link =
    👋 Undangan agen untuk <b>{ $department }</b>:
    { $link }

    Berlaku 24 jam, untuk satu orang.
invites-head = 👋 <b>Undangan yang masih berlaku</b> ({ $count })
invites-none = Tidak ada undangan yang masih berlaku. Buat dengan /invite.
invite-line = • …<code>{ $code }</code> untuk <b>{ $grant }</b>, dari { $creator }, sampai { $until }
invite-of-first-admin = admin pertama
invite-of-the-desk = sistem
invite-revoke = ✖️ Batalkan …{ $code }
invite-revoked = ✅ Undangan …{ $code } tidak berlaku lagi.
invite-gone = Undangan …{ $code } sudah dipakai atau dibatalkan.
deadletters-head = 📭 <b>Gagal dan disisihkan</b> ({ $count })
deadletters-none = Tidak ada yang gagal. 👍
deadletter-line = { $number }. { $what }, { $ago }: { $reason } <i>{ $details }</i>
deadletter-update = Pesan atau ketukan dari Telegram ({ $id })
deadletter-delivery = Pesan untuk { $name }
deadletter-handler = gagal diproses.
deadletter-unreachable = orangnya tidak bisa dihubungi.
deadletter-refused = ditolak oleh Telegram.
deadletter-outcome-unknown = tidak diketahui apakah sudah sampai. Jika dicoba lagi, bisa terkirim dua kali.
deadletter-not-read = tidak bisa dibaca oleh versi ini.
deadletter-failed = ada kesalahan pada program ini.
deadletter-retry = 🔁 Coba lagi { $number }
deadletter-retried = 🔁 Sedang dicoba lagi.
deadletter-gone = Ini sudah tidak ada di daftar.
deadletter-unreadable = Versi ini tidak bisa membacanya. Coba lagi setelah program diperbarui.
addagent-pick = Siapa yang akan dijadikan agen? Pilih dari yang terakhir menghubungi bot, atau ketik <code>/addagent @username</code>.
addagent-nobody = Belum ada orang lain yang dikenal bot. Minta calon agen menekan Start, atau kirim tautan /invite.
addagent-unknown = Bot belum mengenal “{ $name }”. Minta orangnya menekan Start, atau kirim tautan /invite.
contact-ask = 👤 Dari kontak
contact-how = Tekan <b>👤 Pilih kontak</b> di bawah, lalu pilih orangnya.
contact-choose = 👤 Pilih kontak
contact-chosen = 👤 <b>{ $name }</b>
contact-closed = 👤 Pilihan kontak ditutup.
contact-late = 👤 Kontak ini tidak dipakai, karena pilihannya sudah ditutup. Kirim /addagent atau /addadmin untuk memilih lagi.
addagent-which = <b>{ $name }</b> melayani departemen mana?
addagent-done = ✅ <b>{ $name }</b> sekarang agen untuk <b>{ $department }</b>.
removeagent-sure = { $count ->
    [0] Cabut peran agen <b>{ $name }</b>? Tidak ada tiket di antriannya.
   *[other] Cabut peran agen <b>{ $name }</b>? { $count } tiket kembali ke antrian.
}
removeagent-yes = ✅ Cabut peran
removeagent-done = ✅ <b>{ $name }</b> bukan agen lagi.
addadmin-pick = Siapa yang akan dijadikan admin? Pilih dari yang terakhir menghubungi bot, atau ketik <code>/addadmin @username</code>.
addadmin-sure = Jadikan <b>{ $name }</b> admin? Admin bisa mengubah semuanya di sini, termasuk siapa yang menjadi admin.
addadmin-yes = ✅ Jadikan admin
addadmin-done = ✅ <b>{ $name }</b> sekarang admin.
removeadmin-pick = Peran admin siapa yang ingin dicabut?
removeadmin-nobody = Saat ini tidak ada peran admin yang bisa dicabut: minimal harus ada satu admin, dan admin dari konfigurasi (ADMIN_IDS) tetap. Untuk menambah admin: /addadmin.
removeadmin-sure = Cabut peran admin <b>{ $name }</b>? Agen tetap menjadi agen.
removeadmin-sure-self = Lepaskan peran admin Anda sendiri, <b>{ $name }</b>? Hanya admin lain yang bisa mengembalikannya.
removeadmin-yes = ✅ Cabut peran
removeadmin-done = ✅ <b>{ $name }</b> bukan admin lagi.
no-such-admin = Tidak ada admin bernama “{ $name }”. Gunakan nama, @username, atau ID Telegram.
several-admins = Beberapa admin cocok dengan “{ $name }”. Pilih satu:
setmax-ask = Berapa batas tiket untuk <b>{ $name }</b>? Sekarang { $max }. Angka lain: <code>/setmax { $name } 12</code>
setmax-done = ✅ Batas tiket <b>{ $name }</b> sekarang { $max }.
setmax-range = Batas tiket harus angka 1 sampai { $max }.

# Admin: tiket.

reassign-pick = Tiket mana yang ingin dialihkan?
reassign-none = Tidak ada tiket yang menunggu atau sedang ditangani.
reassign-label = …{ $tail } · { $label } · { $holder }
reassign-waiting = menunggu
reassign-to = Alihkan tiket <code>{ $number }</code> kepada siapa?
reassign-queue = ↩️ Kembalikan ke antrian
reassign-done = ↪️ Tiket <code>{ $number }</code> sekarang di antrian <b>{ $agent }</b>.
reassign-not-there = ⚠️ Status <b>{ $agent }</b> saat ini { $availability }, jadi tiket ini mungkin harus menunggu di sana.
reassign-elsewhere = ⚠️ <b>{ $agent }</b> tidak melayani departemen { $department }.
reassign-queued = ↩️ Tiket <code>{ $number }</code> kembali ke antrian.
reassign-returns = ℹ️ Saat ini tidak ada agen lain yang bisa menerimanya, jadi { $minutes } menit lagi tiket ini kembali kepada <b>{ $agent }</b>, kecuali ada agen lain yang bisa lebih dulu.
reassign-full = Antrian <b>{ $agent }</b> penuh ({ $held }/{ $max }). Tetap alihkan?
reassign-anyway = ✅ Tetap alihkan
no-such-ticket = Tidak ada tiket “{ $text }”. Gunakan nomornya, atau empat karakter terakhirnya.
several-tickets = Beberapa tiket berakhiran “{ $text }”. Pilih satu:

# Admin: departemen dan kategori.

departments-head = 🏢 <b>Departemen</b>
department-unknown = Belum ada departemen <b>{ $name }</b>.
department-make = ➕ Buat departemen ini
department-new = ➕ Departemen baru
department-head = 🏢 <b>{ $name }</b>
department-critical = 🚨 Kritis: sebaiknya selalu ada agen yang online di sini.
department-retired = 💤 Tidak menerima tiket baru.
department-categories = Kategori:
department-category = • { $name }
department-category-retired = • { $name } 💤
department-rename = ✏️ Ganti nama
department-critical-on = 🚨 Jadikan kritis
department-critical-off = 🚨 Tidak lagi kritis
department-retire = 💤 Nonaktifkan
department-revive = ▶️ Aktifkan kembali
department-now-critical = 🚨 { $name } sekarang kritis.
department-not-critical = { $name } tidak kritis.
department-now-retired = 💤 { $name } tidak menerima tiket baru.
department-not-retired = ▶️ { $name } menerima tiket baru.
relocation-ask = 💤 <b>{ $name }</b> tidak menerima tiket baru. { $count ->
   *[other] Masih ada { $count } tiket yang menunggu di sana.
} Pindahkan ke departemen lain, atau biarkan agennya melayani?
relocation-keep = 👤 Tetap dilayani agennya
relocation-done = ↪️ { $count ->
   *[other] { $count } tiket yang menunggu
} dipindahkan dari <b>{ $from }</b> ke <b>{ $to }</b>.
department-created = ✅ Departemen <b>{ $name }</b> dibuat.
department-no-agents = 👤 Belum ada agennya. Tambahkan lewat /agents, atau undang seseorang lewat /invite.
department-ask-name = Apa nama departemen baru? Tulis namanya, atau /cancel.
department-ask-rename = Apa nama baru untuk <b>{ $name }</b>? Tulis namanya, atau /cancel.
category-new = ➕ Kategori baru
category-head = 🏷 <b>{ $label }</b>
category-retired = 💤 Tidak ditawarkan kepada pelanggan.
category-now-retired = 💤 { $name } tidak ditawarkan kepada pelanggan.
category-not-retired = ▶️ { $name } ditawarkan kepada pelanggan.
category-which = Kategori baru untuk departemen mana?
category-ask-name = Apa nama kategori baru di <b>{ $name }</b>? Tulis namanya, atau /cancel.
category-ask-rename = Apa nama baru untuk <b>{ $name }</b>? Tulis namanya, atau /cancel.
category-created = ✅ Kategori <b>{ $label }</b> ditambahkan.
category-usage = Gunakan <code>/category Departemen - Kategori</code>, atau /category saja untuk memilih.
no-such-department = Tidak ada departemen “{ $name }”. Lihat /department.
department-gone = Departemen itu sudah tidak aktif.

# Topik di chat agen.

topics-on = 🧵 <b>Topik menyala.</b>
    Setiap tiket yang dipegang agen punya topik sendiri di chat agen itu. Balasan di sebuah topik dikirim ke pelanggan tiketnya.
topics-off = 🧵 <b>Topik mati.</b>
    Agen menjawab dengan membalas pesan, atau memilih pelanggan. Jika dinyalakan, setiap tiket punya topik sendiri di chat agen. Chat pelanggan ikut punya topik.
button-topics-on = 🧵 Nyalakan topik
button-topics-off = ✖️ Matikan topik
topics-by-hand-on = 🧵 Server Telegram ini tidak bisa mengubahnya dari sini. Buka @BotFather, pilih @{ $bot } → Bot Settings, lalu nyalakan <b>Threads Mode</b>. Beberapa menit kemudian topik dipakai.
topics-by-hand-off = 🧵 Server Telegram ini tidak bisa mengubahnya dari sini. Buka @BotFather, pilih @{ $bot } → Bot Settings, lalu matikan <b>Threads Mode</b>. Beberapa menit kemudian topik tidak dipakai lagi.
topics-retry = ⚠️ Telegram sedang tidak menjawab. Coba lagi sebentar lagi dengan /topics.
