# Admin: agen.

agents-head = 👥 <b>Agen</b> ({ $count })
agents-none = Belum ada agen. Undang yang pertama dengan /invite.
agent-label = { $dot } { $name } { $held }/{ $max }
agent-gone = Orang itu bukan agen lagi.
agent-department-in = ✓ { $name }
agent-department-joined = ✓ { $name } melayani { $department }.
agent-department-left = { $name } tidak lagi melayani { $department }.
agent-departments-hint = Ketuk departemen untuk menambah atau melepasnya.
back = ◀️ Kembali
pick-agent = Pilih agen:
no-such-agent = Tidak ada agen bernama “{ $name }”. Gunakan nama, @username, atau ID Telegram.
several-agents = Beberapa agen cocok dengan “{ $name }”. Pilih satu:
invite-which = 👋 Undangan untuk departemen mana?
invite-all = Semua departemen
invite-link =
    👋 Undangan agen untuk <b>{ $department }</b>:
    { $link }

    Berlaku 24 jam, untuk satu orang.
addagent-pick = Siapa yang akan dijadikan agen? Pilih dari yang terakhir menghubungi bot, atau ketik <code>/addagent @username</code>.
addagent-nobody = Belum ada orang lain yang dikenal bot. Minta calon agen menekan Start, atau kirim tautan /invite.
addagent-unknown = Bot belum mengenal “{ $name }”. Minta orangnya menekan Start, atau kirim tautan /invite.
person-with-id = { $name } (ID { $id })
addagent-which = <b>{ $name }</b> melayani departemen mana?
addagent-done = ✅ <b>{ $name }</b> sekarang agen untuk <b>{ $department }</b>.
removeagent-sure = { $count ->
    [0] Cabut peran agen <b>{ $name }</b>? Tidak ada tiket di antriannya.
   *[other] Cabut peran agen <b>{ $name }</b>? { $count } tiket kembali ke antrian.
}
removeagent-yes = ✅ Cabut peran
removeagent-done = ✅ <b>{ $name }</b> bukan agen lagi.
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
