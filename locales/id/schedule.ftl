# Jam layanan departemen, dan jadwal mingguan.

plan-weekday = { $weekday ->
    [1] Sen
    [2] Sel
    [3] Rab
    [4] Kam
    [5] Jum
    [6] Sab
   *[7] Min
}
plan-every-day = Setiap hari
plan-days = { $first }–{ $last }
plan-all-day = 24 jam
plan-times = { $from }–{ $to }
plan-line = { $days } { $times }
plan-date = { $day } { $month ->
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
} { $year }
plan-unclear = 🤔 Saya belum mengerti “{ $part }”.
plan-days-missing = 🤔 Hari apa untuk “{ $part }”? Tulis harinya di depan jamnya.
plan-times-missing = 🤔 Jam berapa untuk “{ $part }”? Tulis jamnya setelah harinya.
plan-too-many = 🤔 Terlalu banyak jam dalam satu jadwal. Mohon disederhanakan.
department-hours = 🕗 { $hours }
department-hours-button = 🕗 Jam layanan
hours-head = 🕗 <b>Jam layanan { $name }</b>
hours-none = Belum diatur, jadi dianggap selalu buka.
hours-line = • { $line }
hours-zone = Zona waktu: { $zone }
hours-holidays = 🏖 Libur: { $dates }
hours-more-holidays = … dan { $count } hari lagi
hours-open-now = 🟢 Sekarang buka
hours-closed-until = 🌙 Sekarang tutup, buka { $when }
hours-closed = 🌙 Sekarang tutup
hours-workdays = Sen–Jum 8–17
hours-saturday = Sen–Sab 8–17
hours-every-day = Setiap hari 8–21
hours-always = Setiap hari 24 jam
hours-other = ✏️ Jam lain
hours-add-holidays = 🏖 Tambah libur
hours-remove-holiday = ✖️ { $date }
hours-wib = WIB
hours-wita = WITA
hours-wit = WIT
hours-desk-zone = Zona sistem
hours-changed = 🕗 Jam layanan { $name } disimpan
hours-changed-meanwhile = Departemen { $name } sudah diubah. Ini keadaan sekarang.
hours-ask = 🕗 Kapan <b>{ $name }</b> buka? Tulis hari dan jamnya.
hours-examples =
    Contoh:
    • <code>Sen–Jum 08.00–17.00, Sab 09.00–12.00</code>
    • <code>Setiap hari 08.00–12.00, 13.00–21.00</code>
    • <code>Jum 22.00–06.00</code> (lewat tengah malam)
    Di akhir boleh tulis zona waktu, misalnya <code>WITA</code> atau <code>Asia/Makassar</code>.
holidays-ask = 🏖 Tanggal berapa <b>{ $name }</b> libur? Boleh beberapa sekaligus.
holidays-examples =
    Contoh:
    • <code>2026-12-25, 2027-01-01</code>
    • <code>25/12</code>
    • <code>1 Jan 2027</code>
holidays-unclear = 🤔 “{ $part }” bukan tanggal yang akan datang.
holidays-limit = Paling banyak { $max } hari libur. Hapus sebagian dulu.
track-opens = 🕗 Kami sedang tutup. Tiket Anda sudah masuk antrian, dan kami mulai bekerja lagi { $when }.

# Jam kerja agen.

work-button = 🕗 Jam kerja
work-head-own = 🕗 <b>Jam kerja Anda</b>
work-head = 🕗 <b>Jam kerja { $name }</b>
work-none = Belum diatur. Dengan jam kerja, status menjadi online dan offline secara otomatis.
work-online-at = 🟢 Online otomatis { $when }
work-offline-at = 🔴 Offline otomatis { $when }
work-hint = Status yang dipilih sendiri berlaku sampai saat itu.
work-clear = 🗑 Hapus jam kerja
work-saved = 🕗 Jam kerja disimpan
work-cleared = 🗑 Jam kerja dihapus
work-ask = 🕗 Kapan jam kerjanya? Tulis hari dan jamnya.
work-examples =
    Contoh:
    • <code>Sen–Jum 08.00–17.00, Sab 09.00–12.00</code>
    • <code>Setiap hari 08.00–12.00, 13.00–21.00</code>
    • <code>Jum 22.00–06.00</code> (lewat tengah malam)
button-not-yet = 🌙 Belum bisa
notice-work-begins = 🟢 Jam kerja Anda dimulai, jadi Anda online dan menerima tiket.
notice-work-ends = 🔴 Jam kerja Anda selesai, jadi Anda offline. Terima kasih!
notice-work-ends-kept = 🔴 Jam kerja Anda selesai, jadi Anda offline. { $count } tiket tetap pada Anda.
notice-work-set = 🕗 Admin mengatur jam kerja Anda. Tekan /hours untuk melihatnya.
notice-work-cleared = 🕗 Admin menghapus jam kerja Anda.
