# Rekam jejak tiket: ringkasan untuk pemegang baru, transkrip, pencarian, data pribadi.

summary-head = 🔁 <b>Percakapan sejauh ini</b> · <code>{ $number }</code>
    { $count ->
       *[other] { $count } pesan terakhir:
    }
summary-customer = 👤 <b>{ $name }</b> · { $time }: { $text }
summary-agent = 💬 <b>{ $name }</b> · { $time }: { $text }
summary-note = 🗒 <b>{ $name }</b> · { $time }: { $text }
summary-kind = 📎 { $kind }
button-summary-media = 📎 Media

transcript-usage = 📄 Kirim /transcript dengan nomor tiket, misalnya <code>/transcript INC120420251352536CO</code>.
transcript-which = 📄 <b>Transkrip tiket yang mana?</b>
transcript-caption = 📄 Transkrip tiket <code>{ $number }</code>, { $count ->
       *[other] { $count } pesan
    }. Isinya bisa memuat data pribadi, jadi bagikan dengan hati-hati.
transcript-file = transkrip-{ $number }
transcript-title = Tiket { $number }
transcript-customer = Pelanggan
transcript-category = Kategori
transcript-state = Status
transcript-opened = Dibuat
transcript-agent = Agen
transcript-description = deskripsi
transcript-empty = Belum ada pesan.
transcript-note = 🗒 catatan internal
transcript-edited = ✏️ diubah
transcript-forwarded = ↪️ diteruskan
transcript-forwarded-from = ↪️ diteruskan dari { $name }
transcript-waiting = ⏳ belum terkirim
transcript-failed = ⚠️ tidak terkirim
transcript-made = Dibuat { $time }. Semua waktu dalam zona { $zone }.
transcript-withdrawn = 🙈 ditarik

search-usage = 🔎 Kirim /search dengan kata kunci: bagian nomor tiket, nama pelanggan, atau isi pesan. Misalnya <code>/search modem merah</code>.
search-none = 🔎 Tidak ada hasil untuk “{ $words }”. Coba lebih sedikit kata, atau awal katanya saja.
search-head = 🔎 Tiket dengan “{ $words }”, terbaru dulu:
search-number = 🎫 <code>{ $number }</code>
search-state = { $state }
search-subject = 📝 { $subject }
search-line = 🔸 <i>{ $line }</i>
search-line-of = 🔸 <b>{ $name }</b>: <i>{ $line }</i>
search-name = 👤 { $name }
search-open = 🎫 { $number }

withdraw-usage = 🗑 Untuk menarik pesan, balas pesannya dengan /withdraw.
withdraw-done = 🗑 Selesai: pelanggan tidak lagi melihat pesan yang Anda balas. Pesannya tetap ada di catatan tiket.
withdraw-before = 🗑 Pesan ini sudah Anda tarik.
withdraw-too-late = ⏳ Telegram hanya mengizinkan penghapusan pesan dari { $hours } jam terakhir, jadi pesan ini tetap ada di pelanggan.
withdraw-not-delivered = 🗑 Pesan ini tidak sampai ke pelanggan, jadi tidak ada yang perlu ditarik.
withdraw-not-yours = ⚠️ Anda hanya bisa menarik pesan Anda sendiri ke pelanggan. Balas salah satunya dengan /withdraw.
withdrawn-here = 🗑 Pesan ini sudah ditarik.

forget-own = 🔐 <b>Data Anda</b>
    Semua data Anda di sini bisa dikirim sebagai satu berkas, atau dihapus.
forget-other = 🔐 <b>Data { $name }</b>
    Semua datanya bisa dikirim sebagai satu berkas, atau dihapus atas permintaan pelanggan.
button-export = 📥 Ekspor
button-forget = 🗑 Hapus
forget-sure = ⚠️ <b>Hapus semuanya?</b>
    Nama, pesan, dan berkas akan hilang selamanya. Hanya nomor tiket, waktu, dan status yang tersisa untuk statistik.
button-forget-sure = 🗑 Ya, hapus semua
forget-done = ✅ Data sudah dihapus. { $count ->
        [0] Tidak ada tiket.
       *[other] { $count } tiket sudah dikosongkan.
    }
forget-open = ⏳ Masih ada { $count ->
       *[other] { $count } tiket terbuka.
    } Batalkan atau selesaikan dulu, lalu hapus datanya.
forget-cancel = ✖️ { $number }
forget-still-open = Masih ada { $count ->
   *[other] { $count } tiket terbuka.
}
forget-unknown = 🔎 “{ $text }” tidak ditemukan. Kirim ID Telegram atau @username.
forget-staff = 🔐 /forget untuk pelanggan: perintah ini mengekspor atau menghapus data mereka. Data agen atau admin dihapus setelah mereka keluar dari tim. Admin: /forget dengan ID Telegram atau @username pelanggan.
export-file = data-saya
export-caption = 📥 Semua data yang kami simpan, sebagai JSON.
