# Admin: statistik meja layanan.

stats-head = 📊 <b>Statistik</b> · { $days } · { $department }
stats-summary = ☀️ <b>Ringkasan</b> · { $day }
stats-summary-week = 📊 7 hari terakhir
stats-days = { $first } – { $last }
stats-date = { $day } { $month ->
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
}
stats-today = Hari ini
stats-period = { $count } hari
stats-all = Semua departemen
stats-which = Statistik departemen yang mana?
stats-choose = 🏢 { $department }
stats-created = 🆕 Dibuat: <b>{ $count }</b>
stats-completed = ✅ Selesai: <b>{ $count }</b>
stats-reopened = 🔁 Dibuka lagi: <b>{ $count }</b>
stats-cancelled = ✖️ Dibatalkan: <b>{ $count }</b>
stats-waiting = ⏳ Menunggu sekarang: <b>{ $count }</b>
stats-waiting-longest = ⏳ Menunggu sekarang: <b>{ $count }</b> (terlama { $time })
stats-rating = ⭐ Kepuasan: <b>{ $average }</b> dari 5 ({ $count } penilaian)
stats-rating-none = ⭐ Kepuasan: belum ada penilaian
stats-decimal = { $whole },{ $tenth }
stats-times = ⏱ <b>Waktu</b> (rata-rata · median · 90% paling lama)
stats-wait = Menunggu agen
stats-answer = Jawaban pertama
stats-handling = Pengerjaan
stats-time = { $what }: { $average } · { $median } · { $most }
stats-time-none = { $what }: –
stats-moment = <{"\u00A0"}1{"\u00A0"}dtk
stats-days-short = { $count }{"\u00A0"}hari
stats-hours-short = { $count }{"\u00A0"}jam
stats-minutes-short = { $count }{"\u00A0"}mnt
stats-seconds-short = { $count }{"\u00A0"}dtk
stats-nothing = –
stats-targets = 🎯 <b>Target</b>
stats-target-assignment = { $mark } Pembagian tiket: { $value } (di bawah 2 detik)
stats-target-wait = { $mark } Rata-rata menunggu: { $value } (di bawah 5 menit)
stats-target-utilisation = { $mark } Kapasitas terpakai: { $value } (70–90%)
stats-target-orphaned = { $mark } Tiket telantar: { $value } (harus 0)
stats-agents = 👥 <b>Agen</b> (kapasitas terpakai · selesai)
stats-agent = { $name }: { $percent }% · { $count }
stats-agent-away = { $name }: – · { $count }
stats-chart = 🖼 Grafik
stats-table = 📄 CSV
stats-chart-created = Dibuat
stats-chart-completed = Selesai
stats-chart-wait = Menunggu agen (menit, median)
stats-chart-failed = Grafik tidak bisa dibuat. Angkanya tetap ada di /stats.
stats-file = statistik
stats-file-days = statistik-harian
stats-file-agents = statistik-agen
