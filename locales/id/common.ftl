# Tombol, keadaan, dan waktu yang dipakai di mana-mana.

button-open = ▶️ Buka
button-complete = ✅ Selesai
button-give-back = ↩️ Kembalikan
button-hold = ⏸ Tunda
button-resume = ▶️ Lanjutkan
button-pick-up = 🙋 Ambil
button-send = ✅ Kirim
button-cancel = ✖️ Batal
button-cancel-yes = ✅ Ya, batalkan
button-drop = ✅ Ya, buang
button-undo = ↩️ Urungkan
button-refresh = 🔄 Segarkan
button-online = 🟢 Online
button-offline = 🔴 Offline
button-still-here = 🟢 Ya, masih online
button-still-there = 🙋 Ya, masih di sini
button-change-category = 🏷 Ganti kategori
button-auto-on = ▶️ Aktifkan penugasan otomatis
button-auto-off = ⏸ Matikan penugasan otomatis
button-set-max = 🔢 Atur batas tiket
button-remove-agent = ✖️ Cabut peran agen
button-counted = { $button } { $number }
button-numbered = { $button } #{ $number }
button-previous = ◀️
button-next = ▶️
button-page = { $page }/{ $pages }
button-page-open = { $page }/…

state-queued = ⏳ Dalam antrian
state-assigned = 🟡 Menunggu
state-in-progress = 🔵 Sedang dikerjakan
state-pending = ⏸ Ditunda
state-completed = ✅ Selesai
state-cancelled = ✖️ Dibatalkan

priority-urgent = 🔥 Mendesak
priority-high = 🔺 Tinggi
priority-normal = Normal
priority-low = 🔻 Rendah

availability-online = 🟢 Online
availability-busy = 🟠 Sibuk
availability-away = 🌙 Tidak di tempat
availability-offline = 🔴 Offline
availability-lost = ⚪ Tidak terhubung

role-customer = pelanggan
role-agent = agen
role-admin = admin

word-on = aktif
word-off = tidak aktif
word-none = belum ada

line-category = Kategori: { $label }
line-status = Status: { $status }
line-position = Posisi antrian: #{ $position }
line-opened = Dibuat: { $when }
line-priority = Prioritas: { $priority }
line-availability = <b>{ $availability }</b>
line-files = 📎 { $count } berkas terlampir

time-just-now = baru saja
time-minutes-ago = { $count } menit yang lalu
time-hours-ago = { $count } jam yang lalu
time-yesterday = kemarin { $clock }
time-clock = { $hour }.{ $minute }
time-moment = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] Mei
    [6] Jun
    [7] Jul
    [8] Agu
    [9] Sep
    [10] Okt
    [11] Nov
   *[12] Des
} { $year }, { $clock }
